package command_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/api/apitest"
	"vpsdeck/model"
	"vpsdeck/ui/command"
)

func TestEachAnswerNamesItsSessionAndItsTicket(t *testing.T) {
	points := list(line(snap))
	s := session(client(t,
		apitest.Call{Path: "/servers/", Answer: list(serverLine)},
		apitest.Call{Path: "/snapshots/", Answer: points},
		apitest.Call{Path: "/backups/", Query: "server_id=12345", Answer: points},
		apitest.Call{Path: "/account/me/", Answer: `{"account": {"email": "ada@example.com"}}`},
	))
	servers := s.LoadServers(11)().(command.ServersLoadedMsg)
	if servers.Session != 3 || servers.Ticket != 11 || servers.Err != nil || len(servers.Servers) != 1 {
		t.Errorf("%+v", servers)
	}
	all := s.LoadPoints(model.Snapshot, "", 12)().(command.PointsLoadedMsg)
	if all.Session != 3 || all.Ticket != 12 || all.Kind != model.Snapshot || all.Server != "" || all.Err != nil || len(all.Points) != 1 {
		t.Errorf("%+v", all)
	}
	some := s.LoadPoints(model.Backup, "12345", 13)().(command.PointsLoadedMsg)
	if some.Session != 3 || some.Ticket != 13 || some.Kind != model.Backup || some.Server != "12345" || some.Err != nil || len(some.Points) != 1 {
		t.Errorf("%+v", some)
	}
	account := s.LoadAccount(14)().(command.AccountLoadedMsg)
	if account.Session != 3 || account.Ticket != 14 || account.Err != nil || account.Account.Email != "ada@example.com" {
		t.Errorf("%+v", account)
	}
}

func TestAFailureComesInTheAnswer(t *testing.T) {
	s := session(client(t))
	s.End()
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

// journal keeps its lines in memory.
type journal struct {
	mu    sync.Mutex
	lines []model.Record
	err   error
	alive map[string]bool
	read  []model.Record

	busy     error
	locked   []model.ID
	unlocked []int // how many lines were written by then
}

func (j *journal) Append(r model.Record) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err == nil {
		j.lines = append(j.lines, r)
	}
	return j.err
}

func (j *journal) Read() ([]model.Record, int, error) { return j.read, 2, j.err }
func (j *journal) Alive(operation string) bool        { return j.alive[operation] }

// LockServer is held by another program while busy is set.
func (j *journal) LockServer(_ context.Context, _ string, server model.ID) (func(), error) {
	if j.busy != nil {
		return nil, j.busy
	}
	j.locked = append(j.locked, server)
	return func() { j.unlocked = append(j.unlocked, len(j.lines)) }, nil
}

var errDisk = errors.New("the disk is full")

func TestTheIntentIsWrittenDownBeforeTheRequestLeaves(t *testing.T) {
	j := &journal{}
	calls := append(looksAt(snap, list(serverLine), list(line(snap))), apitest.Call{Method: "DELETE", Path: "/snapshots/801/", Status: 204})
	watched := &watcher{Client: client(t, calls...), look: func() int { return len(j.lines) }}
	got := do(command.NewSession(3, watched, j, false), model.Delete, snap)
	if got.Outcome.Err != nil || got.Unwritten != nil || len(j.lines) != 1 || j.lines[0].Event != model.EventIntent {
		t.Errorf("%+v; the journal has %+v", got, j.lines)
	}
	if watched.written != 1 {
		t.Errorf("when the request left, %d lines were written", watched.written)
	}
}

// The end of the snapshot before a restore stands before the restore, whichever command comes first.
func TestAnIntentIsWrittenDownAfterWhatCameBeforeIt(t *testing.T) {
	j := &journal{}
	calls := append(looksAt(snap, list(serverLine), list(line(snap))), apitest.Call{Method: "DELETE", Path: "/snapshots/801/", Status: 204})
	s := command.NewSession(3, client(t, calls...), j, false)
	late := s.Record(model.Record{ID: "earlier", Event: model.EventDone})
	do(s, model.Delete, snap)
	late()
	if len(j.lines) != 2 || j.lines[0].ID != "earlier" || j.lines[1].Event != model.EventIntent {
		t.Errorf("the journal has %+v", j.lines)
	}
}

