package ui

import (
	"errors"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/command"
	"vpsdeck/ui/screen"
)

// actions starts the actions that the user confirmed and follows their operations to the end. It
// applies every answer of the API, because any list can show the end of an operation.
type actions struct {
	*core
	poller   *poller
	panes    *panes
	history  *history
	batch    *batch
	account  *account
	terminal *terminal

	stuckNotified map[int]bool      // operations reported as stuck, by number
	reported      []model.Operation // the last report to the other users of the account
}

// Update handles the answers of the API.
func (a *actions) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case command.ServersLoadedMsg, command.PointsLoadedMsg, command.AccountLoadedMsg, command.ActionResultMsg:
		return a.handleAnswer(msg)
	case command.SharedViewMsg:
		return a.applySharedView(msg)
	case command.CacheLoadedMsg:
		a.applyCache(msg)
	case tickMsg:
		return a.notifyStuck()
	}
	return nil
}

// handleAnswer applies an answer of the API to the state and refreshes the panes. Lists from a
// previous session are dropped; the answer to an action is always handled.
func (a *actions) handleAnswer(msg tea.Msg) tea.Cmd {
	var cmds []tea.Cmd
	if result, ok := msg.(command.ActionResultMsg); ok {
		cmds = append(cmds, a.handleActionResult(result))
	} else {
		advanced, answered, err := a.poller.Apply(msg)
		if !answered {
			return nil
		}
		if servers, ok := msg.(command.ServersLoadedMsg); ok {
			a.warnUnusedPolicies(servers)
		}
		cmds = append(cmds, a.checkUnauthorized(err), a.history.resumeOperations())
		for _, o := range advanced {
			cmds = append(cmds, a.handleProgress(o))
		}
	}
	a.panes.refresh()
	return tea.Batch(append(cmds, a.batch.send(), a.poller.saveCache())...)
}

// handleProgress reports what a list has shown about an operation.
func (a *actions) handleProgress(o model.Operation) tea.Cmd {
	if o.Phase.Over() {
		return a.handleFinished(o)
	}
	if next, ok := a.batch.update(o); ok {
		return tea.Batch(a.history.writeRecord(o), next)
	}
	if o.AnswerLost() {
		a.notifyOperation(o, screen.Success, "the answer was lost, but it is running")
	}
	return a.history.writeRecord(o)
}

// checkUnauthorized asks for another token if the API refuses the current one.
func (a *actions) checkUnauthorized(err error) tea.Cmd {
	if !errors.Is(err, model.ErrUnauthorized) {
		return nil
	}
	return a.account.askAccess(model.ErrorMessage(err))
}

// handleActionResult handles the answer to an action.
func (a *actions) handleActionResult(msg command.ActionResultMsg) tea.Cmd {
	o := a.state.ApplyResult(msg.Number, msg.Accepted, msg.Outcome)
	if o.Number == 0 { // it belongs to another account; it is in the journal
		return nil
	}
	a.history.reportJournalError(msg.JournalErr)
	a.poller.PollSoon()
	var cmds []tea.Cmd
	switch o.Phase {
	case model.PhaseRunning: // its line shows that it runs; the notice shows the API's message
		a.panes.handleCreated(o)
		next, inBatch := a.batch.update(o)
		if text := msg.Accepted.Message; !inBatch && text != "" {
			a.notifyOperation(o, screen.Info, "“"+text+"”")
		}
		cmds = append(cmds, a.history.writeRecord(o), next)
	case model.PhaseUnknown:
		next, inBatch := a.batch.update(o)
		if !inBatch {
			a.notifyOperation(o, screen.Error, "outcome unknown; searching the lists, not sent again")
		}
		cmds = append(cmds, a.history.writeRecord(o), next)
	default:
		cmds = append(cmds, a.handleFinished(o))
	}
	if msg.OtherProgram { // resume the other operation, so that it does not block actions for long
		a.history.loaded, a.history.resumed = false, false
		cmds = append(cmds, a.session.LoadHistory())
	}
	return tea.Batch(append(cmds, a.checkUnauthorized(msg.Outcome.Err), a.poller.refreshAll())...)
}

