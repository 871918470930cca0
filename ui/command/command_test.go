package command_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/api/apitest"
	"vpsdeck/model"
	"vpsdeck/ui/command"
)

func TestEachMessageHasItsSessionAndTicket(t *testing.T) {
	points := listJSON(pointJSON(snap))
	s := newSession(newClient(t,
		apitest.Call{Path: "/servers/", ResponseBody: listJSON(serverJSON)},
		apitest.Call{Path: "/snapshots/", ResponseBody: points},
		apitest.Call{Path: "/backups/", Query: "server_id=12345", ResponseBody: points},
		apitest.Call{Path: "/account/me/", ResponseBody: `{"account": {"email": "ada@example.com"}}`},
	))
	servers := s.LoadServers(11)().(command.ServersLoadedMsg)
	if servers.Session != 3 || servers.Ticket != 11 || servers.Err != nil || len(servers.Servers) != 1 {
		t.Errorf("%+v", servers)
	}
	all := s.LoadPoints(model.Snapshot, "", 12)().(command.PointsLoadedMsg)
	if all.Session != 3 || all.Ticket != 12 || all.Kind != model.Snapshot || all.Server != "" || all.Err != nil ||
		len(all.Points) != 1 {
		t.Errorf("%+v", all)
	}
	some := s.LoadPoints(model.Backup, "12345", 13)().(command.PointsLoadedMsg)
	if some.Session != 3 || some.Ticket != 13 || some.Kind != model.Backup || some.Server != "12345" ||
		some.Err != nil || len(some.Points) != 1 {
		t.Errorf("%+v", some)
	}
	account := s.LoadAccount(14)().(command.AccountLoadedMsg)
	if account.Session != 3 || account.Ticket != 14 || account.Err != nil ||
		account.Account.Email != "ada@example.com" {
		t.Errorf("%+v", account)
	}
}

func TestLoadErrorIsInTheMessage(t *testing.T) {
	s := newSession(newClient(t))
	s.Close()
	if got := s.LoadServers(1)().(command.ServersLoadedMsg); got.Err == nil || got.Ticket != 1 {
		t.Errorf("%+v", got)
	}
	if got := s.LoadPoints(model.Backup, "", 2)().(command.PointsLoadedMsg); got.Err == nil || got.Ticket != 2 {
		t.Errorf("%+v", got)
	}
	if got := s.LoadAccount(3)().(command.AccountLoadedMsg); got.Err == nil || got.Ticket != 3 {
		t.Errorf("%+v", got)
	}
}

// fakeJournal keeps its records in memory.
type fakeJournal struct {
	mu    sync.Mutex
	lines []model.Record
	err   error
	alive map[string]bool
	read  []model.Record

	busy     error
	locked   []model.ID
	unlocked []int // number of records at each unlock
}

func (j *fakeJournal) Append(r model.Record) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err == nil {
		j.lines = append(j.lines, r)
	}
	return j.err
}

func (j *fakeJournal) Read() ([]model.Record, int, error) { return j.read, 2, j.err }
func (j *fakeJournal) IsAlive(operation string) bool      { return j.alive[operation] }

// LockServer is held by another program while busy is set.
func (j *fakeJournal) LockServer(_ context.Context, _ string, server model.ID) (func(), error) {
	if j.busy != nil {
		return nil, j.busy
	}
	j.locked = append(j.locked, server)
	return func() { j.unlocked = append(j.unlocked, len(j.lines)) }, nil
}

var errDisk = errors.New("the disk is full")

func TestIntentIsJournaledBeforeTheRequest(t *testing.T) {
	j := &fakeJournal{}
	calls := append(recheckCalls(snap, listJSON(serverJSON), listJSON(pointJSON(snap))),
		apitest.Call{Method: "DELETE", Path: "/snapshots/801/", Status: 204})
	watched := &journalProbe{Client: newClient(t, calls...), countLines: func() int { return len(j.lines) }}
	got := execute(command.NewSession(3, watched, j, false), model.Delete, snap)
	if got.Outcome.Err != nil || got.JournalErr != nil || len(j.lines) != 1 || j.lines[0].Event != model.EventIntent {
		t.Errorf("%+v; the journal has %+v", got, j.lines)
	}
	if watched.linesWritten != 1 {
		t.Errorf("%d lines were written when the request was sent, want 1", watched.linesWritten)
	}
}

// The end of the snapshot before a restore is journaled before the restore, whichever command
// comes first.
func TestIntentIsJournaledAfterPendingRecords(t *testing.T) {
	j := &fakeJournal{}
	calls := append(recheckCalls(snap, listJSON(serverJSON), listJSON(pointJSON(snap))),
		apitest.Call{Method: "DELETE", Path: "/snapshots/801/", Status: 204})
	s := command.NewSession(3, newClient(t, calls...), j, false)
	late := s.Record(model.Record{ID: "earlier", Event: model.EventDone})
	execute(s, model.Delete, snap)
	late()
	if len(j.lines) != 2 || j.lines[0].ID != "earlier" || j.lines[1].Event != model.EventIntent {
		t.Errorf("the journal has %+v", j.lines)
	}
}

