package model

import (
	"slices"
	"testing"
	"time"
)

func TestCreateRunsFromRequestToEnd(t *testing.T) {
	for _, end := range []struct {
		status PointStatus
		phase  Phase
		words  string
	}{{Completed, PhaseDone, ""}, {Failed, PhaseFailed, "shows it as failed"},
		{Errored, PhaseFailed, "shows it as error"}} {
		a := newTestAccount(t, backup("1", time.Hour))
		o := a.startAction(Create, requestedSnapshot)
		a.advance(2 * time.Second)
		running := createdSnapshot(InProgress, a.Now)
		if o := a.ApplyResult(o.Number, ActionResult{Point: running}, Outcome{}); o.Phase != PhaseRunning ||
			o.Point.ID != "802" {
			t.Fatalf("after the answer it is %+v", o)
		}
		if _, ok := a.Point(running.Key()); !ok || a.Quota(Snapshot, web.ID).Pending != 1 {
			t.Error("the snapshot that is being made is not in the list")
		}
		for range 23 {
			a.advance(10 * time.Second)
			if over := a.pollPoints(backup("1", time.Hour), running); len(over) > 0 ||
				a.openOperation().Number != o.Number {
				t.Fatalf("while it runs: %s ended, %s continue", titles(over), titles(a.Operations()))
			}
		}
		a.advance(10 * time.Second)
		over := a.pollPoints(backup("1", time.Hour), createdSnapshot(end.status, running.CreatedAt))
		a.requireFinished(over, o.Number, end.phase, end.words)
		if got := over[0].Elapsed(a.Now.Add(time.Hour)); got != 4*time.Minute+2*time.Second {
			t.Errorf("it took %s", got)
		}
		a.requireIdle()
	}
}

func TestCreateEndsByAListAndNotByItsAnswer(t *testing.T) {
	a := newTestAccount(t)
	o := a.startAction(Create, requestedSnapshot)
	if o := a.ApplyResult(o.Number, ActionResult{Point: createdSnapshot(Completed, a.Now)},
		Outcome{}); o.Phase != PhaseRunning {
		t.Errorf("it is %+v", o)
	}
	a.advance(time.Second)
	a.requireFinished(a.pollPoints(createdSnapshot(Completed, now)), o.Number, PhaseDone, "")
	a.requireIdle()
}

func TestCreateInAnUnknownStatusKeepsRunning(t *testing.T) {
	a := newTestAccount(t)
	o := a.startAction(Create, requestedSnapshot)
	a.ApplyResult(o.Number, ActionResult{Point: createdSnapshot("queued", a.Now)}, Outcome{})
	if over := a.pollPoints(createdSnapshot("verifying", a.Now)); len(over) > 0 ||
		a.openOperation().Phase != PhaseRunning {
		t.Errorf("%+v", over)
	}
}

func TestVanishedCreateHasFailed(t *testing.T) {
	a := newTestAccount(t)
	o := a.startAction(Create, requestedSnapshot)
	a.ApplyResult(o.Number, ActionResult{Point: createdSnapshot(InProgress, a.Now)}, Outcome{})
	for range 3 { // a point that is missing for a few polls and returns is not deleted
		a.advance(5 * time.Second)
		if over := append(a.pollPoints(createdSnapshot(InProgress, now)), a.pollPoints()...); len(over) > 0 {
			t.Fatalf("given up after missing for one poll: %s", over[0].Reason)
		}
	}
	a.advance(2 * pointListDelay)
	for range minMisses - 2 {
		if over := a.pollPoints(); len(over) > 0 {
			t.Fatalf("given up after a few polls: %s", over[0].Reason)
		}
	}
	a.requireFinished(a.pollPoints(), o.Number, PhaseFailed, "not been listed since")
}

func TestRefusedActionEndsWithTheAPIMessage(t *testing.T) {
	for _, action := range []Action{Create, Restore, Delete} {
		p := snapshot("801", time.Hour)
		a := newTestAccount(t, p)
		o := a.startAction(action, p)
		refused := a.ApplyResult(o.Number, ActionResult{}, refusedOutcome)
		if refused.Phase != PhaseRefused || refused.Reason != ErrorMessage(ErrRefused) || !refused.Ended.Equal(a.Now) {
			t.Errorf("%+v", refused)
		}
		a.requireIdle()
		if _, ok := a.Point(p.Key()); !ok {
			t.Error("the point was removed from the list, although nothing was done")
		}
	}
}

