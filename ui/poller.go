package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/internal/poll"
	"vpsdeck/ui/command"
	"vpsdeck/ui/screen"
	"vpsdeck/ui/widget"
)

// poller polls the account with a poll.Poller, and wakes the program up for that and for what the
// screen counts. In a shared account it only does the latter.
type poller struct {
	*core
	*poll.Poller
	viewNextPoll  time.Time // when the shared poller polls next
	crowded       bool      // many share the account
	blurred       bool      // the terminal does not have the focus
	refreshedAt   time.Time // when the user last asked for a refresh
	lastCacheSave cacheSave
	tickNumber    int       // number of the pending tick
	wakeAt        time.Time // when it comes
	redrawAt      time.Time // when the screen changes next without a message
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
func (p *poller) reset() {
	p.Poller, p.refreshedAt = poll.New(p.session, p.state, p.pollInterval()), time.Time{}
}

// tickMsg wakes the program up. Only the newest tick counts.
type tickMsg struct{ number int }

// scheduleTick schedules the next tick. It replaces the pending one, so that there is always
// exactly one.
func (p *poller) scheduleTick() tea.Cmd {
	p.tickNumber++
	number := p.tickNumber
	p.redrawAt = p.state.Local.Add(p.nextRedraw())
	p.wakeAt = p.redrawAt
	wait := max(p.wakeAt.Sub(p.opts.Clock.Now()), 0)
	return p.opts.Clock.Tick(wait, func(time.Time) tea.Msg { return tickMsg{number} })
}

// changesNothing says whether a tick is not the newest, or comes early because another message has
// drawn the screen since.
func (p *poller) changesNothing(msg tickMsg) bool {
	return msg.number != p.tickNumber || p.opts.Clock.Now().Add(clockTolerance).Before(p.redrawAt)
}

// clockTolerance covers the delay between reading the two clocks.
const clockTolerance = 10 * time.Millisecond

// rescheduleTick schedules the tick earlier if something that changes every second has started.
func (p *poller) rescheduleTick() tea.Cmd {
	p.redrawAt = p.state.Local.Add(p.nextRedraw())
	if p.redrawAt.Add(clockTolerance).Before(p.wakeAt) {
		return p.scheduleTick()
	}
	return nil
}

// nextRedraw is how long nothing on the screen changes without a message. While an operation of
// this program runs or something is counted down, that is until the next full second, so that
// everything changes in one frame. Otherwise it is until the age of the data or the time of another
// operation changes, or the next poll is due. A session of a shared account waits for a step
// after the last message, or for more in a crowd.
func (p *poller) nextRedraw() time.Duration {
	switch {
	case p.state.HasOwnOperations() || p.notices.hasPending() || p.state.Failure() != nil:
		return untilFull(time.Second, p.state.Now)
	case p.blurred:
		return 30 * time.Second
	}
	if p.isShared() { // many screens that change at the same moment would hold up each other's keys
		if p.crowded {
			return crowdSteps*p.stepOfOthers() + time.Second
		}
		return p.stepOfOthers()
	}
	wait := widget.AgeStep
	if len(p.state.Operations()) > 0 {
		wait = untilFull(p.stepOfOthers(), p.state.Now)
	}
	if at, loaded := p.state.ListsAt(); loaded {
		second := wholeSecond(p.state.Local) // the header counts from it, and changes on a whole one
		left := widget.AgeStep - second.Sub(at)%widget.AgeStep
		aged := wholeSecond(second.Add(left + time.Second - 1))
		wait = min(wait, aged.Sub(p.state.Local))
	}
	if due := p.NextDue(); !due.IsZero() { // what is overdue waits for an answer
		wait = min(wait, max(due.Sub(p.state.Local), untilFull(time.Second, p.state.Now)))
	}
	return wait
}

// crowdSteps is how many steps a session in a crowd waits for a message before it draws. The poller
// sends a view more often than that, even without news, so it draws only if none comes.
const crowdSteps = 2

// stepOfOthers is how often the progress of other programs' operations is drawn: each step of the
// API's clock, which runs faster in a simulated account.
func (p *poller) stepOfOthers() time.Duration {
	return max(time.Duration(float64(widget.AgeStep)/command.ClockSpeed(p.session.Client)), time.Second)
}

// untilFull is how long it is until the next full step of a clock.
func untilFull(step time.Duration, now time.Time) time.Duration {
	return step - now.Sub(now.Truncate(step))
}

// wholeSecond is the time without the fraction of its second.
func wholeSecond(at time.Time) time.Time { return at.Add(-time.Duration(at.Nanosecond())) }

// handleTick polls what is due and schedules the next tick.
func (p *poller) handleTick(msg tickMsg) tea.Cmd {
	switch {
	case msg.number != p.tickNumber:
		return nil
	case p.changesNothing(msg):
		return p.scheduleTick()
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

// keyRefreshGap is the least time between two refreshes by the key. A held key repeats thirty times a
// second, with several requests each, which the API may answer with a rate limit.
const keyRefreshGap = time.Second

// refreshNow refreshes at the user's request: at once, whatever the schedule says, but not before
// the Retry-After of the API has passed, and once a second for a held key.
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
	if a.state.Local.Sub(a.poller.refreshedAt) < keyRefreshGap {
		return nil
	}
	a.poller.refreshedAt = a.state.Local
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