// The check may take minutes. A point that was created in the meantime was not created by the
// request.
func TestSentTimeIsWhenTheRequestLeavesNotWhenConfirmed(t *testing.T) {
	j := &fakeJournal{}
	calls := append(recheckCalls(snap, listJSON(serverJSON), listJSON(pointJSON(snap))),
		apitest.Call{Method: "DELETE", Path: "/snapshots/801/", Status: 204})
	confirmed := time.Date(2025, 1, 16, 12, 0, 0, 0, time.UTC)
	s := command.NewSession(3, &slowClient{newClient(t, calls...), confirmed}, j, false)
	o := model.Operation{Number: 1, ID: "run-1", Action: model.Delete, Point: snap, Server: snap.Server,
		Started: confirmed, ConfirmedRole: model.LastPoint}
	got := s.Execute(o, o.Record("admin.vps.org", confirmed))().(command.ActionResultMsg)
	if want := confirmed.Add(3 * time.Minute); !got.Outcome.SentAt.Equal(want) || !j.lines[0].SentAt.Equal(want) ||
		!j.lines[0].Time.Equal(want) {
		t.Errorf("sent at %s; the journal has %+v", got.Outcome.SentAt, j.lines)
	}
}

// slowClient takes three minutes to list the servers.
type slowClient struct {
	command.Client
	now time.Time
}

func (s *slowClient) Now() time.Time { return s.now }

func (s *slowClient) Servers(ctx context.Context, f model.ServerFilter) ([]model.Server, error) {
	s.now = s.now.Add(3 * time.Minute)
	return s.Client.Servers(ctx, f)
}

// journalProbe counts the records in the journal when a snapshot is about to be deleted.
type journalProbe struct {
	command.Client
	countLines   func() int
	linesWritten int
}

func (w *journalProbe) DeleteSnapshot(ctx context.Context, id model.ID) error {
	w.linesWritten = w.countLines()
	return w.Client.DeleteSnapshot(ctx, id)
}

func TestActionContinuesWithoutJournalAndReportsIt(t *testing.T) {
	calls := append(recheckCalls(snap, listJSON(serverJSON), listJSON(pointJSON(snap))),
		apitest.Call{Method: "DELETE", Path: "/snapshots/801/", Status: 204})
	got := execute(command.NewSession(3, newClient(t, calls...), &fakeJournal{err: errDisk}, false), model.Delete, snap)
	if got.Outcome.Err != nil || !errors.Is(got.JournalErr, errDisk) {
		t.Errorf("%+v", got)
	}
}

func TestActionThatIsNotSentIsNotJournaled(t *testing.T) {
	j := &fakeJournal{}
	for _, readOnly := range []bool{false, true} {
		c := newClient(t)
		if !readOnly {
			c = newClient(t, apitest.Call{Path: "/servers/", ResponseBody: listJSON()})
		}
		execute(command.NewSession(3, c, j, readOnly), model.Restore, snap)
	}
	if len(j.lines) > 0 {
		t.Errorf("the journal has %+v", j.lines)
	}
}

func TestJournalRecordsKeepTheirOrder(t *testing.T) {
	j := &fakeJournal{}
	s := command.NewSession(3, newClient(t), j, false)
	const n = 50
	var cmds []tea.Cmd
	for i := range n {
		cmds = append(cmds, s.Record(model.Record{ID: fmt.Sprint(i)}))
	}
	var running sync.WaitGroup
	for _, cmd := range slices.Backward(cmds) { // commands run concurrently, in any order
		running.Go(func() {
			if msg := cmd().(command.RecordedMsg); msg.Err != nil || msg.Session != 3 {
				t.Errorf("%+v", msg)
			}
		})
	}
	running.Wait()
	if len(j.lines) != n {
		t.Fatalf("%d lines, want %d", len(j.lines), n)
	}
	for i, r := range j.lines {
		if r.ID != fmt.Sprint(i) {
			t.Fatalf("line %d is of operation %s", i, r.ID)
		}
	}
	if cmd := newSession(newClient(t)).Record(model.Record{}); cmd != nil {
		t.Error("without a journal there is a command to write to it")
	}
	j.err = errDisk
	if msg := s.Record(model.Record{})().(command.RecordedMsg); !errors.Is(msg.Err, errDisk) {
		t.Errorf("%+v", msg)
	}
}

func TestHistoryListsAbandonedOperations(t *testing.T) {
	api := newClient(t)
	record := func(id, event string) model.Record { return model.Record{ID: id, Event: event, Host: api.Host()} }
	first := record("first", model.EventDone)
	first.ThenRestore = &model.RecordPoint{ID: "499"}
	j := &fakeJournal{
		alive: map[string]bool{"alive": true},
		read: []model.Record{
			record("done", model.EventIntent), record("left", model.EventIntent), record("alive", model.EventIntent),
			first,
			record("done", model.EventDone), record("left", model.EventRunning),
		},
	}
	msg := command.NewSession(3, api, j, false).LoadHistory()().(command.HistoryLoadedMsg)
	want := []model.Record{record("left", model.EventRunning), first}
	if msg.Session != 3 || len(msg.Latest) != 4 || msg.Unreadable != 2 || msg.Err != nil ||
		!reflect.DeepEqual(msg.Open, want) {
		t.Errorf("%+v, want open %+v", msg, want)
	}
	if cmd := newSession(newClient(t)).LoadHistory(); cmd != nil {
		t.Error("without a journal there is a command to read it")
	}
}

