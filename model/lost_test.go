package model

import (
	"errors"
	"testing"
	"time"
)

// lose sends a deed that is looked up for a while before, and whose answer is lost.
func (a account) lose(deed Deed, p Point, lookedUp time.Duration) Operation {
	a.t.Helper()
	o := a.begin(deed, p)
	a.later(lookedUp)
	lost := errLost
	lost.Sent = a.Now
	a.later(20 * time.Second)
	return a.Answered(o.Number, Accepted{}, lost)
}

// unknownAfter fails the test unless, after so many looks, one a second, it is still not known what became of the deed.
func (a account) unknownAfter(looks int) {
	a.t.Helper()
	for range looks {
		a.later(time.Second)
		if over := append(a.lists(), a.servers(ServerActive)...); len(over) > 0 {
			a.t.Fatalf("given up too early: %s", titles(over))
		}
	}
	if o := a.open(); o.Phase != Unknown {
		a.t.Fatalf("it is %+v", o)
	}
}

func TestADeedCountsFromItsRequestAndNotFromItsYes(t *testing.T) {
	a := newAccount(t)
	if o := a.lose(Create, wanted, 5*time.Minute); !o.Started.Equal(now.Add(5 * time.Minute)) {
		t.Errorf("it was sent at %s", o.Started)
	}
	before := made(Completed, now.Add(time.Minute)) // somebody else's, while ours was being looked up
	if a.lists(before); a.open().Phase != Unknown {
		t.Error("what was made before the request is taken for what it made")
	}
}

func TestTheTimeUntilADeedIsNotSeenCountsFromTheLossOfItsAnswer(t *testing.T) {
	for _, deed := range []Deed{Create, Restore} {
		p := wanted
		if deed == Restore {
			p = snapshot("801", time.Hour)
		}
		a := newAccount(t)
		o := a.lose(deed, p, 5*time.Minute)
		a.unknownAfter(enoughLooks + 10)
		a.later(enoughRestore)
		a.ended(append(a.lists(), a.servers(ServerActive)...), o.Number, NotSeen, "before you try again")
	}
}

func TestAListThatWasAskedForSoonAfterTheLossDoesNotTellMoreWhenItComesLate(t *testing.T) {
	a := newAccount(t)
	o := a.lose(Create, wanted, 0)
	a.unknownAfter(enoughLooks)
	ticket, _ := a.Snapshots.Start(a.Now)
	a.later(10 * time.Minute)
	if over := a.PointsArrived(Snapshot, "", ticket, nil, nil); len(over) > 0 || a.open().Phase != Unknown {
		t.Fatalf("a list of ten minutes ago has ended it: %+v", over)
	}
	a.ended(a.lists(), o.Number, NotSeen, "before you try again")
}

func TestAListThatWasAskedForBeforeTheLossIsNoLook(t *testing.T) {
	a := newAccount(t)
	r := left(Create, wanted, Unknown)
	ticket, _ := a.Snapshots.Start(a.Now)
	a.later(time.Second)
	a.Resume([]Record{r}, []Record{r}, host)
	if a.PointsArrived(Snapshot, "", ticket, nil, nil); a.open().seen.misses != 0 {
		t.Error("it counts as a look")
	}
}

func TestWhatAnEarlierRunLeftOpenIsLookedForAsLongAsWhatThisRunSent(t *testing.T) {
	p := backup("1", time.Hour)
	for _, r := range []Record{left(Create, wanted, Sending), left(Create, wanted, Unknown), left(Delete, p, Unknown)} {
		a := newAccount(t, p)
		a.later(time.Hour)
		o := a.Resume([]Record{r}, []Record{r}, host)[0]
		for range enoughLooks + 10 {
			a.later(time.Second)
			a.lists(p)
		}
		if got := a.open(); got.Phase != Unknown {
			t.Fatalf("after a few seconds it is %+v", got)
		}
		a.later(enoughTime)
		a.ended(a.lists(p), o.Number, NotSeen, "before you try again")
	}
}

func TestAnIntentIsWrittenAsOfTheMomentAtWhichItIsSent(t *testing.T) {
	local := now.Add(-time.Hour) // this machine's clock is slow
	o := Operation{ID: "run-1", Deed: Create, Point: wanted, Server: web, Started: now}
	r := o.Record(host, local).At(now.Add(3 * time.Minute))
	if !r.SentAt.Equal(now.Add(3*time.Minute)) || !r.Time.Equal(local.Add(3*time.Minute)) {
		t.Errorf("sent at %s, written at %s", r.SentAt, r.Time)
	}
}

func TestADeleteThatIsSentAgainAndFindsNothingIsDone(t *testing.T) {
	p := backup("499", time.Hour)
	gone := Outcome{Err: errors.Join(ErrNotFound)}
	for _, lost := range []bool{true, false} {
		a := newAccount(t, p)
		if lost {
			a.lose(Delete, p, 0)
			for a.later(enoughTime); len(a.Operations()) > 0; a.later(time.Second) {
				a.lists(p)
			}
		}
		o := a.begin(Delete, p)
		o = a.Answered(o.Number, Accepted{}, gone)
		if _, listed := a.Point(p.Key()); (o.Phase == Done) != lost || listed == lost {
			t.Errorf("lost before: %v; it is %+v, still listed: %v", lost, o, listed)
		}
	}
}

func TestWhatCountsAsNotSeenIsNeverSaidToHaveBeenAccepted(t *testing.T) {
	for _, deed := range []Deed{Create, Restore, Delete} {
		p := wanted
		if deed != Create {
			p = snapshot("801", time.Hour)
		}
		a := newAccount(t, p)
		points := []Point{p}
		if deed == Create {
			points = nil
		}
		o := a.lose(deed, p, 0)
		for range enoughLooks {
			a.later(time.Second)
			a.lists(points...)
			a.servers(ServerActive)
		}
		a.later(enoughRestore)
		a.ended(append(a.lists(points...), a.servers(ServerActive)...), o.Number, NotSeen, "before you try again")
		for range 2 * enoughLooks {
			a.later(time.Minute)
			if changed := append(a.lists(points...), a.servers(ServerActive)...); len(changed) > 0 {
				t.Fatalf("deed %d changed once more: %s, %q", deed, titles(changed), changed[0].Words)
			}
		}
	}
}
