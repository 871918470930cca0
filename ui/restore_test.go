package ui_test

import (
	"strings"
	"testing"
	"time"

	"vpsdeck/api/sim"
	"vpsdeck/internal/lanes"
	"vpsdeck/model"
)

const (
	postRestore801     = "POST /snapshots/801/restore/"
	postSafetySnapshot = `POST /snapshots/ {"server_id":12345,"name":"before-restore-20250116-154500",` +
		`"description":"Taken by vpsdeck before the restore from snapshot #801"}`
)

func TestAServerIsRestoredFromASnapshot(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24, withServers(2))
	w.selectServer("web-server-01")
	w.Press("3")
	w.restoreSelected(false)
	w.RequireText("◐ restoring", "restore snapshot pre-migration-snap", "usually 5–15 m")
	w.requireActions(postRestore801)
	if got := w.serverStatus("12345"); got != model.ServerRestoring {
		t.Errorf("the status is %s", got)
	}
	w.advanceUntil(16*time.Minute, "restore snapshot pre-migration-snapshot onto web-server-01: finished in ")
	w.RequireText("the server is active")
	w.requireActions(postRestore801)
	if got := w.serverStatus("12345"); got != model.ServerActive {
		t.Errorf("the status is %s", got)
	}
}

func TestAServerIsRestoredFromABackup(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24, withServers(2))
	w.selectServer("web-server-01")
	w.Press("2", "j", "j")
	w.restoreSelected(false)
	w.RequireText("◐ restoring", "restore backup #499", "no estimate")
	w.requireActions(`POST /servers/12345/restore/ {"backup_id":499}`)
	w.advanceUntil(90*time.Minute, "the server is active")
	w.requireActions(`POST /servers/12345/restore/ {"backup_id":499}`)
}

func TestBackupIsTakenFirstWhenSnapshotsAreFull(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40, withServers(2))
	atServer("db-server-01", "3", "r")(w)
	w.RequireText("[ ] backup first (no snapshot)", "No snapshot first: 5 of 5 snapshots used.",
		"API: POST /snapshots/800/restore/")
	w.Type("db-server-01")
	w.Press("shift+tab", "space", "tab", "enter")
	const first = `POST /backups/ {"server_id":12346,` +
		`"description":"Taken by vpsdeck before the restore from snapshot #800"}`
	w.requireActions(first)
	w.RequireText("backup, then restore")
	w.advanceUntil(90*time.Minute, "restore snapshot before-pg16-upgrade")
	w.requireActions(first, "POST /snapshots/800/restore/")
}

func TestRestoringFromTheServersPaneTakesTheNewest(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24)
	atServer("web-server-01", "r")(w)
	w.RequireText("Restore web-server-01 from backup #501?", "everything written since 16 Jan 03:00 UTC (12 h 45 m)")
	w.Press("esc")
	atServer("db-server-02", "r")(w)
	w.requireRefused("db-server-02 has no restore point yet: no backup or snapshot of")
	w.requireActions()
}

func TestARestoreWithoutTheServersNameIsNotConfirmed(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	atServer("web-server-01", "3", "r")(w)
	const question = "Restore web-server-01 from snapshot pre-migration-snapshot (#801)?"
	for _, typed := range []string{"", "web-server-02", " web-server-01", "web-server-011"} {
		w.Type(typed)
		for _, keys := range [][]string{{"enter"}, {"tab", "enter"}} { // in the field, and on the button
			w.Press(keys...)
			w.RequireText(question, "Doesn't match: type web-server-01")
		}
		for range typed {
			w.Press("backspace")
		}
		w.Press("shift+tab", "tab")
		w.RequireNoText("Doesn't match")
	}
	w.Press("esc")
	w.RequireNoText("Restore web-server-01 from")
	w.RequireText("Cancelled. Nothing was sent.")
	w.requireActions()
}

