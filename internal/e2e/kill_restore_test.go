//go:build unix

package e2e

import (
	"testing"
	"time"

	"vpsdeck/internal/settings"
)

type killPoint struct{ kill, wait func(*harness, *session) }

// The moments at which the program is killed while a restore waits for its snapshot. kill brings it
// there and kills it; wait does what is needed until the next run asks about the restore.
var killPoints = map[string]killPoint{
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
			h.finishRunning(s)
		},
	},
	"the snapshot runs": {
		kill: killDuringSnapshot,
		wait: func(h *harness, s *session) {
			s.waitFor("◐ web-server-01  snapshot before-restore-")
			h.finishRunning(s)
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

// killRestore kills the program while a restore waits for its snapshot, and starts it again. The
// program then asks about the restore, or is about to.
func killRestore(t *testing.T, at killPoint) (*harness, *session) {
	t.Helper()
	h := newHarness(t)
	at.kill(h, h.prepare(actionCases["snapshot first"]))
	s := h.start()
	if at.wait != nil {
		at.wait(h, s)
	}
	return h, s
}

// fillResumedRestore fills in the dialog of a restore that waited, all but the final enter.
func (s *session) fillResumedRestore() {
	s.t.Helper()
	s.waitFor("Resume the restore?")
	s.typeName()
	s.press("\t")
	s.waitFor("▸ Restore")
}

// A restore that waited for its snapshot is never sent without confirmation after the program was
// started again. Each run asks about it until the user answers.
func TestRestoreAfterSnapshotNeverContinuesByItself(t *testing.T) {
	t.Parallel()
	for name, m := range killPoints {
		if isCut(name, "the snapshot runs") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, s := killRestore(t, m)
			s.waitFor("Resume the restore?", "the snapshot before-restore-", "Cancel ")
			h.requireJournal("create intent", "create running", "create done")

			s = h.restart(s)
			s.waitFor("Resume the restore?")
			h.requireSent("POST /snapshots/")
			s.press("\x1b")
			h.requireJournal("create intent", "create running", "create done", "restore canceled")

			s = h.restart(s)
			s.press("A")
			s.waitFor("─ Activity", "onto web-server-01: no longer")
			h.requireNothingResumed(s)
			h.requireJournal("create intent", "create running", "create done", "restore canceled")
			h.requireSent("POST /snapshots/")
		})
	}
}

func TestRestoreAfterSnapshotContinuesOnceWhenConfirmed(t *testing.T) {
	t.Parallel()
	for name, m := range killPoints {
		if isCut(name, "the snapshot runs") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, s := killRestore(t, m)
			s.fillResumedRestore()
			s.press("\r")
			lines := []string{"create intent", "create running", "create done", "restore intent", "restore running",
				"restore running"}
			h.requireJournal(lines...)

			s = h.restart(s)
			s.waitFor("restore snapshot pre-migration-snapshot", "◐ 1 running")
			h.finishRunning(s)
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
	t.Parallel()
	for name, m := range confirmedKillPoints {
		if isCut(name, "its request is held") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, s := killRestore(t, killPoints["the snapshot has completed meanwhile"])
			s.fillResumedRestore()
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
	first := h.prepare(actionCases["snapshot first"])
	h.account.InjectFault("POST /snapshots/: hold x1")
	first.press("\r")
	h.waitUntil("the snapshot is sent", func() bool { return len(h.account.SentActions()) == 1 })

	second := h.start()
	second.press("A")
	second.waitFor("─ Activity")
	second.press("\x1b")
	second.waitGone("─ Activity")
	second.waitFor("◐ 1 running") // it sees the snapshot as one of another program
	h.account.Release()
	h.requireJournal("create intent", "create running")
	h.finishSnapshot()
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