func TestHistoryIsPerProfile(t *testing.T) {
	api := newClient(t)
	record := func(id, host, profile string) model.Record {
		return model.Record{ID: id, Event: model.EventRunning, Host: host, Profile: profile}
	}
	j := &fakeJournal{
		alive: map[string]bool{"now-1": true, "other-1": true},
		read: []model.Record{
			record("now-1", api.Host(), "work"), record("now-2", api.Host(), "home"),
			record("now-3", "elsewhere.example", "work"),
			record("other-1", api.Host(), "work"), record("left-1", api.Host(), "work"),
			record("left-2", api.Host(), ""),
		},
	}
	for profile, want := range map[string][]string{"work": {"now-1", "left-1"}, "home": {"now-2"}, "": {"left-2"}} {
		s := command.NewSession(3, api, j, false)
		s.Profile, s.RunID = profile, "now" // what this run left open is included: it was on another account meanwhile
		msg := s.LoadHistory()().(command.HistoryLoadedMsg)
		var open []string
		for _, r := range msg.Open {
			open = append(open, r.ID)
		}
		for _, r := range msg.Latest {
			if r.Profile != profile || r.Host != api.Host() {
				t.Errorf("record %s of profile %q is in the history of %q", r.ID, r.Profile, profile)
			}
		}
		if !slices.Equal(open, want) {
			t.Errorf("%q: open is %q, want %q", profile, open, want)
		}
	}
}

// fakeAccess opens a client that the test sets.
type fakeAccess struct {
	client command.Client
	err    error
	stored string
}

func (a *fakeAccess) Connect(ctx context.Context, _ model.Secret) (command.Client, model.Account, error) {
	if a.err != nil {
		return nil, model.Account{}, a.err
	}
	owner, err := a.client.Account(ctx)
	return a.client, owner, err
}
func (a *fakeAccess) Demo() (command.Client, error) { return a.client, a.err }
func (a *fakeAccess) TokenStores() []command.TokenStore {
	return []command.TokenStore{{Name: "keyring"}}
}
func (a *fakeAccess) Host() string { return "admin.vps.org" }
func (a *fakeAccess) StoreToken(p command.TokenStore, s model.Secret) error {
	a.stored = p.Name + " " + s.Reveal()
	return a.err
}

func TestAccountOpensWithATokenThatCanBeStored(t *testing.T) {
	a := &fakeAccess{client: newClient(t,
		apitest.Call{Path: "/account/me/", ResponseBody: `{"account": {"email": "ada@example.com"}}`})}
	token := model.NewSecret("vps_x")
	got := command.Connect(a, token)().(command.ConnectedMsg)
	if got.Client != a.client || got.Demo || got.Token.Reveal() != "vps_x" || len(got.TokenStores) != 1 ||
		got.Owner.Email != "ada@example.com" || got.Err != nil {
		t.Errorf("%+v", got)
	}
	if msg := command.StoreToken(a, got.TokenStores[0], got.Token)().(command.TokenStoredMsg); msg.Err != nil ||
		a.stored != "keyring vps_x" {
		t.Errorf("%+v, %q", msg, a.stored)
	}
	if got := command.Demo(a)().(command.ConnectedMsg); got.Client != a.client || !got.Demo || got.Err != nil ||
		got.Token.Reveal() != "" {
		t.Errorf("%+v", got)
	}
	a.err = errDisk
	if got := command.Connect(a, token)().(command.ConnectedMsg); got.Err == nil || got.Client != nil ||
		got.Token.Reveal() != "" {
		t.Errorf("the message has a token that was refused: %+v", got)
	}
	if msg := command.StoreToken(a, command.TokenStore{}, token)().(command.TokenStoredMsg); msg.Err == nil {
		t.Errorf("%+v", msg)
	}
}

func TestRequestLogKeepsTheLatest(t *testing.T) {
	var l command.RequestLog
	if got := l.Last(); len(got) != 0 {
		t.Errorf("an empty log has %d", len(got))
	}
	const n = 1000
	var adding sync.WaitGroup
	for range n {
		adding.Go(func() { l.Add(model.Exchange{}) })
	}
	adding.Wait()
	got := l.Last()
	if len(got) == 0 || len(got) >= n {
		t.Fatalf("of %d requests it keeps %d", n, len(got))
	}
	for i, e := range got {
		if want := n - len(got) + i + 1; e.Number != want {
			t.Fatalf("request %d is in the place of %d", e.Number, want)
		}
	}
	got[0].Number = -1
	if l.Last()[0].Number == -1 {
		t.Error("a change of the returned slice changes the log")
	}
}
