package team_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"weak"

	"vpsdeck/api"
	"vpsdeck/internal/journal"
	"vpsdeck/internal/poll"
	"vpsdeck/internal/team"
	"vpsdeck/model"
	"vpsdeck/ui/command"
)

func newSnapshot(server model.Server, name string) model.Point {
	return model.Point{Kind: model.Snapshot, Name: name, Server: server.Ref()}
}

// idleServer returns a server on which a snapshot is possible.
func idleServer(t *testing.T, s *model.State) model.Server {
	t.Helper()
	for _, server := range s.Servers.Value {
		if !s.Quota(model.Snapshot, server.ID).MayBeFull() && server.CannotChange() == "" &&
			s.Fleet().Coverage(server.ID).Running == 0 {
			return server
		}
	}
	t.Fatal("there is no idle server")
	return model.Server{}
}

func TestAccountIsPolledOnceForAllMembers(t *testing.T) {
	h := newHarness(t, 12)
	first := h.join("anna").waitLoaded()
	before, views := h.requestCount("GET /servers/"), first.LatestView()
	var all []*testMember
	for range 100 {
		all = append(all, h.join("somebody"))
		h.clock.Advance(0) // lets the hub run
	}
	for _, p := range all {
		p.waitLoaded()
		if p.view.Fleet != first.view.Fleet {
			t.Fatal("the fleet is not shared")
		}
	}
	if n := h.requestCount("GET /servers/") - before; n > 1 { // a running restore is polled
		t.Errorf("a hundred more members caused %d requests for the servers", n)
	}
	if n := first.LatestView() - views; n > 5 { // of what runs
		t.Errorf("a hundred more members caused %d views for everybody", n)
	}
	before = h.requestCount("GET /backups/")
	var requests sync.WaitGroup
	for _, p := range all {
		requests.Go(p.RequestRefresh)
	}
	requests.Wait()
	first.advanceUntil("the backups were requested", func() bool { return h.requestCount("GET /backups/") > before })
	h.clock.Advance(2 * time.Second)
	first.advanceUntil("10 s have passed",
		func() bool { return h.clock.Now().Sub(first.view.Points[model.Backup].At) > 10*time.Second })
	if n := h.requestCount("GET /backups/") - before; n > 10 { // time may have passed during the requests
		t.Errorf("a hundred requests at once caused %d requests for the backups", n)
	}
}

func TestActionAppearsForAllWithActor(t *testing.T) {
	h := newHarness(t, 12)
	anna, bert := h.join("anna").waitLoaded(), h.join("bert").waitLoaded()
	server := idleServer(t, anna.state)
	msg := anna.run(model.Create, newSnapshot(server, "before-it"))
	if msg.Outcome.Err != nil {
		t.Fatal(msg.Outcome.Err)
	}
	if view, _, ok := bert.Next(t.Context(), 0); !ok || view.Number < msg.Outcome.ViewNumber {
		t.Fatalf("view %d is older than view %d, which has the action", view.Number, msg.Outcome.ViewNumber)
	}
	bert.waitUntil("the snapshot exists", func() bool {
		_, found := bert.state.Point(msg.Accepted.Point.Key())
		return found && len(bert.others) == 1 && bert.others[0].Phase == model.PhaseRunning
	})
	open := bert.state.Operations()
	i := slices.IndexFunc(open, func(o model.Operation) bool { return o.Server.ID == server.ID })
	if i < 0 || open[i].By.Name != "anna" || open[i].Mine || open[i].Phase != model.PhaseRunning {
		t.Fatalf("bert sees %+v", open)
	}
	if busy := bert.state.Conflict(model.Create, msg.Accepted.Point); !strings.Contains(busy, "by anna") {
		t.Errorf("the conflict of a second action is %q", busy)
	}
	anna.waitUntil("anna has the view with the snapshot",
		func() bool { return anna.view.Number >= msg.Outcome.ViewNumber })
	if len(anna.others) > 0 {
		t.Errorf("anna's own operation is among the others: %+v", anna.others)
	}
	anna.advanceUntil("it has completed", func() bool {
		return slices.ContainsFunc(anna.state.FinishedOperations(),
			func(o model.Operation) bool { return o.Phase == model.PhaseDone && o.By.Name == "anna" })
	})
}

