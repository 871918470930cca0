package model

import (
	"fmt"
	"time"
)

// evidence is what lists have shown of an operation. Only lists requested after its answer came, or
// was lost, count: earlier ones may show the old state. All times are on the API's clock.
type evidence struct {
	since        time.Time // when the answer came or was lost
	firstSeen    time.Time // request time of the first list that showed it running; zero: none
	lastSeen     time.Time // request time of the latest such list
	misses       int       // consecutive lists that did not show the expected state
	firstMiss    time.Time // request time of the first of them
	overdue      int       // those of them that were requested after the longest delay of the lists
	absences     int       // consecutive lists without the point of a delete whose answer was lost
	partials     int       // consecutive incomplete lists without it, which prove nothing
	firstPartial time.Time // request time of the first of them
	lastPartial  time.Time // request time of the latest
}

// wasSeen reports whether a list has shown the operation running.
func (s evidence) wasSeen() bool { return !s.firstSeen.IsZero() }

// limitTo moves times of the future to now: the clock was ahead when they were recorded. Otherwise
// every list would seem too early to count.
func (s *evidence) limitTo(now time.Time) {
	for _, at := range []*time.Time{&s.since, &s.firstSeen, &s.lastSeen} {
		if at.After(now) {
			*at = now
		}
	}
}

// addHit records a list that shows the operation running.
func (s *evidence) addHit(asked time.Time) {
	if s.firstSeen.IsZero() {
		s.firstSeen = asked
	}
	s.lastSeen, s.misses, s.overdue, s.firstMiss, s.partials = asked, 0, 0, time.Time{}, 0
}

// addMiss records a list that does not show the expected state.
func (s *evidence) addMiss(asked time.Time) {
	if s.misses == 0 {
		s.firstMiss = asked
	}
	s.misses++
	s.partials = 0
}

// addMissSince records a miss. It reports whether enough lists have missed it for long enough: the
// lists may lag until the delay has passed since the given time.
func (s *evidence) addMissSince(from, asked time.Time, delay time.Duration) bool {
	s.addMiss(asked)
	if asked.Sub(from) >= delay {
		s.overdue++
	}
	return s.misses >= minMisses && s.overdue >= minOverdue
}

// addMissInRow is addMissSince, from the first of the consecutive misses.
func (s *evidence) addMissInRow(asked time.Time, delay time.Duration) bool {
	if s.misses == 0 {
		return s.addMissSince(asked, asked, delay)
	}
	return s.addMissSince(s.firstMiss, asked, delay)
}

// How long the lists may lag behind the answers. The documents do not say [I].
const (
	// minMisses is how many lists must have missed something, regardless of time.
	minMisses = 5
	// minOverdue is how many of them must have been requested after the longest delay. A program
	// that was paused requests its first list long after the others, and a single list may be wrong.
	minOverdue = 2
	// pointListDelay is how long a point may take to appear in the lists, or to leave them.
	pointListDelay = time.Minute
	// restoreListDelay is how long a server may take until it shows as restoring. It is stopped
	// first [D].
	restoreListDelay = 2 * time.Minute
	// maxStopTime is how long a server may be other than active before it shows as restoring.
	maxStopTime = 15 * time.Minute
	// flappingWindow is how long after a restore was first seen a list may still come from a
	// replica that does not know of it.
	flappingWindow = 15 * time.Second
	// measureTolerance is the longest gap between the last list that showed an operation running
	// and its end for which a duration is learned.
	measureTolerance = 15 * time.Second
	// maxUnwatchedEnd is the longest gap before a snapshot's end after which the restore that waits
	// for it is still sent. The snapshot lacks what the server has written since.
	maxUnwatchedEnd = 15 * time.Minute
)

// listDelay returns how long the lists may not show the operation, or still show a deleted point.
func (o Operation) listDelay() time.Duration {
	if o.Action == Restore {
		return restoreListDelay
	}
	return pointListDelay
}

// finish ends the operation.
func (o *Operation) finish(phase Phase, at time.Time, reason string) {
	o.Phase, o.Ended, o.Reason = phase, at, reason
}

// finishSeen ends a successful operation, shown by a list requested at the given time. Its duration
// is known only if it was observed from its start, and a list shortly before showed it running.
func (o *Operation) finishSeen(asked time.Time, reason string) {
	o.finish(PhaseDone, asked, reason)
	took := asked.Sub(o.Started)
	late := asked.Sub(o.evidence.lastSeen)
	o.measured = o.Action != Delete && o.evidence.wasSeen() && !o.StartUnknown && !o.Resumed && took > 0 &&
		late <= max(measureTolerance, took/10)
}

