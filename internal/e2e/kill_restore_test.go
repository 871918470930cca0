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
		kill: func(h *harness, s *session) {
			h.injectFault("POST /snapshots/: hold x1")
			s.press("\r")
			h.waitUntil("the snapshot is begun", func() bool { return len(h.sentActions()) == 1 })
			s.kill()
			h.requireJournal("create intent")
		},
		wait: func(h *harness, s *session) {
			s.waitFor("found, it is running")
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

// A restore that waited for its snapshot is never sent by itself once the program was started again. It is asked about,
// until there is an answer.
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
			s.waitFor("Go on with the restore?", "the snapshot before-restore-", "▸ Cancel")
			h.requireJournal("create intent", "create running", "create done")
			s.kill()

			s = h.start()
			s.waitFor("Go on with the restore?")
			h.requireSent("POST /snapshots/")
			s.press("\x1b")
			h.requireJournal("create intent", "create running", "create done", "restore canceled")
			s.kill()

			s = h.start()
			s.press("A")
			s.waitFor("newest first", "it was not wanted any more")
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
			s.waitFor("Go on with the restore?")
			s.typeName()
			s.press("\t")
			s.waitFor("▸ Restore")
			s.press("\r")
			lines := []string{"create intent", "create running", "create done", "restore intent", "restore running", "restore running"}
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

// The moments at which it is killed after the yes to go on, what the journal has by then, and what the next start says.
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
		says: "Go on with the restore?",
	},
	"its request is on the line": {
		kill: func(h *harness, s *session) {
			h.holdRequests(isRequest("POST /snapshots/801/restore/"))
			s.press("\r")
			h.waitHeld("POST /snapshots/801/restore/")
		},
		adds: []string{"restore intent"},
		says: "1 begun by another run of vpsdeck: looking how far it came",
	},
	"it is not answered": {
		kill: func(h *harness, s *session) {
			h.injectFault("POST /snapshots/{id}/restore/: hold x1")
			s.press("\r")
			h.waitUntil("the restore is begun", func() bool { return len(h.sentActions()) == 2 })
		},
		adds: []string{"restore intent"},
		says: "found, it is running",
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
			s.waitFor("Go on with the restore?")
			s.typeName()
			s.press("\t")
			s.waitFor("▸ Restore")
			m.kill(h, s)
			lines := concat([]string{"create intent", "create running", "create done"}, m.adds...)
			h.requireJournal(lines...)
			s.kill()

			h.holdRequests(nil)
			sent := h.sentActions()
			s = h.start()
			s.waitFor(m.says)
			if len(m.adds) > 0 && s.hasShown("Go on with the restore?") {
				t.Error("a restore that may have been sent is asked about as one that was not")
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
	h.injectFault("POST /snapshots/: hold x1")
	first.press("\r")
	h.waitUntil("the snapshot is begun", func() bool { return len(h.sentActions()) == 1 })

	second := h.start()
	second.press("A")
	second.waitFor("newest first")
	second.press("\x1b")
	second.waitGone("newest first")
	second.waitFor("◐ 1 running") // it sees the snapshot as anybody's
	h.account.Release()
	h.requireJournal("create intent", "create running")
	h.advance(time.Hour)
	h.requireJournal("create intent", "create running", "create done", "restore intent", "restore running", "restore running")
	second.press("R")
	second.waitFor("◐ restoring")
	second.press("q")
	second.requireExit(settings.ExitOK)
	if second.hasShown("begun by another run") || second.hasShown("Go on with the restore?") {
		t.Error("the second program takes up what the first sees to")
	}
	h.requireSent("POST /snapshots/", "POST /snapshots/801/restore/")
}
