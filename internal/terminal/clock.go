package terminal

import (
	"context"
	"slices"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
)

// Clock is a clock that moves only when a test moves it. Give its Now and Tick to the program
// instead of time.Now and tea.Tick, and give the clock to the session with WithClock. A command
// that waits for the clock then counts as idle. Advance fires each timer at its time, in order, and
// waits until the program is idle in between.
//
// A Clock serves one session, and stops with it. Its methods may be called from any goroutine.
type Clock struct {
	mu         sync.Mutex
	now        func() time.Time
	advance    func(time.Duration)
	timers     []*timer // those that a command waits for, the next one first
	stopped    bool
	addWaiting func(n int)  // tells the session how many commands start (or stop) waiting here
	waitIdle   func() error // waits until the program is idle
}

type timer struct {
	due   time.Time
	fired chan time.Time // one value when it fires; closed when the clock stops
}

// NewClock returns a clock that follows another stepped clock, such as that of a simulated account.
// now returns the time of the other clock, and advance moves it. Move both with this clock's
// Advance.
func NewClock(now func() time.Time, advance func(time.Duration)) *Clock {
	c := &Clock{now: now, advance: advance}
	c.detach()
	return c
}

// NewClockAt returns an independent clock that shows start.
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

// Tick replaces tea.Tick. Its command returns the message of fn once d has passed on this clock,
// counted from this call. If the clock stops first, the command returns nil.
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

// Sleep blocks until d has passed on this clock, or the clock has stopped. It simulates a slow
// response: a command that sleeps here counts as idle, so that a test can read the screen while it
// loads.
func (c *Clock) Sleep(d time.Duration) {
	c.wait(c.Now().Add(d))
}

// WaitUntil checks the condition once a second of this clock until it is met. It is for events
// outside the session: a command that waits here counts as idle. It returns false if the context
// has ended or the clock has stopped.
func (c *Clock) WaitUntil(ctx context.Context, condition func() bool) bool {
	for ctx.Err() == nil {
		if condition() {
			return true
		}
		if _, fired := c.wait(c.Now().Add(time.Second)); !fired {
			return false
		}
	}
	return false
}

// Advance moves the clock forward by d. Timers fire at their own times, in order. If a session uses
// the clock, each timer waits until the program is idle after the one before, so that a repeating
// timer fires every time.
func (c *Clock) Advance(d time.Duration) {
	end := c.Now().Add(d)
	for c.waitForProgram() && c.fireNext(end) {
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.moveTo(end)
}

// waitForProgram waits until the program is idle. After a timeout it returns false, so that the
// clock is not blocked for ever; the session has recorded the error by then.
func (c *Clock) waitForProgram() bool {
	c.mu.Lock()
	waitIdle := c.waitIdle
	c.mu.Unlock()
	return waitIdle() == nil
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

// wait blocks until due, and returns the time at which it woke; false if the clock has stopped.
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

// attach sets the functions that count the waiting commands and that wait until the program is
// idle.
func (c *Clock) attach(addWaiting func(n int), waitIdle func() error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.addWaiting, c.waitIdle = addWaiting, waitIdle
}

// Stop ends the clock: every command that waits for it returns nil. The clock's session calls it.
func (c *Clock) Stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stopped = true
	for _, t := range c.timers {
		c.addWaiting(-1)
		close(t.fired)
	}
	c.timers = nil
	c.detach()
}

// detach drops the session. A stopped clock is still referred to by the program's clients, and
// would keep the session's screen.
func (c *Clock) detach() {
	c.addWaiting, c.waitIdle = func(int) {}, func() error { return nil }
}

// SpacedKeyTime returns the times of typed keys, each a second after the one before. It is for a
// program that tells typing from a paste by the time between keys.
func SpacedKeyTime() func() time.Time {
	var at time.Time
	return func() time.Time {
		at = at.Add(time.Second)
		return at
	}
}