// EndedUnwatched reports whether the operation may have ended long before a list showed its end. No
// list was read for a while: the API was down, its token was refused, or this machine was asleep.
func (o Operation) EndedUnwatched() bool {
	return o.Ended.Sub(laterTime(o.evidence.since, o.evidence.lastSeen)) > maxUnwatchedEnd
}

// Unverified reports whether nothing but the request is known of the operation: its answer was
// lost, or no list has shown it running since it was accepted.
func (o Operation) Unverified() bool {
	return o.Phase == PhaseUnknown || o.Phase == PhaseRunning && o.Action != Create && !o.evidence.wasSeen()
}

// Duration returns how long the operation took. It returns false if only the time is known at which
// a list showed its end.
func (o Operation) Duration() (time.Duration, bool) { return o.Ended.Sub(o.Started), o.measured }

// DurationText returns how long the operation took, for the end of a sentence: " in 5 m 10 s". If
// only the time of the list that showed its end is known, it is " (seen 14:21 UTC)".
func (o Operation) DurationText() string {
	if took, measured := o.Duration(); measured {
		return " in " + FormatDuration(took)
	}
	return " (seen " + clockTime(o.Ended) + ")"
}

// markLost records that the answer was lost.
func (o *Operation) markLost(now time.Time, reason string) {
	o.Phase, o.lostAt, o.Reason = PhaseUnknown, now, reason
	o.evidence = evidence{since: now}
}

// ignoresList reports whether a list was requested too early to say anything about the operation.
func (o *Operation) ignoresList(asked time.Time) bool { return asked.Before(o.evidence.since) }

// applyPoint applies a list of points to a create or a delete. found is the operation's point, if
// it is listed. asked is when the list was requested.
func (o *Operation) applyPoint(found Point, listed bool, asked, now time.Time) {
	switch {
	case o.ignoresList(asked):
	case o.Action == Delete && !listed:
		o.applyDeleted(asked)
	case o.Action == Delete:
		o.applyStillListed(asked, now)
	case listed:
		o.applyStatus(found, asked)
	case o.Phase.Over(): // it was given up, and has not been listed since
	case o.Phase == PhaseUnknown:
		o.recordMiss(asked, now, o.listDelay())
	default:
		o.applyMissing(asked, now)
	}
}

// applyDeleted applies a list without the point of a delete. One such list is enough if the API
// accepted the delete. If the answer was lost, a second one must agree, because a single list may
// be wrong.
func (o *Operation) applyDeleted(asked time.Time) {
	if !o.AnswerLost() {
		o.finishSeen(asked, "")
		return
	}
	if o.evidence.absences++; o.evidence.absences < 2 {
		return
	}
	o.finishSeen(asked, "its answer was lost; it is no longer listed")
}

// applyStillListed applies a list that still has the point of a delete.
func (o *Operation) applyStillListed(asked, now time.Time) {
	o.evidence.absences = 0
	if o.Phase.Over() {
		return
	}
	if o.Phase == PhaseUnknown {
		o.recordMiss(asked, now, o.listDelay())
		return
	}
	if o.evidence.addMissSince(o.evidence.since, asked, o.listDelay()) {
		o.finish(PhaseUnconfirmed, now, fmt.Sprintf("the API accepted it at %s, and the %s is still listed",
			clockTime(o.evidence.since), o.Point.Kind))
	}
}

// applyMissing applies a list without the point of an accepted create.
func (o *Operation) applyMissing(asked, now time.Time) {
	if !o.evidence.addMissInRow(asked, o.listDelay()) {
		return
	}
	missing := fmt.Sprintf("the %s has not been listed since %s", o.Point.Kind, clockTime(o.evidence.firstMiss))
	accepted := "the API accepted it at " + clockTime(o.evidence.since)
	switch {
	case o.evidence.wasSeen():
		o.finish(PhaseFailed, now, missing)
	case o.Resumed: // an earlier run may have seen it
		o.finish(PhaseUnconfirmed, now, accepted+", and "+missing)
	default:
		o.finish(PhaseUnconfirmed, now, fmt.Sprintf("%s, and no list has shown the %s since", accepted, o.Point.Kind))
	}
}

