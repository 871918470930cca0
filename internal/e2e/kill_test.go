//go:build unix

package e2e

import (
	"slices"
	"testing"
	"time"

	"vpsdeck/api/sim"
	"vpsdeck/internal/journal"
	"vpsdeck/internal/settings"
)

// act is a deed on web-server-01.
type act struct {
	ready   func(*seat) // presses all keys but the last, which is enter
	before  []string    // requests that come first
	written []string    // lines of the journal that come first
	request string      // the one that changes something
	struck  string      // the same for a fault
	word    string      // in the journal
	title   string      // on the screen
	trace   string      // what the lists show of it when it was not done
	ended   string      // on the screen
}

var acts = map[string]act{
	"create snapshot": {
		ready:   (*seat).fillSnapshot,
		request: "POST /snapshots/", struck: "POST /snapshots/", word: "create", title: "snapshot before-kill",
		trace: "the lists show nothing of it", ended: ": completed",
	},
	"create backup": {
		ready: func(s *seat) {
			s.choose()
			s.press("b")
			s.sees("New backup of web-server-01")
			s.press("before the kill")
			s.sees("› before the kill")
		},
		request: "POST /backups/", struck: "POST /backups/", word: "create", title: "backup “before the kill”",
		trace: "the lists show nothing of it", ended: ": completed",
	},
	"delete": {
		ready: func(s *seat) {
			s.choose()
			s.press("3", "j", "d")
			s.sees("Delete for good")
			s.pressUntil("▸ Delete", "y")
		},
		request: "DELETE /snapshots/798/", struck: "DELETE /snapshots/{id}/", word: "delete",
		title: "delete snapshot weekly-snapshot-2025-01-08", trace: "it is still listed", ended: ": deleted",
	},
	"restore snapshot": {
		ready:   func(s *seat) { s.fillRestore("3", false) },
		request: "POST /snapshots/801/restore/", struck: "POST /snapshots/{id}/restore/", word: "restore",
		title: "restore snapshot pre-migration-snapshot", trace: "the lists show nothing of it", ended: ": ended",
	},
	"restore backup": {
		ready:   func(s *seat) { s.fillRestore("2", false) },
		request: "POST /servers/12345/restore/", struck: "POST /servers/{id}/restore/", word: "restore",
		title: "restore backup #", trace: "the lists show nothing of it", ended: ": ended",
	},
	"snapshot first": {
		ready:   func(s *seat) { s.fillRestore("3", true) },
		request: "POST /snapshots/", struck: "POST /snapshots/", word: "create", title: "snapshot before-restore-",
		trace: "the lists show nothing of it",
	},
	"then restore": {
		ready:  func(s *seat) { s.fillRestore("3", true) },
		before: []string{"POST /snapshots/"}, written: []string{"create intent", "create running", "create done"},
		request: "POST /snapshots/801/restore/", struck: "POST /snapshots/{id}/restore/", word: "restore",
		title: "restore snapshot pre-migration-snapshot", trace: "the lists show nothing of it", ended: ": ended",
	},
}

// goOn does what must happen between the last key and the request: a restore after a snapshot waits for that.
func (w *world) goOn(s *seat, a act) {
	w.t.Helper()
	s.press("\r")
	if len(a.written) > 0 {
		w.wrote(a.written[:len(a.written)-1]...)
		w.pass(time.Hour)
		s.press("R")
	}
}

// wantAll is lines or requests that came first, and more.
func wantAll(first []string, more ...string) []string { return append(slices.Clone(first), more...) }

// A deed that has not got as far as its intent was never there.
func TestKilledBeforeItsIntentADeedWasNeverThere(t *testing.T) {
	for name, a := range acts {
		if len(a.before) > 0 {
			continue // see TestARestoreAfterASnapshotNeverGoesOnByItself
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			s := w.start()
			a.ready(s)
			w.holdBack(isLookup)
			w.goOn(s, a)
			s.sees("being sent")
			w.holding("GET /servers/")
			s.kill()
			w.wrote()
			w.requireSent()

			w.holdBack(nil)
			s = w.start()
			s.press("A")
			s.sees("newest first")
			w.requireNothingOpen(s)
			if s.saw(a.title) {
				t.Error("something is shown that was never begun")
			}
			w.wrote()
			w.requireSent()
		})
	}
}

