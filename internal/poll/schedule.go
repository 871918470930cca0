package poll

import (
	"cmp"
	"time"

	"vpsdeck/model"
)

// How often everything is polled.
const (
	IntervalWatched   = 20 * time.Second // while somebody looks: the terminal has the focus
	IntervalUnwatched = 2 * time.Minute  // while nobody does
)

// How often running operations are polled: at first, and at most after the interval has grown.
const (
	minInterval = time.Second
	maxInterval = 10 * time.Second
)

// nextInterval is how long to wait before running operations are polled again, given the last wait;
// 0 means that there was none.
func nextInterval(last time.Duration) time.Duration {
	return min(max(last*4/3, minInterval), maxInterval)
}

// maxRetryDelay limits the wait after failures.
const maxRetryDelay = time.Minute

// retryDelay is how long to wait after a number of failed rounds in a row. err is the last
// failure; the wait is never shorter than its Retry-After.
func retryDelay(failures int, err error) time.Duration {
	return max(min(time.Second<<min(failures, 6), maxRetryDelay), model.RetryAfter(err))
}

// cooldown is how long to send nothing after a round of requests that took this long. The API is
// busy with us for at most a twentieth of the time, and data is never much older than maxCooldown.
func cooldown(took time.Duration) time.Duration { return min(19*max(took, 0), maxCooldown) }

const maxCooldown = 5 * time.Minute

// schedule is when to poll next. Its times are on this machine's clock.
type schedule struct {
	allDue          time.Time // when to poll everything
	runningDue      time.Time // when to poll running operations
	notBefore       time.Time // nothing is polled before: a Retry-After of the API
	failures        int       // failed rounds of everything in a row
	runningFailures int       // failed rounds of running operations in a row
	interval        time.Duration
	allInRound      bool      // everything is being loaded
	failure         error     // the first in the round
	sentAt          time.Time // when the round's first request was sent
	isAwaited       bool      // somebody waits for the operations, so the cooldown is only the interval
}

// startAll notes that everything is requested now, and again after a while.
func (s *schedule) startAll(now time.Time, busy bool, again time.Duration) {
	s.start(now, busy)
	s.allInRound, s.allDue = true, now.Add(again)
}

// startRunning notes that running operations are polled now. The wait before the next poll grows
// each time.
func (s *schedule) startRunning(now time.Time, busy bool) {
	s.start(now, busy)
	s.interval = nextInterval(s.interval)
	s.runningDue = now.Add(s.interval)
}

// pollSoon polls running operations soon, and often again. It never delays a poll, so that a batch
// whose actions are answered one after the other is polled too.
func (s *schedule) pollSoon(now time.Time) {
	soon := now.Add(minInterval)
	if s.interval = 0; !s.runningDue.After(now) || soon.Before(s.runningDue) {
		s.runningDue = soon
	}
}

// start begins a round, unless earlier requests are still under way.
func (s *schedule) start(now time.Time, busy bool) {
	if !busy {
		s.sentAt, s.failure = now, nil
	}
}

// finishRequest adjusts the schedule to the result of a request. The round is judged once all of it
// has arrived, by why a list cannot be loaded; after a failure the waits grow. A Retry-After from
// the API always takes precedence.
func (s *schedule) finishRequest(now time.Time, busy bool, err, listFailure error) {
	if wait := model.RetryAfter(err); wait > 0 {
		s.notBefore = later(s.notBefore, now.Add(wait))
		s.allDue, s.runningDue = s.notBefore, s.notBefore
	}
	s.failure = cmp.Or(s.failure, err)
	if busy {
		return
	}
	if err == nil {
		rest := cooldown(now.Sub(s.sentAt))
		if s.isAwaited {
			rest = s.interval
		}
		rested := now.Add(rest)
		s.allDue, s.runningDue = later(s.allDue, rested), later(s.runningDue, rested)
	}
	switch {
	case s.allInRound && listFailure != nil:
		s.failures++
		s.allDue = now.Add(retryDelay(s.failures, listFailure))
		s.runningDue = s.allDue
	case s.allInRound:
		s.failures, s.runningFailures = 0, 0
	case s.failure != nil:
		s.runningFailures++
		s.runningDue = later(s.runningDue, now.Add(retryDelay(s.runningFailures, s.failure)))
	default:
		s.runningFailures = 0
	}
	s.allInRound, s.failure = false, nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
