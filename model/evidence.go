package model

import (
	"fmt"
	"time"
)

// evidence is what lists have shown of an operation. Only lists that were asked for after its answer came, or was lost,
// count: others may show the account as it was before. All times are on the API's clock.
type evidence struct {
	since        time.Time // when the answer came, or was lost
	firstSeen    time.Time // when the first list was asked for that showed it at work; zero: none has
	lastSeen     time.Time // and the latest such list
	misses       int       // lists in a row that did not show what was expected
	firstMiss    time.Time // when the first of them was asked for
	absences     int       // lists in a row without the point that a delete with a lost answer is about
	partials     int       // incomplete lists in a row that lacked it, and so said nothing
	firstPartial time.Time // when the first of them was asked for
	lastPartial  time.Time // and the latest
}

// wasSeen says whether a list has shown the operation at work.
func (s evidence) wasSeen() bool { return !s.firstSeen.IsZero() }

// addHit notes a list that shows the operation at work.
func (s *evidence) addHit(asked time.Time) {
	if s.firstSeen.IsZero() {
		s.firstSeen = asked
	}
	s.lastSeen, s.misses, s.firstMiss, s.partials = asked, 0, time.Time{}, 0
}

// addMiss notes a list that does not show what was expected.
func (s *evidence) addMiss(asked time.Time) {
	if s.misses == 0 {
		s.firstMiss = asked
	}
	s.misses++
	s.partials = 0
}

// How long the lists may lag behind the answers. The documents say nothing of it [I].
const (
	// minMisses is how many lists must have missed something, whatever the time.
	minMisses = 5
	// pointListDelay is how long a point may take to appear in the lists, or to leave them.
	pointListDelay = time.Minute
	// restoreListDelay is how long a server may take until it shows as restoring. It is stopped before [D].
	restoreListDelay = 2 * time.Minute
	// maxStopTime is how long a server may show another status than active before it shows as restoring.
	maxStopTime = 15 * time.Minute
	// flappingWindow is how long after the first sight of a restore a list may still come from a replica that has not heard of it.
	flappingWindow = 15 * time.Second
	// measureTolerance is how much later than the end the list that showed it may be asked for, so that a duration is learned from it.
	measureTolerance = 15 * time.Second
)

// missedLongEnough says whether lists have missed it so often, and for so long.
func (s evidence) missedLongEnough(asked time.Time, from time.Time, bound time.Duration) bool {
	return s.misses >= minMisses && asked.Sub(from) >= bound
}

// finish closes the operation.
func (o *Operation) finish(phase Phase, at time.Time, words string) {
	o.Phase, o.Ended, o.Reason = phase, at, words
}

// finishSeen closes an operation that ended well, by a list that was asked for then. What it took is known if a list shortly
// before showed it at work, and it was watched from its beginning.
func (o *Operation) finishSeen(asked time.Time, words string) {
	o.finish(PhaseDone, asked, words)
	took := asked.Sub(o.Started)
	late := asked.Sub(o.evidence.lastSeen)
	o.measured = o.Action != Delete && o.evidence.wasSeen() && !o.StartUnknown && !o.Resumed && took > 0 && late <= max(measureTolerance, took/10)
}

// Unverified says whether nothing is known of the operation but what was sent: its answer was lost, or it was accepted and no list
// has shown it at work.
func (o Operation) Unverified() bool {
	return o.Phase == PhaseUnknown || o.Phase == PhaseRunning && o.Action != Create && !o.evidence.wasSeen()
}

// Duration is how long the operation took, and false where only the moment is known at which a list showed its end.
func (o Operation) Duration() (time.Duration, bool) { return o.Ended.Sub(o.Started), o.measured }

// DurationText is how long the operation took, for the end of a sentence: " in 5 m 10 s", or " (seen 14:21 UTC)" where only the
// moment is known at which a list showed its end.
func (o Operation) DurationText() string {
	if took, watched := o.Duration(); watched {
		return " in " + FormatDuration(took)
	}
	return " (seen " + clockTime(o.Ended) + ")"
}

// markLost notes that the answer was lost.
func (o *Operation) markLost(now time.Time, words string) {
	o.Phase, o.lostAt, o.Reason = PhaseUnknown, now, words
	o.evidence = evidence{since: now}
}

// ignoresList says whether a list was asked for too early to say anything of the operation.
func (o *Operation) ignoresList(asked time.Time) bool { return asked.Before(o.evidence.since) }

// applyPoint takes in what a list of points says of a create or a delete; found is the point it works on, if it is listed. asked
// is when the list was asked for.
func (o *Operation) applyPoint(found Point, listed bool, asked, now time.Time) {
	switch {
	case o.ignoresList(asked):
	case o.Action == Delete && !listed:
		o.applyDeleted(asked)
	case o.Action == Delete:
		o.applyStillListed(asked, now)
	case listed:
		o.applyStatus(found, asked)
	case o.Phase.Over(): // it was given up, and has not shown since
	case o.Phase == PhaseUnknown:
		o.recordMiss(asked, now, pointListDelay)
	default:
		o.applyMissing(asked, now)
	}
}

