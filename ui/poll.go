package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/command"
	"vpsdeck/ui/screen"
	"vpsdeck/ui/widget"
)

// poller is when to poll next, and when the program wakes up without a message.
type poller struct {
	command.Schedule
	tickNumber int       // number of the pending tick
	wakeAt     time.Time // when it comes
}

// tickMsg wakes the program up. Only the newest tick counts.
type tickMsg struct{ number int }

// scheduleTick schedules the next tick. It replaces the pending one, so that there is always
// exactly one.
func (a *App) scheduleTick() tea.Cmd {
	a.poller.tickNumber++
	number, wait := a.poller.tickNumber, a.nextRedraw()
	a.poller.wakeAt = a.state.Local.Add(wait)
	return a.opts.Clock.Tick(wait, func(time.Time) tea.Msg { return tickMsg{number} })
}

// clockTolerance covers the delay between reading the two clocks.
const clockTolerance = 10 * time.Millisecond

// rescheduleTick schedules the tick earlier if something that changes every second has started.
func (a *App) rescheduleTick() tea.Cmd {
	if a.state.Local.Add(a.nextRedraw() + clockTolerance).Before(a.poller.wakeAt) {
		return a.scheduleTick()
	}
	return nil
}

// nextRedraw is how long nothing on the screen changes without a message. While something runs or
// is counted down, that is until the next full second, so that everything changes in one frame.
// Otherwise it is until the age of the data changes, or the next poll is due.
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
		aged := wholeSecond(a.state.Local.Add(wait - a.state.Local.Sub(at)%wait + time.Second - 1)) // the header rounds to whole seconds
		wait = aged.Sub(a.state.Local)
	}
	if due := a.poller.AllDue.Sub(a.state.Local); due > 0 {
		wait = min(wait, due)
	}
	return wait
}

// wholeSecond is the time without the fraction of its second.
func wholeSecond(at time.Time) time.Time { return at.Add(-time.Duration(at.Nanosecond())) }

// handleTick polls what is due and schedules the next tick.
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

// refreshNow refreshes at the user's request: at once, whatever the schedule says, but not before
// the Retry-After of the API has passed.
func (a *App) refreshNow() tea.Cmd {
	if a.session == nil {
		return a.askAccess("")
	}
	if a.isShared() {
		return a.session.RequestSharedRefresh()
	}
	if wait := model.RetryAfter(a.state.Servers.Err); wait > 0 && a.state.Local.Before(a.poller.AllDue) {
		a.notify(screen.Info, "rate limited: retrying in "+widget.FormatDuration(a.poller.AllDue.Sub(a.state.Local)))
		return nil
	}
	return tea.Batch(a.refreshAll(), a.loadAccount())
}

// refreshAll loads everything that is not already being loaded.
func (a *App) refreshAll() tea.Cmd {
	if a.isShared() { // the shared poller does it
		return nil
	}
	a.poller.ScheduleAll(a.state, a.pollInterval())
	return tea.Batch(a.session.RefreshAll(a.state)...)
}

// handleFocus handles the return of the focus. The data may be as old as the interval without
// focus, so it is refreshed at once if it is older than the interval with focus. After a failure
// the retry schedule is kept.
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

// refreshRunning loads what the operations under way need.
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