func TestLostCreateIsFoundByItsRequest(t *testing.T) {
	a := newTestAccount(t, backup("1", time.Hour))
	o := a.startAction(Create, requestedSnapshot)
	if o := a.ApplyResult(o.Number, ActionResult{}, lostOutcome); o.Phase != PhaseUnknown || o.Reason == "" {
		t.Fatalf("after its answer was lost it is %+v", o)
	}
	a.advance(3 * time.Second)
	a.pollPoints(backup("1", time.Hour))
	if o := a.openOperation(); o.Phase != PhaseUnknown {
		t.Fatalf("nothing was found, but it is %+v", o)
	}
	running := createdSnapshot(InProgress, now.Add(time.Second))
	a.pollPoints(backup("1", time.Hour), running)
	if found := a.openOperation(); found.Number != o.Number || found.Phase != PhaseRunning || found.Point.ID != "802" {
		t.Fatalf("it is listed, but the operation is %+v", found)
	}
	a.requireFinished(a.pollPoints(backup("1", time.Hour), createdSnapshot(Completed, running.CreatedAt)), o.Number,
		PhaseDone, "")
}

func TestLostCreateIsNotTakenForAnotherPoint(t *testing.T) {
	for name, other := range map[string]func(*Point){
		"it was there before":         func(p *Point) { p.ID = "700" },
		"it is of another server":     func(p *Point) { p.Server = db },
		"it has another name":         func(p *Point) { p.Name = "weekly" },
		"it has another description":  func(p *Point) { p.Description = "weekly" },
		"it was made long before":     func(p *Point) { p.CreatedAt = now.Add(-time.Minute) },
		"it was made long after":      func(p *Point) { p.CreatedAt = now.Add(31 * time.Minute) },
		"it is automatic":             func(p *Point) { p.Type = Automatic },
		"it is of the other kind":     func(p *Point) { p.Kind = Backup },
		"it is of no time whatsoever": func(p *Point) { p.CreatedAt = time.Time{} },
	} {
		a := newTestAccount(t, createdSnapshot(Completed, now).withID("700"))
		o := a.startAction(Create, requestedSnapshot)
		a.ApplyResult(o.Number, ActionResult{}, lostOutcome)
		p := createdSnapshot(Completed, now)
		other(&p)
		a.pollPoints(p)
		if got := a.openOperation(); got.Phase != PhaseUnknown || got.Point.ID != "" {
			t.Errorf("%s: it counts as the requested point: %+v", name, got)
		}
	}
}

func (p Point) withID(id ID) Point {
	p.ID = id
	return p
}

func TestLostActionThatIsNeverFoundEndsWithAReason(t *testing.T) {
	p := snapshot("801", time.Hour)
	for _, action := range []Action{Create, Restore, Delete} {
		a := newTestAccount(t, p)
		begun := p
		if action == Create {
			begun = requestedSnapshot
		}
		o := a.startAction(action, begun)
		a.ApplyResult(o.Number, ActionResult{}, lostOutcome)
		var over []Operation
		polls := 0
		for ; len(over) == 0 && polls < 200; polls++ {
			if a.Conflict(action, begun) == "" {
				t.Fatalf("%s: the next action may start before the outcome of this one is known", o.Title())
			}
			a.advance(time.Second)
			over = append(a.pollPoints(p), a.pollServers(ServerActive)...)
		}
		a.requireFinished(over, o.Number, PhaseNotSeen, "before you try again")
		if took := a.Now.Sub(now); polls < 3 || took < 10*time.Second {
			t.Errorf("%s: given up after %d polls in %s", o.Title(), polls, took)
		}
		a.requireIdle()
	}
}

