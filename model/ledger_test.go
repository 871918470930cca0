package model

import (
	"testing"
	"time"
)

func TestACreateRunsFromItsRequestToItsEnd(t *testing.T) {
	for _, end := range []struct {
		status PointStatus
		phase  Phase
		words  string
	}{{Completed, Done, ""}, {Failed, Broken, "shows it as failed"}, {Errored, Broken, "shows it as error"}} {
		a := newAccount(t, backup("1", time.Hour))
		o := a.begin(Create, wanted)
		a.later(2 * time.Second)
		running := made(InProgress, a.Now)
		if o := a.Answered(o.Number, Accepted{Point: running}, Outcome{}); o.Phase != Running || o.Point.ID != "802" {
			t.Fatalf("after the answer it is %+v", o)
		}
		if _, ok := a.Point(running.Key()); !ok || a.Quota(Snapshot, web.ID).Pending != 1 {
			t.Error("the snapshot that is being made is not in the list")
		}
		for range 3 {
			a.later(time.Minute)
			if over := a.lists(backup("1", time.Hour), running); len(over) > 0 || a.open().Number != o.Number {
				t.Fatalf("while it runs: %s ended, %s go on", titles(over), titles(a.Operations()))
			}
		}
		a.later(time.Minute)
		over := a.lists(backup("1", time.Hour), made(end.status, running.CreatedAt))
		a.ended(over, o.Number, end.phase, end.words)
		if got := over[0].Elapsed(a.Now.Add(time.Hour)); got != 4*time.Minute+2*time.Second {
			t.Errorf("it took %s", got)
		}
		a.idle()
	}
}

func TestACreateThatIsCompleteAtOnceHasEnded(t *testing.T) {
	a := newAccount(t)
	o := a.begin(Create, wanted)
	if o := a.Answered(o.Number, Accepted{Point: made(Completed, a.Now)}, Outcome{}); o.Phase != Done {
		t.Errorf("it is %+v", o)
	}
	a.idle()
}

func TestACreateInAStatusThatNobodyKnowsGoesOn(t *testing.T) {
	a := newAccount(t)
	o := a.begin(Create, wanted)
	a.Answered(o.Number, Accepted{Point: made("queued", a.Now)}, Outcome{})
	if over := a.lists(made("verifying", a.Now)); len(over) > 0 || a.open().Phase != Running {
		t.Errorf("%+v", over)
	}
}

func TestACreateThatVanishesHasFailed(t *testing.T) {
	a := newAccount(t)
	o := a.begin(Create, wanted)
	a.Answered(o.Number, Accepted{Point: made(InProgress, a.Now)}, Outcome{})
	a.ended(a.lists(), o.Number, Broken, "no longer listed")
}

func TestARefusedDeedHasEndedWithTheAPIsWords(t *testing.T) {
	for _, deed := range []Deed{Create, Restore, Delete} {
		p := snapshot("801", time.Hour)
		a := newAccount(t, p)
		o := a.begin(deed, p)
		refused := a.Answered(o.Number, Accepted{}, errRefused)
		if refused.Phase != Refused || refused.Words != Words(ErrRefused) || !refused.Ended.Equal(a.Now) {
			t.Errorf("%+v", refused)
		}
		a.idle()
		if _, ok := a.Point(p.Key()); !ok {
			t.Error("the point is gone from the list, although nothing was done")
		}
	}
}

func TestACreateWhoseAnswerWasLostIsFoundByWhatItAskedFor(t *testing.T) {
	a := newAccount(t, backup("1", time.Hour))
	o := a.begin(Create, wanted)
	if o := a.Answered(o.Number, Accepted{}, errLost); o.Phase != Unknown || o.Words == "" {
		t.Fatalf("after its answer was lost it is %+v", o)
	}
	a.later(3 * time.Second)
	a.lists(backup("1", time.Hour))
	if o := a.open(); o.Phase != Unknown {
		t.Fatalf("nothing was found, and it is %+v", o)
	}
	running := made(InProgress, now.Add(time.Second))
	a.lists(backup("1", time.Hour), running)
	if found := a.open(); found.Number != o.Number || found.Phase != Running || found.Point.ID != "802" {
		t.Fatalf("it is listed, and the operation is %+v", found)
	}
	a.ended(a.lists(backup("1", time.Hour), made(Completed, running.CreatedAt)), o.Number, Done, "")
}

func TestALostCreateIsNotTakenForAnotherPoint(t *testing.T) {
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
		a := newAccount(t, made(Completed, now).rename("700"))
		o := a.begin(Create, wanted)
		a.Answered(o.Number, Accepted{}, errLost)
		p := made(Completed, now)
		other(&p)
		a.lists(p)
		if got := a.open(); got.Phase != Unknown || got.Point.ID != "" {
			t.Errorf("%s: it was taken for what was asked for: %+v", name, got)
		}
	}
}

func (p Point) rename(id ID) Point {
	p.ID = id
	return p
}

func TestALostDeedThatIsNeverFoundIsGivenUpInWords(t *testing.T) {
	p := snapshot("801", time.Hour)
	for _, deed := range []Deed{Create, Restore, Delete} {
		a := newAccount(t, p)
		begun := p
		if deed == Create {
			begun = wanted
		}
		o := a.begin(deed, begun)
		a.Answered(o.Number, Accepted{}, errLost)
		var over []Operation
		looks := 0
		for ; len(over) == 0 && looks < 100; looks++ {
			if a.Busy(web.ID) == "" {
				t.Fatalf("%s: the next deed may start before it is known what became of this one", o.Title())
			}
			a.later(time.Second)
			over = append(a.lists(p), a.servers(ServerActive)...)
		}
		a.ended(over, o.Number, NotSeen, "before you try again")
		if took := a.Now.Sub(now); looks < 3 || took < 10*time.Second {
			t.Errorf("%s: given up after %d looks in %s", o.Title(), looks, took)
		}
		a.idle()
	}
}

