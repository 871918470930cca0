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

// actionCase is a deed on web-server-01.
type actionCase struct {
	prepare        func(*session) // presses all keys but the last, which is enter
	requestsBefore []string       // requests that come first
	journalBefore  []string       // lines of the journal that come first
	request        string         // the one that changes something
	faultRequest   string         // the same for a fault
	action         string         // in the journal
	title          string         // on the screen
	notFoundText   string         // what the lists show of it when it was not done
	endText        string         // on the screen
}

var actionCases = map[string]actionCase{
	"create snapshot": {
		prepare: (*session).fillSnapshot,
		request: "POST /snapshots/", faultRequest: "POST /snapshots/", action: "create", title: "snapshot before-kill",
		notFoundText: "the lists show nothing of it", endText: ": completed",
	},
	"create backup": {
		prepare: func(s *session) {
			s.selectServer()
			s.press("b")
			s.waitFor("New backup of web-server-01")
			s.press("before the kill")
			s.waitFor("› before the kill")
		},
		request: "POST /backups/", faultRequest: "POST /backups/", action: "create", title: "backup “before the kill”",
		notFoundText: "the lists show nothing of it", endText: ": completed",
	},
	"delete": {
		prepare: func(s *session) {
			s.selectServer()
			s.press("3", "j", "d")
			s.waitFor("Delete for good")
			s.pressUntil("▸ Delete", "y")
		},
		request: "DELETE /snapshots/798/", faultRequest: "DELETE /snapshots/{id}/", action: "delete",
		title: "delete snapshot weekly-snapshot-2025-01-08", notFoundText: "it is still listed", endText: ": deleted",
	},
	"restore snapshot": {
		prepare: func(s *session) { s.fillRestore("3", false) },
		request: "POST /snapshots/801/restore/", faultRequest: "POST /snapshots/{id}/restore/", action: "restore",
		title: "restore snapshot pre-migration-snapshot", notFoundText: "the lists show nothing of it", endText: ": ended",
	},
	"restore backup": {
		prepare: func(s *session) { s.fillRestore("2", false) },
		request: "POST /servers/12345/restore/", faultRequest: "POST /servers/{id}/restore/", action: "restore",
		title: "restore backup #", notFoundText: "the lists show nothing of it", endText: ": ended",
	},
	"snapshot first": {
		prepare: func(s *session) { s.fillRestore("3", true) },
		request: "POST /snapshots/", faultRequest: "POST /snapshots/", action: "create", title: "snapshot before-restore-",
		notFoundText: "the lists show nothing of it",
	},
	"then restore": {
		prepare:        func(s *session) { s.fillRestore("3", true) },
		requestsBefore: []string{"POST /snapshots/"}, journalBefore: []string{"create intent", "create running", "create done"},
		request: "POST /snapshots/801/restore/", faultRequest: "POST /snapshots/{id}/restore/", action: "restore",
		title: "restore snapshot pre-migration-snapshot", notFoundText: "the lists show nothing of it", endText: ": ended",
	},
}

// submit does what must happen between the last key and the request: a restore after a snapshot waits for that.
func (h *harness) submit(s *session, a actionCase) {
	h.t.Helper()
	s.press("\r")
	if len(a.journalBefore) > 0 {
		h.requireJournal(a.journalBefore[:len(a.journalBefore)-1]...)
		h.advance(time.Hour)
		s.press("R")
	}
}

// concat is lines or requests that came first, and more.
func concat(first []string, more ...string) []string { return append(slices.Clone(first), more...) }

// A deed that has not got as far as its intent was never there.
func TestKilledBeforeIntentActionDoesNotExist(t *testing.T) {
	for name, a := range actionCases {
		if len(a.requestsBefore) > 0 {
			continue // see TestARestoreAfterASnapshotNeverGoesOnByItself
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t)
			s := h.start()
			a.prepare(s)
			h.holdRequests(isGet)
			h.submit(s, a)
			s.waitFor("being sent")
			h.waitHeld("GET /servers/")
			s.kill()
			h.requireJournal()
			h.requireSent()

			h.holdRequests(nil)
			s = h.start()
			s.press("A")
			s.waitFor("newest first")
			h.requireNothingResumed(s)
			if s.hasShown(a.title) {
				t.Error("something is shown that was never begun")
			}
			h.requireJournal()
			h.requireSent()
		})
	}
}

