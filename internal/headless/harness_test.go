package headless

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"vpsdeck/api"
	"vpsdeck/api/sim"
	"vpsdeck/internal/settings"
	"vpsdeck/model"
	"vpsdeck/ui/command"
)

// virtualClock is a clock on which no wait takes time: the account's clock is advanced instead.
type virtualClock struct {
	simClock *sim.Clock
	mu       sync.Mutex
	waits    []time.Duration
	onWait   func() // called on each wait; may be nil
}

func (c *virtualClock) Now() time.Time { return c.simClock.Now() }

func (c *virtualClock) Wait(_ context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waits = append(c.waits, d)
	c.simClock.Advance(d)
	if c.onWait != nil {
		c.onWait()
	}
	return nil
}

// harness is a runner on a simulated account of the documents' day, with its output.
type harness struct {
	*Runner
	account    *sim.Account
	url        string    // of the account
	startedAt  time.Time // by the account's clock
	clock      *virtualClock
	out, notes bytes.Buffer
}

// newHarness returns a harness. change, if not nil, changes the runner's options.
func newHarness(t *testing.T, change func(*Options)) *harness {
	t.Helper()
	clock := sim.NewSteppedClock(time.Date(2025, time.January, 16, 12, 0, 0, 0, time.UTC))
	h := &harness{account: sim.New(sim.Options{Seed: 1, Clock: clock}), clock: &virtualClock{simClock: clock}}
	server, err := sim.Listen("127.0.0.1:0", h.account)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	h.url, h.startedAt = server.URL(), h.account.Now()
	client, err := api.New(h.url, "vps_demo", api.WithClock(h.clock.Now), api.WithWait(h.clock.Wait))
	if err != nil {
		t.Fatal(err)
	}
	opts := Options{Client: client, Run: "run", Clock: h.clock, Out: &h.out, Notes: &h.notes}
	if change != nil {
		change(&opts)
	}
	h.Runner = New(opts)
	t.Cleanup(h.End)
	return h
}

// injectFault injects a fault, in the form of sim.ParseFault.
func (h *harness) injectFault(t *testing.T, text string) {
	t.Helper()
	fault, err := sim.ParseFault(text)
	if err != nil {
		t.Fatal(err)
	}
	h.account.Inject(fault)
}

// sentCount counts the requests that change something.
func (h *harness) sentCount() int {
	n := 0
	for _, r := range h.account.Requests() {
		if r.Method != "GET" {
			n++
		}
	}
	return n
}

// memoryJournal is a journal in memory.
type memoryJournal struct {
	mu    sync.Mutex
	lines []model.Record
}

func (m *memoryJournal) Append(r model.Record) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lines = append(m.lines, r)
	return nil
}

func (m *memoryJournal) Read() ([]model.Record, int, error) { return m.lines, 0, nil }
func (m *memoryJournal) IsAlive(string) bool                { return false }

// LockServer locks nothing, because no other program shares this journal.
func (m *memoryJournal) LockServer(context.Context, string, model.ID) (func(), error) {
	return func() {}, nil
}

// events returns the events of the journal, in its order.
func (m *memoryJournal) events() []string {
	var out []string
	for _, r := range m.lines {
		out = append(out, r.Event)
	}
	return out
}

func snapshotOptions(servers ...string) CreateOptions {
	return CreateOptions{Kind: model.Snapshot, Servers: servers, Name: "{server}-x",
		Follow: FollowOptions{Format: Table}}
}

func withWait(opts CreateOptions) CreateOptions {
	opts.Follow.Wait = true
	return opts
}

func TestPollIntervalGrowsWhileWaiting(t *testing.T) {
	h := newHarness(t, nil)
	if err := h.Create(t.Context(), withWait(snapshotOptions("mail-01"))); err != nil {
		t.Fatal(err)
	}
	waits := h.clock.waits
	if len(waits) < 10 || waits[0] != time.Second || waits[len(waits)-1] != 10*time.Second || !slices.IsSorted(waits) {
		t.Errorf("it waited %v", waits)
	}
}

func TestFailedPollWaitsForRetryAfter(t *testing.T) {
	h := newHarness(t, nil)
	h.clock.onWait = func() {
		h.clock.onWait = nil
		h.injectFault(t, "GET /snapshots/: status 503 retry 50s x1")
	}
	if err := h.Create(t.Context(), withWait(snapshotOptions("mail-01"))); err != nil {
		t.Fatal(err)
	}
	if h.clock.waits[1] != 50*time.Second || !strings.Contains(h.out.String(), "completed in") {
		t.Errorf("it waited %v, and says %q", h.clock.waits[:3], &h.out)
	}
}

