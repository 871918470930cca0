package team_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"vpsdeck/api"
	"vpsdeck/api/sim"
	"vpsdeck/internal/journal"
	"vpsdeck/internal/team"
	"vpsdeck/model"
	"vpsdeck/ui/command"
)

func newSnapshot(server model.Server, name string) model.Point {
	return model.Point{Kind: model.Snapshot, Name: name, Server: server.Ref()}
}

// idleServer is a server that has room for a snapshot.
func idleServer(t *testing.T, s *model.State) model.Server {
	t.Helper()
	for _, server := range s.Servers.Value {
		if !s.Quota(model.Snapshot, server.ID).MayBeFull() && server.CannotChange() == "" && s.Fleet().Coverage(server.ID).Running == 0 {
			return server
		}
	}
	t.Fatal("there is none")
	return model.Server{}
}

func TestAccountIsPolledOnceForAllMembers(t *testing.T) {
	w := newHarness(t, 12)
	first := w.join("anna").waitLoaded()
	asked := w.requestCount("GET /servers/")
	var all []*testMember
	for range 100 {
		all = append(all, w.join("somebody"))
	}
	for _, p := range all {
		p.waitLoaded()
		if p.view.Fleet != first.view.Fleet {
			t.Fatal("what the lists say is not shared")
		}
	}
	if n := w.requestCount("GET /servers/") - asked; n > 1 { // a restore is under way there, which is looked after
		t.Errorf("the servers were asked for %d times for a hundred more", n)
	}
	asked = w.requestCount("GET /backups/")
	var asking sync.WaitGroup
	for _, p := range all {
		asking.Go(p.RequestRefresh)
	}
	asking.Wait()
	first.advanceUntil("they were asked for", func() bool { return w.requestCount("GET /backups/") > asked })
	w.clock.Advance(2 * time.Second)
	first.advanceUntil("a while went by", func() bool { return w.clock.Now().Sub(first.view.Points[model.Backup].At) > 10*time.Second })
	if n := w.requestCount("GET /backups/") - asked; n > 10 { // the time may have run on while they were asked for
		t.Errorf("a hundred wanted them at once, and they were asked for %d times", n)
	}
}

func TestActionAppearsForAllWithActor(t *testing.T) {
	w := newHarness(t, 12)
	anna, bert := w.join("anna").waitLoaded(), w.join("bert").waitLoaded()
	server := idleServer(t, anna.state)
	msg := anna.run(model.Create, newSnapshot(server, "before-it"))
	if msg.Outcome.Err != nil {
		t.Fatal(msg.Outcome.Err)
	}
	if view, _, ok := bert.Next(t.Context(), 0); !ok || view.Number < msg.Outcome.ViewNumber {
		t.Fatalf("view %d does not show the deed, which is in %d", view.Number, msg.Outcome.ViewNumber)
	}
	bert.waitUntil("the snapshot is there", func() bool {
		_, there := bert.state.Point(msg.Accepted.Point.Key())
		return there && len(bert.others) == 1 && bert.others[0].Phase == model.PhaseRunning
	})
	open := bert.state.Operations()
	i := slices.IndexFunc(open, func(o model.Operation) bool { return o.Server.ID == server.ID })
	if i < 0 || open[i].By.Name != "anna" || open[i].Mine || open[i].Phase != model.PhaseRunning {
		t.Fatalf("bert sees %+v", open)
	}
	if busy := bert.state.Conflict(model.Create, msg.Accepted.Point); !strings.Contains(busy, "by anna") {
		t.Errorf("a second deed there is told %q", busy)
	}
	anna.waitUntil("it is told of the snapshot itself", func() bool { return anna.view.Number >= msg.Outcome.ViewNumber })
	if len(anna.others) > 0 {
		t.Errorf("anna is told of her own: %+v", anna.others)
	}
	anna.advanceUntil("it has completed", func() bool {
		return slices.ContainsFunc(anna.state.FinishedOperations(), func(o model.Operation) bool { return o.Phase == model.PhaseDone && o.By.Name == "anna" })
	})
}