func TestDeleteHidesThePointAtOnceAndEndsByALaterList(t *testing.T) {
	p, other := backup("499", time.Hour), snapshot("499", 2*time.Hour)
	a := newTestAccount(t, p, other)
	o := a.startAction(Delete, p)
	if o := a.ApplyResult(o.Number, ActionResult{}, Outcome{}); o.Phase != PhaseRunning {
		t.Errorf("it is %+v", o)
	}
	if _, ok := a.Point(p.Key()); ok || len(a.PointsOf(web.ID)) != 1 || a.Fleet().Coverage(web.ID).Backups != 0 {
		t.Errorf("it is still listed: %+v", a.PointsOf(web.ID))
	}
	if _, ok := a.Point(other.Key()); !ok {
		t.Error("the snapshot with the same ID was removed too")
	}
	for range 3 { // the lists lag
		a.advance(2 * time.Second)
		if over := a.pollPoints(p, other); len(over) > 0 || a.Conflict(Restore, p) == "" {
			t.Fatalf("it is still listed, but has ended or may be restored: %s", titles(over))
		}
	}
	a.requireFinished(a.pollPoints(other), o.Number, PhaseDone, "")
	a.requireIdle()
}

func TestAcceptedDeleteWhosePointStaysIsUnconfirmed(t *testing.T) {
	p := backup("499", time.Hour)
	a := newTestAccount(t, p)
	o := a.startAction(Delete, p)
	a.ApplyResult(o.Number, ActionResult{}, Outcome{})
	for range minMisses - 1 {
		a.advance(pointListDelay)
		if over := a.pollPoints(p); len(over) > 0 {
			t.Fatalf("given up after a few polls: %s", over[0].Reason)
		}
	}
	a.requireFinished(a.pollPoints(p), o.Number, PhaseUnconfirmed,
		"accepted it at 16:00 UTC, and the backup is still listed")
	a.advance(time.Minute)
	if over := a.pollPoints(); len(over) != 1 || over[0].Phase != PhaseDone {
		t.Errorf("it was deleted after all, but this is not reported: %+v", over)
	}
}

func TestAcceptedCreateThatNoListShowsIsUnconfirmed(t *testing.T) {
	a := newTestAccount(t)
	o := a.startAction(Create, requestedSnapshot)
	a.ApplyResult(o.Number, ActionResult{Point: createdSnapshot(InProgress, a.Now)}, Outcome{})
	for range minMisses - 1 {
		a.advance(pointListDelay)
		a.pollPoints()
	}
	a.requireFinished(a.pollPoints(), o.Number, PhaseUnconfirmed, "no list has shown the snapshot since")
	a.advance(time.Minute)
	if over := a.pollPoints(createdSnapshot(Completed, now)); len(over) != 1 || over[0].Phase != PhaseDone {
		t.Errorf("it appeared after all, but this is not reported: %+v", over)
	}
}

// A program may be paused, or be refused its lists, just after an action. The first list that it
// gets long after may be wrong.
func TestOneWrongListAfterAPauseEndsNothing(t *testing.T) {
	deleted, restored := backup("499", time.Hour), snapshot("801", time.Hour)
	created := createdSnapshot(InProgress, now.Add(time.Second))
	for name, c := range map[string]struct {
		action Action
		point  Point
		lost   bool
		early  func(testAccount) []Operation // a list just after the action
		wrong  func(testAccount) []Operation // one after the pause
		right  func(testAccount) []Operation
		want   Phase
	}{
		"created": {Create, requestedSnapshot, false, listing(), listing(), listing(created), PhaseRunning},
		"created, seen, then missing": {Create, requestedSnapshot, false, onceThen(listing(created), listing()),
			listing(), listing(created), PhaseRunning},
		"created, answer lost": {Create, requestedSnapshot, true, listing(), listing(), listing(created), PhaseRunning},
		"deleted":              {Delete, deleted, false, listing(deleted), listing(deleted), listing(), PhaseDone},
		"restored": {Restore, restored, false, serverIs(ServerActive), serverIs(ServerActive),
			serverIs(ServerRestoring), PhaseRunning},
		"restored, answer lost": {Restore, restored, true, serverIs(ServerActive), serverIs(ServerActive),
			serverIs(ServerRestoring), PhaseRunning},
	} {
		t.Run(name, func(t *testing.T) {
			a := newTestAccount(t, deleted)
			o := a.startAction(c.action, c.point)
			a.advance(time.Second)
			result, outcome := ActionResult{Point: c.point}, Outcome{}
			if c.action == Create {
				result.Point = created
			}
			if c.lost {
				result, outcome = ActionResult{}, lostOutcome
			}
			a.ApplyResult(o.Number, result, outcome)
			for range minMisses {
				a.advance(time.Second)
				if over := c.early(a); anyOver(over) {
					t.Fatalf("ended at once: %s", titles(over))
				}
			}
			a.advance(2 * restoreListDelay)
			if over := c.wrong(a); anyOver(over) {
				t.Fatalf("ended by one list: %s, %q", titles(over), over[0].Reason)
			}
			a.advance(time.Second)
			c.right(a)
			if got := a.operationByNumber(o.Number); got.Phase != c.want {
				t.Errorf("it is %+v", got)
			}
		})
	}
}

