package command

import (
	"time"

	"vpsdeck/model"
)

// Schedule is when an account is asked next. Whatever it says, a request of a kind is never sent while one is under way. Its
// times are on this machine's clock.
type Schedule struct {
	AllDue       time.Time // when everything is due
	RunningDue   time.Time // when what runs is due
	Failures     int       // rounds in a row that failed
	pollInterval time.Duration
	inRound      bool      // everything is being asked for
	sentAt       time.Time // when the requests under way were sent, or the last ones
}

// ScheduleAll notes that everything is asked for now, and again after a while.
func (s *Schedule) ScheduleAll(state *model.State, again time.Duration) {
	s.AllDue, s.inRound = state.Local.Add(again), true
	s.markSent(state)
}

// ScheduleRunning notes that what runs is asked after now. Each time the wait before the next look is longer.
func (s *Schedule) ScheduleRunning(state *model.State) {
	s.pollInterval = NextPollInterval(s.pollInterval)
	s.RunningDue = state.Local.Add(s.pollInterval)
	s.markSent(state)
}

// PollSoon looks at what runs soon, and often again: a deed was answered.
func (s *Schedule) PollSoon(state *model.State) {
	s.pollInterval, s.RunningDue = 0, state.Local.Add(MinPollInterval)
}

// markSent notes that requests leave now, unless earlier ones are still under way.
func (s *Schedule) markSent(state *model.State) {
	if !state.Busy() {
		s.sentAt = state.Local
	}
}

// HandleResult sets the schedule by how a request for a list went. A round for everything is judged once all of it is in: after a
// failure the waits grow. Whatever was asked, the API's own wish to be left alone comes first.
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
