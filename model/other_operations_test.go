package model

import (
	"testing"
	"time"
)

func TestOperationOfOthersAppearsOnceAndEnds(t *testing.T) {
	a := newTestAccount(t)
	night := backup("510", 10*time.Minute).asAutomatic().withStatus(InProgress)
	for _, server := range []ID{"", web.ID, ""} {
		a.pollKind(Backup, server, night)
		if o := a.openOperation(); o.Mine || o.Action != Create || !o.Started.Equal(night.CreatedAt) ||
			o.Elapsed(a.Now) != 10*time.Minute {
			t.Errorf("it is %+v", o)
		}
	}
	if why := a.Conflict(Create, requestedSnapshot); why != "" {
		t.Errorf("a backup started by others forbids a snapshot: %s", why)
	}
	if why := a.Conflict(Create, backup("", 0)); why == "" {
		t.Error("a second backup may start during one started by others")
	}
	number := a.openOperation().Number
	a.requireFinished(a.pollKind(Backup, "", night.withStatus(Completed)), number, PhaseDone, "")
	a.requireIdle()

	a.pollServers(ServerRestoring)
	a.pollServers(ServerRestoring)
	if o := a.openOperation(); o.Mine || o.Action != Restore || !o.StartUnknown || !o.Started.Equal(a.Now) {
		t.Errorf("it is %+v", o)
	}
	number = a.openOperation().Number
	a.advance(flappingWindow)
	a.requireFinished(a.pollServers(ServerActive), number, PhaseDone, "")
}

func TestOperationWithUnknownStartRunsSinceItWasSeen(t *testing.T) {
	a := newTestAccount(t)
	p := backup("510", 0).withStatus(InProgress)
	p.CreatedAt = time.Time{}
	a.pollPoints(p)
	a.advance(time.Minute)
	if o := a.openOperation(); o.Elapsed(a.Now) != time.Minute || !o.StartUnknown {
		t.Errorf("it runs for %s, at least: %v", o.Elapsed(a.Now), o.StartUnknown)
	}
}

func TestOwnOperationIsNotTakenForSomebodyElses(t *testing.T) {
	listed := createdSnapshot(InProgress, now.Add(time.Second))
	for name, tell := range map[string]func(a testAccount, number int){
		"its answer first": func(a testAccount, n int) {
			a.ApplyResult(n, ActionResult{Point: listed}, Outcome{})
			a.pollPoints(listed)
		},
		"the list before its answer": func(a testAccount, n int) {
			a.pollPoints(listed)
			a.ApplyResult(n, ActionResult{Point: listed}, Outcome{})
			a.pollPoints(listed)
		},
		"the list, and then its answer lost": func(a testAccount, n int) {
			a.pollPoints(listed)
			a.ApplyResult(n, ActionResult{}, lostOutcome)
			a.pollPoints(listed)
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := newTestAccount(t)
			o := a.startAction(Create, requestedSnapshot)
			a.advance(2 * time.Second)
			tell(a, o.Number)
			if got := a.openOperation(); got.Number != o.Number || !got.Mine || got.Phase != PhaseRunning {
				t.Errorf("it is %+v", got)
			}
		})
	}
	a := newTestAccount(t)
	o := a.startAction(Restore, snapshot("801", time.Hour))
	a.pollServers(ServerRestoring)
	a.ApplyResult(o.Number, ActionResult{ServerStatus: ServerRestoring}, Outcome{})
	if a.pollServers(ServerRestoring); a.openOperation().Number != o.Number {
		t.Error("our restore was attributed to someone else")
	}
}

func TestListFromBeforeAnActionDoesNotHideItsPoint(t *testing.T) {
	for _, narrow := range []ID{"", web.ID} {
		a := newTestAccount(t, backup("1", time.Hour))
		o := a.startAction(Create, requestedSnapshot)
		old, _ := a.Snapshots.Start(a.Now) // requested before the answer, so it does not have the snapshot
		servers, _ := a.Servers.Start(a.Now)
		a.ApplyResult(o.Number, ActionResult{Point: createdSnapshot(InProgress, a.Now)}, Outcome{})
		if over := append(a.ApplyPoints(Snapshot, narrow, old, nil, nil),
			a.ApplyServers(servers, nil, nil)...); len(over) > 0 {
			t.Errorf("an old list has ended it: %s", over[0].Reason)
		}
		if _, ok := a.Point(Key{Snapshot, "802"}); !ok || len(a.Servers.Value) != 2 ||
			a.openOperation().Phase != PhaseRunning {
			t.Error("an old list was applied")
		}
		if _, ok := a.Snapshots.Start(a.Now); !ok {
			t.Error("no new list can be requested")
		}
	}
}

func TestOldListDoesNotBringBackADeletedPoint(t *testing.T) {
	p := snapshot("801", time.Hour)
	a := newTestAccount(t, p)
	o := a.startAction(Delete, p)
	old, _ := a.Snapshots.Start(a.Now)
	a.ApplyResult(o.Number, ActionResult{}, Outcome{})
	a.ApplyPoints(Snapshot, "", old, []Point{p}, nil)
	if _, ok := a.Point(p.Key()); ok {
		t.Error("it is listed again")
	}
}

func TestCanceledRestoreIsNeverSent(t *testing.T) {
	a := newTestAccount(t)
	after := backup("499", time.Hour)
	first := a.Begin(ActionRequest{Action: Create, Point: requestedSnapshot, ThenRestore: &after}, "run")
	if first.ThenRestore == nil || *first.ThenRestore != after {
		t.Fatalf("the restore after it was dropped: %+v", first)
	}
	first = a.ApplyResult(first.Number, ActionResult{}, refusedOutcome)
	off := a.CancelRestore(first, "the snapshot was not made", "run")
	if off.Phase != PhaseCanceled || off.Action != Restore || off.Point != after || off.Server != web ||
		off.Reason == "" || off.FollowsID != first.ID {
		t.Errorf("%+v", off)
	}
	if off.Number == first.Number || off.ID == first.ID {
		t.Error("it has the number of the operation before it")
	}
	a.requireIdle()
}

func TestOpenOperationIsNeverTrimmed(t *testing.T) {
	a := newTestAccount(t)
	first := a.startAction(Create, requestedSnapshot)
	p := backup("1", 0)
	for range 450 { // enough that the oldest are dropped
		o := a.startAction(Delete, p)
		a.ApplyResult(o.Number, ActionResult{}, refusedOutcome)
		a.pollPoints()
	}
	if got := a.openOperation(); got.Number != first.Number {
		t.Errorf("it is %s", got.Title())
	}
	if o := a.ApplyResult(first.Number, ActionResult{Point: createdSnapshot(InProgress, a.Now)},
		Outcome{}); o.Phase != PhaseRunning {
		t.Errorf("its answer was not applied: %+v", o)
	}
}

func TestOperationsAreSortedByStart(t *testing.T) {
	a := newTestAccount(t)
	a.startAction(Create, requestedSnapshot)
	early, late := backup("1", time.Hour).onServer(db).withStatus(InProgress),
		backup("2", time.Minute).onServer(db).withStatus(InProgress)
	a.pollPoints(late, early)
	all := a.Operations()
	if len(all) != 3 || all[0].Point.ID != "1" || all[1].Point.ID != "2" || !all[2].Mine {
		t.Errorf("%s", titles(all))
	}
}
