package sim

import (
	"sync"
	"time"
)

// Clock is the time inside an account. It never runs backwards, and is safe for concurrent use.
type Clock struct {
	mu      sync.Mutex
	at      time.Time // a stepped clock's time, a running one's start
	speed   float64   // 0: stepped
	started time.Time // when a running clock was made, on this machine's clock
}

// NewClock returns a clock that shows start now and then runs speed times as fast as this machine's: 1 is real time, 60
// makes a minute of a second. A speed of 0 or below stands still, as a stepped clock does.
func NewClock(start time.Time, speed float64) *Clock {
	return &Clock{at: start.UTC(), speed: max(speed, 0), started: time.Now()}
}

// NewSteppedClock returns a clock that stands at start until Advance moves it.
func NewSteppedClock(start time.Time) *Clock { return NewClock(start, 0) }

// Now is the clock's time, in UTC.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.speed == 0 {
		return c.at
	}
	return c.at.Add(time.Duration(float64(time.Since(c.started)) * c.speed))
}

// Advance moves a stepped clock forward. It does nothing to a running one, nor for a d below 0.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.speed == 0 {
		c.at = c.at.Add(max(d, 0))
	}
}