func TestTheRestoreComesOnlyAfterItsSnapshotHasCompleted(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24, withServers(2))
	w.selectServer("web-server-01")
	w.Press("3")
	w.restoreSelected(true)
	w.RequireText("◐ 1 running", "snapshot before-restore-20250116-15", "3/5")
	w.requireActions(postSafetySnapshot)
	for range 11 * 4 {
		if len(w.proxy.actions()) > 1 {
			break
		}
		if w.serverStatus("12345") == model.ServerRestoring {
			t.Fatal("the server is being restored before its snapshot has completed")
		}
		w.Advance(15 * time.Second)
	}
	w.RequireText("◐ restoring", "restore snapshot pre-migration-snap")
	made := w.points(model.Snapshot, "12345")[0]
	if made.Status != model.Completed || !strings.HasPrefix(made.Name, "before-restore-") {
		t.Errorf("the snapshot is %+v", made)
	}
	w.advanceUntil(16*time.Minute, "the server is active")
	w.requireActions(postSafetySnapshot, postRestore801)
}

func TestRestoreContinuesWhileADialogIsOpen(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24, withServers(2))
	w.selectServer("web-server-01")
	w.Press("3")
	w.restoreSelected(true)
	w.Press("?")
	w.advanceHidden(11 * time.Minute)
	w.RequireText("Keys")
	w.requireActions(postSafetySnapshot, postRestore801)
}

func TestNoRestoreIsSentAfterASnapshotThatFailed(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func(w *harness){
		"refused": func(w *harness) { w.account.InjectFault("POST /snapshots/: status 400 x1") },
		"broken": func(w *harness) {
			w.proxy.rewrite(func(answer string) string {
				return strings.ReplaceAll(answer, `"in_progress"`, `"failed"`)
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 120, 24, withServers(2))
			w.selectServer("web-server-01")
			w.Press("3")
			fail(w)
			w.restoreSelected(true)
			w.RequireText("snapshot before-restore-20250116-154500 of web-server-01: ", "any key: 1 more")
			w.skipInputDelay()
			w.Press("g")
			w.RequireText("restore snapshot pre-migration-snapshot onto web-server-01: not sent: the snapshot before " +
				"it did not complete")
			w.advanceHidden(5 * time.Minute)
			w.requireActions(postSafetySnapshot)
			if got := w.serverStatus("12345"); got != model.ServerActive {
				t.Errorf("the status is %s", got)
			}
		})
	}
}

func TestSnapshotFirstWithLostAnswerIsFoundAndRestoreFollows(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24, withServers(2))
	w.selectServer("web-server-01")
	w.Press("3")
	w.account.InjectFault("POST /snapshots/: cut-after-send x1")
	w.restoreSelected(true)
	w.advanceHidden(11 * time.Minute)
	w.requireActions(postSafetySnapshot, postRestore801)
}

func TestRestoreAfterItsSnapshotSaysThatTheSessionBecameReadOnly(t *testing.T) {
	t.Parallel()
	w, config, prefs := startWithConfig(t)
	w.selectServer("web-server-01")
	w.Press("3")
	w.restoreSelected(true)
	prefs.Profile.ReadOnly = true
	config.set(prefs, nil)
	w.advanceHidden(15 * time.Minute)
	w.RequireText("onto web-server-01: not sent: this session is read-only by now")
	w.requireActions(postSafetySnapshot)
}

func TestRestoreWithLostAnswerIsFound(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24, withServers(2))
	w.selectServer("web-server-01")
	w.Press("3")
	w.account.InjectFault("POST /snapshots/{id}/restore/: cut-after-send x1")
	w.restoreSelected(false)
	w.RequireText("◐ restoring", "usually 5–15 m")
	w.advanceUntil(16*time.Minute, "the server is active")
	w.requireActions(postRestore801)
}