// A deed whose request never arrived is looked for, is not found, and is not sent again.
func TestKilledBeforeItsRequestArrivedADeedIsLookedForAndNotSentAgain(t *testing.T) {
	for name, a := range acts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			s := w.start()
			a.ready(s)
			w.holdBack(is(a.request))
			w.goOn(s, a)
			w.holding(a.request)
			intent := wantAll(a.written, a.word+" intent")
			w.wrote(intent...) // on the disk before the request left
			s.kill()

			w.holdBack(nil)
			s = w.start()
			s.sees("1 begun by another run of vpsdeck: looking how far it came", a.title, "outcome unknown")
			w.wrote(intent...)
			w.pass(3 * time.Minute)
			s.pressUntil("Not seen: try again?", "R")
			w.wrote(wantAll(intent, a.word+" not-seen")...)
			records, _, _ := journal.In(w.state).Read()
			if words := records[len(records)-1].Words; words != "its answer was lost, and "+a.trace+": look in the provider's panel before you try again" {
				t.Errorf("it is not seen because %q", words)
			}
			w.requireSent(a.before...)
			s.press("\x1b")
			s.gone("Not seen: try again?")
			s.press("q")
			s.leave(settings.ExitFine)
			w.wrote(wantAll(intent, a.word+" not-seen")...)
			w.requireSent(a.before...)
		})
	}
}

func TestWhatWasNotSeenIsSentAgainOnceWhenOneSaysYes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.start()
	s.fillSnapshot()
	w.holdBack(is("POST /snapshots/"))
	s.press("\r")
	w.holding("POST /snapshots/")
	s.kill()

	w.holdBack(nil)
	s = w.start()
	w.pass(3 * time.Minute)
	s.pressUntil("Not seen: try again?", "R")
	s.pressUntil("▸ Send again", "y")
	s.press("\r")
	w.wrote("create intent", "create not-seen", "create intent", "create running")
	w.requireSent("POST /snapshots/")
}

// A deed that was done, and whose answer nobody heard, is found, is seen to its end, and is not sent again.
func TestKilledBeforeTheAnswerADeedIsFoundAndNotSentAgain(t *testing.T) {
	for name, a := range acts {
		if a.ended == "" {
			continue // see TestARestoreAfterASnapshotNeverGoesOnByItself
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			s := w.start()
			a.ready(s)
			w.fault(a.struck + ": hold x1")
			w.goOn(s, a)
			w.until("the deed is done", func() bool { return slices.Contains(w.deeds(), a.request) })
			s.kill()
			w.wrote(wantAll(a.written, a.word+" intent")...)

			s = w.start()
			lines := wantAll(a.written, a.word+" intent")
			if a.word != "delete" { // which is over as soon as it is found
				s.sees(a.title, "found, it is running")
				lines = append(lines, a.word+" running")
				w.wrote(lines...)
				w.pass(time.Hour)
				s.press("R")
			}
			lines = append(lines, a.word+" done")
			w.wrote(lines...)
			w.requireOver(s, a, lines)
		})
	}
}

// A deed that runs is taken up where it is, and seen to its end.
func TestKilledAfterTheAnswerADeedIsSeenToItsEnd(t *testing.T) {
	for name, a := range acts {
		if a.ended == "" {
			continue // see TestARestoreAfterASnapshotNeverGoesOnByItself
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			s := w.start()
			a.ready(s)
			w.goOn(s, a)
			lines := wantAll(a.written, a.word+" intent", a.word+" running")
			switch a.word {
			case "delete": // which is over as soon as a list shows it
				lines = append(lines, "delete done")
			case "restore": // which a list has shown
				lines = append(lines, "restore running")
			}
			w.wrote(lines...)
			s.kill()

			s = w.start()
			if a.word != "delete" {
				s.sees(a.title, "◐ 1 running")
				w.pass(time.Hour)
				s.press("R")
				lines = append(lines, a.word+" done")
			}
			w.wrote(lines...)
			w.requireOver(s, a, lines)
		})
	}
}

// requireOver fails the test unless the deed is over for good: one request, its end in the history, and nothing to take up.
func (w *world) requireOver(s *seat, a act, lines []string) {
	w.t.Helper()
	s.kill()
	s = w.start()
	s.press("A")
	s.sees("newest first", a.title, a.ended)
	w.requireNothingOpen(s)
	w.wrote(lines...)
	w.requireSent(wantAll(a.before, a.request)...)
}

// requireNothingOpen fails the test if the program, on whose screen the activities are, takes anything up.
func (w *world) requireNothingOpen(s *seat) {
	w.t.Helper()
	s.press("\x1b")
	s.gone("newest first")
	asked := len(w.account.Requests())
	s.press("R")
	w.until("all lists have come once more", func() bool {
		all := w.account.Requests()
		return len(all) >= asked+4 && !slices.ContainsFunc(all[asked:], func(r sim.Request) bool { return r.Status == 0 })
	})
	s.press("q")
	s.leave(settings.ExitFine) // it does not say that anything goes on
	if s.saw("begun by another run") || s.saw("Go on with the restore?") || s.saw("Not seen") {
		w.t.Error("what is over is taken up again")
	}
}
