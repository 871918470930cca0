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

	tea "charm.land/bubbletea/v2"

	"vpsdeck/api"
	"vpsdeck/api/sim"
	"vpsdeck/internal/settings"
	"vpsdeck/internal/simtest"
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

func (c *virtualClock) Tick(d time.Duration, message func(time.Time) tea.Msg) tea.Cmd {
	return func() tea.Msg {
		_ = c.Wait(context.Background(), d)
		return message(c.Now())
	}
}

// harness is a runner on a simulated account of the documents' day, with its output.
type harness struct {
	*Runner
	account    *simtest.Account
	url        string    // of the account
	startedAt  time.Time // by the account's clock
	clock      *virtualClock
	out, notes bytes.Buffer
}

// newHarness returns a harness. change, if not nil, changes the runner's options.
func newHarness(t *testing.T, change func(*Options)) *harness {
	t.Helper()
	h := &harness{account: simtest.New(t, testTime, sim.Options{})}
	h.clock, h.startedAt = &virtualClock{simClock: h.account.Clock}, h.account.Now()
	h.url = simtest.Serve(t, h.account)
	h.startRunner(t, h.url, change)
	return h
}

// startRunner starts the runner on an account.
func (h *harness) startRunner(t *testing.T, url string, change func(*Options)) {
	t.Helper()
	opts := Options{Client: h.newClient(t, url), Run: "run", Clock: h.clock, Out: &h.out, Notes: &h.notes}
	if change != nil {
		change(&opts)
	}
	h.Runner = New(opts)
	t.Cleanup(h.End)
}

// newClient returns a client of an account, on the harness's clock.
func (h *harness) newClient(t *testing.T, url string) *api.Client {
	t.Helper()
	return simtest.NewClient(t, url, "vps_demo", api.WithClock(h.clock.Now), api.WithWait(h.clock.Wait))
}

// sentCount counts the requests that change something.
func (h *harness) sentCount() int {
	return len(h.account.SentActions())
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
		h.account.InjectFault("GET /snapshots/: status 503 retry 50s x1")
	}
	if err := h.Create(t.Context(), withWait(snapshotOptions("mail-01"))); err != nil {
		t.Fatal(err)
	}
	if h.clock.waits[1] != 50*time.Second || !strings.Contains(h.out.String(), "completed in") {
		t.Errorf("it waited %v, and says %q", h.clock.waits[:3], &h.out)
	}
}

func TestDescriptionIsFoundInTheListsHoweverItWasTyped(t *testing.T) {
	for _, fault := range []string{"", "POST /backups/: cut-after-send x1"} {
		h := newHarness(t, nil)
		if fault != "" {
			h.account.InjectFault(fault)
		}
		opts := withWait(CreateOptions{Kind: model.Backup, Servers: []string{"mail-01"},
			Description: " avant la mise a\u0300 jour ", Follow: FollowOptions{Format: Table}})
		if err := h.Create(t.Context(), opts); err != nil {
			t.Errorf("%q: %v\n%s%s", fault, err, &h.out, &h.notes)
		}
		backups, err := h.opts.Client.Backups(t.Context(), model.BackupFilter{})
		if err != nil || h.sentCount() != 1 || !slices.ContainsFunc(backups, func(p model.Point) bool {
			return p.Server.Name == "mail-01" && p.Description == "avant la mise \u00e0 jour"
		}) {
			t.Errorf("%q: after %d requests: %v, %v", fault, h.sentCount(), backups, err)
		}
	}
}

func TestRevokedTokenEndsTheWait(t *testing.T) {
	h := newHarness(t, nil)
	h.clock.onWait = func() { h.account.InjectFault("GET /snapshots/: status 401") }
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
	journal := &simtest.Journal{}
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
		strings.Count(notes, "not sent: it was interrupted")+strings.Count(notes, interruptedCheckText) != 7-n {
		t.Errorf("%d sent; it says\n%s", n, notes)
	}
	for _, event := range journal.Events() {
		if event != model.EventIntent && event != model.EventRunning && event != model.EventRefused {
			t.Errorf("the journal has %v", journal.Events())
		}
	}
}

const interruptedCheckText = "not done: the timeout or an interrupt came during the check before it; nothing was sent"

// interruptedCheck interrupts the run while the server is checked before an action, or lets the
// timeout pass.
type interruptedCheck struct {
	command.Client
	checking func()
}

func (c *interruptedCheck) Servers(ctx context.Context, f model.ServerFilter) ([]model.Server, error) {
	if model.IsForAction(ctx) {
		c.checking()
	}
	return c.Client.Servers(ctx, f)
}

// The check may take minutes. Who interrupts it, or gives it a time, wants no restore afterwards.
func TestNothingIsSentIfTheCheckBeforeItIsInterrupted(t *testing.T) {
	for timeout, code := range map[time.Duration]settings.ExitCode{
		0: settings.ExitSignal + 2, 1: settings.ExitLimited, // the shortest, so that it has passed at once
	} {
		ctx, stop := context.WithCancelCause(t.Context())
		h := newHarness(t, nil)
		h.session.Client = &interruptedCheck{h.opts.Client, func() {
			if timeout == 0 {
				stop(errInterrupted)
			}
			h.clock.simClock.Advance(timeout)
		}}
		opts := PointOptions{Point: snapshotKey(801), Server: "web-server-01", Yes: true,
			Follow: FollowOptions{Format: Table, Timeout: timeout}}
		err := h.Restore(ctx, opts)
		if n := h.sentCount(); n > 0 || settings.CodeOf(err) != code ||
			!strings.Contains(h.notes.String(), interruptedCheckText) {
			t.Errorf("timeout %s: %d sent; %v; it says\n%s", timeout, n, err, &h.notes)
		}
	}
}

// interruptedJournal interrupts the run while an action waits for the journal's lock.
type interruptedJournal struct {
	*simtest.Journal
	stop context.CancelCauseFunc
}

func (j interruptedJournal) Append(r model.Record) error {
	j.stop(errInterrupted)
	return j.Journal.Append(r)
}

func TestNothingIsSentIfTheWaitForTheJournalIsInterrupted(t *testing.T) {
	ctx, stop := context.WithCancelCause(t.Context())
	journal := interruptedJournal{&simtest.Journal{}, stop}
	h := newHarness(t, func(o *Options) { o.Journal = journal })
	err := h.Create(ctx, snapshotOptions("mail-01"))
	events := journal.Events()
	if n := h.sentCount(); n > 0 || !errors.Is(err, errInterrupted) ||
		!slices.Equal(events, []string{model.EventIntent, model.EventRefused}) {
		t.Errorf("%d sent; %v; the journal has %v", n, err, events)
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
	journal := &simtest.Journal{}
	h := newHarness(t, func(o *Options) { o.Journal = journal })
	h.account.InjectFault("POST /backups/: cut-after-send x1")
	h.clock.onWait = func() { h.account.InjectFault("GET /backups/: status 500") }
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
	if last := journal.Records()[len(journal.Records())-1]; last.Event != model.EventRunning || last.Point.ID == "" {
		t.Errorf("the journal ends with %+v", last)
	}
}