// applyPartialList applies an incomplete list without the operation's point. It proves nothing, but
// the wait for a complete list is bounded; see Hidden. A lost answer stays unknown.
func (o *Operation) applyPartialList(asked time.Time) {
	if o.ignoresList(asked) || o.Phase.Over() {
		return
	}
	if o.evidence.partials == 0 {
		o.evidence.firstPartial = asked
	}
	o.evidence.partials++
	o.evidence.lastPartial = asked
}

// HiddenReason says what is known of a hidden operation.
func (o Operation) HiddenReason() string {
	return fmt.Sprintf("the API accepted it at %s, and its lists have been incomplete since %s",
		clockTime(o.evidence.since), clockTime(o.evidence.firstPartial))
}

// Hidden reports whether the lists have been incomplete, without the operation's point, so often
// and for so long that waiting further is pointless.
func (o Operation) Hidden() bool {
	return o.evidence.partials >= minMisses &&
		o.evidence.lastPartial.Sub(o.evidence.firstPartial) >= o.listDelay()
}

// applyStatus applies the status of a created point, as a list shows it.
func (o *Operation) applyStatus(p Point, asked time.Time) {
	o.Point, o.Ended = p, time.Time{}
	switch {
	case p.Status == Completed:
		o.finishSeen(asked, "")
	case p.Status.Failed():
		o.finish(PhaseFailed, asked, fmt.Sprintf("the API shows it as %s", p.Status))
	default:
		o.evidence.addHit(asked)
		o.Phase, o.Reason = PhaseRunning, ""
	}
}

// applyServer applies a list of servers to a restore. asked is when the list was requested.
func (o *Operation) applyServer(s Server, listed bool, asked, now time.Time) {
	switch {
	case o.ignoresList(asked), o.Phase.Over() && s.Status != ServerRestoring:
	case !listed:
		if o.evidence.addMissInRow(asked, pointListDelay) {
			o.finish(PhaseFailed, now, "the server has not been listed since "+clockTime(o.evidence.firstMiss))
		}
	case s.Status == ServerRestoring:
		o.evidence.addHit(asked)
		o.Phase, o.Reason, o.Ended = PhaseRunning, "", time.Time{}
	case o.evidence.wasSeen():
		o.applyRestoreEnd(s, asked)
	default:
		o.applyNotRestoring(s, asked, now)
	}
}

// applyRestoreEnd applies a list that shows another status after one has shown the restore. The
// restore has ended, unless the list may come from a replica that does not know of it yet.
func (o *Operation) applyRestoreEnd(s Server, asked time.Time) {
	o.evidence.addMiss(asked)
	if asked.Sub(o.evidence.firstSeen) < flappingWindow {
		return
	}
	reason := fmt.Sprintf("the server is %s", s.Status)
	if s.Status.Failed() {
		o.finish(PhaseFailed, o.evidence.firstMiss, reason)
		return
	}
	o.finishSeen(o.evidence.firstMiss, reason)
}

// applyNotRestoring applies a list that does not show an accepted or lost restore, if none has
// shown it before.
func (o *Operation) applyNotRestoring(s Server, asked, now time.Time) {
	bound := o.listDelay()
	if s.Status != ServerActive && !o.stoppedBefore {
		bound = maxStopTime // it may be stopped for the restore
	}
	if o.Phase == PhaseUnknown {
		o.recordMiss(asked, now, bound)
		return
	}
	if o.evidence.addMissSince(o.evidence.since, asked, bound) {
		o.finish(PhaseUnconfirmed, now, fmt.Sprintf("the API accepted it at %s, and the server was not seen "+
			"restoring; %s since %s",
			clockTime(o.evidence.since), s.Status, clockTime(o.evidence.firstMiss)))
	}
}

// recordMiss counts a search for a lost operation that found nothing. bound is how long after the
// loss the last search must have been requested.
func (o *Operation) recordMiss(asked, now time.Time, bound time.Duration) {
	if o.evidence.addMissSince(o.lostAt, asked, bound) {
		o.finish(PhaseNotSeen, now, "its answer was lost, and "+o.EvidenceText()+
			": check the provider's panel before you try again")
	}
}

// EvidenceText says what the lists show, after enough searches, of an operation whose answer was
// lost.
func (o Operation) EvidenceText() string {
	if o.Action == Delete {
		return "it is still listed"
	}
	return "the lists do not show it"
}

// clockTime formats a time of day for a sentence, in UTC.
func clockTime(t time.Time) string { return t.UTC().Format("15:04 UTC") }
