package model

import (
	"errors"
	"testing"
	"time"
)

// loseAnswer sends an action after a recheck that takes some time, and loses its answer.
func (a testAccount) loseAnswer(action Action, p Point, lookedUp time.Duration) Operation {
	a.t.Helper()
	o := a.startAction(action, p)
	a.advance(lookedUp)
	lost := lostOutcome
	lost.SentAt = a.Now
	a.advance(20 * time.Second)
	return a.ApplyResult(o.Number, ActionResult{}, lost)
}

// requireUnknownAfter fails the test unless the outcome is still unknown after so many polls, one a
// second.
func (a testAccount) requireUnknownAfter(polls int) {
	a.t.Helper()
	for range polls {
		a.advance(time.Second)
		if over := append(a.pollPoints(), a.pollServers(ServerActive)...); len(over) > 0 {
			a.t.Fatalf("given up too early: %s", titles(over))
		}
	}
	if o := a.openOperation(); o.Phase != PhaseUnknown {
		a.t.Fatalf("it is %+v", o)
	}
}

func TestActionStartsAtItsRequestAndNotAtItsConfirmation(t *testing.T) {
	a := newTestAccount(t)
	if o := a.loseAnswer(Create, requestedSnapshot, 5*time.Minute); !o.Started.Equal(now.Add(5 * time.Minute)) {
		t.Errorf("it was sent at %s", o.Started)
	}
	before := createdSnapshot(Completed, now.Add(time.Minute)) // someone else's, while ours was being rechecked
	if a.pollPoints(before); a.openOperation().Phase != PhaseUnknown {
		t.Error("a point from before the request counts as its result")
	}
}

func TestNotSeenTimeoutStartsWhenTheAnswerIsLost(t *testing.T) {
	for _, action := range []Action{Create, Restore} {
		p := requestedSnapshot
		if action == Restore {
			p = snapshot("801", time.Hour)
		}
		a := newTestAccount(t)
		o := a.loseAnswer(action, p, 5*time.Minute)
		a.requireUnknownAfter(minMisses + 10)
		a.advance(restoreListDelay)
		a.requireUnknownAfter(minOverdue - 1)
		a.requireFinished(append(a.pollPoints(), a.pollServers(ServerActive)...), o.Number, PhaseNotSeen,
			"before you try again")
	}
}

// An earlier run may have seen a point in the lists that this one does not find.
func TestPointOfAnEarlierRunIsNotSaidToHaveNeverBeenListed(t *testing.T) {
	a := newTestAccount(t)
	r := leftRecord(Create, createdSnapshot(InProgress, now.Add(-10*time.Minute)), PhaseRunning)
	resumed := a.Resume([]Record{r}, []Record{r}, host)
	var over []Operation
	for i := 0; len(over) == 0 && i < minMisses+minOverdue; i++ {
		a.advance(pointListDelay / 4)
		over = a.pollPoints()
	}
	a.requireFinished(over, resumed[0].Number, PhaseUnconfirmed, "the snapshot has not been listed since 16:00 UTC")
}

func TestLateListCountsFromWhenItWasRequested(t *testing.T) {
	a := newTestAccount(t)
	o := a.loseAnswer(Create, requestedSnapshot, 0)
	a.requireUnknownAfter(minMisses)
	ticket, _ := a.Snapshots.Start(a.Now)
	a.advance(10 * time.Minute)
	if over := a.ApplyPoints(Snapshot, "", ticket, nil, nil); len(over) > 0 || a.openOperation().Phase != PhaseUnknown {
		t.Fatalf("a list from ten minutes ago has ended it: %+v", over)
	}
	a.requireUnknownAfter(minOverdue - 1)
	a.requireFinished(a.pollPoints(), o.Number, PhaseNotSeen, "before you try again")
}

func TestListRequestedBeforeTheLossDoesNotCount(t *testing.T) {
	a := newTestAccount(t)
	r := leftRecord(Create, requestedSnapshot, PhaseUnknown)
	ticket, _ := a.Snapshots.Start(a.Now)
	a.advance(time.Second)
	a.Resume([]Record{r}, []Record{r}, host)
	if a.ApplyPoints(Snapshot, "", ticket, nil, nil); a.openOperation().evidence.misses != 0 {
		t.Error("it counts as a search")
	}
}

func TestResumedOperationHasTheFullTimeout(t *testing.T) {
	p := backup("1", time.Hour)
	for _, r := range []Record{leftRecord(Create, requestedSnapshot, PhaseSending),
		leftRecord(Create, requestedSnapshot, PhaseUnknown), leftRecord(Delete, p, PhaseUnknown)} {
		a := newTestAccount(t, p)
		a.advance(time.Hour)
		o := a.Resume([]Record{r}, []Record{r}, host)[0]
		for range minMisses + 10 {
			a.advance(time.Second)
			a.pollPoints(p)
		}
		if got := a.openOperation(); got.Phase != PhaseUnknown {
			t.Fatalf("after a few seconds it is %+v", got)
		}
		a.advance(pointListDelay)
		if over := a.pollPoints(p); len(over) > 0 {
			t.Fatalf("one list after the delay has ended it: %s", titles(over))
		}
		a.requireFinished(a.pollPoints(p), o.Number, PhaseNotSeen, "before you try again")
	}
}