func anyOver(operations []Operation) bool {
	return slices.ContainsFunc(operations, func(o Operation) bool { return o.Phase.Over() })
}

func onceThen(first, later func(testAccount) []Operation) func(testAccount) []Operation {
	return func(a testAccount) []Operation {
		next := first
		first = later
		return next(a)
	}
}

func listing(points ...Point) func(testAccount) []Operation {
	return func(a testAccount) []Operation { return a.pollPoints(points...) }
}

func serverIs(status ServerStatus) func(testAccount) []Operation {
	return func(a testAccount) []Operation { return a.pollServers(status) }
}

func TestMismatchedAnswerLeavesTheOutcomeUnknown(t *testing.T) {
	for name, spoil := range map[string]func(*Point){
		"one that was there before": func(p *Point) { p.ID = "700" },
		"of another server":         func(p *Point) { p.Server = db },
		"of the other kind":         func(p *Point) { p.Kind = Backup },
		"of another name":           func(p *Point) { p.Name = "weekly" },
		"without an ID":             func(p *Point) { p.ID = "" },
	} {
		a := newTestAccount(t, createdSnapshot(Completed, now.Add(-time.Hour)).withID("700"))
		o := a.startAction(Create, requestedSnapshot)
		p := createdSnapshot(InProgress, a.Now)
		spoil(&p)
		if o = a.ApplyResult(o.Number, ActionResult{Point: p}, Outcome{}); o.Phase != PhaseUnknown || o.Reason == "" {
			t.Errorf("%s: %+v", name, o)
		}
		a.advance(time.Second)
		// it is identified by what was requested, as after a lost answer
		a.pollPoints(createdSnapshot(InProgress, a.Now))
		if got := a.openOperation(); got.Number != o.Number || got.Phase != PhaseRunning || got.Point.ID != "802" {
			t.Errorf("%s: it was not found: %+v", name, got)
		}
	}
}

func TestLostDeleteEndsOnceThePointIsGone(t *testing.T) {
	p := backup("499", time.Hour)
	for _, narrow := range []ID{"", web.ID} {
		a := newTestAccount(t, p)
		o := a.startAction(Delete, p)
		a.ApplyResult(o.Number, ActionResult{}, lostOutcome)
		if a.pollKind(Backup, narrow, p); a.openOperation().Phase != PhaseUnknown {
			t.Fatal("it is still listed, but its outcome is known")
		}
		if over := a.pollKind(Backup, narrow); len(over) > 0 {
			t.Fatal("a single list is trusted, although it may be wrong")
		}
		a.pollKind(Backup, narrow, p)
		a.pollKind(Backup, narrow)
		a.requireFinished(a.pollKind(Backup, narrow), o.Number, PhaseDone, "no longer listed")
	}
}

// restoreStep is what one list of servers shows of a restore.
type restoreStep struct {
	after  time.Duration
	status ServerStatus
}

