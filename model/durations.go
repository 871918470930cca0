package model

import (
	"slices"
	"time"
)

// Durations is how long deeds took on this account. It is learned from what was watched from its beginning to its end, by this
// run and by earlier ones. The time does not depend on the size here: the size of what is to be made is not known before.
type Durations struct {
	past []took // the one that ended last comes last
}

// took is a deed that ended well.
type took struct {
	id     string // in the journal; empty for what others began
	deed   Deed
	point  Key
	server ID
	ended  time.Time
	time   time.Duration
}

// Expectation is how long something may take, and how that is known.
type Expectation struct {
	Span
	Of int // how many were learned from; 0: it is what the documents say
}

// How much is learned from: fewer than enough are no rule, and older ones than the last recent tell of other days.
const (
	enough = 3
	recent = 20
)

// timed says whether a duration can be learned from the operation: it was watched from its beginning to its end.
func (o Operation) timed() bool { return o.Phase == Done && o.watched && o.Point.ID != "" }

// Learn takes in what the journal has of this account, and what this run has seen of it. The journal's lines are told apart by
// the API's host and by the account's own servers: another account has others.
func (s *State) Learn(last []Record, host string) {
	var past []took
	known := map[string]bool{}
	for _, o := range s.Ended() {
		if o.timed() {
			known[o.ID] = true
			past = append(past, tookOf(o))
		}
	}
	for _, r := range last {
		o, ok := r.Operation()
		_, mine := s.Server(o.Server.ID)
		if ok && mine && r.Timed && r.Host == host && !known[r.ID] && o.Ended.After(o.Started) {
			past = append(past, tookOf(o))
		}
	}
	slices.SortStableFunc(past, func(a, b took) int { return a.ended.Compare(b.ended) })
	s.durations = Durations{past}
}

func tookOf(o Operation) took {
	return took{o.ID, o.Deed, o.Point.Key(), o.Server.ID, o.Ended, o.Ended.Sub(o.Started)}
}

// Expect is how long the deed takes on a kind of restore point: from the median to the 90th percentile of the last ones here,
// else what the documents say. known is false where nobody can tell.
func (s *State) Expect(deed Deed, kind Kind) (e Expectation, known bool) {
	times := s.durations.of(deed, kind)
	if len(times) < enough {
		span, documented := Usual(deed, kind)
		return Expectation{Span: span}, documented
	}
	slices.Sort(times)
	return Expectation{Span: Span{rank(times, 50), rank(times, 90)}, Of: len(times)}, true
}

// of are the last times of a deed on a kind.
func (d Durations) of(deed Deed, kind Kind) []time.Duration {
	var times []time.Duration
	for _, t := range slices.Backward(d.past) {
		if t.deed == deed && t.point.Kind == kind && len(times) < recent {
			times = append(times, t.time)
		}
	}
	return times
}

// rank is the nearest-rank percentile of sorted times: one that was measured, not one between two.
func rank(sorted []time.Duration, percent int) time.Duration {
	return sorted[max((len(sorted)*percent+99)/100, 1)-1]
}

// ExpectOf is [State.Expect] for an operation. Of a restore that others began it is not known from what.
func (s *State) ExpectOf(o Operation) (Expectation, bool) {
	if o.Deed == Restore && o.Point.ID == "" {
		return Expectation{}, false
	}
	return s.Expect(o.Deed, o.Point.Kind)
}

// LastRestore is how long the last restore from the point took, else the last one of its server from another of its kind;
// false if none is known.
func (s *State) LastRestore(p Point) (time.Duration, bool) {
	var like time.Duration
	for _, t := range slices.Backward(s.durations.past) {
		switch {
		case t.deed != Restore || t.server != p.Server.ID || t.point.Kind != p.Kind:
		case t.point.ID == p.ID:
			return t.time, true
		case like == 0:
			like = t.time
		}
	}
	return like, like > 0
}

// stuckLeast is the least time after which something is called stuck: quick ones are late by a look or two of ours.
const stuckLeast = 2 * time.Minute

// Stuck says whether a running operation has taken twice the usual, and what is usual. What the documents allow for is never
// called so, however quick it was before.
func (s *State) Stuck(o Operation) (Expectation, bool) {
	usual, known := s.ExpectOf(o)
	if !known || o.Phase != Running {
		return usual, false
	}
	documented, _ := o.Usual()
	return usual, o.Elapsed(s.Now) > max(2*usual.Max, documented.Max, stuckLeast)
}