func TestNoRestoreIsSentAfterTheAccountChanged(t *testing.T) {
	t.Parallel()
	for name, c := range lanes.Table(map[string]struct {
		change  func(w *harness)
		message string
	}{
		"the snapshot is gone": {
			func(w *harness) { w.must(w.otherClient.DeleteSnapshot(w.t.Context(), "801")) },
			"not done: snapshot #801 is no longer there; nothing was sent",
		},
		"the server was renamed": {
			func(w *harness) {
				w.proxy.rewrite(func(answer string) string {
					return strings.ReplaceAll(answer, "web-server-01",
						"web-server-99")
				})
			},
			"not done: server #12345 is now called web-server-99, not web-server-01; nothing was sent",
		},
		"somebody restores it": {
			func(w *harness) { w.mustAccept(w.otherClient.RestoreSnapshot(w.t.Context(), "798")) },
			"not done: web-server-01 is being restored: wait until it has finished; nothing was sent",
		},
		"another snapshot has the number": {
			func(w *harness) {
				w.proxy.rewrite(func(answer string) string {
					return strings.ReplaceAll(answer, "pre-migration-snapshot", "somebody-elses")
				})
			},
			"not done: snapshot #801 is not the one that was shown; nothing was sent",
		},
		"the servers cannot be read": {
			func(w *harness) { w.account.InjectFault("GET /servers/: status 500") },
			"not done: nothing was sent: the check before it failed",
		},
	}) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 160, 24, withServers(2))
			atServer("web-server-01", "3", "r")(w)
			c.change(w)
			w.Type("web-server-01")
			w.Press("shift+tab", "space", "tab", "tab", "enter")
			w.RequireText(c.message)
			w.advanceHidden(3 * time.Minute)
			w.requireActions()
		})
	}
}

func TestFailedPointIsNotRestored(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24)
	atServer("ci-runner-02", "2", "r")(w)
	w.RequireNoText("Restore ci-runner-02")
	w.requireRefused("Backup #500 failed and cannot be restored.")
	w.requireActions()
}

func TestNoRestoreFollowsASnapshotThatAppearsLate(t *testing.T) {
	t.Parallel()
	for name, isLost := range map[string]bool{"its answer was lost": true, "it was accepted": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 120, 24, withServers(2))
			w.selectServer("web-server-01")
			w.Press("3")
			if isLost {
				w.account.InjectFault("POST /snapshots/: cut-after-send x1")
			}
			w.account.SetQuirks(sim.Quirks{AppearLate: 4 * time.Minute})
			w.restoreSelected(true)
			w.advanceUntil(3*time.Minute, "any key: 1 more")
			w.skipInputDelay()
			w.Press("esc")
			w.RequireText("restore snapshot pre-migration-snapshot onto web-server-01: not sent: the snapshot before " +
				"it was not seen")
			w.advanceHidden(12 * time.Minute)
			if made := w.points(model.Snapshot, "12345")[0]; made.Status != model.Completed {
				t.Errorf("the snapshot is %+v", made)
			}
			w.requireActions(postSafetySnapshot)
		})
	}
}

// What the server wrote since its snapshot is in no restore point, so hours later the restore needs
// another confirmation.
func TestRestoreIsAskedForAgainAfterHoursWithoutLists(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault  string
		resume func(w *harness)
	}{
		"the API was down": {"GET /: status 503", func(*harness) {}},
		"the token was refused": {"GET /: status 401", func(w *harness) {
			w.RequireText("Open an account")
			w.Press("enter")
			w.Type(liveToken)
			w.Press("enter", "esc")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 120, 40, withServers(2), withAccess(&fakeAccess{}))
			w.selectServer("web-server-01")
			w.Press("3")
			w.restoreSelected(true)
			w.Advance(30 * time.Second)
			w.account.InjectFault(c.fault)
			w.advanceHidden(8 * time.Hour)
			w.account.ClearFaults()
			c.resume(w)
			w.advanceUntil(2*time.Minute, "Resume the restore?")
			w.requireActions(postSafetySnapshot)
			requireLines(t, w.app.ExitMessages(),
				"not sent: restore of web-server-01 from snapshot #801, which waits to be confirmed")
			w.skipInputDelay()
			w.Type("web-server-01")
			w.Press("tab", "enter")
			w.requireActions(postSafetySnapshot, postRestore801)
			w.advanceUntil(16*time.Minute, "the server is active")
			requireLines(t, w.app.ExitMessages())
		})
	}
}