func TestADeleteTakesThePointOutOfTheListAtOnce(t *testing.T) {
	p, other := backup("499", time.Hour), snapshot("499", 2*time.Hour)
	a := newAccount(t, p, other)
	o := a.begin(Delete, p)
	if o := a.Answered(o.Number, Accepted{}, Outcome{}); o.Phase != Done {
		t.Errorf("it is %+v", o)
	}
	a.idle()
	if _, ok := a.Point(p.Key()); ok || len(a.Of(web.ID)) != 1 || a.Fleet().Coverage(web.ID).Backups != 0 {
		t.Errorf("it is still listed: %+v", a.Of(web.ID))
	}
	if _, ok := a.Point(other.Key()); !ok {
		t.Error("the snapshot of the same ID is gone too")
	}
}

func TestADeleteWhoseAnswerWasLostHasEndedOnceThePointIsGone(t *testing.T) {
	p := backup("499", time.Hour)
	for _, narrow := range []ID{"", web.ID} {
		a := newAccount(t, p)
		o := a.begin(Delete, p)
		a.Answered(o.Number, Accepted{}, errLost)
		if a.list(Backup, narrow, p); a.open().Phase != Unknown {
			t.Fatal("it is still listed, and yet it is known what became of it")
		}
		a.ended(a.list(Backup, narrow), o.Number, Done, "no longer listed")
	}
}

func TestARestoreHasEndedOnceTheServerIsNoLongerRestoring(t *testing.T) {
	for _, told := range []ServerStatus{ServerRestoring, ""} {
		p := snapshot("801", time.Hour)
		a := newAccount(t, p)
		o := a.begin(Restore, p)
		a.later(time.Second)
		a.Answered(o.Number, Accepted{Point: p, ServerStatus: told}, Outcome{})
		if server, _ := a.Server(web.ID); told != "" && server.CannotChange() == "" {
			t.Error("the server is not shown as restoring at once")
		}
		for range 3 {
			a.later(5 * time.Minute)
			if over := a.servers(ServerRestoring); len(over) > 0 || a.open().Number != o.Number {
				t.Fatalf("while it runs: %s ended, %s go on", titles(over), titles(a.Operations()))
			}
		}
		a.ended(a.servers(ServerActive), o.Number, Done, "the server is active")
		a.idle()
	}
}

func TestARestoreThatNeverShowsIsBelievedAfterAWhile(t *testing.T) {
	p := snapshot("801", time.Hour)
	a := newAccount(t, p)
	o := a.begin(Restore, p)
	a.Answered(o.Number, Accepted{Point: p}, Outcome{})
	a.later(20 * time.Second)
	if over := a.servers(ServerActive); len(over) > 0 {
		t.Fatalf("the list may be older than the restore, and yet it ended: %s", over[0].Words)
	}
	a.later(10 * time.Minute)
	a.ended(a.servers(ServerStopped), o.Number, Done, "shows the server as stopped")
}

func TestARestoreWhoseAnswerWasLostIsFoundByTheServersStatus(t *testing.T) {
	p := snapshot("801", time.Hour)
	a := newAccount(t, p)
	o := a.begin(Restore, p)
	a.Answered(o.Number, Accepted{}, errLost)
	a.servers(ServerRestoring)
	if got := a.open(); got.Number != o.Number || got.Phase != Running {
		t.Fatalf("the server is being restored, and the operation is %+v", got)
	}
	a.ended(a.servers(ServerActive), o.Number, Done, "the server is active")
}

func TestARestoreOfAServerThatIsGoneHasFailed(t *testing.T) {
	p := snapshot("801", time.Hour)
	a := newAccount(t, p)
	o := a.begin(Restore, p)
	a.Answered(o.Number, Accepted{Point: p, ServerStatus: ServerRestoring}, Outcome{})
	ticket, _ := a.Servers.Start(a.Now)
	a.ended(a.ServersArrived(ticket, nil, nil), o.Number, Broken, "the server is no longer listed")
}

func TestListsAndErrorsDoNotTouchADeedThatIsBeingSent(t *testing.T) {
	p := snapshot("801", time.Hour)
	for _, deed := range []Deed{Create, Restore, Delete} {
		a := newAccount(t, p)
		a.begin(deed, p)
		for range 20 {
			a.later(time.Minute)
			if over := append(a.lists(), a.servers(ServerActive)...); len(over) > 0 {
				t.Fatalf("%s ended before its answer came: %s", over[0].Title(), over[0].Words)
			}
		}
		a.open()
	}
}

func TestAListThatCannotBeReadEndsNothing(t *testing.T) {
	p := snapshot("801", time.Hour)
	a := newAccount(t, p)
	o := a.begin(Delete, p)
	a.Answered(o.Number, Accepted{}, errLost)
	for _, server := range []ID{"", web.ID} {
		ticket, _ := a.Snapshots.Start(a.Now)
		if over := a.PointsArrived(Snapshot, server, ticket, nil, errLine); len(over) > 0 || a.Snapshots.Err == nil {
			t.Errorf("%+v", over)
		}
	}
	if _, ok := a.Point(p.Key()); !ok || a.open().Phase != Unknown {
		t.Error("the last good list is lost")
	}
}
