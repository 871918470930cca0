package ui

import (
	"errors"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/command"
	"vpsdeck/ui/screen"
)

// answer takes an answer of the API into the state and tells the panes. Lists from a session that was left are dropped; a
// deed's answer is always heard.
func (a *App) answer(msg tea.Msg) tea.Cmd {
	var changed []model.Operation
	var cmds []tea.Cmd
	switch msg := msg.(type) {
	case command.ServersLoadedMsg:
		if msg.Session != a.session.Number {
			return nil
		}
		changed = a.state.ServersArrived(msg.Ticket, msg.Servers, msg.Err)
		a.tellUnmatched(msg)
		cmds = append(cmds, a.judge(msg.Err), a.resume())
	case command.PointsLoadedMsg:
		if msg.Session != a.session.Number {
			return nil
		}
		changed = a.state.PointsArrived(msg.Kind, msg.Server, msg.Ticket, msg.Points, msg.Err)
		cmds = append(cmds, a.judge(msg.Err), a.resume())
	case command.AccountLoadedMsg:
		if msg.Session != a.session.Number {
			return nil
		}
		a.state.AccountArrived(msg.Ticket, msg.Account, msg.Err)
		cmds = append(cmds, a.refusedToken(msg.Err))
	case command.DeedAnsweredMsg:
		cmds = append(cmds, a.deedAnswered(msg))
	}
	for _, o := range changed {
		cmds = append(cmds, a.changed(o))
	}
	a.news()
	return tea.Batch(append(cmds, a.pump(), a.remember())...)
}

// changed announces what a list has shown of an operation.
func (a *App) changed(o model.Operation) tea.Cmd {
	if o.Phase.Over() {
		return a.ended(o)
	}
	if next, ok := a.inBatch(o); ok {
		return tea.Batch(a.writeDown(o), next)
	}
	if o.WasLost() {
		a.sayOf(o, screen.Good, "found, it is running")
	}
	return a.writeDown(o)
}

// news tells every pane that the state has changed.
func (a *App) news() {
	for _, p := range a.panes() {
		p.News()
	}
	if a.page != nil {
		a.page.News()
	}
	a.follow()
}

// judge draws the consequences of how a request for a list went.
func (a *App) judge(err error) tea.Cmd {
	a.polls.Heard(a.state, err)
	return a.refusedToken(err)
}

// refusedToken asks for another token where the API does not take the one in use.
func (a *App) refusedToken(err error) tea.Cmd {
	if !errors.Is(err, model.ErrUnauthorized) {
		return nil
	}
	return a.askAccess(model.Words(err))
}

// deedAnswered follows up on the answer to a deed.
func (a *App) deedAnswered(msg command.DeedAnsweredMsg) tea.Cmd {
	o := a.state.Answered(msg.Number, msg.Accepted, msg.Outcome)
	if o.Number == 0 { // it belongs to an account that was left; the journal knows of it
		return nil
	}
	a.recorded(msg.Unwritten)
	a.polls.Hasten(a.state)
	var cmds []tea.Cmd
	switch o.Phase {
	case model.Running: // its line shows that it has begun; the notice, what the API says of it
		next, one := a.inBatch(o)
		if words := msg.Accepted.Message; !one && words != "" {
			a.sayOf(o, screen.Neutral, "“"+words+"”")
		}
		cmds = append(cmds, a.writeDown(o), next)
	case model.Unknown:
		next, one := a.inBatch(o)
		if !one {
			a.sayOf(o, screen.Trouble, "the outcome is unknown; it is looked for, and not sent again")
		}
		cmds = append(cmds, a.writeDown(o), next)
	default:
		cmds = append(cmds, a.ended(o))
	}
	if msg.Elsewhere { // what another program has begun is looked into, so that it does not stand in the way for long
		a.history.loaded, a.history.resumed = false, false
		cmds = append(cmds, a.session.LoadHistory())
	}
	return tea.Batch(append(cmds, a.refusedToken(msg.Outcome.Err), a.refreshAll())...)
}

// ended announces the end of an operation, writes it down, and goes on with what was to follow it.
func (a *App) ended(o model.Operation) tea.Cmd {
	a.learn()
	if next, ok := a.inBatch(o); ok {
		return tea.Batch(a.writeDown(o), next)
	}
	tone := screen.Good
	if o.Phase != model.Done {
		tone = screen.Trouble
	}
	a.sayOf(o, tone, outcome(o))
	written := tea.Batch(a.writeDown(o), a.announce(o, outcome(o)))
	switch {
	case o.Phase == model.NotSeen:
		a.offerAgain(o)
		return written
	case o.After == nil:
		return written
	case o.Phase != model.Done:
		return tea.Batch(written, a.callOff(o, "the "+o.Point.Kind.String()+" before it did not complete"))
	case o.Resumed || a.change.under: // where one is leaving, it waits until one stays, or is back
		a.offerRest(o)
		return written
	}
	if busy := a.state.Conflict(model.Restore, *o.After); busy != "" { // several at once went ahead of it
		return tea.Batch(written, a.callOff(o, busy))
	}
	return tea.Batch(written, a.start(model.Intent{Deed: model.Restore, Point: *o.After, Server: o.Server, Follows: o.ID}))
}

// callOff says that the restore which was to follow a snapshot is not sent, and why, and writes it down.
func (a *App) callOff(first model.Operation, why string) tea.Cmd {
	off := a.state.CallOff(first, why, a.opts.Run)
	a.sayOf(off, screen.Trouble, "not sent: "+off.Words)
	return a.writeDown(off)
}

// outcome words how an operation ended.
func outcome(o model.Operation) string {
	switch o.Phase {
	case model.Done:
		if o.Deed == model.Delete {
			return "deleted"
		}
		if o.Words != "" {
			return "ended" + o.TookText() + ", " + o.Words
		}
		return "completed" + o.TookText()
	case model.Broken:
		return "failed: " + o.Words
	case model.Refused:
		return "not done: " + o.Words
	}
	return o.Words
}
