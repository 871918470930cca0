//go:build unix

package e2e

import (
	"testing"
	"time"

	"vpsdeck/internal/settings"
)

// The moments at which the program is killed while a restore waits for its snapshot. kill brings it
// there and kills it; wait does what is needed until the next run asks about the restore.
var killPoints = map[string]struct{ kill, wait func(*harness, *session) }{
	"the snapshot has no response": {
		kill: func(h *harness, s *session) {
			h.account.InjectFault("POST /snapshots/: hold x1")
			s.press("\r")
			h.waitUntil("the snapshot is sent", func() bool { return len(h.account.SentActions()) == 1 })
			s.kill()
			h.requireJournal("create intent")
		},
		wait: func(h *harness, s *session) {
			s.waitFor("the answer was lost, but it is running")
			h.requireJournal("create intent", "create running")
			h.advance(time.Hour)
			s.press("R")
		},
	},
	"the snapshot runs": {
		kill: killDuringSnapshot,
		wait: func(h *harness, s *session) {
			s.waitFor("◐ web-server-01  snapshot before-restore-")
			h.advance(time.Hour)
			s.press("R")
		},
	},
	"the snapshot has completed meanwhile": {
		kill: func(h *harness, s *session) {
			killDuringSnapshot(h, s)
			h.advance(time.Hour)
		},
	},
	"the restore is looked up": {
		kill: func(h *harness, s *session) {
			s.press("\r")
			h.requireJournal("create intent", "create running")
			h.holdRequests(isRequest("GET /servers/"))
			h.advance(time.Hour)
			h.requireJournal("create intent", "create running", "create done")
			s.waitFor("being sent")
			h.waitHeld("GET /servers/")
			s.kill()
			h.holdRequests(nil)
		},
	},
}

func killDuringSnapshot(h *harness, s *session) {
	s.press("\r")
	h.requireJournal("create intent", "create running")
	s.kill()
}

// A restore that waited for its snapshot is never sent without confirmation after the program was
// started again. Each run asks about it until the user answers.
func TestRestoreAfterSnapshotNeverContinuesByItself(t *testing.T) {
	for name, m := range killPoints {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t)
			s := h.start()
			s.fillRestore("3", true)
			m.kill(h, s)

			s = h.start()
			if m.wait != nil {
				m.wait(h, s)
			}
			s.waitFor("Resume the restore?", "the snapshot before-restore-", "▸ Cancel")
			h.requireJournal("create intent", "create running", "create done")
			s.kill()

			s = h.start()
			s.waitFor("Resume the restore?")
			h.requireSent("POST /snapshots/")
			s.press("\x1b")
			h.requireJournal("create intent", "create running", "create done", "restore canceled")
			s.kill()

			s = h.start()
			s.press("A")
			s.waitFor("newest first", "no longer wanted")
			h.requireNothingResumed(s)
			h.requireJournal("create intent", "create running", "create done", "restore canceled")
			h.requireSent("POST /snapshots/")
		})
	}
}

func TestRestoreAfterSnapshotContinuesOnceWhenConfirmed(t *testing.T) {
	for name, m := range killPoints {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t)
			s := h.start()
			s.fillRestore("3", true)
			m.kill(h, s)

			s = h.start()
			if m.wait != nil {
				m.wait(h, s)
			}
			s.waitFor("Resume the restore?")
			s.typeName()
			s.press("\t")
			s.waitFor("▸ Restore")
			s.press("\r")
			lines := []string{"create intent", "create running", "create done", "restore intent", "restore running",
				"restore running"}
			h.requireJournal(lines...)
			s.kill()

			s = h.start()
			s.waitFor("restore snapshot pre-migration-snapshot", "◐ 1 running")
			h.advance(time.Hour)
			s.press("R")
			lines = append(lines, "restore done")
			h.requireJournal(lines...)
			h.requireFinished(s, actionCases["then restore"], lines)
		})
	}
}

// The moments at which the program is killed after the restore was confirmed, the journal's lines
// by then, and what the next run shows.
var confirmedKillPoints = map[string]struct {
	kill func(*harness, *session)
	adds []string
	says string
}{
	"it is looked up": {
		kill: func(h *harness, s *session) {
			h.holdRequests(isGet)
			s.press("\r")
			h.waitHeld("GET /servers/")
		},
		says: "Resume the restore?",
	},
	"its request is held": {
		kill: func(h *harness, s *session) {
			h.holdRequests(isRequest("POST /snapshots/801/restore/"))
			s.press("\r")
			h.waitHeld("POST /snapshots/801/restore/")
		},
		adds: []string{"restore intent"},
		says: "1 unfinished from another run of vpsdeck: checking progress",
	},
	"it has no response": {
		kill: func(h *harness, s *session) {
			h.account.InjectFault("POST /snapshots/{id}/restore/: hold x1")
			s.press("\r")
			h.waitUntil("the restore is sent", func() bool { return len(h.account.SentActions()) == 2 })
		},
		adds: []string{"restore intent"},
		says: "the answer was lost, but it is running",
	},
}

func TestKilledAfterConfirmRestoreIsNotResent(t *testing.T) {
	for name, m := range confirmedKillPoints {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t)
			s := h.start()
			s.fillRestore("3", true)
			killDuringSnapshot(h, s)
			h.advance(time.Hour)
			s = h.start()
			s.waitFor("Resume the restore?")
			s.typeName()
			s.press("\t")
			s.waitFor("▸ Restore")
			m.kill(h, s)
			lines := concat([]string{"create intent", "create running", "create done"}, m.adds...)
			h.requireJournal(lines...)
			s.kill()

			h.holdRequests(nil)
			sent := h.account.SentActions()
			s = h.start()
			s.waitFor(m.says)
			if len(m.adds) > 0 && s.hasShown("Resume the restore?") {
				t.Error("a restore that may have been sent is offered as if it had not been")
			}
			h.requireSent(sent...)
		})
	}
}

func TestSecondProgramLeavesActionsOfTheFirst(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	first := h.start()
	first.fillRestore("3", true)
	h.account.InjectFault("POST /snapshots/: hold x1")
	first.press("\r")
	h.waitUntil("the snapshot is sent", func() bool { return len(h.account.SentActions()) == 1 })

	second := h.start()
	second.press("A")
	second.waitFor("newest first")
	second.press("\x1b")
	second.waitGone("newest first")
	second.waitFor("◐ 1 running") // it sees the snapshot as one of another program
	h.account.Release()
	h.requireJournal("create intent", "create running")
	h.advance(time.Hour)
	h.requireJournal("create intent", "create running", "create done", "restore intent", "restore running",
		"restore running")
	second.press("R")
	second.waitFor("◐ restoring")
	second.press("q")
	second.requireExit(settings.ExitOK)
	if second.hasShown("unfinished from another run") || second.hasShown("Resume the restore?") {
		t.Error("the second program resumes an operation of the first")
	}
	h.requireSent("POST /snapshots/", "POST /snapshots/801/restore/")
}