// Both confirm before either sees the other's action.
func TestSimultaneousConfirmsSendOneRequest(t *testing.T) {
	h := newHarness(t, 12)
	anna, bert := h.join("anna").waitLoaded(), h.join("bert").waitLoaded()
	server := idleServer(t, anna.state)
	_, sendAnnas := anna.begin(model.Create, newSnapshot(server, "hers"))
	_, sendBerts := bert.begin(model.Create, newSnapshot(server, "his"))
	answers := make([]command.ActionResultMsg, 2)
	var both sync.WaitGroup
	both.Go(func() { answers[0] = sendAnnas() })
	both.Go(func() { answers[1] = sendBerts() })
	both.Wait()
	if n := h.requestCount("POST /snapshots/"); n != 1 {
		t.Fatalf("%d requests were sent", n)
	}
	for i, other := range []string{"bert", "anna"} {
		if err := answers[i].Outcome.Err; err != nil &&
			(!errors.Is(err, model.ErrConflict) || !strings.Contains(err.Error(), other)) {
			t.Errorf("one was refused with %v", err)
		}
	}
	if (answers[0].Outcome.Err == nil) == (answers[1].Outcome.Err == nil) {
		t.Errorf("want one success and one conflict: %v, %v", answers[0].Outcome.Err, answers[1].Outcome.Err)
	}
}

// A list that was requested before the action was answered shows the old state.
func TestOlderListDoesNotUndoAction(t *testing.T) {
	h := newHarness(t, 12)
	anna := h.join("anna").waitLoaded()
	server := idleServer(t, anna.state)
	release := h.holdSnapshots()
	anna.RequestRefresh()
	anna.advanceUntil("a list was requested", h.isHolding)
	accepted, err := anna.CreateSnapshot(t.Context(), server.ID, "before-it", "")
	if err != nil {
		t.Fatal(err)
	}
	since := anna.LatestView()
	before := h.requestCount("GET /snapshots/")
	release()
	anna.advanceUntil("newer lists were requested", func() bool {
		if _, found := anna.state.Point(accepted.Point.Key()); !found && anna.view.Number >= since {
			t.Fatal("an old list has removed the snapshot")
		}
		return h.requestCount("GET /snapshots/") > before+1
	})
}

func TestSlowListDoesNotHoldUpTheOthers(t *testing.T) {
	h := newHarness(t, 2)
	anna := h.join("anna").waitLoaded()
	h.holdSnapshots()
	anna.RequestRefresh()
	anna.advanceUntil("a list was requested", h.isHolding)
	before := h.requestCount("GET /servers/")
	anna.advanceUntil("the servers were requested twice more",
		func() bool { return h.requestCount("GET /servers/") > before+1 })
}

func TestActionContinuesAfterMemberLeaves(t *testing.T) {
	h := newHarness(t, 12)
	anna := h.join("anna").waitLoaded()
	server := idleServer(t, anna.state)
	ctx, cancel := context.WithCancel(t.Context())
	accepted, err := anna.CreateSnapshot(&cancelOnCheck{ctx, cancel}, server.ID, "before-it", "")
	if err != nil || accepted.Point.ID == "" {
		t.Fatalf("%+v, %v", accepted, err)
	}
	if _, err := anna.CreateSnapshot(ctx, server.ID, "after-it", ""); err == nil ||
		h.requestCount("POST /snapshots/") != 1 {
		t.Error("an action was sent after its session had ended")
	}
	anna.Leave()
	bert := h.join("bert").waitLoaded()
	if busy := bert.state.Conflict(model.Create, model.Point{Kind: model.Backup, Server: server.Ref()}); busy != "" {
		t.Errorf("a snapshot of a member who has left blocks a backup: %q", busy)
	}
	if open := bert.state.Operations(); !slices.ContainsFunc(open,
		func(o model.Operation) bool { return o.Point.Key() == accepted.Point.Key() }) {
		t.Errorf("the running snapshot is missing: %+v", open)
	}
}

// cancelOnCheck is a context that ends right after its first check.
type cancelOnCheck struct {
	context.Context
	cancel func()
}

func (c *cancelOnCheck) Err() error {
	err := c.Context.Err()
	c.cancel()
	return err
}

func TestReadOnlyMemberSendsNothing(t *testing.T) {
	h := newHarness(t, 12)
	eve := h.join("eve", func(p *team.MemberOptions) { p.ReadOnly = true }).waitLoaded()
	requireRefused(t, h, eve, eve.state.Backups.Value[0], eve.state.Snapshots.Value[0])
}

