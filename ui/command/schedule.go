package command

import (
	"time"

	"vpsdeck/model"
)

// Schedule is when an account is polled next. Whatever it says, a request of a kind is never sent
// while one is under way. Its times are on this machine's clock.
type Schedule struct {
	AllDue       time.Time // when to poll everything
	RunningDue   time.Time // when to poll running operations
	Failures     int       // failed rounds in a row
	pollInterval time.Duration
	inRound      bool      // everything is being loaded
	sentAt       time.Time // when the requests under way, or the last ones, were sent
}

// ScheduleAll notes that everything is being loaded now, and is due again after a while.
func (s *Schedule) ScheduleAll(state *model.State, again time.Duration) {
	s.AllDue, s.inRound = state.Local.Add(again), true
	s.markSent(state)
}

// ScheduleRunning notes that running operations are polled now. The wait before the next poll
// grows each time.
func (s *Schedule) ScheduleRunning(state *model.State) {
	s.pollInterval = NextPollInterval(s.pollInterval)
	s.RunningDue = state.Local.Add(s.pollInterval)
	s.markSent(state)
}

// PollSoon polls running operations soon, and often again. It is called when an action was
// answered.
func (s *Schedule) PollSoon(state *model.State) {
	s.pollInterval, s.RunningDue = 0, state.Local.Add(MinPollInterval)
}

// markSent notes that requests are sent now, unless earlier ones are still under way.
func (s *Schedule) markSent(state *model.State) {
	if !state.Busy() {
		s.sentAt = state.Local
	}
}

// HandleResult adjusts the schedule to the result of a request for a list. A full round is judged
// once all of it has arrived; after a failure the waits grow. A Retry-After from the API always
// takes precedence.
func (s *Schedule) HandleResult(state *model.State, err error) {
	if wait := model.RetryAfter(err); wait > 0 {
		s.AllDue, s.RunningDue = state.Local.Add(wait), state.Local.Add(wait)
	}
	if state.Busy() {
		return
	}
	if err == nil {
		rested := state.Local.Add(CooldownAfter(state.Local.Sub(s.sentAt)))
		s.AllDue, s.RunningDue = later(s.AllDue, rested), later(s.RunningDue, rested)
	}
	if !s.inRound {
		return
	}
	s.inRound = false
	failure := state.Failure()
	if failure == nil {
		s.Failures = 0
		return
	}
	s.Failures++
	next := state.Local.Add(RetryDelay(s.Failures, failure))
	s.AllDue, s.RunningDue = next, next
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
