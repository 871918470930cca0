package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/internal/poll"
	"vpsdeck/ui/screen"
	"vpsdeck/ui/widget"
)

// poller polls the account with a poll.Poller, and wakes the program up for that and for what the
// screen counts. In a shared account it only does the latter.
type poller struct {
	*core
	*poll.Poller
	viewNextPoll  time.Time // when the shared poller polls next
	blurred       bool      // the terminal does not have the focus
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
		p.blurred = false
		p.SetInterval(p.pollInterval())
		return p.pollDue()
	case tea.BlurMsg:
		p.blurred = true
		p.SetInterval(p.pollInterval())
	}
	return nil
}

// reset starts with a new schedule, for another account.
func (p *poller) reset() { p.Poller = poll.New(p.session, p.state, p.pollInterval()) }

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
	case len(p.state.Operations()) > 0 || p.notices.hasPending() || p.state.Failure() != nil:
		return second
	case p.blurred:
		return 30 * time.Second
	}
	wait := widget.AgeStep
	if at, loaded := p.state.ListsAt(); loaded {
		// the header rounds to whole seconds
		aged := wholeSecond(p.state.Local.Add(wait - p.state.Local.Sub(at)%wait + time.Second - 1))
		wait = aged.Sub(p.state.Local)
	}
	if due := p.untilPoll(); due > 0 {
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
	return tea.Batch(p.pollDue(), p.scheduleTick())
}

// pollDue requests what is due, unless there is nobody to ask.
func (p *poller) pollDue() tea.Cmd {
	if p.session == nil || p.tokenRefused || p.isShared() {
		return nil
	}
	return tea.Batch(p.Due()...)
}

// untilPoll is how long it is until everything is polled.
func (p *poller) untilPoll() time.Duration {
	next := p.NextRefresh()
	if p.isShared() {
		next = p.viewNextPoll
	}
	return max(next.Sub(p.state.Local), 0)
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
	if a.poller.RateLimit() > 0 {
		a.notify(screen.Info, "rate limited: retrying in "+widget.FormatDuration(a.poller.untilPoll()))
		return nil
	}
	return tea.Batch(a.poller.refreshAll(), a.poller.loadAccount())
}

// refreshAll loads everything that is not already being loaded.
func (p *poller) refreshAll() tea.Cmd {
	if p.isShared() { // the shared poller does it
		return nil
	}
	p.RequestRefresh()
	return tea.Batch(p.Due()...)
}

func (p *poller) pollInterval() time.Duration {
	if p.blurred {
		return poll.IntervalUnwatched
	}
	return poll.IntervalWatched
}

// refreshRunning loads what the operations under way need.
func (p *poller) refreshRunning() tea.Cmd {
	p.RequestRunning()
	return p.pollDue()
}

func (p *poller) loadAccount() tea.Cmd {
	if p.isShared() {
		return nil
	}
	return tea.Batch(p.LoadAccount()...)
}
