package model

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// account is a state to which a test tells what the API says. Its servers are web-server-01 and db-server-01.
type account struct {
	*State
	t *testing.T
}

// newAccount is an account of which everything is known: its two servers, both active, and these points.
func newAccount(t *testing.T, points ...Point) account {
	t.Helper()
	a := account{&State{Now: now, Local: now}, t}
	a.servers(ServerActive)
	a.lists(points...)
	return a
}

// later lets time pass.
func (a account) later(d time.Duration) {
	a.Now, a.Local = a.Now.Add(d), a.Local.Add(d)
}

// servers tells the list of servers, in which the first has a status, and returns the operations that ended by it.
func (a account) servers(status ServerStatus) []Operation {
	a.t.Helper()
	ticket, ok := a.Servers.Start()
	if !ok {
		a.t.Fatal("a request for the servers is under way")
	}
	return a.ServersArrived(ticket, []Server{
		{ID: web.ID, Name: web.Name, Status: status}, {ID: db.ID, Name: db.Name, Status: ServerActive},
	}, nil)
}

// lists tells the full lists of backups and of snapshots, and returns the operations that ended by it.
func (a account) lists(points ...Point) []Operation {
	a.t.Helper()
	var over []Operation
	for _, kind := range []Kind{Backup, Snapshot} {
		over = append(over, a.list(kind, "", points...)...)
	}
	return over
}

// list tells the points of a kind, of one server or of all.
func (a account) list(kind Kind, server ID, points ...Point) []Operation {
	a.t.Helper()
	ticket, ok := a.Points(kind).Start()
	if !ok {
		a.t.Fatalf("a request for the %ss is under way", kind)
	}
	var mine []Point
	for _, p := range points {
		if p.Kind == kind && (server == "" || p.Server.ID == server) {
			mine = append(mine, p)
		}
	}
	return a.PointsArrived(kind, server, ticket, mine, nil)
}

// begin sends a deed.
func (a account) begin(deed Deed, p Point) Operation {
	a.t.Helper()
	o := a.Begin(Intent{Deed: deed, Point: p}, "run")
	if o.Phase != Sending || !o.Mine || !o.Started.Equal(a.Now) {
		a.t.Fatalf("a deed that is about to leave is %+v", o)
	}
	return o
}

// open is the one operation that is under way.
func (a account) open() Operation {
	a.t.Helper()
	all := a.Operations()
	if len(all) != 1 {
		a.t.Fatalf("%d operations are under way: %s", len(all), titles(all))
	}
	return all[0]
}

// idle fails the test if anything is under way.
func (a account) idle() {
	a.t.Helper()
	if all := a.Operations(); len(all) > 0 {
		a.t.Fatalf("something is still under way: %s", titles(all))
	}
}

func titles(all []Operation) string {
	var out []string
	for _, o := range all {
		out = append(out, fmt.Sprintf("%s (%d, mine %v)", o.Title(), o.Phase, o.Mine))
	}
	return strings.Join(out, ", ")
}

// ended fails the test unless just this operation has ended like this.
func (a account) ended(over []Operation, number int, phase Phase, words string) {
	a.t.Helper()
	if len(over) != 1 || over[0].Number != number || over[0].Phase != phase || !over[0].Ended.Equal(a.Now) || !strings.Contains(over[0].Words, words) {
		a.t.Fatalf("what ended: %+v; want number %d in phase %d because %q", over, number, phase, words)
	}
}

var (
	errRefused = Outcome{Err: errors.Join(ErrRefused)}
	errLost    = Outcome{Err: errors.Join(ErrTimeout, ErrOutcomeUnknown), Lost: true}
)

// wanted is a snapshot as it is asked for, and made is the same as the API shows it.
var wanted = Point{Kind: Snapshot, Server: web, Name: "before-update", Description: "by hand"}

func made(status PointStatus, at time.Time) Point {
	p := wanted
	p.ID, p.Status, p.CreatedAt = "802", status, at
	return p
}

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
	if _, ok := a.Point(p.Key()); ok || len(a.Of(web.ID)) != 1 || a.Coverage(web.ID).Backups != 0 {
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
	ticket, _ := a.Servers.Start()
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
		ticket, _ := a.Snapshots.Start()
		if over := a.PointsArrived(Snapshot, server, ticket, nil, errLine); len(over) > 0 || a.Snapshots.Err == nil {
			t.Errorf("%+v", over)
		}
	}
	if _, ok := a.Point(p.Key()); !ok || a.open().Phase != Unknown {
		t.Error("the last good list is lost")
	}
}

func TestWhatOthersBeganAppearsOnceAndEnds(t *testing.T) {
	a := newAccount(t)
	night := backup("510", 10*time.Minute).automatic().with(InProgress)
	for _, server := range []ID{"", web.ID, ""} {
		a.list(Backup, server, night)
		if o := a.open(); o.Mine || o.Deed != Create || !o.Started.Equal(night.CreatedAt) || o.Elapsed(a.Now) != 10*time.Minute {
			t.Errorf("it is %+v", o)
		}
	}
	if why := a.Busy(web.ID); why != "" {
		t.Errorf("what others began bars the server: %s", why)
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
		old, _ := a.Snapshots.Start() // sent before the answer: it shows the world without the snapshot
		servers, _ := a.Servers.Start()
		a.Answered(o.Number, Accepted{Point: made(InProgress, a.Now)}, Outcome{})
		if over := append(a.PointsArrived(Snapshot, narrow, old, nil, nil), a.ServersArrived(servers, nil, nil)...); len(over) > 0 {
			t.Errorf("an old list has ended it: %s", over[0].Words)
		}
		if _, ok := a.Point(Key{Snapshot, "802"}); !ok || len(a.Servers.Value) != 2 || a.open().Phase != Running {
			t.Error("an old list was taken")
		}
		if _, ok := a.Snapshots.Start(); !ok {
			t.Error("no new list can be asked for")
		}
	}
}

func TestAnOldListDoesNotBringBackWhatWasDeleted(t *testing.T) {
	p := snapshot("801", time.Hour)
	a := newAccount(t, p)
	o := a.begin(Delete, p)
	old, _ := a.Snapshots.Start()
	a.Answered(o.Number, Accepted{}, Outcome{})
	a.PointsArrived(Snapshot, "", old, []Point{p}, nil)
	if _, ok := a.Point(p.Key()); ok {
		t.Error("it is back")
	}
}

func TestAServerIsBusyOnlyWithOurOwnDeeds(t *testing.T) {
	a := newAccount(t)
	if why := a.Busy(web.ID); why != "" {
		t.Fatalf("nothing runs, and yet: %s", why)
	}
	o := a.begin(Create, wanted)
	if why := a.Busy(web.ID); !strings.Contains(why, "snapshot before-update of web-server-01") || !strings.Contains(why, "still running") {
		t.Errorf("%q", why)
	}
	if why := a.Busy(db.ID); why != "" {
		t.Errorf("the other server is barred: %s", why)
	}
	a.Answered(o.Number, Accepted{}, errLost)
	if why := a.Busy(web.ID); !strings.Contains(why, "not yet known") {
		t.Errorf("%q", why)
	}
	a.lists(made(Completed, a.Now))
	if why := a.Busy(web.ID); why != "" {
		t.Errorf("it has ended, and yet: %s", why)
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
