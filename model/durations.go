package model

import (
	"slices"
	"time"
)

// Durations is how long deeds took on this account. It is learned from what was watched from its beginning to its end, by this
// run and by earlier ones. The time does not depend on the size here: the size of what is to be made is not known before.
type Durations struct {
	past []pastDuration // the one that ended last comes last
}

// pastDuration is a deed that ended well.
type pastDuration struct {
	id       string // in the journal; empty for what others began
	action   Action
	point    Key
	server   ID
	endedAt  time.Time
	duration time.Duration
}

// Estimate is how long something may take, and how that is known.
type Estimate struct {
	Span
	Samples int // how many were learned from; 0: it is what the documents say
}

// How much is learned from: fewer than enough are no rule, and older ones than the last recent tell of other days.
const (
	minSamples = 3
	maxSamples = 20
)

// isTimed says whether a duration can be learned from the operation: it was watched from its beginning to its end.
func (o Operation) isTimed() bool { return o.Phase == PhaseDone && o.measured && o.Point.ID != "" }

// LearnDurations takes in what the journal has of this account, and what this run has seen of it. The journal's lines are told apart by
// the API's host and by the account's own servers: another account has others.
func (s *State) LearnDurations(last []Record, host string) {
	var past []pastDuration
	known := map[string]bool{}
	for _, o := range s.FinishedOperations() {
		if o.isTimed() {
			known[o.ID] = true
			past = append(past, newPastDuration(o))
		}
	}
	for _, r := range last {
		o, ok := r.Operation()
		_, mine := s.Server(o.Server.ID)
		if ok && mine && r.Timed && r.Host == host && !known[r.ID] && o.Ended.After(o.Started) {
			past = append(past, newPastDuration(o))
		}
	}
	slices.SortStableFunc(past, func(a, b pastDuration) int { return a.endedAt.Compare(b.endedAt) })
	s.durations = Durations{past}
}

func newPastDuration(o Operation) pastDuration {
	return pastDuration{o.ID, o.Action, o.Point.Key(), o.Server.ID, o.Ended, o.Ended.Sub(o.Started)}
}

// EstimateDuration is how long the deed takes on a kind of restore point: from the median to the 90th percentile of the last ones here,
// else what the documents say. known is false where nobody can tell.
func (s *State) EstimateDuration(deed Action, kind Kind) (e Estimate, known bool) {
	times := s.durations.timesOf(deed, kind)
	if len(times) < minSamples {
		span, documented := DocumentedDuration(deed, kind)
		return Estimate{Span: span}, documented
	}
	slices.Sort(times)
	return Estimate{Span: Span{percentile(times, 50), percentile(times, 90)}, Samples: len(times)}, true
}

// timesOf are the last times of a deed on a kind.
func (d Durations) timesOf(deed Action, kind Kind) []time.Duration {
	var times []time.Duration
	for _, t := range slices.Backward(d.past) {
		if t.action == deed && t.point.Kind == kind && len(times) < maxSamples {
			times = append(times, t.duration)
		}
	}
	return times
}

// percentile is the nearest-rank percentile of sorted times: one that was measured, not one between two.
func percentile(sorted []time.Duration, percent int) time.Duration {
	return sorted[max((len(sorted)*percent+99)/100, 1)-1]
}

// EstimateOperation is [State.EstimateDuration] for an operation. Of a restore that others began it is not known from what.
func (s *State) EstimateOperation(o Operation) (Estimate, bool) {
	if o.Action == Restore && o.Point.ID == "" {
		return Estimate{}, false
	}
	return s.EstimateDuration(o.Action, o.Point.Kind)
}

// LastRestoreDuration is how long the last restore from the point took, else the last one of its server from another of its kind;
// false if none is known.
func (s *State) LastRestoreDuration(p Point) (time.Duration, bool) {
	var like time.Duration
	for _, t := range slices.Backward(s.durations.past) {
		switch {
		case t.action != Restore || t.server != p.Server.ID || t.point.Kind != p.Kind:
		case t.point.ID == p.ID:
			return t.duration, true
		case like == 0:
			like = t.duration
		}
	}
	return like, like > 0
}

// minStuckTime is the least time after which something is called stuck: quick ones are late by a look or two of ours.
const minStuckTime = 2 * time.Minute

// Stuck says whether a running operation has taken twice the usual, and what is usual. What the documents allow for is never
// called so, however quick it was before.
func (s *State) Stuck(o Operation) (Estimate, bool) {
	usual, known := s.EstimateOperation(o)
	if !known || o.Phase != PhaseRunning {
		return usual, false
	}
	documented, _ := o.DocumentedDuration()
	return usual, o.Elapsed(s.Now) > max(2*usual.Max, documented.Max, minStuckTime)
}
