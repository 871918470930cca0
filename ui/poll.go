package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/command"
	"vpsdeck/ui/screen"
	"vpsdeck/ui/widget"
)

// polls is when to ask next, and when the program wakes up by itself.
type polls struct {
	command.Schedule
	armed int       // number of the tick that is waited for
	wake  time.Time // when it comes
}

// tickMsg wakes the program up. Only the newest tick counts.
type tickMsg struct{ number int }

// arm sets the next tick. It gives up the one that was waited for, so that there is always one.
func (a *App) arm() tea.Cmd {
	a.polls.armed++
	number, wait := a.polls.armed, a.untilTick()
	a.polls.wake = a.state.Local.Add(wait)
	return a.opts.Clock.Tick(wait, func(time.Time) tea.Msg { return tickMsg{number} })
}

// hair is a difference of times that is none: the two clocks are read one after the other.
const hair = 10 * time.Millisecond

// sooner sets the next tick earlier if something has begun that changes by the second.
func (a *App) sooner() tea.Cmd {
	if a.state.Local.Add(a.untilTick() + hair).Before(a.polls.wake) {
		return a.arm()
	}
	return nil
}

// untilTick is how long nothing on the screen changes by itself: up to the next full second while something runs or is counted down, so
// that all that changes by the second does so in one frame, else until the age of the data reads otherwise, or is asked for anew.
func (a *App) untilTick() time.Duration {
	second := time.Second - a.state.Now.Sub(wholeSecond(a.state.Now))
	switch {
	case len(a.state.Operations()) > 0 || a.notices.any() || a.polls.Failures > 0:
		return second
	case a.blurred:
		return 30 * time.Second
	}
	wait := widget.Step
	if at, loaded := a.oldest(); loaded {
		aged := wholeSecond(a.state.Local.Add(wait - a.state.Local.Sub(at)%wait + time.Second - 1)) // see the header
		wait = aged.Sub(a.state.Local)
	}
	if due := a.polls.All.Sub(a.state.Local); due > 0 {
		wait = min(wait, due)
	}
	return wait
}

// wholeSecond is the time without its fraction of a second.
func wholeSecond(at time.Time) time.Time { return at.Add(-time.Duration(at.Nanosecond())) }

// tick asks for what is due and waits for the next one.
func (a *App) tick(msg tickMsg) tea.Cmd {
	if msg.number != a.polls.armed {
		return nil
	}
	a.notices.expire(a.state.Local)
	cmds := []tea.Cmd{a.tellStuck()}
	switch now := a.state.Local; {
	case a.session == nil || a.login.refused || a.shared():
	case !now.Before(a.polls.All):
		cmds = append(cmds, a.refreshAll())
	case len(a.state.Operations()) > 0 && !now.Before(a.polls.Running):
		cmds = append(cmds, a.refreshRunning())
	}
	return tea.Batch(append(cmds, a.arm())...)
}

// refreshNow is what a person asked for: at once, whatever the schedule says, but not before the API wants to hear of us
// again.
func (a *App) refreshNow() tea.Cmd {
	if a.session == nil {
		return a.askAccess("")
	}
	if a.shared() {
		return a.session.AskShared()
	}
	if wait := model.RetryAfter(a.state.Servers.Err); wait > 0 && a.state.Local.Before(a.polls.All) {
		a.say(screen.Neutral, "the API asked to be left alone for "+widget.Duration(a.polls.All.Sub(a.state.Local)))
		return nil
	}
	return tea.Batch(a.refreshAll(), a.loadAccount())
}

// refreshAll asks for everything that is not already being asked for.
func (a *App) refreshAll() tea.Cmd {
	if a.shared() { // it is told of everything
		return nil
	}
	a.polls.Everything(a.state, a.interval())
	return tea.Batch(a.session.RefreshAll(a.state)...)
}

// lookedAt is when the focus comes back: what is on the screen may be as old as the idle interval, and is asked for at once
// if it is older than it would be with the focus. After a failure the schedule of the tries holds.
func (a *App) lookedAt() tea.Cmd {
	a.blurred = false
	at, loaded := a.oldest()
	if a.session == nil || a.login.refused || !loaded || a.state.Failure() != nil {
		return nil
	}
	due := at.Add(command.Often)
	if !a.state.Local.Before(due) {
		return a.refreshAll()
	}
	if due.Before(a.polls.All) {
		a.polls.All = due
	}
	return nil
}

func (a *App) interval() time.Duration {
	if a.blurred {
		return command.Seldom
	}
	return command.Often
}

// refreshRunning asks for what the operations under way are about.
func (a *App) refreshRunning() tea.Cmd {
	if a.shared() {
		return nil
	}
	a.polls.WhatRuns(a.state)
	return tea.Batch(a.session.RefreshRunning(a.state)...)
}

func (a *App) loadAccount() tea.Cmd {
	if a.shared() {
		return nil
	}
	t, ok := a.state.Account.Start(a.state.Now)
	if !ok {
		return nil
	}
	return a.session.LoadAccount(t)
}