// Looking something up may take minutes. What is made in the meantime was not made by the request.
func TestADeedIsSentWhenItIsSentAndNotWhenItWasConfirmed(t *testing.T) {
	j := &journal{}
	calls := append(looksAt(snap, list(serverLine), list(line(snap))), apitest.Call{Method: "DELETE", Path: "/snapshots/801/", Status: 204})
	confirmed := time.Date(2025, 1, 16, 12, 0, 0, 0, time.UTC)
	s := command.NewSession(3, &slow{client(t, calls...), confirmed}, j, false)
	o := model.Operation{Number: 1, ID: "run-1", Deed: model.Delete, Point: snap, Server: snap.Server, Started: confirmed, Confirmed: model.LastPoint}
	got := s.Do(o, o.Record("admin.vps.org", confirmed))().(command.DeedAnsweredMsg)
	if want := confirmed.Add(3 * time.Minute); !got.Outcome.Sent.Equal(want) || !j.lines[0].SentAt.Equal(want) || !j.lines[0].Time.Equal(want) {
		t.Errorf("sent at %s; the journal has %+v", got.Outcome.Sent, j.lines)
	}
}

// slow takes three minutes to list the servers.
type slow struct {
	command.Client
	now time.Time
}

func (s *slow) Now() time.Time { return s.now }

func (s *slow) Servers(ctx context.Context, f model.ServerFilter) ([]model.Server, error) {
	s.now = s.now.Add(3 * time.Minute)
	return s.Client.Servers(ctx, f)
}

// watcher looks at the journal when a snapshot is about to be deleted.
type watcher struct {
	command.Client
	look    func() int
	written int
}

func (w *watcher) DeleteSnapshot(ctx context.Context, id model.ID) error {
	w.written = w.look()
	return w.Client.DeleteSnapshot(ctx, id)
}

func TestADeedGoesOnWithoutAJournalAndSaysSo(t *testing.T) {
	calls := append(looksAt(snap, list(serverLine), list(line(snap))), apitest.Call{Method: "DELETE", Path: "/snapshots/801/", Status: 204})
	got := do(command.NewSession(3, client(t, calls...), &journal{err: errDisk}, false), model.Delete, snap)
	if got.Outcome.Err != nil || !errors.Is(got.Unwritten, errDisk) {
		t.Errorf("%+v", got)
	}
}

func TestADeedThatIsNotSentIsNotWrittenDownAsOneThatIs(t *testing.T) {
	j := &journal{}
	for _, readOnly := range []bool{false, true} {
		c := client(t)
		if !readOnly {
			c = client(t, apitest.Call{Path: "/servers/", Answer: list()})
		}
		do(command.NewSession(3, c, j, readOnly), model.Restore, snap)
	}
	if len(j.lines) > 0 {
		t.Errorf("the journal has %+v", j.lines)
	}
}

func TestTheJournalsLinesKeepTheirOrder(t *testing.T) {
	j := &journal{}
	s := command.NewSession(3, client(t), j, false)
	const n = 50
	var cmds []tea.Cmd
	for i := range n {
		cmds = append(cmds, s.Record(model.Record{ID: fmt.Sprint(i)}))
	}
	var running sync.WaitGroup
	for _, cmd := range slices.Backward(cmds) { // commands run side by side, in any order
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
			t.Fatalf("line %d is that of operation %s", i, r.ID)
		}
	}
	if cmd := session(client(t)).Record(model.Record{}); cmd != nil {
		t.Error("without a journal something is to be written")
	}
	j.err = errDisk
	if msg := s.Record(model.Record{})().(command.RecordedMsg); !errors.Is(msg.Err, errDisk) {
		t.Errorf("%+v", msg)
	}
}

func TestTheHistoryTellsWhatNobodySeesToAnyMore(t *testing.T) {
	api := client(t)
	record := func(id, event string) model.Record { return model.Record{ID: id, Event: event, Host: api.Host()} }
	first := record("first", model.EventDone)
	first.Then = &model.RecordPoint{ID: "499"}
	j := &journal{
		alive: map[string]bool{"alive": true},
		read: []model.Record{
			record("done", model.EventIntent), record("left", model.EventIntent), record("alive", model.EventIntent), first,
			record("done", model.EventDone), record("left", model.EventRunning),
		},
	}
	msg := command.NewSession(3, api, j, false).LoadHistory()().(command.HistoryLoadedMsg)
	want := []model.Record{record("left", model.EventRunning), first}
	if msg.Session != 3 || len(msg.Last) != 4 || msg.Unreadable != 2 || msg.Err != nil || !reflect.DeepEqual(msg.Open, want) {
		t.Errorf("%+v, want open %+v", msg, want)
	}
	if cmd := session(client(t)).LoadHistory(); cmd != nil {
		t.Error("without a journal something is read")
	}
}