// requireRefused tries every action on two points and their servers.
func requireRefused(t *testing.T, h *harness, p *testMember, backup, snapshot model.Point) {
	t.Helper()
	ctx := t.Context()
	onlyError := func(_ model.ActionResult, err error) error { return err }
	for action, err := range map[string]error{
		"back up":            onlyError(p.CreateBackup(ctx, backup.Server.ID, "")),
		"snapshot":           onlyError(p.CreateSnapshot(ctx, snapshot.Server.ID, "x", "")),
		"restore a backup":   onlyError(p.RestoreBackup(ctx, backup.Server.ID, backup.ID)),
		"restore a snapshot": onlyError(p.RestoreSnapshot(ctx, snapshot.ID)),
		"delete a backup":    p.DeleteBackup(ctx, backup.ID),
		"delete a snapshot":  p.DeleteSnapshot(ctx, snapshot.ID),
	} {
		if !errors.Is(err, model.ErrForbidden) || !strings.Contains(model.ErrorMessage(err), "nothing was sent") {
			t.Errorf("%s: %v", action, err)
		}
	}
	if sent := h.account.SentActions(); len(sent) > 0 {
		t.Errorf("%q was sent", sent)
	}
}

func TestScopeHidesAndRefusesOtherServers(t *testing.T) {
	h := newHarness(t, 12)
	anna := h.join("anna").waitLoaded()
	mine := anna.state.Backups.Value[0].Server
	scope := func(p *team.MemberOptions) {
		p.Scope = team.Scope{Name: mine.Name, Has: func(s model.Server) bool { return s.ID == mine.ID }}
	}
	bert, carl := h.join("bert", scope).waitLoaded(), h.join("carl", scope).waitLoaded()
	if bert.view.Fleet != carl.view.Fleet {
		t.Error("members with the same scope do not share a fleet")
	}
	if len(bert.state.Servers.Value) != 1 || len(bert.state.Backups.Value) == 0 ||
		len(bert.state.Backups.Value) == len(anna.state.Backups.Value) {
		t.Errorf("he sees %d servers and %d backups", len(bert.state.Servers.Value), len(bert.state.Backups.Value))
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
	requireRefused(t, h, bert, backup, snapshot)
	ctx := t.Context()
	if _, err := bert.RestoreBackup(ctx, mine.ID, backup.ID); !errors.Is(err, model.ErrForbidden) {
		t.Errorf("another server's backup was restored onto his: %v", err)
	}
	for name, err := range map[string]error{
		"server": secondError(bert.Raw(ctx, backup.Server.ID, model.Key{})),
		"point":  secondError(bert.Raw(ctx, mine.ID, backup.Key())),
	} {
		if !errors.Is(err, model.ErrForbidden) {
			t.Errorf("raw %s: %v", name, err)
		}
	}
	if servers, err := bert.Servers(ctx, model.ServerFilter{}); err != nil || len(servers) != 1 {
		t.Errorf("%d servers, %v", len(servers), err)
	}
	if points, err := bert.Backups(ctx, model.BackupFilter{}); err != nil ||
		len(points) != len(bert.state.Backups.Value) {
		t.Errorf("%d backups, %v", len(points), err)
	}
	anna.run(model.Create, newSnapshot(model.Server{ID: snapshot.Server.ID, Name: snapshot.Server.Name}, "hers"))
	if view, others, _ := bert.Next(ctx, 0); len(others) > 0 || len(view.Operations) > 0 {
		t.Errorf("he sees operations of other servers: %+v", others)
	}
}

// A fleet takes tens of megabytes for a large account. After its last member has left, a scope must not
// keep the one of that time.
func TestScopeOfNobodyKeepsNoFleet(t *testing.T) {
	h := newHarness(t, 12)
	anna := h.join("anna").waitLoaded()
	old := func() weak.Pointer[model.Fleet] {
		bert := h.join("bert", func(p *team.MemberOptions) {
			p.Scope = team.Scope{Name: "his", Has: func(model.Server) bool { return true }}
		}).waitLoaded()
		defer bert.Leave()
		return weak.Make(bert.view.Fleet)
	}()
	anna.run(model.Create, newSnapshot(idleServer(t, anna.state), "newer"))
	anna.advanceUntil("the old fleet is gone", func() bool {
		runtime.GC()
		return old.Value() == nil
	})
}

func secondError(_ string, err error) error { return err }

func TestPollingSlowsWithoutMembers(t *testing.T) {
	h := newHarness(t, 2)
	anna := h.join("anna").waitLoaded()
	anna.Leave()
	before := h.requestCount("GET /servers/")
	start := h.clock.Now()
	anna.advanceUntil("the servers were requested twice",
		func() bool { return h.requestCount("GET /servers/") > before+1 })
	if passed := h.clock.Now().Sub(start); passed < poll.IntervalUnwatched {
		t.Errorf("twice within %s", passed)
	}
	before = h.requestCount("GET /servers/")
	bert := h.join("bert")
	bert.advanceUntil("a new member causes a request", func() bool { return h.requestCount("GET /servers/") > before })
}

func TestFailureReachesAllAndKeepsLoadedData(t *testing.T) {
	h := newHarness(t, 2)
	anna := h.join("anna").waitLoaded()
	h.account.InjectFault("GET /: status 503")
	anna.RequestRefresh()
	anna.advanceUntil("the refresh failed", func() bool { return anna.state.Failure() != nil })
	if len(anna.state.Servers.Value) != 2 || anna.view.NextPoll.IsZero() {
		t.Errorf("%d servers are left, next poll %s", len(anna.state.Servers.Value), anna.view.NextPoll)
	}
}

func TestNextReturnsWhenHubStops(t *testing.T) {
	h := newHarness(t, 2)
	anna := h.join("anna").waitLoaded()
	returned := make(chan bool)
	go func() {
		_, _, ok := anna.Next(context.Background(), 1<<30)
		returned <- ok
	}()
	h.stop()
	select {
	case ok := <-returned:
		if ok {
			t.Error("Next returned a view")
		}
	case <-time.After(waitTimeout):
		t.Error("Next does not return")
	}
}

// The journal covers the whole account. A member with a scope reads only the lines of its servers.
func TestJournalIsScoped(t *testing.T) {
	h := newHarness(t, 12)
	all := h.join("anna").waitLoaded()
	servers := all.state.Servers.Value
	mine, other := servers[0], servers[1]
	accountJournal := journal.New(t.TempDir())
	write := func(id string, server model.RecordServer, event string) {
		r := model.Record{Version: model.RecordVersion, ID: id, Event: event, Host: h.client.Host(), Action: "create",
			Kind: "snapshot", Server: server,
			Point: model.RecordPoint{Name: id}, Time: h.client.Now(), SentAt: h.client.Now()}
		if event == model.EventLogin {
			r = model.NewSessionRecord(event, id, h.client.Host(), model.Actor{Name: "anna"}, "", h.client.Now())
		}
		if err := accountJournal.Append(r); err != nil {
			t.Fatal(err)
		}
	}
	write("own", model.RecordServer(mine.Ref()), model.EventDone)
	write("another's", model.RecordServer(other.Ref()), model.EventDone)
	write("another's, open", model.RecordServer(other.Ref()), model.EventIntent)
	write("another's, under my server's name", model.RecordServer{ID: other.ID, Name: mine.Name}, model.EventDone)
	write("my server's, under another name", model.RecordServer{ID: mine.ID, Name: other.Name}, model.EventDone)
	write("a deleted server's", model.RecordServer{ID: "424242", Name: mine.Name}, model.EventDone)
	write("session", model.RecordServer{}, model.EventLogin)

	read := func(p *testMember) (ids []string) {
		records, unreadable, err := p.Journal(accountJournal).Read()
		if err != nil || unreadable != 0 {
			t.Fatal(unreadable, err)
		}
		for _, r := range records {
			ids = append(ids, r.ID)
		}
		return ids
	}
	bert := h.join("bert", func(p *team.MemberOptions) {
		p.Scope = team.Scope{Name: "his", Has: func(s model.Server) bool { return s.Name == mine.Name }}
	})
	if got, want := read(bert), []string{"own", "session-login"}; !slices.Equal(got, want) {
		t.Errorf("he reads %q, want %q", got, want)
	}
	if got := read(all); len(got) != 7 {
		t.Errorf("a member without a scope reads %q", got)
	}
	operation := model.Operation{Action: model.Create, Server: other.Ref(), Point: newSnapshot(other, "secret"),
		Number: 1}
	if busy := all.Reserve(operation); busy != "" {
		t.Fatal(busy)
	}
	if busy := bert.Reserve(operation); busy != "" {
		t.Errorf("for another's server he gets %q", busy)
	}
	if alive := bert.Journal(accountJournal).IsAlive("own-1"); alive {
		t.Error("an unknown run is alive")
	}
}

// Before the servers are known, it is not known which lines to show. The wait ends when the member
// leaves.
func TestScopedJournalWaitsForServers(t *testing.T) {
	client, err := api.New("http://127.0.0.1:1", "vps_live")
	if err != nil {
		t.Fatal(err)
	}
	hub := team.New(client, command.WallClock{}) // Run is never called
	member := hub.Join(team.MemberOptions{Scope: team.Scope{Name: "none",
		Has: func(model.Server) bool { return true }}})
	read := make(chan int)
	go func() {
		records, _, _ := member.Journal(journal.New(t.TempDir())).Read()
		read <- len(records)
	}()
	member.Leave()
	if n := <-read; n != 0 {
		t.Errorf("%d lines", n)
	}
}

// Each view makes a program draw. A crowd that only watches cannot afford that for each list that is
// polled without news, only now and then for the age of the data. Who asks for a refresh gets each.
func TestWatcherGetsFewViewsWithoutNews(t *testing.T) {
	h := newHarness(t, 12)
	anna := h.joinCrowd("anna")
	before := anna.view
	nextWithoutNews := func() (gap time.Duration, ok bool) {
		last := before
		before = anna.view
		gap = max(before.ListsAt().Sub(last.ListsAt()), before.RequestedAt().Sub(last.RequestedAt()))
		return gap, before.Number > last.Number && !before.HasNews(last)
	}
	quiet := 0
	anna.advanceUntil("three views without news came", func() bool {
		if gap, ok := nextWithoutNews(); ok {
			quiet++
			if gap < 15*time.Second {
				t.Errorf("a view without news after %s", gap)
			}
		}
		return quiet == 3
	})
	anna.advanceUntil("a view without news came soon", func() bool {
		anna.RequestRefresh()
		gap, ok := nextWithoutNews()
		return ok && gap < 15*time.Second
	})
}

// An answer that is like the one before can show that a restore has ended. A watcher needs it even
// while another list is slow.
func TestWatcherGetsEvidenceWhileAListIsSlow(t *testing.T) {
	h := newHarness(t, 12)
	anna := h.joinCrowd("anna")
	h.holdSnapshots()
	before := anna.view
	anna.advanceUntil("a view came in which only a running operation was polled", func() bool {
		last := before
		before = anna.view
		return anna.view.Number > last.Number && !anna.view.HasNews(last) && anna.view.ListsAt().Equal(last.ListsAt())
	})
}

func TestTeamGetsEveryView(t *testing.T) {
	h := newHarness(t, 12)
	anna := h.join("anna").waitLoaded()
	before := anna.view
	anna.advanceUntil("a view without news came soon", func() bool {
		last := before
		before = anna.view
		return anna.view.Number > last.Number && !anna.view.HasNews(last) &&
			anna.view.ListsAt().Sub(last.ListsAt()) < 15*time.Second
	})
	if anna.view.Crowded {
		t.Error("one member is a crowd")
	}
}

// In a crowd the views go out one after the other, so that keys are answered meanwhile. Who has
// something under way does not wait.
func TestViewsOfACrowdGoOutInTurns(t *testing.T) {
	h := newHarness(t, 12)
	const crowd = 40
	var all []*testMember
	for range crowd {
		all = append(all, h.join("somebody").waitLoaded())
	}
	busy := h.join("anna").waitLoaded()
	server := busy.state.Servers.Value[0]
	busy.Reserve(model.Operation{Number: 1, Action: model.Create, Server: server.Ref(),
		Point: newSnapshot(server, "x")})
	all[0].advanceUntil("the operation is shown", func() bool { return len(all[0].others) > 0 })
	start := time.Now()
	const spread = 300 * time.Millisecond
	ended, end := context.WithCancel(t.Context())
	end()
	for _, m := range all[1:] { // they queue
		m.Next(ended, m.view.Number)
	}
	if _, _, ok := busy.Next(t.Context(), busy.view.Number); !ok || time.Since(start) > spread {
		t.Errorf("the member that acts waited for %v", time.Since(start))
	}
	for _, m := range all[1:] {
		m.waitUntil("the operation is shown", func() bool { return len(m.others) > 0 })
	}
	if took := time.Since(start); took < spread {
		t.Errorf("a crowd of %d had the view after %v", crowd, took)
	}
}
