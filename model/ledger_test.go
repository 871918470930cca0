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
		for range 23 {
			a.later(10 * time.Second)
			if over := a.lists(backup("1", time.Hour), running); len(over) > 0 || a.open().Number != o.Number {
				t.Fatalf("while it runs: %s ended, %s go on", titles(over), titles(a.Operations()))
			}
		}
		a.later(10 * time.Second)
		over := a.lists(backup("1", time.Hour), made(end.status, running.CreatedAt))
		a.ended(over, o.Number, end.phase, end.words)
		if got := over[0].Elapsed(a.Now.Add(time.Hour)); got != 4*time.Minute+2*time.Second {
			t.Errorf("it took %s", got)
		}
		a.idle()
	}
}

func TestACreateHasEndedWhenAListShowsItAndNotWhenItsAnswerDoes(t *testing.T) {
	a := newAccount(t)
	o := a.begin(Create, wanted)
	if o := a.Answered(o.Number, Accepted{Point: made(Completed, a.Now)}, Outcome{}); o.Phase != Running {
		t.Errorf("it is %+v", o)
	}
	a.later(time.Second)
	a.ended(a.lists(made(Completed, now)), o.Number, Done, "")
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
	for range 3 { // one that is missing for a few polls and comes back is not gone
		a.later(5 * time.Second)
		if over := append(a.lists(made(InProgress, now)), a.lists()...); len(over) > 0 {
			t.Fatalf("missing for a poll, and it is given up: %s", over[0].Words)
		}
	}
	a.later(2 * enoughTime)
	for range enoughLooks - 2 {
		if over := a.lists(); len(over) > 0 {
			t.Fatalf("after a few polls it is given up: %s", over[0].Words)
		}
	}
	a.ended(a.lists(), o.Number, Broken, "no longer listed since")
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
		for ; len(over) == 0 && looks < 200; looks++ {
			if a.Conflict(deed, begun) == "" {
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

func TestADeleteTakesThePointOutOfTheListAtOnceAndHasEndedOnceTheListsDo(t *testing.T) {
	p, other := backup("499", time.Hour), snapshot("499", 2*time.Hour)
	a := newAccount(t, p, other)
	o := a.begin(Delete, p)
	if o := a.Answered(o.Number, Accepted{}, Outcome{}); o.Phase != Running {
		t.Errorf("it is %+v", o)
	}
	if _, ok := a.Point(p.Key()); ok || len(a.Of(web.ID)) != 1 || a.Fleet().Coverage(web.ID).Backups != 0 {
		t.Errorf("it is still listed: %+v", a.Of(web.ID))
	}
	if _, ok := a.Point(other.Key()); !ok {
		t.Error("the snapshot of the same ID is gone too")
	}
	for range 3 { // the lists lag
		a.later(2 * time.Second)
		if over := a.lists(p, other); len(over) > 0 || a.Conflict(Restore, p) == "" {
			t.Fatalf("it is still listed, and yet it has ended or may be restored: %s", titles(over))
		}
	}
	a.ended(a.lists(other), o.Number, Done, "")
	a.idle()
}

func TestAnAcceptedDeleteWhosePointStaysIsUnconfirmed(t *testing.T) {
	p := backup("499", time.Hour)
	a := newAccount(t, p)
	o := a.begin(Delete, p)
	a.Answered(o.Number, Accepted{}, Outcome{})
	for range enoughLooks - 1 {
		a.later(enoughTime)
		if over := a.lists(p); len(over) > 0 {
			t.Fatalf("given up after a few looks: %s", over[0].Words)
		}
	}
	a.ended(a.lists(p), o.Number, Unconfirmed, "accepted it at 16:00 UTC, and the backup is still listed")
	a.later(time.Minute)
	if over := a.lists(); len(over) != 1 || over[0].Phase != Done {
		t.Errorf("it is gone after all, and nobody says so: %+v", over)
	}
}

func TestAnAcceptedCreateThatNoListShowsIsUnconfirmed(t *testing.T) {
	a := newAccount(t)
	o := a.begin(Create, wanted)
	a.Answered(o.Number, Accepted{Point: made(InProgress, a.Now)}, Outcome{})
	for range enoughLooks - 1 {
		a.later(enoughTime)
		a.lists()
	}
	a.ended(a.lists(), o.Number, Unconfirmed, "no list has shown the snapshot since")
	a.later(time.Minute)
	if over := a.lists(made(Completed, now)); len(over) != 1 || over[0].Phase != Done {
		t.Errorf("it appeared after all, and nobody says so: %+v", over)
	}
}

func TestAnAnswerAboutSomethingElseLeavesTheOutcomeUnknown(t *testing.T) {
	for name, spoil := range map[string]func(*Point){
		"one that was there before": func(p *Point) { p.ID = "700" },
		"of another server":         func(p *Point) { p.Server = db },
		"of the other kind":         func(p *Point) { p.Kind = Backup },
		"of another name":           func(p *Point) { p.Name = "weekly" },
		"without an ID":             func(p *Point) { p.ID = "" },
	} {
		a := newAccount(t, made(Completed, now.Add(-time.Hour)).rename("700"))
		o := a.begin(Create, wanted)
		p := made(InProgress, a.Now)
		spoil(&p)
		if o = a.Answered(o.Number, Accepted{Point: p}, Outcome{}); o.Phase != Unknown || o.Words == "" {
			t.Errorf("%s: %+v", name, o)
		}
		a.later(time.Second)
		a.lists(made(InProgress, a.Now)) // what was asked for is looked for, as after a lost answer
		if got := a.open(); got.Number != o.Number || got.Phase != Running || got.Point.ID != "802" {
			t.Errorf("%s: it was not found: %+v", name, got)
		}
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
		if over := a.list(Backup, narrow); len(over) > 0 {
			t.Fatal("a single list may be wrong, and yet it is believed")
		}
		a.list(Backup, narrow, p)
		a.list(Backup, narrow)
		a.ended(a.list(Backup, narrow), o.Number, Done, "no longer listed")
	}
}

// steps are what lists of servers show of a restore, a list each time.
type step struct {
	after  time.Duration
	status ServerStatus
}

func TestARestoreHasEndedOnceAListHasShownItAndALaterOneSomethingElse(t *testing.T) {
	for name, c := range map[string]struct {
		told  ServerStatus // in the answer
		steps []step       // none of them ends it but the last
		words string
		took  time.Duration // zero: it is not known
	}{
		"at once": {ServerRestoring, []step{
			{time.Second, ServerRestoring}, {5 * time.Minute, ServerRestoring}, {10 * time.Second, ServerActive},
		}, "the server is active", 5*time.Minute + 11*time.Second},
		"without a status in the answer": {"", []step{
			{time.Second, ServerRestoring}, {5 * time.Minute, ServerRestoring}, {10 * time.Second, ServerActive},
		}, "the server is active", 5*time.Minute + 11*time.Second},
		"listed as active for a while": {ServerRestoring, []step{
			{time.Second, ServerActive}, {5 * time.Second, ServerActive}, {time.Second, ServerRestoring}, {5 * time.Minute, ServerActive},
		}, "the server is active", 0},
		"stopped before": {ServerRestoring, []step{
			{time.Second, ServerActive}, {time.Second, "stopping"}, {time.Second, ServerStopped}, {8 * time.Minute, ServerStopped},
			{time.Second, ServerStopped}, {time.Second, ServerStopped}, {time.Second, ServerRestoring}, {5 * time.Minute, ServerActive},
		}, "the server is active", 0},
		"from two replicas, one of them behind": {ServerRestoring, []step{
			{time.Second, ServerRestoring}, {time.Second, ServerActive}, {time.Second, ServerRestoring}, {time.Second, ServerActive},
			{time.Second, ServerActive}, {10 * time.Second, ServerRestoring}, {5 * time.Minute, ServerActive},
		}, "the server is active", 0},
		"and stays off": {ServerRestoring, []step{
			{time.Second, ServerRestoring}, {20 * time.Second, ServerStopped},
		}, "the server is stopped", 0},
		"looked at late": {ServerRestoring, []step{
			{time.Second, ServerRestoring}, {3 * time.Hour, ServerActive},
		}, "the server is active", 0},
	} {
		t.Run(name, func(t *testing.T) {
			p := snapshot("801", time.Hour)
			a := newAccount(t, p)
			o := a.begin(Restore, p)
			a.Answered(o.Number, Accepted{Point: p, ServerStatus: c.told}, Outcome{})
			if server, _ := a.Server(web.ID); c.told != "" && server.CannotChange() == "" {
				t.Error("the server is not shown as restoring at once")
			}
			for i, s := range c.steps {
				a.later(s.after)
				changed := a.servers(s.status)
				if i == len(c.steps)-1 {
					a.ended(changed, o.Number, Done, c.words)
					if took, known := changed[0].Took(); known != (c.took > 0) || known && took != c.took {
						t.Errorf("it took %s, known: %v; want %s", took, known, c.took)
					}
					return
				}
				if a.open().Phase != Running {
					t.Fatalf("step %d: %s ended", i, titles(changed))
				}
			}
		})
	}
}

func TestARestoreThatNoListShowsIsNotDone(t *testing.T) {
	for name, c := range map[string]struct {
		steps []step
		words string
	}{
		"active all along": {[]step{
			{time.Second, ServerActive}, {time.Second, ServerActive}, {time.Second, ServerActive}, {time.Minute, ServerActive}, {time.Minute, ServerActive},
		}, "the server was not seen restoring; active since 16:00 UTC"},
		"stopped for long": {[]step{
			{time.Second, ServerActive}, {time.Second, ServerStopped}, {time.Second, ServerStopped}, {14 * time.Minute, ServerStopped}, {time.Minute, ServerStopped},
		}, "the server was not seen restoring; stopped since"},
		"few looks": {[]step{
			{10 * time.Minute, ServerActive}, {time.Second, ServerActive}, {time.Second, ServerActive}, {time.Second, ServerActive}, {time.Second, ServerActive},
		}, "the server was not seen restoring"},
	} {
		t.Run(name, func(t *testing.T) {
			p := snapshot("801", time.Hour)
			a := newAccount(t, p)
			o := a.begin(Restore, p)
			a.Answered(o.Number, Accepted{Point: p, ServerStatus: ServerRestoring}, Outcome{})
			for i, s := range c.steps {
				a.later(s.after)
				changed := a.servers(s.status)
				if i < len(c.steps)-1 && len(changed) > 0 {
					t.Fatalf("step %d: %s", i, changed[0].Words)
				}
				if i == len(c.steps)-1 {
					a.ended(changed, o.Number, Unconfirmed, c.words)
				}
			}
			a.later(time.Minute)
			if late := a.servers(ServerRestoring); len(late) != 1 || late[0].Number != o.Number || late[0].Phase != Running || a.open().Number != o.Number {
				t.Errorf("it shows after all, and nobody says so: %+v", late)
			}
		})
	}
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
	a.later(time.Minute)
	a.ended(a.servers(ServerActive), o.Number, Done, "the server is active")
}

func TestALostRestoreThatWasNotSeenIsNotTakenForSomebodyElses(t *testing.T) {
	p := snapshot("801", time.Hour)
	a := newAccount(t, p)
	o := a.begin(Restore, p)
	a.Answered(o.Number, Accepted{}, errLost)
	for range enoughLooks {
		a.later(enoughRestore)
		a.servers(ServerActive)
	}
	a.servers(ServerRestoring)
	if over := a.operation(o.Number); over.Phase != NotSeen || a.open().Mine {
		t.Errorf("somebody else's restore counts as this one: %+v", over)
	}
}

func TestARestoreOfAServerThatIsGoneHasFailed(t *testing.T) {
	p := snapshot("801", time.Hour)
	a := newAccount(t, p)
	o := a.begin(Restore, p)
	a.Answered(o.Number, Accepted{Point: p, ServerStatus: ServerRestoring}, Outcome{})
	gone := func() []Operation {
		a.later(enoughTime)
		ticket, _ := a.Servers.Start(a.Now)
		return a.ServersArrived(ticket, nil, nil)
	}
	for range enoughLooks - 1 {
		if over := gone(); len(over) > 0 {
			t.Fatalf("missing for a few polls, and it is given up: %s", over[0].Words)
		}
	}
	a.ended(gone(), o.Number, Broken, "the server is no longer listed")
}

func TestAListFromBeforeTheAnswerSaysNothing(t *testing.T) {
	p := snapshot("801", time.Hour)
	a := newAccount(t, p)
	o := a.begin(Restore, p)
	early := a.Now
	a.later(time.Minute)
	a.Answered(o.Number, Accepted{Point: p}, Outcome{})
	for range 3 * enoughLooks {
		changed := a.followServers(early, nil)
		if len(changed) > 0 || a.operation(o.Number).seen.misses > 0 {
			t.Fatal("a list that was asked for before the answer counts")
		}
	}
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
