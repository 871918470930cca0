package model

import (
	"fmt"
	"time"
)

// sightings is what lists have shown of an operation. Only lists that were asked for after its answer came, or was lost,
// count: others may show the account as it was before. All times are on the API's clock.
type sightings struct {
	since   time.Time // when the answer came, or was lost
	first   time.Time // when the first list was asked for that showed it at work; zero: none has
	last    time.Time // and the latest such list
	misses  int       // lists in a row that did not show what was expected
	missing time.Time // when the first of them was asked for
	absent  int       // lists in a row without the point that a delete with a lost answer is about
	parts   int       // incomplete lists in a row that lacked it, and so said nothing
	parted  time.Time // when the first of them was asked for
	latest  time.Time // and the latest
}

// shown says whether a list has shown the operation at work.
func (s sightings) shown() bool { return !s.first.IsZero() }

// hit notes a list that shows the operation at work.
func (s *sightings) hit(asked time.Time) {
	if s.first.IsZero() {
		s.first = asked
	}
	s.last, s.misses, s.missing, s.parts = asked, 0, time.Time{}, 0
}

// miss notes a list that does not show what was expected.
func (s *sightings) miss(asked time.Time) {
	if s.misses == 0 {
		s.missing = asked
	}
	s.misses++
	s.parts = 0
}

// How long the lists may lag behind the answers. The documents say nothing of it [I].
const (
	// enoughLooks is how many lists must have missed something, whatever the time.
	enoughLooks = 5
	// enoughTime is how long a point may take to appear in the lists, or to leave them.
	enoughTime = time.Minute
	// enoughRestore is how long a server may take until it shows as restoring. It is stopped before [D].
	enoughRestore = 2 * time.Minute
	// longestStop is how long a server may show another status than active before it shows as restoring.
	longestStop = 15 * time.Minute
	// flapping is how long after the first sight of a restore a list may still come from a replica that has not heard of it.
	flapping = 15 * time.Second
	// sharp is how much later than the end the list that showed it may be asked for, so that a duration is learned from it.
	sharp = 15 * time.Second
)

// long says whether lists have missed it so often, and for so long.
func (s sightings) long(asked time.Time, from time.Time, bound time.Duration) bool {
	return s.misses >= enoughLooks && asked.Sub(from) >= bound
}

// end closes the operation.
func (o *Operation) end(phase Phase, at time.Time, words string) {
	o.Phase, o.Ended, o.Words = phase, at, words
}

// endSeen closes an operation that ended well, by a list that was asked for then. What it took is known if a list shortly
// before showed it at work, and it was watched from its beginning.
func (o *Operation) endSeen(asked time.Time, words string) {
	o.end(Done, asked, words)
	took := asked.Sub(o.Started)
	late := asked.Sub(o.seen.last)
	o.watched = o.Deed != Delete && o.seen.shown() && !o.AtLeast && !o.Resumed && took > 0 && late <= max(sharp, took/10)
}

// Doubtful says whether nothing is known of the operation but what was sent: its answer was lost, or it was accepted and no list
// has shown it at work.
func (o Operation) Doubtful() bool {
	return o.Phase == Unknown || o.Phase == Running && o.Deed != Create && !o.seen.shown()
}

// Took is how long the operation took, and false where only the moment is known at which a list showed its end.
func (o Operation) Took() (time.Duration, bool) { return o.Ended.Sub(o.Started), o.watched }

// TookText is how long the operation took, for the end of a sentence: " in 5 m 10 s", or " (seen 14:21 UTC)" where only the
// moment is known at which a list showed its end.
func (o Operation) TookText() string {
	if took, watched := o.Took(); watched {
		return " in " + Lasting(took)
	}
	return " (seen " + clockTime(o.Ended) + ")"
}

// lose notes that the answer was lost.
func (o *Operation) lose(now time.Time, words string) {
	o.Phase, o.lost, o.Words = Unknown, now, words
	o.seen = sightings{since: now}
}

// ignores says whether a list was asked for too early to say anything of the operation.
func (o *Operation) ignores(asked time.Time) bool { return asked.Before(o.seen.since) }

// heard takes in what a list of points says of a create or a delete; found is the point it works on, if it is listed. asked
// is when the list was asked for.
func (o *Operation) heard(found Point, listed bool, asked, now time.Time) {
	switch {
	case o.ignores(asked):
	case o.Deed == Delete && !listed:
		o.gone(asked)
	case o.Deed == Delete:
		o.stillThere(asked, now)
	case listed:
		o.settle(found, asked)
	case o.Phase.Over(): // it was given up, and has not shown since
	case o.Phase == Unknown:
		o.look(asked, now, enoughTime)
	default:
		o.absent(asked, now)
	}
}

// gone takes in a list without the point that a delete is about. One such list is enough where the API has accepted it. Where
// the answer was lost, a second one must agree: a single list may be wrong.
func (o *Operation) gone(asked time.Time) {
	if !o.WasLost() {
		o.endSeen(asked, "")
		return
	}
	if o.seen.absent++; o.seen.absent < 2 {
		return
	}
	o.endSeen(asked, "its answer was lost; it is no longer listed")
}

