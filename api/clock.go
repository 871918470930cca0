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
	// clockTolerance is how far the two clocks may differ before it counts: a Date header has whole seconds and travels for a while.
	clockTolerance = 2 * time.Second
	// sameClockTolerance is how far two tellings of the time may differ to be of one clock.
	sameClockTolerance = 2 * time.Minute
	// minAgreeing is how many answers in a row must agree to be believed against this machine's clock.
	minAgreeing = 3
	// reportedSkew is the difference that is said to a person.
	reportedSkew = 5 * time.Minute
)

// apiClock knows the API's clock from the Date of its answers. One answer alone may come from a cache, or from a machine whose
// clock is wrong: what is far from this machine's clock and from the other answers is believed once several agree.
type apiClock struct {
	mu        sync.Mutex
	skew      time.Duration // the API's clock less this machine's
	candidate time.Duration // what the latest answer told, where that is far from both
	agreeing  int           // how many in a row agree on that
	outliers  int           // how many in a row were far from both, whatever they told
	age       time.Duration // how old the latest answer was, by itself
}

// update reads the time off an answer that came now, by this machine's clock.
func (k *apiClock) update(h http.Header, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.age = parseAge(h)
	theirs, err := http.ParseTime(h.Get("Date"))
	if err != nil || k.age > 0 || theirs.Year() < 2000 || theirs.Year() > 2100 { // a clock that was never set tells 1970
		return
	}
	skew := theirs.Sub(now)
	if skew.Abs() < clockTolerance {
		skew = 0
	}
	if skew.Abs() <= sameClockTolerance || (skew-k.skew).Abs() <= sameClockTolerance {
		k.skew, k.agreeing, k.outliers = skew, 0, 0
		return
	}
	k.outliers++
	if k.agreeing == 0 || (skew-k.candidate).Abs() > sameClockTolerance {
		k.agreeing = 0
	}
	k.candidate = skew
	if k.agreeing++; k.agreeing >= minAgreeing {
		k.skew, k.agreeing, k.outliers = skew, 0, 0
	}
}

// parseAge is for how long a cache has kept the answer; 0 where it came from the API itself. It is a year at most.
func parseAge(h http.Header) time.Duration {
	seconds, err := strconv.ParseInt(strings.TrimSpace(h.Get("Age")), 10, 64)
	if err != nil || seconds <= 0 {
		return 0
	}
	return time.Duration(min(seconds, 365*86400)) * time.Second
}

// offset is the API's clock less this machine's.
func (k *apiClock) offset() time.Duration {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.skew
}

// doubt is why times are not to be relied on, or "".
func (k *apiClock) doubt() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case k.skew.Abs() > reportedSkew:
		return fmt.Sprintf("this machine's clock and the API's differ by %s", model.FormatDuration(k.skew.Abs()))
	case k.outliers >= minAgreeing:
		return "the API's answers do not agree on the time"
	case k.age > reportedSkew:
		return fmt.Sprintf("the API's answers come from a cache, %s old", model.FormatDuration(k.age))
	}
	return ""
}

// Now is the time by the API's clock, as far as its answers tell it: this machine's clock, corrected by their Date. A
// difference under 2 seconds is noise and not corrected. One of more than 2 minutes is believed once 3 answers in a row agree.
func (c *Client) Now() time.Time { return c.now().Add(c.clock.offset()) }

// ClockDoubt is why the times that the program tells may be wrong, as a sentence without a full stop; "" if nothing speaks
// against them: the clocks differ by more than 5 minutes, the answers disagree, or they come from a cache.
func (c *Client) ClockDoubt() string { return c.clock.doubt() }