func TestRestoreEndsOnceALaterListShowsAnotherStatus(t *testing.T) {
	for name, c := range map[string]struct {
		status ServerStatus  // in the answer
		steps  []restoreStep // only the last one ends it
		words  string
		took   time.Duration // zero: unknown
	}{
		"with an error": {ServerRestoring, []restoreStep{
			{time.Second, ServerRestoring}, {time.Minute, "error"},
		}, "the server is error", 0},
		"at once": {ServerRestoring, []restoreStep{
			{time.Second, ServerRestoring}, {5 * time.Minute, ServerRestoring}, {10 * time.Second, ServerActive},
		}, "the server is active", 5*time.Minute + 11*time.Second},
		"without a status in the answer": {"", []restoreStep{
			{time.Second, ServerRestoring}, {5 * time.Minute, ServerRestoring}, {10 * time.Second, ServerActive},
		}, "the server is active", 5*time.Minute + 11*time.Second},
		"listed as active for a while": {ServerRestoring, []restoreStep{
			{time.Second, ServerActive}, {5 * time.Second, ServerActive}, {time.Second, ServerRestoring},
			{5 * time.Minute, ServerActive},
		}, "the server is active", 0},
		"stopped before": {ServerRestoring, []restoreStep{
			{time.Second, ServerActive}, {time.Second, "stopping"}, {time.Second, ServerStopped},
			{8 * time.Minute, ServerStopped},
			{time.Second, ServerStopped}, {time.Second, ServerStopped}, {time.Second, ServerRestoring},
			{5 * time.Minute, ServerActive},
		}, "the server is active", 0},
		"from two replicas, one of them behind": {ServerRestoring, []restoreStep{
			{time.Second, ServerRestoring}, {time.Second, ServerActive}, {time.Second, ServerRestoring},
			{time.Second, ServerActive},
			{time.Second, ServerActive}, {10 * time.Second, ServerRestoring}, {5 * time.Minute, ServerActive},
		}, "the server is active", 0},
		"and stays off": {ServerRestoring, []restoreStep{
			{time.Second, ServerRestoring}, {20 * time.Second, ServerStopped},
		}, "the server is stopped", 0},
		"looked at late": {ServerRestoring, []restoreStep{
			{time.Second, ServerRestoring}, {3 * time.Hour, ServerActive},
		}, "the server is active", 0},
	} {
		t.Run(name, func(t *testing.T) {
			p := snapshot("801", time.Hour)
			a := newTestAccount(t, p)
			o := a.startAction(Restore, p)
			a.ApplyResult(o.Number, ActionResult{Point: p, ServerStatus: c.status}, Outcome{})
			if server, _ := a.Server(web.ID); c.status != "" && server.CannotChange() == "" {
				t.Error("the server is not shown as restoring at once")
			}
			for i, s := range c.steps {
				a.advance(s.after)
				changed := a.pollServers(s.status)
				if i == len(c.steps)-1 {
					phase := PhaseDone
					if s.status.Failed() {
						phase = PhaseFailed
					}
					a.requireFinished(changed, o.Number, phase, c.words)
					if took, known := changed[0].Duration(); known != (c.took > 0) || known && took != c.took {
						t.Errorf("it took %s, known: %v; want %s", took, known, c.took)
					}
					return
				}
				if a.openOperation().Phase != PhaseRunning {
					t.Fatalf("step %d: %s ended", i, titles(changed))
				}
			}
		})
	}
}

func TestRestoreThatNoListShowsIsNotDone(t *testing.T) {
	for name, c := range map[string]struct {
		steps []restoreStep
		words string
	}{
		"active all along": {[]restoreStep{
			{time.Second, ServerActive}, {time.Second, ServerActive}, {time.Second, ServerActive},
			{time.Minute, ServerActive}, {time.Minute, ServerActive}, {time.Second, ServerActive},
		}, "the server was not seen restoring; active since 16:00 UTC"},
		"stopped for long": {[]restoreStep{
			{time.Second, ServerActive}, {time.Second, ServerStopped}, {time.Second, ServerStopped},
			{14 * time.Minute, ServerStopped}, {time.Minute, ServerStopped}, {time.Second, ServerStopped},
		}, "the server was not seen restoring; stopped since"},
		"few polls": {[]restoreStep{
			{10 * time.Minute, ServerActive}, {time.Second, ServerActive}, {time.Second, ServerActive},
			{time.Second, ServerActive}, {time.Second, ServerActive},
		}, "the server was not seen restoring"},
	} {
		t.Run(name, func(t *testing.T) {
			p := snapshot("801", time.Hour)
			a := newTestAccount(t, p)
			o := a.startAction(Restore, p)
			a.ApplyResult(o.Number, ActionResult{Point: p, ServerStatus: ServerRestoring}, Outcome{})
			for i, s := range c.steps {
				a.advance(s.after)
				changed := a.pollServers(s.status)
				if i < len(c.steps)-1 && len(changed) > 0 {
					t.Fatalf("step %d: %s", i, changed[0].Reason)
				}
				if i == len(c.steps)-1 {
					a.requireFinished(changed, o.Number, PhaseUnconfirmed, c.words)
				}
			}
			a.advance(time.Minute)
			if late := a.pollServers(ServerRestoring); len(late) != 1 || late[0].Number != o.Number ||
				late[0].Phase != PhaseRunning || a.openOperation().Number != o.Number {
				t.Errorf("it appeared after all, but this is not reported: %+v", late)
			}
		})
	}
}

