package ui_test

import (
	"strings"
	"testing"
	"time"

	"vpsdeck/internal/lanes"
	"vpsdeck/model"
)

func TestDeleteAsksAndDefaultsToCancel(t *testing.T) {
	t.Parallel()
	for name, keys := range lanes.Table(map[string][]string{
		"enter right away":        {"enter"},
		"escape":                  {"esc"},
		"no":                      {"n"},
		"no after yes":            {"y", "n"},
		"yes, and back to cancel": {"y", "tab", "enter"},
		"any other key":           {"d", "x", "esc"},
	}) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 80, 24)
			atServer("web-server-01", "2", "j", "d")(w)
			w.RequireText("Delete backup #495 of web-server-01?", "▸ Cancel", "1 d ago", "4.3 GB",
				"API: DELETE /backups/495/")
			w.Press(keys...)
			w.RequireNoText("Delete backup")
			w.RequireText("Cancelled. Nothing was sent.")
			w.requireActions()
		})
	}
}

func TestDeletingIsConfirmedOnItsButton(t *testing.T) {
	t.Parallel()
	for name, keys := range lanes.Table(map[string][]string{"tab": {"tab", "enter"}, "yes": {"y", "enter"},
		"right": {"right", "enter"}}) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 120, 24)
			atServer("web-server-01", "2", "j", "d")(w)
			w.Press(keys...)
			w.RequireText("delete backup #495 of web-server-01: deleted", "Backups web-server-01 · 7")
			w.requireActions("DELETE /backups/495/")
			if w.hasPoint(model.Backup, "495") {
				t.Error("backup #495 is still there")
			}
		})
	}
}

func TestASnapshotIsDeletedToo(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24)
	atServer("web-server-01", "3", "j", "d")(w)
	w.RequireText("Delete snapshot weekly-snapshot-2025-01-08 (#798) of web-server-01?",
		"Remaining      9 restore points")
	w.Press("y", "enter")
	w.RequireText("delete snapshot weekly-snapshot-2025-01-08 of web-server-01: deleted")
	w.requireActions("DELETE /snapshots/798/")
	if w.hasPoint(model.Snapshot, "798") {
		t.Error("snapshot #798 is still there")
	}
}

func TestDeletingTheNewestNeedsTheServersName(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24)
	atServer("web-server-01", "2", "d")(w)
	w.RequireText("the newest restore point: the next is 8 h 30 m older", "Type web-server-01 to confirm")
	for _, typed := range []string{"", "web-server-0", "2", "Web-server-01"} {
		w.Type(typed)
		w.Press("enter", "tab", "enter")
		w.RequireText("Delete backup #501", "Doesn't match: type web-server-01")
		w.Press("shift+tab", "ctrl+u")
	}
	w.requireActions()
	w.Type("web-server-01")
	w.RequireText("✓ matches")
	w.Press("enter")
	w.RequireText("delete backup #501 of web-server-01: deleted")
	w.requireActions("DELETE /backups/501/")
}

func TestDeletingTheLastPointSaysSo(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24)
	atServer("legacy-app", "2", "d")(w)
	w.RequireText("the LAST restore point: after this legacy-app cannot be")
	w.Press("tab", "enter")
	w.RequireText("Doesn't match: type legacy-app")
	w.requireActions()
	w.Type("legacy-app")
	w.Press("enter")
	w.RequireText("delete backup #418 of legacy-app: deleted", "No backups of legacy-app yet.", "✗ none")
	w.requireActions("DELETE /backups/418/")
	if len(w.points(model.Backup, "12356")) != 0 {
		t.Error("it is still there")
	}
}

func TestKeysTypedAheadNeverDelete(t *testing.T) {
	t.Parallel()
	for name, keys := range lanes.Table(map[string][]string{
		"a yes":             {"d", "y", "enter", "tab", "enter"},
		"a tab":             {"d", "tab", "enter"},
		"the name":          append(append([]string{"d"}, strings.Split("web-server-01", "")...), "tab", "enter"),
		"a restore's enter": {"r", "enter", "tab", "tab", "enter"},
	}) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, row := range []string{"k", "j"} {
				w := startApp(t, 80, 24)
				atServer("web-server-01", "2", row)(w)
				w.pressAtOnce(keys...)
				w.skipInputDelay()
				w.Advance(time.Minute)
				w.RequireText("Cancel ")
				w.RequireNoText("▸ Delete", "▸ Restore", "matches")
				w.requireActions()
			}
		})
	}
}

