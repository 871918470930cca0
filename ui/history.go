package ui

import (
	"errors"
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/command"
	"vpsdeck/ui/screen"
)

// history is the content of the journal and what was derived from it.
type history struct {
	*core
	poller      *poller
	panes       *panes
	loaded      bool
	latest      []model.Record // the last record of each operation
	open        []model.Record // those left open by an earlier run
	connections []model.Record // logins and logouts, if several users share the program
	others      []model.Record // the last record of each operation of other accounts
	unreadable  int
	err         error
	resumed     bool
	resumedIDs  map[string]bool                // the resumed operations, by ID
	lastProblem string                         // the last reported error, so that it is reported once
	offers      []func(screen.Actions) tea.Cmd // dialogs that wait until no other is open
	unread      map[string]unreadEvent         // what ended while nobody looked, by the ID of its event
	shownNotice int                            // number of the last notice that the open page includes
}

// Update handles what the journal answers.
func (h *history) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case command.HistoryLoadedMsg:
		return h.handleHistory(msg)
	case command.RecordedMsg:
		h.reportJournalError(msg.Err)
	}
	return nil
}

// reset forgets what was read, for another account.
func (h *history) reset() { *h = history{core: h.core, poller: h.poller, panes: h.panes} }

// journalRecord is the operation as a journal record.
func (h *history) journalRecord(o model.Operation) model.Record {
	record := o.Record(h.session.Client.Host(), h.state.Local)
	record.Profile = h.session.Profile
	return record
}

// writeRecord journals the progress of one of our operations.
func (h *history) writeRecord(o model.Operation) tea.Cmd {
	if o.ID == "" {
		return nil
	}
	return h.session.Record(h.journalRecord(o))
}

// reportJournalError reports a journal error once. Actions continue without the journal.
func (h *history) reportJournalError(err error) {
	text := model.ErrorMessage(err)
	if text == "" || text == h.lastProblem {
		return
	}
	h.lastProblem = text
	h.notify(screen.Error, text+"; actions continue, but are not logged")
}

// handleHistory applies the loaded journal.
func (h *history) handleHistory(msg command.HistoryLoadedMsg) tea.Cmd {
	if msg.Session != h.session.Number {
		return nil
	}
	if !h.loaded { // later, the open ones are our own
		h.open = msg.Open
	}
	h.loaded, h.latest, h.others, h.connections = true, msg.Latest, msg.Others, nil
	if h.page() != nil { // only it shows them, and it reads the journal when it opens
		h.connections = msg.Connections
	}
	h.unreadable, h.err = msg.Unreadable, msg.Err
	h.learnDurations()
	h.reportJournalError(msg.Err)
	if page := h.page(); page != nil {
		page.Refresh()
	}
	return h.resumeOperations()
}

// resumeOperations resumes the operations that an earlier run of the program left open, once the
// journal and the lists are loaded.
func (h *history) resumeOperations() tea.Cmd {
	if h.resumed || !h.loaded || !h.state.Servers.Loaded() || !h.state.PointsLoaded() || h.state.UsesCache() {
		return nil
	}
	if h.resumedIDs == nil {
		h.resumedIDs = map[string]bool{}
	}
	h.resumed = h.state.Servers.Complete() // otherwise what an incomplete list lacks is resumed later
	h.learnDurations()                     // only now is it known which servers are of this account
	resumed := h.state.Resume(h.open, h.latest, h.session.Client.Host())
	resumed = slices.DeleteFunc(resumed, func(o model.Operation) bool { return h.resumedIDs[o.ID] })
	for _, o := range resumed {
		h.resumedIDs[o.ID] = true
		if o.Phase.Over() {
			h.offerFollowUp(o)
		}
	}
	if n := len(resumed); n > 0 {
		h.notify(screen.Info, fmt.Sprintf("%d unfinished from another run of vpsdeck: checking progress", n))
		return h.poller.refreshRunning()
	}
	return nil
}

// offerFollowUp asks whether to continue with a restore whose snapshot has completed. After a
// restart, or if no list showed its end for a while, it is never sent without asking. Only the user
// who started it is asked.
func (h *history) offerFollowUp(first model.Operation) {
	if first.By.Name != h.opts.Actor.Name {
		return
	}
	h.offers = append(h.offers, func(d screen.Actions) tea.Cmd {
		return d.ResumeRestore(first, func() tea.Cmd {
			return h.writeRecord(h.state.CancelRestore(first, "no longer wanted", h.opts.RunID))
		})
	})
}

// offerResend asks whether to send an action again whose result was not seen.
func (h *history) offerResend(o model.Operation) {
	if o.By.Name != h.opts.Actor.Name {
		return
	}
	h.offers = append(h.offers, func(d screen.Actions) tea.Cmd { return d.Retry(o) })
}

// openNextOffer opens the next pending offer, if nothing else needs the keys. While no action can
// start, because a list cannot be read or the session is read-only, the offers wait.
func (h *history) openNextOffer() tea.Cmd {
	err := h.state.Failure()
	if len(h.offers) == 0 || h.opts.Profile.ReadOnly || err != nil && !errors.Is(err, model.ErrIncomplete) {
		return nil
	}
	offer := h.offers[0]
	h.offers = h.offers[1:]
	return offer(screen.NewActions(h.env))
}