// A deed whose request never arrived is looked for, is not found, and is not sent again.
func TestKilledBeforeRequestActionIsLookedUpAndNotResent(t *testing.T) {
	for name, a := range actionCases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t)
			s := h.start()
			a.prepare(s)
			h.holdRequests(isRequest(a.request))
			h.submit(s, a)
			h.waitHeld(a.request)
			intent := concat(a.journalBefore, a.action+" intent")
			h.requireJournal(intent...) // on the disk before the request left
			s.kill()

			h.holdRequests(nil)
			s = h.start()
			s.waitFor("1 begun by another run of vpsdeck: looking how far it came", a.title, "outcome unknown")
			h.requireJournal(intent...)
			h.advance(3 * time.Minute)
			s.pressUntil("Not seen: try again?", "R")
			h.requireJournal(concat(intent, a.action+" not-found")...)
			records, _, _ := journal.New(h.stateDir).Read()
			if words := records[len(records)-1].Reason; words != "its answer was lost, and "+a.notFoundText+": look in the provider's panel before you try again" {
				t.Errorf("it is not seen because %q", words)
			}
			h.requireSent(a.requestsBefore...)
			s.press("\x1b")
			s.waitGone("Not seen: try again?")
			s.press("q")
			s.requireExit(settings.ExitOK)
			h.requireJournal(concat(intent, a.action+" not-found")...)
			h.requireSent(a.requestsBefore...)
		})
	}
}

func TestNotSeenActionIsResentOnceWhenConfirmed(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	s := h.start()
	s.fillSnapshot()
	h.holdRequests(isRequest("POST /snapshots/"))
	s.press("\r")
	h.waitHeld("POST /snapshots/")
	s.kill()

	h.holdRequests(nil)
	s = h.start()
	h.advance(3 * time.Minute)
	s.pressUntil("Not seen: try again?", "R")
	s.pressUntil("▸ Send again", "y")
	s.press("\r")
	h.requireJournal("create intent", "create not-found", "create intent", "create running")
	h.requireSent("POST /snapshots/")
}

// A deed that was done, and whose answer nobody heard, is found, is seen to its end, and is not sent again.
func TestKilledBeforeResponseActionIsFoundAndNotResent(t *testing.T) {
	for name, a := range actionCases {
		if a.endText == "" {
			continue // see TestARestoreAfterASnapshotNeverGoesOnByItself
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t)
			s := h.start()
			a.prepare(s)
			h.injectFault(a.faultRequest + ": hold x1")
			h.submit(s, a)
			h.waitUntil("the deed is done", func() bool { return slices.Contains(h.sentActions(), a.request) })
			s.kill()
			h.requireJournal(concat(a.journalBefore, a.action+" intent")...)

			s = h.start()
			lines := concat(a.journalBefore, a.action+" intent")
			if a.action != "delete" { // which is over as soon as it is found
				s.waitFor(a.title, "found, it is running")
				lines = append(lines, a.action+" running")
				h.requireJournal(lines...)
				h.advance(time.Hour)
				s.press("R")
			}
			lines = append(lines, a.action+" done")
			h.requireJournal(lines...)
			h.requireFinished(s, a, lines)
		})
	}
}

// A deed that runs is taken up where it is, and seen to its end.
func TestKilledAfterResponseActionIsFollowedToItsEnd(t *testing.T) {
	for name, a := range actionCases {
		if a.endText == "" {
			continue // see TestARestoreAfterASnapshotNeverGoesOnByItself
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t)
			s := h.start()
			a.prepare(s)
			h.submit(s, a)
			lines := concat(a.journalBefore, a.action+" intent", a.action+" running")
			switch a.action {
			case "delete": // which is over as soon as a list shows it
				lines = append(lines, "delete done")
			case "restore": // which a list has shown
				lines = append(lines, "restore running")
			}
			h.requireJournal(lines...)
			s.kill()

			s = h.start()
			if a.action != "delete" {
				s.waitFor(a.title, "◐ 1 running")
				h.advance(time.Hour)
				s.press("R")
				lines = append(lines, a.action+" done")
			}
			h.requireJournal(lines...)
			h.requireFinished(s, a, lines)
		})
	}
}

// requireFinished fails the test unless the deed is over for good: one request, its end in the history, and nothing to take up.
func (h *harness) requireFinished(s *session, a actionCase, lines []string) {
	h.t.Helper()
	s.kill()
	s = h.start()
	s.press("A")
	s.waitFor("newest first", a.title, a.endText)
	h.requireNothingResumed(s)
	h.requireJournal(lines...)
	h.requireSent(concat(a.requestsBefore, a.request)...)
}

// requireNothingResumed fails the test if the program, on whose screen the activities are, takes anything up.
func (h *harness) requireNothingResumed(s *session) {
	h.t.Helper()
	s.press("\x1b")
	s.waitGone("newest first")
	asked := len(h.account.Requests())
	s.press("R")
	h.waitUntil("all lists have come once more", func() bool {
		all := h.account.Requests()
		return len(all) >= asked+4 && !slices.ContainsFunc(all[asked:], func(r sim.Request) bool { return r.Status == 0 })
	})
	s.press("q")
	s.requireExit(settings.ExitOK) // it does not say that anything goes on
	if s.hasShown("begun by another run") || s.hasShown("Go on with the restore?") || s.hasShown("Not seen") {
		h.t.Error("what is over is taken up again")
	}
}
