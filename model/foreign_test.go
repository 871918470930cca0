package model

import (
	"testing"
	"time"
)

func TestWhatOthersBeganAppearsOnceAndEnds(t *testing.T) {
	a := newAccount(t)
	night := backup("510", 10*time.Minute).automatic().with(InProgress)
	for _, server := range []ID{"", web.ID, ""} {
		a.list(Backup, server, night)
		if o := a.open(); o.Mine || o.Deed != Create || !o.Started.Equal(night.CreatedAt) || o.Elapsed(a.Now) != 10*time.Minute {
			t.Errorf("it is %+v", o)
		}
	}
	if why := a.Conflict(Create, wanted); why != "" {
		t.Errorf("a backup that others began forbids a snapshot: %s", why)
	}
	if why := a.Conflict(Create, backup("", 0)); why == "" {
		t.Error("a second backup may begin beside one that others began")
	}
	number := a.open().Number
	a.ended(a.list(Backup, "", night.with(Completed)), number, Done, "")
	a.idle()

	a.servers(ServerRestoring)
	a.servers(ServerRestoring)
	if o := a.open(); o.Mine || o.Deed != Restore || !o.AtLeast || !o.Started.Equal(a.Now) {
		t.Errorf("it is %+v", o)
	}
	number = a.open().Number
	a.later(flapping)
	a.ended(a.servers(ServerActive), number, Done, "")
}

func TestWhatOthersBeganAtAnUnknownTimeRunsSinceItWasSeen(t *testing.T) {
	a := newAccount(t)
	p := backup("510", 0).with(InProgress)
	p.CreatedAt = time.Time{}
	a.lists(p)
	a.later(time.Minute)
	if o := a.open(); o.Elapsed(a.Now) != time.Minute || !o.AtLeast {
		t.Errorf("it runs for %s, at least: %v", o.Elapsed(a.Now), o.AtLeast)
	}
}

func TestADeedOfOursIsNotTakenForSomebodyElses(t *testing.T) {
	listed := made(InProgress, now.Add(time.Second))
	for name, tell := range map[string]func(a account, number int){
		"its answer first": func(a account, n int) {
			a.Answered(n, Accepted{Point: listed}, Outcome{})
			a.lists(listed)
		},
		"the list before its answer": func(a account, n int) {
			a.lists(listed)
			a.Answered(n, Accepted{Point: listed}, Outcome{})
			a.lists(listed)
		},
		"the list, and then its answer lost": func(a account, n int) {
			a.lists(listed)
			a.Answered(n, Accepted{}, errLost)
			a.lists(listed)
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAccount(t)
			o := a.begin(Create, wanted)
			a.later(2 * time.Second)
			tell(a, o.Number)
			if got := a.open(); got.Number != o.Number || !got.Mine || got.Phase != Running {
				t.Errorf("it is %+v", got)
			}
		})
	}
	a := newAccount(t)
	o := a.begin(Restore, snapshot("801", time.Hour))
	a.servers(ServerRestoring)
	a.Answered(o.Number, Accepted{ServerStatus: ServerRestoring}, Outcome{})
	if a.servers(ServerRestoring); a.open().Number != o.Number {
		t.Error("a restore of ours was taken for somebody else's")
	}
}

func TestAListFromBeforeADeedDoesNotHideWhatItMade(t *testing.T) {
	for _, narrow := range []ID{"", web.ID} {
		a := newAccount(t, backup("1", time.Hour))
		o := a.begin(Create, wanted)
		old, _ := a.Snapshots.Start(a.Now) // sent before the answer: it shows the world without the snapshot
		servers, _ := a.Servers.Start(a.Now)
		a.Answered(o.Number, Accepted{Point: made(InProgress, a.Now)}, Outcome{})
		if over := append(a.PointsArrived(Snapshot, narrow, old, nil, nil), a.ServersArrived(servers, nil, nil)...); len(over) > 0 {
			t.Errorf("an old list has ended it: %s", over[0].Words)
		}
		if _, ok := a.Point(Key{Snapshot, "802"}); !ok || len(a.Servers.Value) != 2 || a.open().Phase != Running {
			t.Error("an old list was taken")
		}
		if _, ok := a.Snapshots.Start(a.Now); !ok {
			t.Error("no new list can be asked for")
		}
	}
}

func TestAnOldListDoesNotBringBackWhatWasDeleted(t *testing.T) {
	p := snapshot("801", time.Hour)
	a := newAccount(t, p)
	o := a.begin(Delete, p)
	old, _ := a.Snapshots.Start(a.Now)
	a.Answered(o.Number, Accepted{}, Outcome{})
	a.PointsArrived(Snapshot, "", old, []Point{p}, nil)
	if _, ok := a.Point(p.Key()); ok {
		t.Error("it is back")
	}
}

func TestWhatIsCalledOffHasEndedWithoutBeingSent(t *testing.T) {
	a := newAccount(t)
	after := backup("499", time.Hour)
	first := a.Begin(Intent{Deed: Create, Point: wanted, After: &after}, "run")
	if first.After == nil || *first.After != after {
		t.Fatalf("what is to follow is forgotten: %+v", first)
	}
	first = a.Answered(first.Number, Accepted{}, errRefused)
	off := a.CallOff(first, "the snapshot was not made", "run")
	if off.Phase != CalledOff || off.Deed != Restore || off.Point != after || off.Server != web || off.Words == "" || off.Follows != first.ID {
		t.Errorf("%+v", off)
	}
	if off.Number == first.Number || off.ID == first.ID {
		t.Error("it goes by the number of the one before it")
	}
	a.idle()
}

func TestWhatIsUnderWayIsNeverForgotten(t *testing.T) {
	a := newAccount(t)
	first := a.begin(Create, wanted)
	p := backup("1", 0)
	for range 450 { // enough of them that the oldest are forgotten
		o := a.begin(Delete, p)
		a.Answered(o.Number, Accepted{}, errRefused)
		a.lists()
	}
	if got := a.open(); got.Number != first.Number {
		t.Errorf("it is %s", got.Title())
	}
	if o := a.Answered(first.Number, Accepted{Point: made(InProgress, a.Now)}, Outcome{}); o.Phase != Running {
		t.Errorf("its answer found nobody: %+v", o)
	}
}

func TestOperationsComeInTheOrderInWhichTheyBegan(t *testing.T) {
	a := newAccount(t)
	a.begin(Create, wanted)
	early, late := backup("1", time.Hour).of(db).with(InProgress), backup("2", time.Minute).of(db).with(InProgress)
	a.lists(late, early)
	all := a.Operations()
	if len(all) != 3 || all[0].Point.ID != "1" || all[1].Point.ID != "2" || !all[2].Mine {
		t.Errorf("%s", titles(all))
	}
}