func TestIntentIsRecordedWithItsSendTime(t *testing.T) {
	local := now.Add(-time.Hour) // this machine's clock is slow
	o := Operation{ID: "run-1", Action: Create, Point: requestedSnapshot, Server: web, Started: now}
	r := o.Record(host, local).WithSentAt(now.Add(3 * time.Minute))
	if !r.SentAt.Equal(now.Add(3*time.Minute)) || !r.Time.Equal(local.Add(3*time.Minute)) {
		t.Errorf("sent at %s, written at %s", r.SentAt, r.Time)
	}
}

func TestRepeatedDeleteThatFindsNothingIsDone(t *testing.T) {
	p := backup("499", time.Hour)
	notFound := Outcome{Err: errors.Join(ErrNotFound)}
	for _, lost := range []bool{true, false} {
		a := newTestAccount(t, p)
		if lost {
			a.loseAnswer(Delete, p, 0)
			for a.advance(pointListDelay); len(a.Operations()) > 0; a.advance(time.Second) {
				a.pollPoints(p)
			}
		}
		o := a.startAction(Delete, p)
		o = a.ApplyResult(o.Number, ActionResult{}, notFound)
		if _, listed := a.Point(p.Key()); (o.Phase == PhaseDone) != lost || listed == lost {
			t.Errorf("lost before: %v; it is %+v, still listed: %v", lost, o, listed)
		}
	}
}

func TestNotSeenNeverClaimsToBeAccepted(t *testing.T) {
	for _, action := range []Action{Create, Restore, Delete} {
		p := requestedSnapshot
		if action != Create {
			p = snapshot("801", time.Hour)
		}
		a := newTestAccount(t, p)
		points := []Point{p}
		if action == Create {
			points = nil
		}
		o := a.loseAnswer(action, p, 0)
		for range minMisses {
			a.advance(time.Second)
			a.pollPoints(points...)
			a.pollServers(ServerActive)
		}
		a.advance(restoreListDelay)
		a.pollPoints(points...)
		a.pollServers(ServerActive)
		a.requireFinished(append(a.pollPoints(points...), a.pollServers(ServerActive)...), o.Number, PhaseNotSeen,
			"before you try again")
		for range 2 * minMisses {
			a.advance(time.Minute)
			if changed := append(a.pollPoints(points...), a.pollServers(ServerActive)...); len(changed) > 0 {
				t.Fatalf("action %d changed again: %s, %q", action, titles(changed), changed[0].Reason)
			}
		}
	}
}

// A nightly backup has the same description each night. If one was lost in a crash, the next one is
// not its result.
func TestResumedCreateIsNotTakenForALaterOne(t *testing.T) {
	for _, phase := range []Phase{PhaseSending, PhaseUnknown} {
		for name, c := range map[string]struct {
			createdAt time.Duration // after it was sent
			found     bool
		}{
			"its own":          {time.Minute, true},
			"a late gateway's": {29 * time.Minute, true},
			"the next night's": {24 * time.Hour, false},
		} {
			a := newTestAccount(t)
			a.advance(48 * time.Hour)
			r := leftRecord(Create, requestedSnapshot, phase)
			a.Resume([]Record{r}, []Record{r}, host)
			over := a.pollPoints(createdSnapshot(Completed, now.Add(c.createdAt)))
			if found := len(over) == 1 && over[0].Phase == PhaseDone; found != c.found {
				t.Errorf("left as %d, %s: found is %v: %s", phase, name, found, titles(over))
			}
		}
	}
}

// A clock that was ahead when the action was sent, and has been set right since, must not make every
// list too old to count.
func TestResumedOperationFromTheFutureEnds(t *testing.T) {
	const ahead = 24 * time.Hour
	for _, action := range []Action{Create, Restore, Delete} {
		p := createdSnapshot(Completed, now)
		a := newTestAccount(t, p)
		r := leftRecord(action, p, PhaseRunning)
		r.SentAt = now.Add(ahead)
		if action == Restore {
			r.SeenAt = now.Add(ahead)
		}
		a.Resume([]Record{r}, []Record{r}, host)
		var over []Operation
		for range 3 {
			a.advance(flappingWindow)
			left := []Point{p}
			if action == Delete {
				left = nil
			}
			over = append(over, append(a.pollPoints(left...), a.pollServers(ServerActive)...)...)
		}
		if len(over) != 1 || over[0].Phase != PhaseDone {
			t.Errorf("%s: the lists have ended %s", actionNames[action], titles(over))
		}
	}
}