func TestRevokedTokenEndsTheWait(t *testing.T) {
	h := newHarness(t, nil)
	h.clock.onWait = func() { h.injectFault(t, "GET /snapshots/: status 401") }
	err := h.Create(t.Context(), withWait(snapshotOptions("mail-01")))
	if settings.CodeOf(err) != settings.ExitToken ||
		!strings.Contains(h.notes.String(), "still running at the provider") {
		t.Errorf("%v; it says %q", err, &h.notes)
	}
}

// interruptingClient interrupts the run while its first request is under way.
type interruptingClient struct {
	command.Client
	stop context.CancelCauseFunc
	once sync.Once
}

var errInterrupted = settings.Errorf(settings.ExitSignal+2, "it was interrupted")

func (i *interruptingClient) CreateSnapshot(ctx context.Context, server model.ID, name,
	description string) (model.ActionResult, error) {
	i.once.Do(func() { i.stop(errInterrupted) })
	return i.Client.CreateSnapshot(ctx, server, name, description)
}

func TestInterruptFinishesSentRequestsAndSendsNoMore(t *testing.T) {
	ctx, stop := context.WithCancelCause(t.Context())
	journal := &memoryJournal{}
	h := newHarness(t, func(o *Options) {
		o.Client, o.Journal = &interruptingClient{Client: o.Client, stop: stop},
			journal
	})
	err := h.Create(ctx, withWait(snapshotOptions("ci-*", "web-server-01", "staging-01", "mail-01", "vpn-gw",
		"cache-01")))
	if !errors.Is(err, errInterrupted) {
		t.Errorf("it ended with %v", err)
	}
	notes := h.notes.String()
	if n := h.sentCount(); n == 0 || n > 4 || strings.Count(notes, "still running at the provider") != n ||
		strings.Count(notes, "not sent: it was interrupted") != 7-n {
		t.Errorf("%d sent; it says\n%s", n, notes)
	}
	for _, event := range journal.events() {
		if event != model.EventIntent && event != model.EventRunning {
			t.Errorf("the journal has %v", journal.events())
		}
	}
}

func TestReadOnlySendsNothing(t *testing.T) {
	h := newHarness(t, func(o *Options) { o.ReadOnly = true })
	for name, do := range map[string]func() error{
		"create": func() error { return h.Create(t.Context(), snapshotOptions("mail-01")) },
		"restore": func() error {
			return h.Restore(t.Context(), PointOptions{Point: snapshotKey(801), Server: "web-server-01", Yes: true})
		},
		"delete": func() error {
			return h.Delete(t.Context(), PointOptions{Point: snapshotKey(801), Yes: true, LastPoint: true})
		},
	} {
		if err := do(); settings.CodeOf(err) != settings.ExitRefused {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(h.account.Requests()) > 0 {
		t.Errorf("requests were sent: %v", h.account.Requests())
	}
}

func snapshotKey(id int) model.Key {
	return model.Key{Kind: model.Snapshot, ID: model.ID(strconv.Itoa(id))}
}

func TestLostActionOfEarlierRunIsLookedUpFirst(t *testing.T) {
	journal := &memoryJournal{}
	h := newHarness(t, func(o *Options) { o.Journal = journal })
	h.injectFault(t, "POST /backups/: cut-after-send x1")
	h.clock.onWait = func() { h.injectFault(t, "GET /backups/: status 500") }
	opts := CreateOptions{Kind: model.Backup, Servers: []string{"mail-01"},
		Follow: FollowOptions{Timeout: 20 * time.Second, Format: Table}}
	if err := h.Create(t.Context(), opts); settings.CodeOf(err) != settings.ExitUnknown {
		t.Fatalf("%v; it says %q", err, &h.notes)
	}
	h.clock.onWait = nil
	h.account.ClearFaults()

	again := New(h.opts)
	defer again.End()
	err := again.Create(t.Context(), opts)
	if h.sentCount() != 1 || settings.CodeOf(err) != settings.ExitLimited ||
		!strings.Contains(model.ErrorMessage(err), "still running") {
		t.Errorf("%d sent; it ends with %v", h.sentCount(), err)
	}
	if last := journal.lines[len(journal.lines)-1]; last.Event != model.EventRunning || last.Point.ID == "" {
		t.Errorf("the journal ends with %+v", last)
	}
}
