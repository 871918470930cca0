//go:build unix

package e2e

import (
	"slices"
	"strings"
	"testing"
	"time"

	"vpsdeck/internal/journal"
	"vpsdeck/internal/settings"
)

// An action without an intent in the journal was never started.
func TestKilledBeforeIntentActionDoesNotExist(t *testing.T) {
	t.Parallel()
	isFirst := func(a actionCase) bool { return len(a.requestsBefore) == 0 }
	forEachAction(t, isFirst, func(h *harness, s *session, a actionCase) {
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
		s.waitFor("─ Activity")
		h.requireNothingResumed(s)
		if s.hasShown(a.title) {
			h.t.Error("an action is shown that was never started")
		}
		h.requireJournal()
		h.requireSent()
	})
}

// An action whose request never arrived is looked up, not found, and not sent again.
func TestKilledBeforeRequestActionIsLookedUpAndNotResent(t *testing.T) {
	t.Parallel()
	all := func(actionCase) bool { return true }
	forEachAction(t, all, func(h *harness, s *session, a actionCase) {
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
		end := concat(concat(intent, a.action+" not-found"), a.journalAfter...)
		h.requireJournal(end...)
		records, _, _ := journal.New(h.stateDir).Read()
		want := "its answer was lost, and " + a.notFoundText + ": check the provider's panel before you try again"
		if reason := records[len(intent)].Reason; reason != want {
			h.t.Errorf("the reason is %q", reason)
		}
		h.requireSent(a.requestsBefore...)
		s.press("\x1b")
		s.waitGone("Not seen: try again?")
		s.press("q")
		s.requireExit(settings.ExitOK)
		h.requireJournal(end...)
		h.requireSent(a.requestsBefore...)
	})
}

func TestNotSeenActionIsResentOnceWhenConfirmed(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	a := actionCases["create snapshot"]
	s := h.prepare(a)
	h.holdRequests(isRequest("POST /snapshots/"))
	h.submit(s, a)
	h.waitHeld("POST /snapshots/")
	s.kill()

	h.holdRequests(nil)
	s = h.start()
	h.advance(3 * time.Minute)
	s.pressUntil("Not seen: try again?", "R")
	s.pressUntil("▸ Send again", "y")
	// A busy program may read the enter in one burst with the y, and ignores it then.
	s.pressUntilTrue([]string{"\r"}, "the dialog closes", func(screen string) bool {
		return !strings.Contains(screen, "Send again")
	})
	h.requireJournal("create intent", "create not-found", "create intent", "create running")
	h.requireSent("POST /snapshots/")
}

// An action that was done, but whose response was lost, is found, followed to its end, and not sent
// again.
func TestKilledBeforeResponseActionIsFoundAndNotResent(t *testing.T) {
	t.Parallel()
	forEachAction(t, actionCase.isComplete, func(h *harness, s *session, a actionCase) {
		h.account.InjectFault(a.faultRequest + ": hold x1")
		h.submit(s, a)
		h.waitUntil("the action is done", func() bool { return slices.Contains(h.account.SentActions(), a.request) })
		s.kill()
		lines := concat(a.journalBefore, a.action+" intent")
		h.requireJournal(lines...)

		s = h.start()
		if a.action != "delete" { // a deletion is over as soon as it is found
			s.waitFor(a.title, "the answer was lost, but it is running")
			lines = append(lines, a.action+" running")
			h.requireJournal(lines...)
			h.finishRunning(s)
		}
		lines = append(lines, a.action+" done")
		h.requireJournal(lines...)
		h.requireFinished(s, a, lines)
	})
}

// A running action is resumed and followed to its end.
func TestKilledAfterResponseActionIsFollowedToItsEnd(t *testing.T) {
	t.Parallel()
	forEachAction(t, actionCase.isComplete, func(h *harness, s *session, a actionCase) {
		h.submit(s, a)
		lines := concat(a.journalBefore, a.action+" intent", a.action+" running")
		switch a.action {
		case "delete": // over as soon as a list shows it
			lines = append(lines, "delete done")
		case "restore": // a list has shown it
			lines = append(lines, "restore running")
		}
		h.requireJournal(lines...)

		s = h.restart(s)
		if a.action != "delete" {
			s.waitFor(a.title, "◐ 1 running")
			h.finishRunning(s)
			lines = append(lines, a.action+" done")
		}
		h.requireJournal(lines...)
		h.requireFinished(s, a, lines)
	})
}
