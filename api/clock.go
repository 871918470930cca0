package api

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"vpsdeck/model"
)

const (
	// clockTolerance is the difference of the clocks that is ignored: a Date header has whole
	// seconds, and takes time to arrive.
	clockTolerance = 2 * time.Second
	// sameClockTolerance is how far two times may differ and still come from one clock.
	sameClockTolerance = 2 * time.Minute
	// minAgreeing is how many responses in a row must agree to be trusted over this machine's
	// clock.
	minAgreeing = 3
	// reportedSkew is the difference from which the user is warned.
	reportedSkew = 5 * time.Minute
)

// apiClock estimates the API's clock from the Date of its responses. A single response may come
// from a cache, or from a machine whose clock is wrong. So a time that is far from this machine's
// clock and from earlier responses is trusted only once several agree.
type apiClock struct {
	mu        sync.Mutex
	skew      time.Duration // the API's clock minus this machine's
	candidate time.Duration // the skew of the latest response, if it is far from both
	agreeing  int           // how many responses in a row agree on candidate
	outliers  int           // how many responses in a row were far from both
	age       time.Duration // the Age of the latest response
}

// update learns from a response that arrived now, by this machine's clock.
func (c *apiClock) update(h http.Header, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.age = parseAge(h)
	theirs, err := http.ParseTime(h.Get("Date"))
	// a clock that was never set shows 1970
	if err != nil || c.age > 0 || theirs.Year() < 2000 || theirs.Year() > 2100 {
		return
	}
	skew := theirs.Sub(now)
	if skew.Abs() < clockTolerance {
		skew = 0
	}
	if skew.Abs() <= sameClockTolerance || (skew-c.skew).Abs() <= sameClockTolerance {
		c.skew, c.agreeing, c.outliers = skew, 0, 0
		return
	}
	c.outliers++
	if c.agreeing == 0 || (skew-c.candidate).Abs() > sameClockTolerance {
		c.agreeing = 0
	}
	c.candidate = skew
	if c.agreeing++; c.agreeing >= minAgreeing {
		c.skew, c.agreeing, c.outliers = skew, 0, 0
	}
}

// parseAge returns how long a cache has kept the response, a year at most; 0 if it came from the
// API itself.
func parseAge(h http.Header) time.Duration {
	seconds, err := strconv.ParseInt(strings.TrimSpace(h.Get("Age")), 10, 64)
	if err != nil || seconds <= 0 {
		return 0
	}
	return time.Duration(min(seconds, 365*86400)) * time.Second
}

// offset returns the API's clock minus this machine's.
func (c *apiClock) offset() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.skew
}

// doubt returns why times are unreliable, or "".
func (c *apiClock) doubt() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.skew.Abs() > reportedSkew:
		return fmt.Sprintf("this machine's clock and the API's differ by %s", model.FormatDuration(c.skew.Abs()))
	case c.outliers >= minAgreeing:
		return "the API's answers do not agree on the time"
	case c.age > reportedSkew:
		return fmt.Sprintf("the API's answers come from a cache, %s old", model.FormatDuration(c.age))
	}
	return ""
}

// Now returns the time by the API's clock: this machine's clock, corrected by the Date of the API's
// responses. A difference under 2 seconds is ignored. One of more than 2 minutes is trusted once 3
// responses in a row agree. It has no monotonic reading: that stands still while the machine sleeps,
// and goes on when this machine's clock is set, which the correction must follow.
func (c *Client) Now() time.Time { return c.now().Round(0).Add(c.clock.offset()) }

// ClockDoubt returns why the times on the screen may be wrong, as a sentence without a full stop;
// "" if there is no reason. The clocks differ by more than 5 minutes, the responses disagree, or
// they come from a cache.
func (c *Client) ClockDoubt() string { return c.clock.doubt() }
