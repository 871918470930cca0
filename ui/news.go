package ui

import (
	"errors"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/command"
	"vpsdeck/ui/screen"
	"vpsdeck/ui/widget"
)

// answer takes an answer of the API into the state and tells the panes. Answers from a session that was left are dropped.
func (a *App) answer(msg tea.Msg) tea.Cmd {
	var over []model.Operation
	var cmds []tea.Cmd
	switch msg := msg.(type) {
	case command.ServersLoadedMsg:
		if msg.Session != a.session.Number {
			return nil
		}
		over = a.state.ServersArrived(msg.Ticket, msg.Servers, msg.Err)
		cmds = append(cmds, a.judge(msg.Err))
	case command.PointsLoadedMsg:
		if msg.Session != a.session.Number {
			return nil
		}
		over = a.state.PointsArrived(msg.Kind, msg.Server, msg.Ticket, msg.Points, msg.Err)
		cmds = append(cmds, a.judge(msg.Err))
	case command.AccountLoadedMsg:
		if msg.Session != a.session.Number {
			return nil
		}
		a.state.Account.Finish(msg.Ticket, msg.Account, msg.Err, a.state.Local)
	case command.DeedAnsweredMsg:
		if msg.Session != a.session.Number {
			return nil
		}
		cmds = append(cmds, a.deedAnswered(msg))
	}
	for _, o := range over {
		cmds = append(cmds, a.ended(o))
	}
	a.news()
	return tea.Batch(cmds...)
}

// news tells every pane that the state has changed.
func (a *App) news() {
	for _, p := range a.panes() {
		p.News()
	}
	a.follow()
}

// judge draws the consequences of how a request for a list went.
func (a *App) judge(err error) tea.Cmd {
	a.heard()
	if errors.Is(err, model.ErrUnauthorized) {
		return a.askAccess(model.Words(err))
	}
	return nil
}

// deedAnswered follows up on the answer to a deed.
func (a *App) deedAnswered(msg command.DeedAnsweredMsg) tea.Cmd {
	o := a.state.Answered(msg.Number, msg.Accepted, msg.Outcome)
	a.polls.pace, a.polls.running = 0, a.state.Local.Add(quick)
	var cmds []tea.Cmd
	switch o.Phase {
	case model.Unknown:
		a.say(screen.Trouble, "the outcome of “"+o.Title()+"” is unknown: "+o.Words+"; looking for it, and not sending it again")
	case model.Running: // its line shows that it has begun
	default:
		cmds = append(cmds, a.ended(o))
	}
	if errors.Is(msg.Outcome.Err, model.ErrUnauthorized) {
		cmds = append(cmds, a.askAccess(model.Words(msg.Outcome.Err)))
	}
	return tea.Batch(append(cmds, a.refreshAll(), a.arm())...)
}

// ended announces the end of an operation, and goes on with what was to follow it.
func (a *App) ended(o model.Operation) tea.Cmd {
	tone, words := screen.Good, o.Title()+": "+outcome(o)
	if o.Phase != model.Done {
		tone = screen.Trouble
	}
	a.say(tone, words)
	if o.After == nil {
		return nil
	}
	if o.Phase != model.Done {
		off := a.state.CallOff(o, "the snapshot before it did not complete")
		a.say(screen.Trouble, off.Title()+" was not sent: "+off.Words)
		return nil
	}
	return a.start(model.Restore, *o.After, nil)
}

// outcome words how an operation ended.
func outcome(o model.Operation) string {
	took := " in " + widget.Duration(o.Ended.Sub(o.Started))
	switch o.Phase {
	case model.Done:
		if o.Deed == model.Delete {
			return "deleted"
		}
		if o.AtLeast {
			took = ""
		}
		if o.Words != "" {
			return "ended" + took + ", " + o.Words
		}
		return "completed" + took
	case model.Broken:
		return "failed" + took + ": " + o.Words
	case model.Refused:
		return "not done: " + o.Words
	}
	return o.Words
}
