package ui

import (
	"errors"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/command"
	"vpsdeck/ui/screen"
)

// handleAnswer takes an answer of the API into the state and tells the panes. Lists from a session that was left are dropped; a
// deed's answer is always heard.
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

// handleProgress announces what a list has shown of an operation.
func (a *App) handleProgress(o model.Operation) tea.Cmd {
	if o.Phase.Over() {
		return a.handleFinished(o)
	}
	if next, ok := a.updateBatch(o); ok {
		return tea.Batch(a.writeRecord(o), next)
	}
	if o.AnswerLost() {
		a.notifyOperation(o, screen.Success, "found, it is running")
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

// handleListError draws the consequences of how a request for a list went.
func (a *App) handleListError(err error) tea.Cmd {
	a.poller.HandleResult(a.state, err)
	return a.checkUnauthorized(err)
}

// checkUnauthorized asks for another token where the API does not take the one in use.
func (a *App) checkUnauthorized(err error) tea.Cmd {
	if !errors.Is(err, model.ErrUnauthorized) {
		return nil
	}
	return a.askAccess(model.ErrorMessage(err))
}

// handleActionResult follows up on the answer to a deed.
func (a *App) handleActionResult(msg command.ActionResultMsg) tea.Cmd {
	o := a.state.ApplyResult(msg.Number, msg.Accepted, msg.Outcome)
	if o.Number == 0 { // it belongs to an account that was left; the journal knows of it
		return nil
	}
	a.reportJournalError(msg.JournalErr)
	a.poller.PollSoon(a.state)
	var cmds []tea.Cmd
	switch o.Phase {
	case model.PhaseRunning: // its line shows that it has begun; the notice, what the API says of it
		next, one := a.updateBatch(o)
		if words := msg.Accepted.Message; !one && words != "" {
			a.notifyOperation(o, screen.Info, "“"+words+"”")
		}
		cmds = append(cmds, a.writeRecord(o), next)
	case model.PhaseUnknown:
		next, one := a.updateBatch(o)
		if !one {
			a.notifyOperation(o, screen.Error, "the outcome is unknown; it is looked for, and not sent again")
		}
		cmds = append(cmds, a.writeRecord(o), next)
	default:
		cmds = append(cmds, a.handleFinished(o))
	}
	if msg.OtherProgram { // what another program has begun is looked into, so that it does not stand in the way for long
		a.history.loaded, a.history.resumed = false, false
		cmds = append(cmds, a.session.LoadHistory())
	}
	return tea.Batch(append(cmds, a.checkUnauthorized(msg.Outcome.Err), a.refreshAll())...)
}

// handleFinished announces the end of an operation, writes it down, and goes on with what was to follow it.
func (a *App) handleFinished(o model.Operation) tea.Cmd {
	a.learnDurations()
	if next, ok := a.updateBatch(o); ok {
		return tea.Batch(a.writeRecord(o), next)
	}
	tone := screen.Success
	if o.Phase != model.PhaseDone {
		tone = screen.Error
	}
	a.notifyOperation(o, tone, outcomeText(o))
	written := tea.Batch(a.writeRecord(o), a.announce(o, outcomeText(o)))
	switch {
	case o.Phase == model.PhaseNotSeen:
		a.offerResend(o)
		return written
	case o.ThenRestore == nil:
		return written
	case o.Phase != model.PhaseDone:
		return tea.Batch(written, a.cancelFollowUp(o, "the "+o.Point.Kind.String()+" before it did not complete"))
	case o.Resumed || a.accountSwitch.pending: // where one is leaving, it waits until one stays, or is back
		a.offerFollowUp(o)
		return written
	}
	if busy := a.state.Conflict(model.Restore, *o.ThenRestore); busy != "" { // several at once went ahead of it
		return tea.Batch(written, a.cancelFollowUp(o, busy))
	}
	return tea.Batch(written, a.startAction(model.ActionRequest{Action: model.Restore, Point: *o.ThenRestore, Server: o.Server, FollowsID: o.ID}))
}

// cancelFollowUp says that the restore which was to follow a snapshot is not sent, and why, and writes it down.
func (a *App) cancelFollowUp(first model.Operation, why string) tea.Cmd {
	off := a.state.CancelRestore(first, why, a.opts.RunID)
	a.notifyOperation(off, screen.Error, "not sent: "+off.Reason)
	return a.writeRecord(off)
}

// outcomeText words how an operation ended.
func outcomeText(o model.Operation) string {
	switch o.Phase {
	case model.PhaseDone:
		if o.Action == model.Delete {
			return "deleted"
		}
		if o.Reason != "" {
			return "ended" + o.DurationText() + ", " + o.Reason
		}
		return "completed" + o.DurationText()
	case model.PhaseFailed:
		return "failed: " + o.Reason
	case model.PhaseRefused:
		return "not done: " + o.Reason
	}
	return o.Reason
}