func TestTheHistoryOfAProfileIsItsOwn(t *testing.T) {
	api := client(t)
	record := func(id, host, profile string) model.Record {
		return model.Record{ID: id, Event: model.EventRunning, Host: host, Profile: profile}
	}
	j := &journal{
		alive: map[string]bool{"now-1": true, "other-1": true},
		read: []model.Record{
			record("now-1", api.Host(), "work"), record("now-2", api.Host(), "home"), record("now-3", "elsewhere.example", "work"),
			record("other-1", api.Host(), "work"), record("left-1", api.Host(), "work"), record("left-2", api.Host(), ""),
		},
	}
	for profile, want := range map[string][]string{"work": {"now-1", "left-1"}, "home": {"now-2"}, "": {"left-2"}} {
		s := command.NewSession(3, api, j, false)
		s.Profile, s.Run = profile, "now" // what this run has left open is taken up too: it was on another account meanwhile
		msg := s.LoadHistory()().(command.HistoryLoadedMsg)
		var open []string
		for _, r := range msg.Open {
			open = append(open, r.ID)
		}
		for _, r := range msg.Last {
			if r.Profile != profile || r.Host != api.Host() {
				t.Errorf("%s is told of %s in %q", r.ID, r.Profile, profile)
			}
		}
		if !slices.Equal(open, want) {
			t.Errorf("%q: open is %q, want %q", profile, open, want)
		}
	}
}

// access opens accounts that a test gives it.
type access struct {
	client command.Client
	err    error
	kept   string
}

func (a *access) Connect(context.Context, command.Secret) (command.Client, error) {
	return a.client, a.err
}
func (a *access) Demo() (command.Client, error) { return a.client, a.err }
func (a *access) Places() []command.Place       { return []command.Place{{Name: "keyring"}} }
func (a *access) Host() string                  { return "admin.vps.org" }
func (a *access) Keep(p command.Place, s command.Secret) error {
	a.kept = p.Name + " " + s.Reveal()
	return a.err
}

func TestAnAccountIsOpenedWithATokenThatCanThenBeKept(t *testing.T) {
	a := &access{client: client(t)}
	token := command.NewSecret("vps_x")
	got := command.Connect(a, token)().(command.ConnectedMsg)
	if got.Client != a.client || got.Demo || got.Token.Reveal() != "vps_x" || len(got.Places) != 1 || got.Err != nil {
		t.Errorf("%+v", got)
	}
	if kept := command.Keep(a, got.Places[0], got.Token)().(command.KeptMsg); kept.Err != nil || a.kept != "keyring vps_x" {
		t.Errorf("%+v, %q", kept, a.kept)
	}
	if got := command.Demo(a)().(command.ConnectedMsg); got.Client != a.client || !got.Demo || got.Err != nil || got.Token.Reveal() != "" {
		t.Errorf("%+v", got)
	}
	a.err = errDisk
	if got := command.Connect(a, token)().(command.ConnectedMsg); got.Err == nil || got.Client != nil || got.Token.Reveal() != "" {
		t.Errorf("a token that is not accepted is carried on: %+v", got)
	}
	if kept := command.Keep(a, command.Place{}, token)().(command.KeptMsg); kept.Err == nil {
		t.Errorf("%+v", kept)
	}
}

func TestASecretPrintsNothing(t *testing.T) {
	secret := command.NewSecret("vps_TopSecret")
	if secret.Reveal() != "vps_TopSecret" {
		t.Fatal("it is lost")
	}
	for _, v := range []any{secret, &secret, []command.Secret{secret}, command.ConnectedMsg{Token: secret}, &command.ConnectedMsg{Token: secret}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			if got := fmt.Sprintf(verb, v); strings.Contains(got, "TopSecret") || strings.Contains(got, fmt.Sprintf("%x", "TopSecret")) {
				t.Errorf("%s of %T shows it: %s", verb, v, got)
			}
		}
	}
}

func TestTheLogRemembersTheLastRequests(t *testing.T) {
	var l command.RequestLog
	if got := l.Last(); len(got) != 0 {
		t.Errorf("at first it has %d", len(got))
	}
	const n = 1000
	var adding sync.WaitGroup
	for range n {
		adding.Go(func() { l.Add(model.Exchange{}) })
	}
	adding.Wait()
	got := l.Last()
	if len(got) == 0 || len(got) >= n {
		t.Fatalf("of %d it remembers %d", n, len(got))
	}
	for i, e := range got {
		if want := n - len(got) + i + 1; e.Number != want {
			t.Fatalf("number %d stands where %d should", e.Number, want)
		}
	}
	got[0].Number = -1
	if l.Last()[0].Number == -1 {
		t.Error("what it gave away changes what it remembers")
	}
}
