package command

import (
	"time"

	"vpsdeck/model"
)

// Schedule is when an account is asked next. Whatever it says, a request of a kind is never sent while one is under way. Its
// times are on this machine's clock.
type Schedule struct {
	All      time.Time // when everything is due
	Running  time.Time // when what runs is due
	Failures int       // rounds in a row that failed
	pace     time.Duration
	round    bool      // everything is being asked for
	began    time.Time // when the requests under way were sent, or the last ones
}

// Everything notes that everything is asked for now, and again after a while.
func (s *Schedule) Everything(state *model.State, again time.Duration) {
	s.All, s.round = state.Local.Add(again), true
	s.begin(state)
}

// WhatRuns notes that what runs is asked after now. Each time the wait before the next look is longer.
func (s *Schedule) WhatRuns(state *model.State) {
	s.pace = Slower(s.pace)
	s.Running = state.Local.Add(s.pace)
	s.begin(state)
}

// Hasten looks at what runs soon, and often again: a deed was answered.
func (s *Schedule) Hasten(state *model.State) {
	s.pace, s.Running = 0, state.Local.Add(Quick)
}

// begin notes that requests leave now, unless earlier ones are still under way.
func (s *Schedule) begin(state *model.State) {
	if !state.Asking() {
		s.began = state.Local
	}
}

// Heard sets the schedule by how a request for a list went. A round for everything is judged once all of it is in: after a
// failure the waits grow. Whatever was asked, the API's own wish to be left alone comes first.
func (s *Schedule) Heard(state *model.State, err error) {
	if wait := model.RetryAfter(err); wait > 0 {
		s.All, s.Running = state.Local.Add(wait), state.Local.Add(wait)
	}
	if state.Asking() {
		return
	}
	if err == nil {
		rested := state.Local.Add(Rest(state.Local.Sub(s.began)))
		s.All, s.Running = later(s.All, rested), later(s.Running, rested)
	}
	if !s.round {
		return
	}
	s.round = false
	failure := state.Failure()
	if failure == nil {
		s.Failures = 0
		return
	}
	s.Failures++
	next := state.Local.Add(Retry(s.Failures, failure))
	s.All, s.Running = next, next
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