// handleFinished announces the end of an operation, journals it, and starts the restore that was
// to follow it.
func (a *actions) handleFinished(o model.Operation) tea.Cmd {
	a.history.learnDurations()
	a.history.markEnded(o)
	if next, ok := a.batch.update(o); ok {
		return tea.Batch(a.history.writeRecord(o), next)
	}
	severity := screen.Success
	if o.Phase != model.PhaseDone {
		severity = screen.Error
	}
	a.notifyOperation(o, severity, screen.OutcomeText(o))
	written := tea.Batch(a.history.writeRecord(o), a.announce(o, screen.OutcomeText(o)))
	if o.Phase == model.PhaseNotSeen {
		a.history.offerResend(o)
	}
	switch {
	case o.ThenRestore == nil:
		return written
	case o.Phase == model.PhaseNotSeen || o.Phase == model.PhaseUnconfirmed: // it may yet appear, and complete
		return tea.Batch(written, a.cancelFollowUp(o, "the "+o.Point.Kind.String()+" before it was not seen"))
	case o.Phase != model.PhaseDone:
		return tea.Batch(written, a.cancelFollowUp(o, "the "+o.Point.Kind.String()+" before it did not complete"))
	case o.Resumed || o.EndedUnwatched() || a.account.accountSwitch.pending: // during an account switch, ask later
		a.history.offerFollowUp(o)
		return written
	}
	why := a.state.Conflict(model.Restore, *o.ThenRestore) // a batch came first
	if a.opts.Profile.ReadOnly {
		why = "this session is read-only by now"
	}
	if why != "" {
		return tea.Batch(written, a.cancelFollowUp(o, why))
	}
	return tea.Batch(written, a.startAction(model.ActionRequest{Action: model.Restore, Point: *o.ThenRestore,
		Server: o.Server, FollowsID: o.ID}))
}

// cancelFollowUp reports and journals that the restore which was to follow a snapshot is not sent,
// and why.
func (a *actions) cancelFollowUp(first model.Operation, why string) tea.Cmd {
	cancelled := a.state.CancelRestore(first, why, a.opts.RunID)
	a.history.markEnded(cancelled)
	a.notifyOperation(cancelled, screen.Error, "not sent: "+cancelled.Reason)
	return a.history.writeRecord(cancelled)
}

// startAction carries out a confirmed action: it creates the operation and sends its one request.
func (a *actions) startAction(in model.ActionRequest) tea.Cmd {
	if reason := a.cannotStart(); reason != "" {
		return a.refuse(notSentTitle, reason, "")
	}
	if busy := a.state.Conflict(in.Action, in.Point); busy != "" { // it may have begun while the dialog was open
		return a.refuse(notSentTitle, busy, "")
	}
	o := a.state.Begin(in, a.opts.RunID)
	if in.Action == model.Create && in.ThenRestore == nil {
		a.panes.awaitCreated(o)
	}
	return a.session.Execute(o, a.history.journalRecord(o))
}

// cannotStart is why no action can start now, or "".
func (a *actions) cannotStart() string {
	switch {
	case a.session == nil:
		return "There is no account."
	case a.opts.Profile.ReadOnly:
		return "This session is read-only: it changes nothing."
	case a.account.accountSwitch.pending:
		return a.account.accountSwitch.blockedMessage()
	}
	return ""
}

// startBatch starts several actions that were confirmed together, and shows the progress of each,
// and what they leave out.
func (a *actions) startBatch(requests []model.ActionRequest, leftOut []string) tea.Cmd {
	switch reason := a.cannotStart(); {
	case reason != "":
		return a.refuse(notSentTitle, reason, "")
	case a.batch.current != nil && !a.batch.current.Over():
		return a.refuse(notSentTitle, "Another batch is still running.", "Wait until it has ended.")
	case len(requests) == 0:
		return a.refuse(notSentTitle, "Nothing is left to do: these restore points are already gone.", "")
	}
	return a.batch.start(requests, leftOut)
}

// notSentTitle is the title of the dialog that refuses an action that was confirmed.
const notSentTitle = "Nothing was sent"
