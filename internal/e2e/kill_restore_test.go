//go:build unix

package e2e

import (
	"testing"
	"time"

	"vpsdeck/internal/settings"
)

// The moments at which a restore that waits for its snapshot is left alone, and what must pass until it is asked about.
var moments = map[string]struct{ kill, wait func(*world, *seat) }{
	"the snapshot is not answered": {
		kill: func(w *world, s *seat) {
			w.fault("POST /snapshots/: hold x1")
			s.press("\r")
			w.until("the snapshot is begun", func() bool { return len(w.deeds()) == 1 })
			s.kill()
			w.wrote("create intent")
		},
		wait: func(w *world, s *seat) {
			s.sees("found, it is running")
			w.wrote("create intent", "create running")
			w.pass(time.Hour)
			s.press("R")
		},
	},
	"the snapshot runs": {
		kill: killWhileTheSnapshotRuns,
		wait: func(w *world, s *seat) {
			s.sees("◐ web-server-01  snapshot before-restore-")
			w.pass(time.Hour)
			s.press("R")
		},
	},
	"the snapshot has completed meanwhile": {
		kill: func(w *world, s *seat) {
			killWhileTheSnapshotRuns(w, s)
			w.pass(time.Hour)
		},
	},
	"the restore is looked up": {
		kill: func(w *world, s *seat) {
			s.press("\r")
			w.wrote("create intent", "create running")
			w.holdBack(is("GET /servers/"))
			w.pass(time.Hour)
			w.wrote("create intent", "create running", "create done")
			s.sees("being sent")
			w.holding("GET /servers/")
			s.kill()
			w.holdBack(nil)
		},
	},
}

func killWhileTheSnapshotRuns(w *world, s *seat) {
	s.press("\r")
	w.wrote("create intent", "create running")
	s.kill()
}

// A restore that waited for its snapshot is never sent by itself once the program was started again. It is asked about,
// until there is an answer.
func TestARestoreAfterASnapshotNeverGoesOnByItself(t *testing.T) {
	for name, m := range moments {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			s := w.start()
			s.fillRestore("3", true)
			m.kill(w, s)

			s = w.start()
			if m.wait != nil {
				m.wait(w, s)
			}
			s.sees("Go on with the restore?", "the snapshot before-restore-", "▸ Cancel")
			w.wrote("create intent", "create running", "create done")
			s.kill()

			s = w.start()
			s.sees("Go on with the restore?")
			w.requireSent("POST /snapshots/")
			s.press("\x1b")
			w.wrote("create intent", "create running", "create done", "restore called-off")
			s.kill()

			s = w.start()
			s.press("A")
			s.sees("newest first", "it was not wanted any more")
			w.requireNothingOpen(s)
			w.wrote("create intent", "create running", "create done", "restore called-off")
			w.requireSent("POST /snapshots/")
		})
	}
}

func TestARestoreAfterASnapshotGoesOnOnceWhenOneSaysYes(t *testing.T) {
	for name, m := range moments {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			s := w.start()
			s.fillRestore("3", true)
			m.kill(w, s)

			s = w.start()
			if m.wait != nil {
				m.wait(w, s)
			}
			s.sees("Go on with the restore?")
			s.typeName()
			s.press("\t")
			s.sees("▸ Restore")
			s.press("\r")
			lines := []string{"create intent", "create running", "create done", "restore intent", "restore running", "restore running"}
			w.wrote(lines...)
			s.kill()

			s = w.start()
			s.sees("restore snapshot pre-migration-snapshot", "◐ 1 running")
			w.pass(time.Hour)
			s.press("R")
			lines = append(lines, "restore done")
			w.wrote(lines...)
			w.requireOver(s, acts["then restore"], lines)
		})
	}
}

// The moments at which it is killed after the yes to go on, what the journal has by then, and what the next start says.
var secondMoments = map[string]struct {
	kill func(*world, *seat)
	adds []string
	says string
}{
	"it is looked up": {
		kill: func(w *world, s *seat) {
			w.holdBack(isLookup)
			s.press("\r")
			w.holding("GET /servers/")
		},
		says: "Go on with the restore?",
	},
	"its request is on the line": {
		kill: func(w *world, s *seat) {
			w.holdBack(is("POST /snapshots/801/restore/"))
			s.press("\r")
			w.holding("POST /snapshots/801/restore/")
		},
		adds: []string{"restore intent"},
		says: "1 begun by another run of vpsdeck: looking how far it came",
	},
	"it is not answered": {
		kill: func(w *world, s *seat) {
			w.fault("POST /snapshots/{id}/restore/: hold x1")
			s.press("\r")
			w.until("the restore is begun", func() bool { return len(w.deeds()) == 2 })
		},
		adds: []string{"restore intent"},
		says: "found, it is running",
	},
}

func TestKilledAfterTheYesToGoOnARestoreIsNotSentAgainByItself(t *testing.T) {
	for name, m := range secondMoments {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			s := w.start()
			s.fillRestore("3", true)
			killWhileTheSnapshotRuns(w, s)
			w.pass(time.Hour)
			s = w.start()
			s.sees("Go on with the restore?")
			s.typeName()
			s.press("\t")
			s.sees("▸ Restore")
			m.kill(w, s)
			lines := wantAll([]string{"create intent", "create running", "create done"}, m.adds...)
			w.wrote(lines...)
			s.kill()

			w.holdBack(nil)
			sent := w.deeds()
			s = w.start()
			s.sees(m.says)
			if len(m.adds) > 0 && s.saw("Go on with the restore?") {
				t.Error("a restore that may have been sent is asked about as one that was not")
			}
			w.requireSent(sent...)
		})
	}
}

func TestASecondProgramLeavesTheDeedsOfTheFirstToIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.start()
	first.fillRestore("3", true)
	w.fault("POST /snapshots/: hold x1")
	first.press("\r")
	w.until("the snapshot is begun", func() bool { return len(w.deeds()) == 1 })

	second := w.start()
	second.press("A")
	second.sees("newest first")
	second.press("\x1b")
	second.gone("newest first")
	second.sees("◐ 1 running") // it sees the snapshot as anybody's
	w.account.Release()
	w.wrote("create intent", "create running")
	w.pass(time.Hour)
	w.wrote("create intent", "create running", "create done", "restore intent", "restore running", "restore running")
	second.press("R")
	second.sees("◐ restoring")
	second.press("q")
	second.leave(settings.ExitFine)
	if second.saw("begun by another run") || second.saw("Go on with the restore?") {
		t.Error("the second program takes up what the first sees to")
	}
	w.requireSent("POST /snapshots/", "POST /snapshots/801/restore/")
}
