//go:build unix

package e2e

import (
	"testing"
	"time"

	"vpsdeck/internal/settings"
)

// The moments at which a restore that waits for its snapshot is left alone, and what must pass until it is asked about.
var killPoints = map[string]struct{ kill, wait func(*harness, *session) }{
	"the snapshot is not answered": {
		kill: func(w *harness, s *session) {
			w.injectFault("POST /snapshots/: hold x1")
			s.press("\r")
			w.waitUntil("the snapshot is begun", func() bool { return len(w.sentActions()) == 1 })
			s.kill()
			w.requireJournal("create intent")
		},
		wait: func(w *harness, s *session) {
			s.waitFor("the answer was lost, but it is running")
			w.requireJournal("create intent", "create running")
			w.advance(time.Hour)
			s.press("R")
		},
	},
	"the snapshot runs": {
		kill: killDuringSnapshot,
		wait: func(w *harness, s *session) {
			s.waitFor("◐ web-server-01  snapshot before-restore-")
			w.advance(time.Hour)
			s.press("R")
		},
	},
	"the snapshot has completed meanwhile": {
		kill: func(w *harness, s *session) {
			killDuringSnapshot(w, s)
			w.advance(time.Hour)
		},
	},
	"the restore is looked up": {
		kill: func(w *harness, s *session) {
			s.press("\r")
			w.requireJournal("create intent", "create running")
			w.holdRequests(isRequest("GET /servers/"))
			w.advance(time.Hour)
			w.requireJournal("create intent", "create running", "create done")
			s.waitFor("being sent")
			w.waitHeld("GET /servers/")
			s.kill()
			w.holdRequests(nil)
		},
	},
}

func killDuringSnapshot(w *harness, s *session) {
	s.press("\r")
	w.requireJournal("create intent", "create running")
	s.kill()
}

// A restore that waited for its snapshot is never sent by itself once the program was started again. It is asked about,
// until there is an answer.
func TestRestoreAfterSnapshotNeverContinuesByItself(t *testing.T) {
	for name, m := range killPoints {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newHarness(t)
			s := w.start()
			s.fillRestore("3", true)
			m.kill(w, s)

			s = w.start()
			if m.wait != nil {
				m.wait(w, s)
			}
			s.waitFor("Go on with the restore?", "the snapshot before-restore-", "▸ Cancel")
			w.requireJournal("create intent", "create running", "create done")
			s.kill()

			s = w.start()
			s.waitFor("Go on with the restore?")
			w.requireSent("POST /snapshots/")
			s.press("\x1b")
			w.requireJournal("create intent", "create running", "create done", "restore canceled")
			s.kill()

			s = w.start()
			s.press("A")
			s.waitFor("newest first", "no longer wanted")
			w.requireNothingResumed(s)
			w.requireJournal("create intent", "create running", "create done", "restore canceled")
			w.requireSent("POST /snapshots/")
		})
	}
}

func TestRestoreAfterSnapshotContinuesOnceWhenConfirmed(t *testing.T) {
	for name, m := range killPoints {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newHarness(t)
			s := w.start()
			s.fillRestore("3", true)
			m.kill(w, s)

			s = w.start()
			if m.wait != nil {
				m.wait(w, s)
			}
			s.waitFor("Go on with the restore?")
			s.typeName()
			s.press("\t")
			s.waitFor("▸ Restore")
			s.press("\r")
			lines := []string{"create intent", "create running", "create done", "restore intent", "restore running", "restore running"}
			w.requireJournal(lines...)
			s.kill()

			s = w.start()
			s.waitFor("restore snapshot pre-migration-snapshot", "◐ 1 running")
			w.advance(time.Hour)
			s.press("R")
			lines = append(lines, "restore done")
			w.requireJournal(lines...)
			w.requireFinished(s, actionCases["then restore"], lines)
		})
	}
}

// The moments at which it is killed after the yes to go on, what the journal has by then, and what the next start says.
var confirmedKillPoints = map[string]struct {
	kill func(*harness, *session)
	adds []string
	says string
}{
	"it is looked up": {
		kill: func(w *harness, s *session) {
			w.holdRequests(isGet)
			s.press("\r")
			w.waitHeld("GET /servers/")
		},
		says: "Go on with the restore?",
	},
	"its request is on the line": {
		kill: func(w *harness, s *session) {
			w.holdRequests(isRequest("POST /snapshots/801/restore/"))
			s.press("\r")
			w.waitHeld("POST /snapshots/801/restore/")
		},
		adds: []string{"restore intent"},
		says: "1 unfinished from another run of vpsdeck: checking progress",
	},
	"it is not answered": {
		kill: func(w *harness, s *session) {
			w.injectFault("POST /snapshots/{id}/restore/: hold x1")
			s.press("\r")
			w.waitUntil("the restore is begun", func() bool { return len(w.sentActions()) == 2 })
		},
		adds: []string{"restore intent"},
		says: "the answer was lost, but it is running",
	},
}

func TestKilledAfterConfirmRestoreIsNotResent(t *testing.T) {
	for name, m := range confirmedKillPoints {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newHarness(t)
			s := w.start()
			s.fillRestore("3", true)
			killDuringSnapshot(w, s)
			w.advance(time.Hour)
			s = w.start()
			s.waitFor("Go on with the restore?")
			s.typeName()
			s.press("\t")
			s.waitFor("▸ Restore")
			m.kill(w, s)
			lines := concat([]string{"create intent", "create running", "create done"}, m.adds...)
			w.requireJournal(lines...)
			s.kill()

			w.holdRequests(nil)
			sent := w.sentActions()
			s = w.start()
			s.waitFor(m.says)
			if len(m.adds) > 0 && s.hasShown("Go on with the restore?") {
				t.Error("a restore that may have been sent is asked about as one that was not")
			}
			w.requireSent(sent...)
		})
	}
}

func TestSecondProgramLeavesActionsOfTheFirst(t *testing.T) {
	t.Parallel()
	w := newHarness(t)
	first := w.start()
	first.fillRestore("3", true)
	w.injectFault("POST /snapshots/: hold x1")
	first.press("\r")
	w.waitUntil("the snapshot is begun", func() bool { return len(w.sentActions()) == 1 })

	second := w.start()
	second.press("A")
	second.waitFor("newest first")
	second.press("\x1b")
	second.waitGone("newest first")
	second.waitFor("◐ 1 running") // it sees the snapshot as anybody's
	w.account.Release()
	w.requireJournal("create intent", "create running")
	w.advance(time.Hour)
	w.requireJournal("create intent", "create running", "create done", "restore intent", "restore running", "restore running")
	second.press("R")
	second.waitFor("◐ restoring")
	second.press("q")
	second.requireExit(settings.ExitOK)
	if second.hasShown("unfinished from another run") || second.hasShown("Go on with the restore?") {
		t.Error("the second program takes up what the first sees to")
	}
	w.requireSent("POST /snapshots/", "POST /snapshots/801/restore/")
}