// applyDeleted takes in a list without the point that a delete is about. One such list is enough where the API has accepted it. Where
// the answer was lost, a second one must agree: a single list may be wrong.
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

// applyStillListed takes in a list that still has the point.
func (o *Operation) applyStillListed(asked, now time.Time) {
	o.evidence.absences = 0
	if o.Phase.Over() {
		return
	}
	if o.Phase == PhaseUnknown {
		o.recordMiss(asked, now, pointListDelay)
		return
	}
	o.evidence.addMiss(asked)
	if o.evidence.missedLongEnough(asked, o.evidence.since, pointListDelay) {
		o.finish(PhaseUnconfirmed, now, fmt.Sprintf("the API accepted it at %s, and the %s is still listed", clockTime(o.evidence.since), o.Point.Kind))
	}
}

// applyMissing takes in a list without the point that an accepted create makes.
func (o *Operation) applyMissing(asked, now time.Time) {
	o.evidence.addMiss(asked)
	if !o.evidence.missedLongEnough(asked, o.evidence.firstMiss, pointListDelay) {
		return
	}
	if o.evidence.wasSeen() {
		o.finish(PhaseFailed, now, fmt.Sprintf("the %s is no longer listed since %s", o.Point.Kind, clockTime(o.evidence.firstMiss)))
		return
	}
	o.finish(PhaseUnconfirmed, now, fmt.Sprintf("the API accepted it at %s, and no list has shown the %s since", clockTime(o.evidence.since), o.Point.Kind))
}

// applyPartialList takes in an incomplete list that lacks what the operation is about. It says nothing of it, but such lists cannot be
// waited for without end: what was accepted and never shown is then unconfirmed. A lost answer stays unknown.
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

// HiddenReason says of an operation that is hidden what is known of it.
func (o Operation) HiddenReason() string {
	return fmt.Sprintf("the API accepted it at %s, and its lists are incomplete since %s", clockTime(o.evidence.since), clockTime(o.evidence.firstPartial))
}

// Hidden says whether the lists have been incomplete, without what the operation is about, so often and for so long that more of
// them would not tell how it went either.
func (o Operation) Hidden() bool {
	bound := pointListDelay
	if o.Action == Restore {
		bound = restoreListDelay
	}
	return o.evidence.partials >= minMisses && o.evidence.lastPartial.Sub(o.evidence.firstPartial) >= bound
}

// applyStatus takes over the status of the point that a create has made, as a list shows it.
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

// applyServer takes in what a list of servers says of a restore. asked is when it was asked for.
func (o *Operation) applyServer(s Server, listed bool, asked, now time.Time) {
	switch {
	case o.ignoresList(asked), o.Phase.Over() && s.Status != ServerRestoring:
	case !listed:
		o.evidence.addMiss(asked)
		if o.evidence.missedLongEnough(asked, o.evidence.firstMiss, pointListDelay) {
			o.finish(PhaseFailed, now, "the server is no longer listed since "+clockTime(o.evidence.firstMiss))
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

// applyRestoreEnd takes in a list that shows another status after one has shown the restore. It has ended, unless the list may come from a
// replica that has not heard of the restore yet.
func (o *Operation) applyRestoreEnd(s Server, asked time.Time) {
	o.evidence.addMiss(asked)
	if asked.Sub(o.evidence.firstSeen) < flappingWindow {
		return
	}
	o.finishSeen(o.evidence.firstMiss, fmt.Sprintf("the server is %s", s.Status))
}

// applyNotRestoring takes in a list that does not show an accepted or lost restore, when none has shown it before.
func (o *Operation) applyNotRestoring(s Server, asked, now time.Time) {
	bound := restoreListDelay
	if s.Status != ServerActive && !o.stoppedBefore {
		bound = maxStopTime // it may be stopped for the restore
	}
	if o.Phase == PhaseUnknown {
		o.recordMiss(asked, now, bound)
		return
	}
	o.evidence.addMiss(asked)
	if o.evidence.missedLongEnough(asked, o.evidence.since, bound) {
		o.finish(PhaseUnconfirmed, now, fmt.Sprintf("the API accepted it at %s, and the server was not seen restoring; %s since %s",
			clockTime(o.evidence.since), s.Status, clockTime(o.evidence.firstMiss)))
	}
}

// recordMiss counts a search for what a lost answer was about that found nothing. bound is how long after the loss the last search
// must have been asked for.
func (o *Operation) recordMiss(asked, now time.Time, bound time.Duration) {
	o.evidence.addMiss(asked)
	if o.evidence.missedLongEnough(asked, o.lostAt, bound) {
		o.finish(PhaseNotSeen, now, "its answer was lost, and "+o.EvidenceText()+": look in the provider's panel before you try again")
	}
}

// EvidenceText is what the lists show, after enough looks, of an operation whose answer was lost.
func (o Operation) EvidenceText() string {
	if o.Action == Delete {
		return "it is still listed"
	}
	return "the lists show nothing of it"
}

// clockTime is a time of day for a sentence, in UTC.
func clockTime(t time.Time) string { return t.UTC().Format("15:04 UTC") }