// Both have confirmed before either was told of the other.
func TestSimultaneousConfirmsSendOneRequest(t *testing.T) {
	w := newHarness(t, 12)
	anna, bert := w.join("anna").waitLoaded(), w.join("bert").waitLoaded()
	server := idleServer(t, anna.state)
	_, annas := anna.begin(model.Create, newSnapshot(server, "hers"))
	_, berts := bert.begin(model.Create, newSnapshot(server, "his"))
	answers := make([]command.ActionResultMsg, 2)
	var both sync.WaitGroup
	both.Go(func() { answers[0] = annas() })
	both.Go(func() { answers[1] = berts() })
	both.Wait()
	if n := w.requestCount("POST /snapshots/"); n != 1 {
		t.Fatalf("%d requests were sent", n)
	}
	for i, other := range []string{"bert", "anna"} {
		if err := answers[i].Outcome.Err; err != nil && (!errors.Is(err, model.ErrConflict) || !strings.Contains(err.Error(), other)) {
			t.Errorf("it was refused with %v", err)
		}
	}
	if (answers[0].Outcome.Err == nil) == (answers[1].Outcome.Err == nil) {
		t.Errorf("one goes and one is told: %v, %v", answers[0].Outcome.Err, answers[1].Outcome.Err)
	}
}

// A list that was on its way when the deed was answered shows the world as it was.
func TestOlderListDoesNotUndoAction(t *testing.T) {
	w := newHarness(t, 12)
	anna := w.join("anna").waitLoaded()
	server := idleServer(t, anna.state)
	release := w.holdSnapshots()
	anna.RequestRefresh()
	anna.advanceUntil("a list is on its way", w.isHolding)
	accepted, err := anna.CreateSnapshot(t.Context(), server.ID, "before-it", "")
	if err != nil {
		t.Fatal(err)
	}
	since := anna.LatestView()
	asked := w.requestCount("GET /snapshots/")
	release()
	anna.advanceUntil("newer lists were asked for", func() bool {
		if _, there := anna.state.Point(accepted.Point.Key()); !there && anna.view.Number >= since {
			t.Fatal("an old list has taken the snapshot away again")
		}
		return w.requestCount("GET /snapshots/") > asked+1
	})
}

func TestActionContinuesAfterMemberLeaves(t *testing.T) {
	w := newHarness(t, 12)
	anna := w.join("anna").waitLoaded()
	server := idleServer(t, anna.state)
	ctx, cancel := context.WithCancel(t.Context())
	accepted, err := anna.CreateSnapshot(&cancelOnCheck{ctx, cancel}, server.ID, "before-it", "")
	if err != nil || accepted.Point.ID == "" {
		t.Fatalf("%+v, %v", accepted, err)
	}
	if _, err := anna.CreateSnapshot(ctx, server.ID, "after-it", ""); err == nil || w.requestCount("POST /snapshots/") != 1 {
		t.Error("a deed was begun by somebody who has left")
	}
	anna.Leave()
	bert := w.join("bert").waitLoaded()
	if busy := bert.state.Conflict(model.Create, model.Point{Kind: model.Backup, Server: server.Ref()}); busy != "" {
		t.Errorf("a snapshot that is nobody's forbids a backup: %q", busy)
	}
	if open := bert.state.Operations(); !slices.ContainsFunc(open, func(o model.Operation) bool { return o.Point.Key() == accepted.Point.Key() }) {
		t.Errorf("what runs is not seen: %+v", open)
	}
}

// cancelOnCheck is a context that ends as soon as it was found to be alive.
type cancelOnCheck struct {
	context.Context
	cancel func()
}

func (l *cancelOnCheck) Err() error {
	err := l.Context.Err()
	l.cancel()
	return err
}

func TestReadOnlyMemberSendsNothing(t *testing.T) {
	w := newHarness(t, 12)
	eve := w.join("eve", func(p *team.MemberOptions) { p.ReadOnly = true }).waitLoaded()
	requireRefused(t, w, eve, eve.state.Backups.Value[0], eve.state.Snapshots.Value[0])
}

