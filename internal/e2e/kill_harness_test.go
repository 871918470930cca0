//go:build unix

package e2e

import (
	"slices"
	"testing"
	"time"

	"vpsdeck/api/sim"
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
	journalAfter   []string       // journal lines after the action was not found
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
		notFoundText: "the lists do not show it", journalAfter: []string{"restore canceled"},
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
		h.finishSnapshot()
		s.press("R")
	}
}

// finishSnapshot lets a snapshot at the account end that a restore waits for. If no list came for 15
// minutes, the restore would be asked for again.
func (h *harness) finishSnapshot() { h.advance(12 * time.Minute) }

// concat returns a new slice of the first elements and more.
func concat(first []string, more ...string) []string { return append(slices.Clone(first), more...) }

// isComplete reports whether the case ends with its action. The others go on with a restore, see
// TestRestoreAfterSnapshotNeverContinuesByItself.
func (a actionCase) isComplete() bool { return a.endText != "" }

// forEachAction runs a test for each action that suits, with its form filled in. In the short lane
// it runs only for the snapshot.
func forEachAction(t *testing.T, suits func(actionCase) bool, test func(*harness, *session, actionCase)) {
	t.Helper()
	for name, a := range actionCases {
		if !suits(a) || isCut(name, "create snapshot") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t)
			test(h, h.prepare(a), a)
		})
	}
}

// prepare starts the program and fills in the action's form, all but the final enter.
func (h *harness) prepare(a actionCase) *session {
	h.t.Helper()
	s := h.start()
	a.prepare(s)
	return s
}

// restart kills the program and starts it again.
func (h *harness) restart(s *session) *session {
	h.t.Helper()
	s.kill()
	return h.start()
}

// finishRunning lets what runs at the account end, and has the program see it.
func (h *harness) finishRunning(s *session) {
	h.t.Helper()
	h.advance(time.Hour)
	s.press("R")
}

// requireFinished fails the test unless the action is over: one request, its end in the history,
// and nothing to resume.
func (h *harness) requireFinished(s *session, a actionCase, lines []string) {
	h.t.Helper()
	s = h.restart(s)
	s.press("A")
	s.waitFor("─ Activity", a.title, a.endText)
	h.requireNothingResumed(s)
	h.requireJournal(lines...)
	h.requireSent(concat(a.requestsBefore, a.request)...)
}

// requireNothingResumed fails the test if the program resumes anything. Its screen must show the
// activities.
func (h *harness) requireNothingResumed(s *session) {
	h.t.Helper()
	s.press("\x1b")
	s.waitGone("─ Activity")
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
