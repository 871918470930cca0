package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/command"
	"vpsdeck/ui/screen"
	"vpsdeck/ui/widget"
)

// poller is when to ask next, and when the program wakes up by itself.
type poller struct {
	command.Schedule
	tickNumber int       // number of the tick that is waited for
	wakeAt     time.Time // when it comes
}

// tickMsg wakes the program up. Only the newest tick counts.
type tickMsg struct{ number int }

// scheduleTick sets the next tick. It gives up the one that was waited for, so that there is always one.
func (a *App) scheduleTick() tea.Cmd {
	a.poller.tickNumber++
	number, wait := a.poller.tickNumber, a.nextRedraw()
	a.poller.wakeAt = a.state.Local.Add(wait)
	return a.opts.Clock.Tick(wait, func(time.Time) tea.Msg { return tickMsg{number} })
}

// clockTolerance is a difference of times that is none: the two clocks are read one after the other.
const clockTolerance = 10 * time.Millisecond

// rescheduleTick sets the next tick earlier if something has begun that changes by the second.
func (a *App) rescheduleTick() tea.Cmd {
	if a.state.Local.Add(a.nextRedraw() + clockTolerance).Before(a.poller.wakeAt) {
		return a.scheduleTick()
	}
	return nil
}

// nextRedraw is how long nothing on the screen changes by itself: up to the next full second while something runs or is counted down, so
// that all that changes by the second does so in one frame, else until the age of the data reads otherwise, or is asked for anew.
func (a *App) nextRedraw() time.Duration {
	second := time.Second - a.state.Now.Sub(wholeSecond(a.state.Now))
	switch {
	case len(a.state.Operations()) > 0 || a.notices.hasPending() || a.poller.Failures > 0:
		return second
	case a.blurred:
		return 30 * time.Second
	}
	wait := widget.AgeStep
	if at, loaded := a.oldestLoad(); loaded {
		aged := wholeSecond(a.state.Local.Add(wait - a.state.Local.Sub(at)%wait + time.Second - 1)) // see the header
		wait = aged.Sub(a.state.Local)
	}
	if due := a.poller.AllDue.Sub(a.state.Local); due > 0 {
		wait = min(wait, due)
	}
	return wait
}

// wholeSecond is the time without its fraction of a second.
func wholeSecond(at time.Time) time.Time { return at.Add(-time.Duration(at.Nanosecond())) }

// handleTick asks for what is due and waits for the next one.
func (a *App) handleTick(msg tickMsg) tea.Cmd {
	if msg.number != a.poller.tickNumber {
		return nil
	}
	a.notices.expire(a.state.Local)
	cmds := []tea.Cmd{a.notifyStuck()}
	switch now := a.state.Local; {
	case a.session == nil || a.login.tokenRefused || a.isShared():
	case !now.Before(a.poller.AllDue):
		cmds = append(cmds, a.refreshAll())
	case len(a.state.Operations()) > 0 && !now.Before(a.poller.RunningDue):
		cmds = append(cmds, a.refreshRunning())
	}
	return tea.Batch(append(cmds, a.scheduleTick())...)
}

// refreshNow is what a person asked for: at once, whatever the schedule says, but not before the API wants to hear of us
// again.
func (a *App) refreshNow() tea.Cmd {
	if a.session == nil {
		return a.askAccess("")
	}
	if a.isShared() {
		return a.session.RequestSharedRefresh()
	}
	if wait := model.RetryAfter(a.state.Servers.Err); wait > 0 && a.state.Local.Before(a.poller.AllDue) {
		a.notify(screen.Info, "the API asked to be left alone for "+widget.FormatDuration(a.poller.AllDue.Sub(a.state.Local)))
		return nil
	}
	return tea.Batch(a.refreshAll(), a.loadAccount())
}

// refreshAll asks for everything that is not already being asked for.
func (a *App) refreshAll() tea.Cmd {
	if a.isShared() { // it is told of everything
		return nil
	}
	a.poller.ScheduleAll(a.state, a.pollInterval())
	return tea.Batch(a.session.RefreshAll(a.state)...)
}

// handleFocus is when the focus comes back: what is on the screen may be as old as the idle interval, and is asked for at once
// if it is older than it would be with the focus. After a failure the schedule of the tries holds.
func (a *App) handleFocus() tea.Cmd {
	a.blurred = false
	at, loaded := a.oldestLoad()
	if a.session == nil || a.login.tokenRefused || !loaded || a.state.Failure() != nil {
		return nil
	}
	due := at.Add(command.IntervalFocused)
	if !a.state.Local.Before(due) {
		return a.refreshAll()
	}
	if due.Before(a.poller.AllDue) {
		a.poller.AllDue = due
	}
	return nil
}

func (a *App) pollInterval() time.Duration {
	if a.blurred {
		return command.IntervalBlurred
	}
	return command.IntervalFocused
}

// refreshRunning asks for what the operations under way are about.
func (a *App) refreshRunning() tea.Cmd {
	if a.isShared() {
		return nil
	}
	a.poller.ScheduleRunning(a.state)
	return tea.Batch(a.session.RefreshRunning(a.state)...)
}

func (a *App) loadAccount() tea.Cmd {
	if a.isShared() {
		return nil
	}
	t, ok := a.state.Account.Start(a.state.Now)
	if !ok {
		return nil
	}
	return a.session.LoadAccount(t)
}
