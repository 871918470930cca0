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

// actionCase is an action on web-server-01.
type actionCase struct {
	prepare        func(*session) // presses all keys but the last, which is enter
	requestsBefore []string       // requests before this action's
	journalBefore  []string       // journal lines before this action's
	request        string         // the action's request
	faultRequest   string         // the same, as a fault's target
	action         string         // in the journal
	title          string         // on the screen
	notFoundText   string         // on the screen, if the action was not done
	endText        string         // on the screen, at its end
}

var actionCases = map[string]actionCase{
	"create snapshot": {
		prepare: (*session).fillSnapshot,
		request: "POST /snapshots/", faultRequest: "POST /snapshots/", action: "create", title: "snapshot before-kill",
		notFoundText: "the lists do not show it", endText: ": completed",
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
		notFoundText: "the lists do not show it", endText: ": completed",
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
		title: "restore snapshot pre-migration-snapshot", notFoundText: "the lists do not show it",
		endText: ": finished",
	},
	"restore backup": {
		prepare: func(s *session) { s.fillRestore("2", false) },
		request: "POST /servers/12345/restore/", faultRequest: "POST /servers/{id}/restore/", action: "restore",
		title: "restore backup #", notFoundText: "the lists do not show it", endText: ": finished",
	},
	"snapshot first": {
		prepare: func(s *session) { s.fillRestore("3", true) },
		request: "POST /snapshots/", faultRequest: "POST /snapshots/", action: "create",
		title:        "snapshot before-restore-",
		notFoundText: "the lists do not show it",
	},
	"then restore": {
		prepare:        func(s *session) { s.fillRestore("3", true) },
		requestsBefore: []string{"POST /snapshots/"}, journalBefore: []string{"create intent", "create running",
			"create done"},
		request: "POST /snapshots/801/restore/", faultRequest: "POST /snapshots/{id}/restore/", action: "restore",
		title: "restore snapshot pre-migration-snapshot", notFoundText: "the lists do not show it",
		endText: ": finished",
	},
}

// submit presses enter and does what the request needs: for a restore after a snapshot, it waits
// for the snapshot.
func (h *harness) submit(s *session, a actionCase) {
	h.t.Helper()
	s.press("\r")
	if len(a.journalBefore) > 0 {
		h.requireJournal(a.journalBefore[:len(a.journalBefore)-1]...)
		h.advance(time.Hour)
		s.press("R")
	}
}

// concat returns a new slice of the first elements and more.
func concat(first []string, more ...string) []string { return append(slices.Clone(first), more...) }

// An action without an intent in the journal was never started.
func TestKilledBeforeIntentActionDoesNotExist(t *testing.T) {
	for name, a := range actionCases {
		if len(a.requestsBefore) > 0 {
			continue // see TestRestoreAfterSnapshotNeverContinuesByItself
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
				t.Error("an action is shown that was never started")
			}
			h.requireJournal()
			h.requireSent()
		})
	}
}

// An action whose request never arrived is looked up, not found, and not sent again.
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
			s.waitFor("1 unfinished from another run of vpsdeck: checking progress", a.title, "outcome unknown")
			h.requireJournal(intent...)
			h.advance(3 * time.Minute)
			s.pressUntil("Not seen: try again?", "R")
			h.requireJournal(concat(intent, a.action+" not-found")...)
			records, _, _ := journal.New(h.stateDir).Read()
			reason := records[len(records)-1].Reason
			if want := "its answer was lost, and " + a.notFoundText; reason !=
				want+": check the provider's panel before you try again" {
				t.Errorf("the reason is %q", reason)
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

// An action that was done, but whose response was lost, is found, followed to its end, and not sent
// again.
func TestKilledBeforeResponseActionIsFoundAndNotResent(t *testing.T) {
	for name, a := range actionCases {
		if a.endText == "" {
			continue // see TestRestoreAfterSnapshotNeverContinuesByItself
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t)
			s := h.start()
			a.prepare(s)
			h.account.InjectFault(a.faultRequest + ": hold x1")
			h.submit(s, a)
			h.waitUntil("the action is done", func() bool { return slices.Contains(h.account.SentActions(), a.request) })
			s.kill()
			h.requireJournal(concat(a.journalBefore, a.action+" intent")...)

			s = h.start()
			lines := concat(a.journalBefore, a.action+" intent")
			if a.action != "delete" { // a deletion is over as soon as it is found
				s.waitFor(a.title, "the answer was lost, but it is running")
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

// A running action is resumed and followed to its end.
func TestKilledAfterResponseActionIsFollowedToItsEnd(t *testing.T) {
	for name, a := range actionCases {
		if a.endText == "" {
			continue // see TestRestoreAfterSnapshotNeverContinuesByItself
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t)
			s := h.start()
			a.prepare(s)
			h.submit(s, a)
			lines := concat(a.journalBefore, a.action+" intent", a.action+" running")
			switch a.action {
			case "delete": // over as soon as a list shows it
				lines = append(lines, "delete done")
			case "restore": // a list has shown it
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

// requireFinished fails the test unless the action is over: one request, its end in the history,
// and nothing to resume.
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

// requireNothingResumed fails the test if the program resumes anything. Its screen must show the
// activities.
func (h *harness) requireNothingResumed(s *session) {
	h.t.Helper()
	s.press("\x1b")
	s.waitGone("newest first")
	before := len(h.account.Requests())
	s.press("R")
	h.waitUntil("all lists have been read again", func() bool {
		all := h.account.Requests()
		return len(all) >= before+4 &&
			!slices.ContainsFunc(all[before:], func(r sim.Request) bool { return r.Status == 0 })
	})
	s.press("q")
	s.requireExit(settings.ExitOK) // it reports nothing as still running
	if s.hasShown("unfinished from another run") || s.hasShown("Resume the restore?") || s.hasShown("Not seen") {
		h.t.Error("a finished operation was resumed")
	}
}