func TestPointRemovedMeanwhileIsNotDeleted(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24)
	atServer("web-server-01", "2", "j", "d")(w)
	if err := w.otherClient.DeleteBackup(t.Context(), "495"); err != nil {
		t.Fatal(err)
	}
	w.Press("y", "enter")
	w.RequireText("not done: backup #495 is no longer there; nothing was sent", "Backups web-server-01 · 7")
	w.requireActions()
}

func TestADeleteThatCannotBeCheckedIsNotSent(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24)
	atServer("web-server-01", "2", "j", "d")(w)
	w.account.InjectFault("GET /servers/: status 500 x1")
	w.Press("y", "enter")
	w.RequireText("not done: nothing was sent: the check before it failed")
	w.requireActions()
}

func TestDeleteWithLostAnswerIsDoneOnceThePointIsGone(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24, withServers(2))
	w.account.InjectFault("DELETE /backups/{id}/: cut-after-send")
	atServer("web-server-01", "2", "j", "d")(w)
	w.proxy.slowDown(10*time.Second, "/backups/")
	w.Press("y", "enter")
	w.Advance(10 * time.Second)
	w.RequireText("delete backup #495 of web-server-01: outcome unknown; searching", "outcome unknown",
		"not sent again")
	// two lists must agree, and slow lists are polled rarely
	w.advanceUntil(8*time.Minute, "delete backup #495 of web-server-01: deleted")
	w.advanceHidden(3 * time.Minute)
	w.RequireText("Backups web-server-01 · 7")
	w.requireActions("DELETE /backups/495/")
}

func TestDeleteThatNeverArrivedIsResentOnlyOnRequest(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24, withServers(2))
	w.account.InjectFault("DELETE /backups/{id}/: cut-before x1")
	atServer("web-server-01", "2", "j", "d")(w)
	w.Press("y", "enter")
	w.RequireText("delete backup #495 of web-server-01: outcome unknown; searching", "outcome unknown")
	w.advanceUntil(10*time.Minute, "Not seen: try again?")
	w.RequireText("▸ Cancel", "Look in the provider's panel first")
	w.requireActions("DELETE /backups/495/")
	w.skipInputDelay()
	w.Press("enter")
	w.RequireNoText("Not seen: try again?")
	w.advanceHidden(3 * time.Minute)
	w.RequireText("Backups web-server-01 · 8")
	w.requireActions("DELETE /backups/495/")
}

// The second dialog shows what is lost by then, and its answer is the one that counts.
func TestRepeatedDeleteIsConfirmedForWhatItsDialogShows(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	w.account.InjectFault("DELETE /backups/{id}/: cut-before x1")
	mail := w.points(model.Backup, "12348")
	atServer("mail-01", "2", "G", "d")(w)
	w.Press("y", "enter")
	w.RequireText("outcome unknown")
	w.must(w.otherClient.DeleteBackup(t.Context(), mail[0].ID))
	w.advanceUntil(10*time.Minute, "Not seen: try again?")
	w.RequireText("the LAST restore point")
	w.skipInputDelay()
	w.typeRequiredName()
	w.Press("tab", "enter")
	w.RequireText("No backups of mail-01 yet.")
	sent := "DELETE /backups/" + string(mail[1].ID) + "/"
	w.requireActions(sent, sent)
}

func TestPointBeingCreatedIsNotDeleted(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24)
	atServer("web-server-02", "3", "d")(w)
	w.RequireNoText("Cancel")
	w.requireRefused("Snapshot #800 is still being created: wait until it has finished.")
	atServer("web-server-02", "3", "r")(w)
	w.requireRefused("Snapshot #800 is still being created: wait until it has completed.")
	w.requireActions()
}
