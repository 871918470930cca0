package ui

import (
	"errors"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/command"
	"vpsdeck/ui/screen"
)

// handleAnswer applies an answer of the API to the state and refreshes the panes. Lists from a
// previous session are dropped; the answer to an action is always handled.
func (a *App) handleAnswer(msg tea.Msg) tea.Cmd {
	var changed []model.Operation
	var cmds []tea.Cmd
	switch msg := msg.(type) {
	case command.ServersLoadedMsg:
		if msg.Session != a.session.Number {
			return nil
		}
		changed = a.state.ApplyServers(msg.Ticket, msg.Servers, msg.Err)
		a.warnUnusedPolicies(msg)
		cmds = append(cmds, a.handleListError(msg.Err), a.resumeOperations())
	case command.PointsLoadedMsg:
		if msg.Session != a.session.Number {
			return nil
		}
		changed = a.state.ApplyPoints(msg.Kind, msg.Server, msg.Ticket, msg.Points, msg.Err)
		cmds = append(cmds, a.handleListError(msg.Err), a.resumeOperations())
	case command.AccountLoadedMsg:
		if msg.Session != a.session.Number {
			return nil
		}
		a.state.ApplyAccount(msg.Ticket, msg.Account, msg.Err)
		cmds = append(cmds, a.checkUnauthorized(msg.Err))
	case command.ActionResultMsg:
		cmds = append(cmds, a.handleActionResult(msg))
	}
	for _, o := range changed {
		cmds = append(cmds, a.handleProgress(o))
	}
	a.refreshPanes()
	return tea.Batch(append(cmds, a.sendBatch(), a.saveCache())...)
}

// handleProgress reports what a list has shown about an operation.
func (a *App) handleProgress(o model.Operation) tea.Cmd {
	if o.Phase.Over() {
		return a.handleFinished(o)
	}
	if next, ok := a.updateBatch(o); ok {
		return tea.Batch(a.writeRecord(o), next)
	}
	if o.AnswerLost() {
		a.notifyOperation(o, screen.Success, "the answer was lost, but it is running")
	}
	return a.writeRecord(o)
}

// refreshPanes tells every pane that the state has changed.
func (a *App) refreshPanes() {
	for _, p := range a.panes() {
		p.Refresh()
	}
	if a.page != nil {
		a.page.Refresh()
	}
	a.syncPoints()
}

// handleListError updates the schedule with the result of a list request, and checks whether the
// token was refused.
func (a *App) handleListError(err error) tea.Cmd {
	a.poller.HandleResult(a.state, err)
	return a.checkUnauthorized(err)
}

// checkUnauthorized asks for another token if the API refuses the current one.
func (a *App) checkUnauthorized(err error) tea.Cmd {
	if !errors.Is(err, model.ErrUnauthorized) {
		return nil
	}
	return a.askAccess(model.ErrorMessage(err))
}

// handleActionResult handles the answer to an action.
func (a *App) handleActionResult(msg command.ActionResultMsg) tea.Cmd {
	o := a.state.ApplyResult(msg.Number, msg.Accepted, msg.Outcome)
	if o.Number == 0 { // it belongs to another account; it is in the journal
		return nil
	}
	a.reportJournalError(msg.JournalErr)
	a.poller.PollSoon(a.state)
	var cmds []tea.Cmd
	switch o.Phase {
	case model.PhaseRunning: // its line shows that it runs; the notice shows the API's message
		next, inBatch := a.updateBatch(o)
		if text := msg.Accepted.Message; !inBatch && text != "" {
			a.notifyOperation(o, screen.Info, "“"+text+"”")
		}
		cmds = append(cmds, a.writeRecord(o), next)
	case model.PhaseUnknown:
		next, inBatch := a.updateBatch(o)
		if !inBatch {
			a.notifyOperation(o, screen.Error, "outcome unknown; searching the lists, not sent again")
		}
		cmds = append(cmds, a.writeRecord(o), next)
	default:
		cmds = append(cmds, a.handleFinished(o))
	}
	if msg.OtherProgram { // resume the other operation, so that it does not block actions for long
		a.history.loaded, a.history.resumed = false, false
		cmds = append(cmds, a.session.LoadHistory())
	}
	return tea.Batch(append(cmds, a.checkUnauthorized(msg.Outcome.Err), a.refreshAll())...)
}

// handleFinished announces the end of an operation, journals it, and starts the restore that was
// to follow it.
func (a *App) handleFinished(o model.Operation) tea.Cmd {
	a.learnDurations()
	if next, ok := a.updateBatch(o); ok {
		return tea.Batch(a.writeRecord(o), next)
	}
	severity := screen.Success
	if o.Phase != model.PhaseDone {
		severity = screen.Error
	}
	a.notifyOperation(o, severity, outcomeText(o))
	written := tea.Batch(a.writeRecord(o), a.announce(o, outcomeText(o)))
	switch {
	case o.Phase == model.PhaseNotSeen:
		a.offerResend(o)
		return written
	case o.ThenRestore == nil:
		return written
	case o.Phase != model.PhaseDone:
		return tea.Batch(written, a.cancelFollowUp(o, "the "+o.Point.Kind.String()+" before it did not complete"))
	case o.Resumed || a.accountSwitch.pending: // during an account switch, ask later
		a.offerFollowUp(o)
		return written
	}
	if busy := a.state.Conflict(model.Restore, *o.ThenRestore); busy != "" { // a batch came first
		return tea.Batch(written, a.cancelFollowUp(o, busy))
	}
	return tea.Batch(written, a.startAction(model.ActionRequest{Action: model.Restore, Point: *o.ThenRestore, Server: o.Server, FollowsID: o.ID}))
}

// cancelFollowUp reports and journals that the restore which was to follow a snapshot is not sent,
// and why.
func (a *App) cancelFollowUp(first model.Operation, why string) tea.Cmd {
	cancelled := a.state.CancelRestore(first, why, a.opts.RunID)
	a.notifyOperation(cancelled, screen.Error, "not sent: "+cancelled.Reason)
	return a.writeRecord(cancelled)
}

// outcomeText describes how an operation ended.
func outcomeText(o model.Operation) string {
	switch o.Phase {
	case model.PhaseDone:
		if o.Action == model.Delete {
			return "deleted"
		}
		if o.Reason != "" {
			return "finished" + o.DurationText() + ", " + o.Reason
		}
		return "completed" + o.DurationText()
	case model.PhaseFailed:
		return "failed: " + o.Reason
	case model.PhaseRefused:
		return "not done: " + o.Reason
	}
	return o.Reason
}