// stillThere takes in a list that still has the point.
func (o *Operation) stillThere(asked, now time.Time) {
	o.seen.absent = 0
	if o.Phase.Over() {
		return
	}
	if o.Phase == Unknown {
		o.look(asked, now, enoughTime)
		return
	}
	o.seen.miss(asked)
	if o.seen.long(asked, o.seen.since, enoughTime) {
		o.end(Unconfirmed, now, fmt.Sprintf("the API accepted it at %s, and the %s is still listed", clockTime(o.seen.since), o.Point.Kind))
	}
}

// absent takes in a list without the point that an accepted create makes.
func (o *Operation) absent(asked, now time.Time) {
	o.seen.miss(asked)
	if !o.seen.long(asked, o.seen.missing, enoughTime) {
		return
	}
	if o.seen.shown() {
		o.end(Broken, now, fmt.Sprintf("the %s is no longer listed since %s", o.Point.Kind, clockTime(o.seen.missing)))
		return
	}
	o.end(Unconfirmed, now, fmt.Sprintf("the API accepted it at %s, and no list has shown the %s since", clockTime(o.seen.since), o.Point.Kind))
}

// notTold takes in an incomplete list that lacks what the operation is about. It says nothing of it, but such lists cannot be
// waited for without end: what was accepted and never shown is then unconfirmed. A lost answer stays unknown.
func (o *Operation) notTold(asked time.Time) {
	if o.ignores(asked) || o.Phase.Over() {
		return
	}
	if o.seen.parts == 0 {
		o.seen.parted = asked
	}
	o.seen.parts++
	o.seen.latest = asked
}

// HiddenText says of an operation that is hidden what is known of it.
func (o Operation) HiddenText() string {
	return fmt.Sprintf("the API accepted it at %s, and its lists are incomplete since %s", clockTime(o.seen.since), clockTime(o.seen.parted))
}

// Hidden says whether the lists have been incomplete, without what the operation is about, so often and for so long that more of
// them would not tell how it went either.
func (o Operation) Hidden() bool {
	bound := enoughTime
	if o.Deed == Restore {
		bound = enoughRestore
	}
	return o.seen.parts >= enoughLooks && o.seen.latest.Sub(o.seen.parted) >= bound
}

// settle takes over the status of the point that a create has made, as a list shows it.
func (o *Operation) settle(p Point, asked time.Time) {
	o.Point, o.Ended = p, time.Time{}
	switch {
	case p.Status == Completed:
		o.endSeen(asked, "")
	case p.Status.Bad():
		o.end(Broken, asked, fmt.Sprintf("the API shows it as %s", p.Status))
	default:
		o.seen.hit(asked)
		o.Phase, o.Words = Running, ""
	}
}

// heardOfServer takes in what a list of servers says of a restore. asked is when it was asked for.
func (o *Operation) heardOfServer(s Server, listed bool, asked, now time.Time) {
	switch {
	case o.ignores(asked), o.Phase.Over() && s.Status != ServerRestoring:
	case !listed:
		o.seen.miss(asked)
		if o.seen.long(asked, o.seen.missing, enoughTime) {
			o.end(Broken, now, "the server is no longer listed since "+clockTime(o.seen.missing))
		}
	case s.Status == ServerRestoring:
		o.seen.hit(asked)
		o.Phase, o.Words, o.Ended = Running, "", time.Time{}
	case o.seen.shown():
		o.over(s, asked)
	default:
		o.notYet(s, asked, now)
	}
}

// over takes in a list that shows another status after one has shown the restore. It has ended, unless the list may come from a
// replica that has not heard of the restore yet.
func (o *Operation) over(s Server, asked time.Time) {
	o.seen.miss(asked)
	if asked.Sub(o.seen.first) < flapping {
		return
	}
	o.endSeen(o.seen.missing, fmt.Sprintf("the server is %s", s.Status))
}

// notYet takes in a list that does not show an accepted or lost restore, when none has shown it before.
func (o *Operation) notYet(s Server, asked, now time.Time) {
	bound := enoughRestore
	if s.Status != ServerActive && !o.stoppedBefore {
		bound = longestStop // it may be stopped for the restore
	}
	if o.Phase == Unknown {
		o.look(asked, now, bound)
		return
	}
	o.seen.miss(asked)
	if o.seen.long(asked, o.seen.since, bound) {
		o.end(Unconfirmed, now, fmt.Sprintf("the API accepted it at %s, and the server was not seen restoring; %s since %s",
			clockTime(o.seen.since), s.Status, clockTime(o.seen.missing)))
	}
}

// look counts a search for what a lost answer was about that found nothing. bound is how long after the loss the last search
// must have been asked for.
func (o *Operation) look(asked, now time.Time, bound time.Duration) {
	o.seen.miss(asked)
	if o.seen.long(asked, o.lost, bound) {
		o.end(NotSeen, now, "its answer was lost, and "+o.Trace()+": look in the provider's panel before you try again")
	}
}

// Trace is what the lists show, after enough looks, of an operation whose answer was lost.
func (o Operation) Trace() string {
	if o.Deed == Delete {
		return "it is still listed"
	}
	return "the lists show nothing of it"
}

// clockTime is a time of day for a sentence, in UTC.
func clockTime(t time.Time) string { return t.UTC().Format("15:04 UTC") }
