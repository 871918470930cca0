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
	*core
	command.Schedule
	blurred       bool // the terminal does not have the focus
	lastCacheSave cacheSave
	tickNumber    int       // number of the pending tick
	wakeAt        time.Time // when it comes
}

// Update handles ticks, and the focus of the terminal.
func (p *poller) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tickMsg:
		return p.handleTick(msg)
	case tea.FocusMsg:
		return p.handleFocus()
	case tea.BlurMsg:
		p.blurred = true
	}
	return nil
}

// reset forgets the schedule, for another account.
func (p *poller) reset() { p.Schedule = command.Schedule{} }

// tickMsg wakes the program up. Only the newest tick counts.
type tickMsg struct{ number int }

// scheduleTick schedules the next tick. It replaces the pending one, so that there is always
// exactly one.
func (p *poller) scheduleTick() tea.Cmd {
	p.tickNumber++
	number, wait := p.tickNumber, p.nextRedraw()
	p.wakeAt = p.state.Local.Add(wait)
	return p.opts.Clock.Tick(wait, func(time.Time) tea.Msg { return tickMsg{number} })
}

// clockTolerance covers the delay between reading the two clocks.
const clockTolerance = 10 * time.Millisecond

// rescheduleTick schedules the tick earlier if something that changes every second has started.
func (p *poller) rescheduleTick() tea.Cmd {
	if p.state.Local.Add(p.nextRedraw() + clockTolerance).Before(p.wakeAt) {
		return p.scheduleTick()
	}
	return nil
}

// nextRedraw is how long nothing on the screen changes without a message. While something runs or
// is counted down, that is until the next full second, so that everything changes in one frame.
// Otherwise it is until the age of the data changes, or the next poll is due.
func (p *poller) nextRedraw() time.Duration {
	second := time.Second - p.state.Now.Sub(wholeSecond(p.state.Now))
	switch {
	case len(p.state.Operations()) > 0 || p.notices.hasPending() || p.Failures > 0:
		return second
	case p.blurred:
		return 30 * time.Second
	}
	wait := widget.AgeStep
	if at, loaded := p.oldestLoad(); loaded {
		// the header rounds to whole seconds
		aged := wholeSecond(p.state.Local.Add(wait - p.state.Local.Sub(at)%wait + time.Second - 1))
		wait = aged.Sub(p.state.Local)
	}
	if due := p.AllDue.Sub(p.state.Local); due > 0 {
		wait = min(wait, due)
	}
	return wait
}

// wholeSecond is the time without the fraction of its second.
func wholeSecond(at time.Time) time.Time { return at.Add(-time.Duration(at.Nanosecond())) }

// handleTick polls what is due and schedules the next tick.
func (p *poller) handleTick(msg tickMsg) tea.Cmd {
	if msg.number != p.tickNumber {
		return nil
	}
	p.notices.expire(p.state.Local)
	var cmds []tea.Cmd
	switch now := p.state.Local; {
	case p.session == nil || p.tokenRefused || p.isShared():
	case !now.Before(p.AllDue):
		cmds = append(cmds, p.refreshAll())
	case len(p.state.Operations()) > 0 && !now.Before(p.RunningDue):
		cmds = append(cmds, p.refreshRunning())
	}
	return tea.Batch(append(cmds, p.scheduleTick())...)
}

// refreshNow refreshes at the user's request: at once, whatever the schedule says, but not before
// the Retry-After of the API has passed.
func (a *App) refreshNow() tea.Cmd {
	if a.session == nil {
		return a.account.askAccess("")
	}
	if a.isShared() {
		return a.session.RequestSharedRefresh()
	}
	if wait := model.RetryAfter(a.state.Servers.Err); wait > 0 && a.state.Local.Before(a.poller.AllDue) {
		a.notify(screen.Info, "rate limited: retrying in "+widget.FormatDuration(a.poller.AllDue.Sub(a.state.Local)))
		return nil
	}
	return tea.Batch(a.poller.refreshAll(), a.poller.loadAccount())
}

// refreshAll loads everything that is not already being loaded.
func (p *poller) refreshAll() tea.Cmd {
	if p.isShared() { // the shared poller does it
		return nil
	}
	p.ScheduleAll(p.state, p.pollInterval())
	return tea.Batch(p.session.RefreshAll(p.state)...)
}

// handleFocus handles the return of the focus. The data may be as old as the interval without
// focus, so it is refreshed at once if it is older than the interval with focus. After a failure
// the retry schedule is kept.
func (p *poller) handleFocus() tea.Cmd {
	p.blurred = false
	at, loaded := p.oldestLoad()
	if p.session == nil || p.tokenRefused || !loaded || p.state.Failure() != nil {
		return nil
	}
	due := at.Add(command.IntervalFocused)
	if !p.state.Local.Before(due) {
		return p.refreshAll()
	}
	if due.Before(p.AllDue) {
		p.AllDue = due
	}
	return nil
}

func (p *poller) pollInterval() time.Duration {
	if p.blurred {
		return command.IntervalBlurred
	}
	return command.IntervalFocused
}

// refreshRunning loads what the operations under way need.
func (p *poller) refreshRunning() tea.Cmd {
	if p.isShared() {
		return nil
	}
	p.ScheduleRunning(p.state)
	return tea.Batch(p.session.RefreshRunning(p.state)...)
}

func (p *poller) loadAccount() tea.Cmd {
	if p.isShared() {
		return nil
	}
	t, ok := p.state.Account.Start(p.state.Now)
	if !ok {
		return nil
	}
	return p.session.LoadAccount(t)
}