func TestLostRestoreIsFoundByTheServerStatus(t *testing.T) {
	p := snapshot("801", time.Hour)
	a := newTestAccount(t, p)
	o := a.startAction(Restore, p)
	a.ApplyResult(o.Number, ActionResult{}, lostOutcome)
	a.pollServers(ServerRestoring)
	if got := a.openOperation(); got.Number != o.Number || got.Phase != PhaseRunning {
		t.Fatalf("the server is being restored, but the operation is %+v", got)
	}
	a.advance(time.Minute)
	a.requireFinished(a.pollServers(ServerActive), o.Number, PhaseDone, "the server is active")
}

func TestUnseenLostRestoreIsNotTakenForSomebodyElses(t *testing.T) {
	p := snapshot("801", time.Hour)
	a := newTestAccount(t, p)
	o := a.startAction(Restore, p)
	a.ApplyResult(o.Number, ActionResult{}, lostOutcome)
	for range minMisses {
		a.advance(restoreListDelay)
		a.pollServers(ServerActive)
	}
	a.pollServers(ServerRestoring)
	if over := a.operationByNumber(o.Number); over.Phase != PhaseNotSeen || a.openOperation().Mine {
		t.Errorf("someone else's restore counts as this one: %+v", over)
	}
}

func TestRestoreOfAMissingServerHasFailed(t *testing.T) {
	p := snapshot("801", time.Hour)
	a := newTestAccount(t, p)
	o := a.startAction(Restore, p)
	a.ApplyResult(o.Number, ActionResult{Point: p, ServerStatus: ServerRestoring}, Outcome{})
	pollWithout := func() []Operation {
		a.advance(pointListDelay)
		ticket, _ := a.Servers.Start(a.Now)
		return a.ApplyServers(ticket, nil, nil)
	}
	for range minMisses - 1 {
		if over := pollWithout(); len(over) > 0 {
			t.Fatalf("given up after missing for a few polls: %s", over[0].Reason)
		}
	}
	a.requireFinished(pollWithout(), o.Number, PhaseFailed, "the server has not been listed")
}

func TestListFromBeforeTheAnswerIsIgnored(t *testing.T) {
	p := snapshot("801", time.Hour)
	a := newTestAccount(t, p)
	o := a.startAction(Restore, p)
	early := a.Now
	a.advance(time.Minute)
	a.ApplyResult(o.Number, ActionResult{Point: p}, Outcome{})
	for range 3 * minMisses {
		changed := a.updateFromServers(early, nil)
		if len(changed) > 0 || a.operationByNumber(o.Number).evidence.misses > 0 {
			t.Fatal("a list requested before the answer counts")
		}
	}
}

func TestListsAndErrorsDoNotChangeAnActionBeingSent(t *testing.T) {
	p := snapshot("801", time.Hour)
	for _, action := range []Action{Create, Restore, Delete} {
		a := newTestAccount(t, p)
		a.startAction(action, p)
		for range 20 {
			a.advance(time.Minute)
			if over := append(a.pollPoints(), a.pollServers(ServerActive)...); len(over) > 0 {
				t.Fatalf("%s ended before its answer came: %s", over[0].Title(), over[0].Reason)
			}
		}
		a.openOperation()
	}
}

func TestFailedListEndsNoOperation(t *testing.T) {
	p := snapshot("801", time.Hour)
	a := newTestAccount(t, p)
	o := a.startAction(Delete, p)
	a.ApplyResult(o.Number, ActionResult{}, lostOutcome)
	for _, server := range []ID{"", web.ID} {
		ticket, _ := a.Snapshots.Start(a.Now)
		if over := a.ApplyPoints(Snapshot, server, ticket, nil, errNetwork); len(over) > 0 || a.Snapshots.Err == nil {
			t.Errorf("%+v", over)
		}
	}
	if _, ok := a.Point(p.Key()); !ok || a.openOperation().Phase != PhaseUnknown {
		t.Error("the last good list is lost")
	}
}
