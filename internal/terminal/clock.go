package terminal

import (
	"context"
	"slices"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
)

// Clock is a time that moves only when it is told to. Give its Now and Tick to the program in place of time.Now and
// tea.Tick, and the clock itself to the session with WithClock: then a command that waits for the clock counts as rest,
// and Advance lets every timer fire at its own moment, in order, with the program at rest in between.
//
// A Clock serves one session, and stops with it. Its methods may be called from any goroutine.
type Clock struct {
	mu         sync.Mutex
	now        func() time.Time
	advance    func(time.Duration)
	timers     []*timer // those that somebody waits for, the next one first
	stopped    bool
	addWaiting func(n int)  // tells the session how many commands begin (or cease) to wait here
	waitIdle   func() error // waits until the program has come to rest
}

type timer struct {
	due   time.Time
	fired chan time.Time // one value when it fires; closed when the clock stops
}

// NewClock returns a clock that follows another stepped one, such as that of a simulated account: now tells its time,
// advance moves it. Move both with this clock's Advance.
func NewClock(now func() time.Time, advance func(time.Duration)) *Clock {
	return &Clock{now: now, advance: advance, addWaiting: func(int) {}, waitIdle: func() error { return nil }}
}

// NewClockAt returns a clock of its own that shows start.
func NewClockAt(start time.Time) *Clock {
	shown := start // guarded by the clock's own lock
	return NewClock(func() time.Time { return shown }, func(d time.Duration) { shown = shown.Add(d) })
}

// Now is the time that the clock shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

// Tick stands in for tea.Tick: a command that answers with fn once d has passed on this clock, counted from this call.
// When the clock stops before that, the command answers nothing.
func (c *Clock) Tick(d time.Duration, fn func(time.Time) tea.Msg) tea.Cmd {
	due := c.Now().Add(d)
	return func() tea.Msg {
		at, fired := c.wait(due)
		if !fired {
			return nil
		}
		return fn(at)
	}
}

// Sleep blocks until d has passed on this clock, or the clock has stopped. It makes a slow answer: a command that sleeps
// here counts as rest, so that a screen can be looked at while it loads.
func (c *Clock) Sleep(d time.Duration) {
	c.wait(c.Now().Add(d))
}

// WaitUntil waits until look says so, looking once a second of this clock: it is for what comes from outside the session's sight, which a
// command may wait for and still count as rest. It says whether it came; false when the context has ended, or the clock has stopped.
func (c *Clock) WaitUntil(ctx context.Context, look func() bool) bool {
	for ctx.Err() == nil {
		if look() {
			return true
		}
		if _, fired := c.wait(c.Now().Add(time.Second)); !fired {
			return false
		}
	}
	return false
}

// Advance moves the clock on by d. The timers that come due fire at their own moments, in the order of time; when a
// session watches the clock, each one only after the program has come to rest from the one before, so that a timer
// which is set again fires as often as it would.
func (c *Clock) Advance(d time.Duration) {
	end := c.Now().Add(d)
	for c.waitForProgram() && c.fireNext(end) {
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.moveTo(end)
}

// waitForProgram waits for the program; a program that never rests has told so already, and must not hold up the clock for ever.
func (c *Clock) waitForProgram() bool {
	c.mu.Lock()
	rest := c.waitIdle
	c.mu.Unlock()
	return rest() == nil
}

func (c *Clock) fireNext(end time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.timers) == 0 || c.timers[0].due.After(end) {
		return false
	}
	next := c.timers[0]
	c.timers = c.timers[1:]
	c.moveTo(next.due)
	c.addWaiting(-1)
	next.fired <- next.due
	return true
}

func (c *Clock) moveTo(t time.Time) {
	if d := t.Sub(c.now()); d > 0 {
		c.advance(d)
	}
}

// wait blocks until due has come, and tells when it woke; false when the clock has stopped.
func (c *Clock) wait(due time.Time) (time.Time, bool) {
	c.mu.Lock()
	now := c.now()
	if c.stopped || !due.After(now) {
		defer c.mu.Unlock()
		return now, !c.stopped
	}
	t := &timer{due: due, fired: make(chan time.Time, 1)}
	after := slices.IndexFunc(c.timers, func(o *timer) bool { return o.due.After(due) })
	if after < 0 {
		after = len(c.timers)
	}
	c.timers = slices.Insert(c.timers, after, t)
	c.addWaiting(1)
	c.mu.Unlock()
	at, fired := <-t.fired
	return at, fired
}

// attach tells the clock who counts its waiting commands, and how to wait until the program rests.
func (c *Clock) attach(park func(n int), rest func() error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.addWaiting, c.waitIdle = park, rest
}

// Stop ends the clock: every command that waits for it answers nothing. The session that has the clock stops it.
func (c *Clock) Stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stopped = true
	for _, t := range c.timers {
		c.addWaiting(-1)
		close(t.fired)
	}
	c.timers = nil
}

// SpacedKeyTime is when keys come from a person, for a program that tells typing from a paste: each a second after the one before.
func SpacedKeyTime() func() time.Time {
	var at time.Time
	return func() time.Time {
		at = at.Add(time.Second)
		return at
	}
}
