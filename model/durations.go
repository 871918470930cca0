package model

import (
	"slices"
	"time"
)

// Durations is how long actions took on this account. It is learned from operations that were
// observed from start to end, by this run and earlier ones. Size is not considered: the size of a
// new point is not known in advance.
type Durations struct {
	past []pastDuration // ordered by end, the latest last
}

// pastDuration is the duration of an action that succeeded.
type pastDuration struct {
	id       string // in the journal; empty for operations of others
	action   Action
	point    Key
	server   ID
	endedAt  time.Time
	duration time.Duration
}

// Estimate is how long something may take, and what that is based on.
type Estimate struct {
	Span
	Samples int // how many measurements; 0: from the documents
}

// Fewer than minSamples are not representative, and measurements beyond the last maxSamples are
// outdated.
const (
	minSamples = 3
	maxSamples = 20
)

// isTimed reports whether a duration can be learned from the operation: it was observed from start
// to end.
func (o Operation) isTimed() bool { return o.Phase == PhaseDone && o.measured && o.Point.ID != "" }

// LearnDurations learns durations from the journal and from the operations of this run. It uses the
// journal's records of this API host and of the account's own servers, because the journal may
// contain other accounts.
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

// EstimateDuration estimates how long the action takes on a kind of restore point. It ranges from
// the median to the 90th percentile of the last measurements, or is taken from the documents. known
// is false if neither exists.
func (s *State) EstimateDuration(action Action, kind Kind) (e Estimate, known bool) {
	times := s.durations.timesOf(action, kind)
	if len(times) < minSamples {
		span, documented := DocumentedDuration(action, kind)
		return Estimate{Span: span}, documented
	}
	slices.Sort(times)
	return Estimate{Span: Span{percentile(times, 50), percentile(times, 90)}, Samples: len(times)}, true
}

// timesOf returns the last durations of an action on a kind of restore point.
func (d Durations) timesOf(action Action, kind Kind) []time.Duration {
	var times []time.Duration
	for _, t := range slices.Backward(d.past) {
		if t.action == action && t.point.Kind == kind && len(times) < maxSamples {
			times = append(times, t.duration)
		}
	}
	return times
}

// percentile returns the nearest-rank percentile of sorted times. It is always a measured value,
// never interpolated.
func percentile(sorted []time.Duration, percent int) time.Duration {
	return sorted[max((len(sorted)*percent+99)/100, 1)-1]
}

// EstimateOperation is [State.EstimateDuration] for an operation. There is none for a restore
// started by others, whose restore point is unknown.
func (s *State) EstimateOperation(o Operation) (Estimate, bool) {
	if o.Action == Restore && o.Point.ID == "" {
		return Estimate{}, false
	}
	return s.EstimateDuration(o.Action, o.Point.Kind)
}

// LastRestoreDuration returns how long the last restore from the point took, or else the last one
// of its server from a point of the same kind. It returns false if there was none.
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

// minStuckTime is the shortest time before an operation counts as stuck, because polling delays the
// end of quick ones.
const minStuckTime = 2 * time.Minute

// Stuck reports whether a running operation has taken twice its estimate, and returns the estimate.
// An operation within the documented time is never stuck, however fast it was before.
func (s *State) Stuck(o Operation) (Estimate, bool) {
	usual, known := s.EstimateOperation(o)
	if !known || o.Phase != PhaseRunning {
		return usual, false
	}
	documented, _ := o.DocumentedDuration()
	return usual, o.Elapsed(s.Now) > max(2*usual.Max, documented.Max, minStuckTime)
}