// requireRefused tries every deed on two points and their servers.
func requireRefused(t *testing.T, w *harness, p *testMember, backup, snapshot model.Point) {
	t.Helper()
	ctx := t.Context()
	only := func(_ model.ActionResult, err error) error { return err }
	for deed, err := range map[string]error{
		"back up":            only(p.CreateBackup(ctx, backup.Server.ID, "")),
		"snapshot":           only(p.CreateSnapshot(ctx, snapshot.Server.ID, "x", "")),
		"restore a backup":   only(p.RestoreBackup(ctx, backup.Server.ID, backup.ID)),
		"restore a snapshot": only(p.RestoreSnapshot(ctx, snapshot.ID)),
		"delete a backup":    p.DeleteBackup(ctx, backup.ID),
		"delete a snapshot":  p.DeleteSnapshot(ctx, snapshot.ID),
	} {
		if !errors.Is(err, model.ErrForbidden) || !strings.Contains(model.ErrorMessage(err), "nothing was sent") {
			t.Errorf("%s: %v", deed, err)
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for request := range w.requests {
		if !strings.HasPrefix(request, "GET ") {
			t.Errorf("%s was sent", request)
		}
	}
}

func TestScopeHidesAndRefusesOtherServers(t *testing.T) {
	w := newHarness(t, 12)
	anna := w.join("anna").waitLoaded()
	mine := anna.state.Backups.Value[0].Server
	scope := func(p *team.MemberOptions) {
		p.Scope = team.Scope{Name: mine.Name, Has: func(s model.Server) bool { return s.ID == mine.ID }}
	}
	bert, carl := w.join("bert", scope).waitLoaded(), w.join("carl", scope).waitLoaded()
	if bert.view.Fleet != carl.view.Fleet {
		t.Error("what two see who may see the same is not shared")
	}
	if len(bert.state.Servers.Value) != 1 || len(bert.state.Backups.Value) == 0 || len(bert.state.Backups.Value) == len(anna.state.Backups.Value) {
		t.Errorf("of %d servers and %d backups he sees", len(bert.state.Servers.Value), len(bert.state.Backups.Value))
	}
	for _, p := range append(bert.state.Backups.Value, bert.state.Snapshots.Value...) {
		if p.Server.ID != mine.ID {
			t.Errorf("he sees %+v", p)
		}
	}
	other := func(points []model.Point) model.Point {
		return points[slices.IndexFunc(points, func(p model.Point) bool { return p.Server.ID != mine.ID })]
	}
	backup, snapshot := other(anna.state.Backups.Value), other(anna.state.Snapshots.Value)
	requireRefused(t, w, bert, backup, snapshot)
	ctx := t.Context()
	if _, err := bert.RestoreBackup(ctx, mine.ID, backup.ID); !errors.Is(err, model.ErrForbidden) {
		t.Errorf("another server's backup goes onto his: %v", err)
	}
	for name, err := range map[string]error{
		"server": secondError(bert.Raw(ctx, backup.Server.ID, model.Key{})), "point": secondError(bert.Raw(ctx, mine.ID, backup.Key())),
	} {
		if !errors.Is(err, model.ErrForbidden) {
			t.Errorf("the raw %s: %v", name, err)
		}
	}
	if servers, err := bert.Servers(ctx, model.ServerFilter{}); err != nil || len(servers) != 1 {
		t.Errorf("%d servers, %v", len(servers), err)
	}
	if points, err := bert.Backups(ctx, model.BackupFilter{}); err != nil || len(points) != len(bert.state.Backups.Value) {
		t.Errorf("%d backups, %v", len(points), err)
	}
	anna.run(model.Create, newSnapshot(model.Server{ID: snapshot.Server.ID, Name: snapshot.Server.Name}, "hers"))
	if view, others, _ := bert.Next(ctx, 0); len(others) > 0 || len(view.Operations) > 0 {
		t.Errorf("he is told of what is done elsewhere: %+v", others)
	}
}

func secondError(_ string, err error) error { return err }

func TestPollingSlowsWithoutMembers(t *testing.T) {
	w := newHarness(t, 2)
	anna := w.join("anna").waitLoaded()
	anna.Leave()
	asked := w.requestCount("GET /servers/")
	began := w.clock.Now()
	anna.advanceUntil("it was asked again", func() bool { return w.requestCount("GET /servers/") > asked+1 })
	if passed := w.clock.Now().Sub(began); passed < command.IntervalBlurred {
		t.Errorf("twice within %s", passed)
	}
	before := w.requestCount("GET /servers/")
	bert := w.join("bert")
	bert.advanceUntil("it is asked at once for who comes", func() bool { return w.requestCount("GET /servers/") > before })
}

func TestFailureReachesAllAndKeepsLoadedData(t *testing.T) {
	w := newHarness(t, 2)
	anna := w.join("anna").waitLoaded()
	trouble, err := sim.ParseFault("GET /: status 503")
	if err != nil {
		t.Fatal(err)
	}
	w.account.Inject(trouble)
	anna.RequestRefresh()
	anna.advanceUntil("it failed", func() bool { return anna.state.Failure() != nil })
	if len(anna.state.Servers.Value) != 2 || anna.view.NextPoll.IsZero() {
		t.Errorf("%d servers are left, asked again %s", len(anna.state.Servers.Value), anna.view.NextPoll)
	}
}

func TestNextReturnsWhenHubStops(t *testing.T) {
	w := newHarness(t, 2)
	anna := w.join("anna").waitLoaded()
	told := make(chan bool)
	go func() {
		_, _, ok := anna.Next(context.Background(), 1<<30)
		told <- ok
	}()
	w.stop()
	select {
	case ok := <-told:
		if ok {
			t.Error("a view that never was")
		}
	case <-time.After(waitTimeout):
		t.Error("it waits for ever")
	}
}

// A journal tells of the whole account. Who may see a part of it reads the lines of that part.
func TestJournalIsScoped(t *testing.T) {
	w := newHarness(t, 12)
	all := w.join("anna").waitLoaded()
	servers := all.state.Servers.Value
	mine, other := servers[0], servers[1]
	book := journal.New(t.TempDir())
	write := func(id string, server model.RecordServer, event string) {
		r := model.Record{Version: model.RecordVersion, ID: id, Event: event, Host: w.client.Host(), Action: "create", Kind: "snapshot", Server: server,
			Point: model.RecordPoint{Name: id}, Time: w.client.Now(), SentAt: w.client.Now()}
		if event == model.EventLogin {
			r = model.NewSessionRecord(event, id, w.client.Host(), model.Actor{Name: "anna"}, "", w.client.Now())
		}
		if err := book.Append(r); err != nil {
			t.Fatal(err)
		}
	}
	write("own", model.RecordServer(mine.Ref()), model.EventDone)
	write("another's", model.RecordServer(other.Ref()), model.EventDone)
	write("another's, open", model.RecordServer(other.Ref()), model.EventIntent)
	write("another's, which had my server's name", model.RecordServer{ID: other.ID, Name: mine.Name}, model.EventDone)
	write("my server's, when it was called otherwise", model.RecordServer{ID: mine.ID, Name: other.Name}, model.EventDone)
	write("of a server that is gone", model.RecordServer{ID: "424242", Name: mine.Name}, model.EventDone)
	write("visit", model.RecordServer{}, model.EventLogin)

	read := func(p *testMember) (ids []string) {
		records, unreadable, err := p.Journal(book).Read()
		if err != nil || unreadable != 0 {
			t.Fatal(unreadable, err)
		}
		for _, r := range records {
			ids = append(ids, r.ID)
		}
		return ids
	}
	bert := w.join("bert", func(p *team.MemberOptions) {
		p.Scope = team.Scope{Name: "his", Has: func(s model.Server) bool { return s.Name == mine.Name }}
	})
	if got, want := read(bert), []string{"own", "visit-login"}; !slices.Equal(got, want) {
		t.Errorf("he reads %q, want %q", got, want)
	}
	if got := read(all); len(got) != 7 {
		t.Errorf("who may see all reads %q", got)
	}
	claimed := model.Operation{Action: model.Create, Server: other.Ref(), Point: newSnapshot(other, "secret"), Number: 1}
	if busy := all.Reserve(claimed); busy != "" {
		t.Fatal(busy)
	}
	if busy := bert.Reserve(claimed); busy != "" {
		t.Errorf("he is told %q of another's server", busy)
	}
	if alive := bert.Journal(book).IsAlive("own-1"); alive {
		t.Error("a run that never was is going")
	}
}

// Before the servers are known nobody can say whose a line is. Who leaves meanwhile is not waited for.
func TestScopedJournalWaitsForServers(t *testing.T) {
	client, err := api.New("http://127.0.0.1:1", "vps_live")
	if err != nil {
		t.Fatal(err)
	}
	hub := team.New(client, command.WallClock{}) // which never runs
	seat := hub.Join(team.MemberOptions{Scope: team.Scope{Name: "none", Has: func(model.Server) bool { return true }}})
	read := make(chan int)
	go func() {
		records, _, _ := seat.Journal(journal.New(t.TempDir())).Read()
		read <- len(records)
	}()
	seat.Leave()
	if n := <-read; n != 0 {
		t.Errorf("%d lines", n)
	}
}
