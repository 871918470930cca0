package sim

import (
	"sync"
	"time"
)

// Clock is the clock of an account. It never runs backwards, and is safe for concurrent use.
type Clock struct {
	mu      sync.Mutex
	at      time.Time // a stepped clock's time, a running one's start
	speed   float64   // 0: stepped
	started time.Time // when a running clock was made, on this machine's clock
}

// Limits of a running clock: beyond them a time.Duration would overflow, and the time would jump
// back.
const (
	maxSpeed   = 1e9
	maxElapsed = 200 * 365 * day
)

// NewClock returns a clock that shows start now and then runs speed times as fast as this
// machine's. 1 is real time, and 60 turns a second into a minute. A speed of 0, below 0 or NaN
// makes a stepped clock.
func NewClock(start time.Time, speed float64) *Clock {
	if !(speed > 0) { // true for NaN, too
		speed = 0
	}
	return &Clock{at: start.UTC(), speed: min(speed, maxSpeed), started: time.Now()}
}

// NewSteppedClock returns a clock that shows start until Advance moves it.
func NewSteppedClock(start time.Time) *Clock { return NewClock(start, 0) }

// Now returns the clock's time, in UTC.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.speed == 0 {
		return c.at
	}
	passed := min(float64(time.Since(c.started))*c.speed, float64(maxElapsed))
	return c.at.Add(time.Duration(passed))
}

// Advance moves a stepped clock forward. It does nothing to a running clock, or if d is negative.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.speed == 0 {
		c.at = c.at.Add(max(d, 0))
	}
}
