package event_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"vpsdeck/api"
	"vpsdeck/api/sim"
	"vpsdeck/internal/event"
	"vpsdeck/internal/simtest"
	"vpsdeck/model"
)

// harness polls a simulated account as the hub does, and passes the views to a watcher.
type harness struct {
	t       *testing.T
	account *simtest.Account
	client  *api.Client
	state   *model.State
	number  int
	watcher *event.Watcher
	ahead   time.Duration // of the time that the watcher reads before the account's
}

func newHarness(t *testing.T, options sim.Options) *harness {
	t.Helper()
	options.Token = "vps_live"
	h := &harness{t: t, account: simtest.New(t, simtest.At(15, 45), options), state: &model.State{}}
	h.client = simtest.NewClient(t, simtest.Serve(t, h.account), "vps_live",
		simtest.SteppedTime(h.account.Clock.Now)...)
	h.restart(event.Memory{}, nil)
	return h
}

// restart starts a watcher, which continues a memory.
func (h *harness) restart(memory event.Memory, policies model.Policies) {
	h.state = &model.State{}
	h.watcher = event.NewWatcher(event.Options{Host: "vps.example", Policies: policies}, memory,
		h.account.Clock.Now())
}

// poll reads all lists, each as a view of its own, and returns the events.
func (h *harness) poll() []event.Event {
	h.t.Helper()
	ctx, s := h.t.Context(), h.state
	s.Now = h.account.Clock.Now().Add(h.ahead)
	s.Local = s.Now
	var events []event.Event
	ticket, _ := s.Servers.Start(s.Now)
	servers, err := h.client.Servers(ctx, model.ServerFilter{})
	s.ApplyServers(ticket, servers, err)
	events = append(events, h.publish()...)
	ticket, _ = s.Backups.Start(s.Now)
	backups, err := h.client.Backups(ctx, model.BackupFilter{})
	s.ApplyPoints(model.Backup, "", ticket, backups, err)
	events = append(events, h.publish()...)
	ticket, _ = s.Snapshots.Start(s.Now)
	snapshots, err := h.client.Snapshots(ctx, model.SnapshotFilter{})
	s.ApplyPoints(model.Snapshot, "", ticket, snapshots, err)
	return append(events, h.publish()...)
}

func (h *harness) publish() []event.Event {
	h.number++
	return h.watcher.Apply(h.state.AccountView(h.number, time.Time{}, nil), h.state.Now, h.state.Local)
}

// pollFor polls every step for a while, and returns all events.
func (h *harness) pollFor(d, step time.Duration) []event.Event {
	h.t.Helper()
	var events []event.Event
	for ; d > 0; d -= step {
		h.account.Clock.Advance(step)
		events = append(events, h.poll()...)
	}
	return events
}

func (h *harness) server(name string) model.ID {
	h.t.Helper()
	i := slices.IndexFunc(h.state.Servers.Value, func(s model.Server) bool { return s.Name == name })
	if i < 0 {
		h.t.Fatalf("there is no server %s", name)
	}
	return h.state.Servers.Value[i].ID
}

// texts returns the events of a kind; "" is any.
func texts(events []event.Event, kind event.Kind) []string {
	var out []string
	for _, e := range events {
		if kind == "" || e.Kind == kind {
			out = append(out, e.Text)
		}
	}
	return out
}

func requireNone(t *testing.T, events []event.Event, when string) {
	t.Helper()
	if len(events) > 0 {
		t.Errorf("%s it tells %q", when, texts(events, ""))
	}
}

// The account has servers without a backup, failed backups and running operations at the start.
func TestWhatWasSoAtTheStartIsNoNews(t *testing.T) {
	h := newHarness(t, sim.Options{})
	requireNone(t, h.poll(), "at the first reading")
	requireNone(t, h.pollFor(3*time.Second, time.Second), "without a change")
}

func TestAnEndIsToldOnce(t *testing.T) {
	h := newHarness(t, sim.Options{})
	h.poll()
	events := h.pollFor(30*time.Minute, 30*time.Second)
	ended := texts(events, event.Ended)
	if n := len(ended); n == 0 {
		t.Fatalf("the end of the running restore is missing: %q", texts(events, ""))
	}
	want := "restore onto web-server-03 has completed: the server is active"
	if n := countOf(ended, want); n != 1 {
		t.Errorf("%q is told %d times in %q", want, n, ended)
	}
	ids := map[string]bool{}
	for _, e := range events {
		if ids[e.ID] {
			t.Errorf("the ID of %q was used before", e.Text)
		}
		ids[e.ID] = true
	}
}

func countOf(list []string, text string) (n int) {
	for _, one := range list {
		if one == text {
			n++
		}
	}
	return n
}

func TestASnapshotOfSomebodyElseIsToldAtItsEnd(t *testing.T) {
	h := newHarness(t, sim.Options{})
	h.poll()
	if _, err := h.client.CreateSnapshot(t.Context(), h.server("mail-01"), "before-it", ""); err != nil {
		t.Fatal(err)
	}
	events := h.pollFor(20*time.Minute, 20*time.Second)
	want := "snapshot before-it of mail-01 has completed"
	if n := countOf(texts(events, event.Ended), want); n != 1 {
		t.Errorf("%q is told %d times in %q", want, n, texts(events, ""))
	}
	i := slices.IndexFunc(events, func(e event.Event) bool { return e.Text == want })
	if e := events[i]; e.Action != "create" || e.Point == nil || e.Point.Kind != "snapshot" ||
		e.Point.Name != "before-it" || e.Server.Name != "mail-01" || e.Time.Before(simtest.At(15, 45)) {
		t.Errorf("%+v", e)
	}
}

// The night's backups are created and completed between two polls.
func TestAPointThatWasNeverSeenRunningIsTold(t *testing.T) {
	h := newHarness(t, sim.Options{})
	h.poll()
	events := h.pollFor(18*time.Hour, 6*time.Hour)
	if n := len(texts(events, event.Ended)); n < 5 {
		t.Errorf("only %d ends are told of a night with %d servers: %q", n, len(h.state.Servers.Value),
			texts(events, ""))
	}
	requireNone(t, h.poll(), "at the next poll")
}

func TestCoverageIsToldWhenItChanges(t *testing.T) {
	h := newHarness(t, sim.Options{})
	h.poll()
	server := h.server("db-server-02")
	if _, err := h.client.CreateBackup(t.Context(), server, ""); err != nil {
		t.Fatal(err)
	}
	events := h.pollFor(time.Hour, time.Minute)
	if got := texts(events, event.Covered); !slices.Equal(got, []string{"db-server-02 meets its policy again"}) {
		t.Errorf("after its first backup it tells %q", got)
	}
	backup := h.state.PointsOf(server)[0]
	if err := h.client.DeleteBackup(t.Context(), backup.ID); err != nil {
		t.Fatal(err)
	}
	events = h.pollFor(10*time.Minute, time.Minute)
	got := texts(events, event.Uncovered)
	if !slices.Equal(got, []string{"db-server-02 does not meet its policy: no usable restore point"}) {
		t.Errorf("after its backup was deleted it tells %q", got)
	}
	if e := events[slices.IndexFunc(events, func(e event.Event) bool { return e.Kind == event.Uncovered })]; e.Health !=
		"none" || len(e.Reasons) == 0 {
		t.Errorf("%+v", e)
	}
}

// The second page of each list is missing, so that servers seem to have lost their backups.
func TestAnIncompleteListTellsNothingOfCoverage(t *testing.T) {
	h := newHarness(t, sim.Options{})
	requireNone(t, h.poll(), "at the first reading")
	h.account.SetQuirks(sim.Quirks{Cut: sim.Cut{Mode: sim.CutEmpty, Rows: 2, Count: 50}})
	events := h.pollFor(36*time.Hour, 6*time.Hour) // all backups are too old by then
	if got := append(texts(events, event.Uncovered), texts(events, event.Covered)...); len(got) > 0 {
		t.Errorf("an incomplete list tells %q", got)
	}
	h.account.SetQuirks(sim.Quirks{})
	events = h.poll()
	if slices.Contains(texts(events, ""), "web-server-01 does not meet its policy: no usable restore point") {
		t.Errorf("the complete list tells %q", texts(events, ""))
	}
}

func TestTheFirstCompleteListIsTheStart(t *testing.T) {
	h := newHarness(t, sim.Options{})
	h.account.SetQuirks(sim.Quirks{Cut: sim.Cut{Mode: sim.CutEmpty, Rows: 2, Count: 50}})
	requireNone(t, h.pollFor(2*time.Second, time.Second), "while the lists are incomplete")
	h.account.SetQuirks(sim.Quirks{})
	requireNone(t, h.pollFor(2*time.Second, time.Second), "at the first complete reading")
}

// A list that was complete before, and is not any more, must not make old points news either.
func TestAListThatFailsMakesNoNews(t *testing.T) {
	h := newHarness(t, sim.Options{})
	h.account.InjectFault("GET /snapshots/: status 503")
	requireNone(t, h.poll(), "while a list fails")
	requireNone(t, h.pollFor(2*time.Second, time.Second), "while a list fails")
	h.account.ClearFaults()
	requireNone(t, h.pollFor(2*time.Second, time.Second), "at the first complete reading")
}

func TestARestartTellsWhatHasHappenedSince(t *testing.T) {
	h := newHarness(t, sim.Options{})
	h.poll()
	if _, err := h.client.CreateSnapshot(t.Context(), h.server("mail-01"), "before-it", ""); err != nil {
		t.Fatal(err)
	}
	h.pollFor(time.Second, time.Second)
	memory := saveAndLoad(t, h.watcher.Memory())
	h.account.Clock.Advance(time.Hour)

	h.restart(memory, nil)
	events := h.poll()
	ended := texts(events, event.Ended)
	for _, want := range []string{"snapshot before-it of mail-01 has completed",
		"restore onto web-server-03 has completed: the server is active"} {
		if countOf(ended, want) != 1 {
			t.Errorf("%q is missing in %q", want, ended)
		}
	}
	requireNone(t, h.pollFor(2*time.Second, time.Second), "after it was told")

	h.restart(saveAndLoad(t, h.watcher.Memory()), nil)
	requireNone(t, h.poll(), "after another restart")

	h.restart(memory, nil) // as after a crash before it was saved
	again := h.poll()
	for _, e := range again {
		same := func(other event.Event) bool { return e.ID == other.ID && e.Text == other.Text }
		if e.Kind == event.Ended && !slices.ContainsFunc(events, same) {
			t.Errorf("%q has another ID than before", e.Text)
		}
	}
	if len(again) == 0 {
		t.Error("after a crash it tells nothing")
	}
}

func saveAndLoad(t *testing.T, m event.Memory) event.Memory {
	t.Helper()
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var out event.Memory
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAMemoryThatIsTooOldIsNoFlood(t *testing.T) {
	h := newHarness(t, sim.Options{})
	h.poll()
	memory := saveAndLoad(t, h.watcher.Memory())
	h.account.Clock.Advance(25 * time.Hour)
	h.restart(memory, nil)
	requireNone(t, h.poll(), "after more than a day")
}

// Before the API has answered three times, the time is this machine's.
func TestAClockThatIsBehindAtTheStartLosesNothing(t *testing.T) {
	h := newHarness(t, sim.Options{})
	h.account.Clock.Advance(11*time.Hour + 25*time.Minute) // backups of 3 o'clock are 48 h 10 m old
	h.poll()
	if _, err := h.client.CreateSnapshot(t.Context(), h.server("mail-01"), "before-it", ""); err != nil {
		t.Fatal(err)
	}
	h.pollFor(time.Second, time.Second)
	memory := saveAndLoad(t, h.watcher.Memory())
	h.account.Clock.Advance(time.Minute)

	h.ahead = -20 * time.Minute
	h.state = &model.State{}
	h.watcher = event.NewWatcher(event.Options{Host: "vps.example"}, memory, h.account.Clock.Now().Add(h.ahead))
	requireNone(t, h.poll(), "at a start with a clock that is behind")
	h.ahead = 0
	ended := texts(h.pollFor(20*time.Minute, time.Minute), event.Ended)
	if countOf(ended, "snapshot before-it of mail-01 has completed") != 1 {
		t.Errorf("it tells %q", ended)
	}

	memory = saveAndLoad(t, h.watcher.Memory())
	h.account.Clock.Advance(15 * time.Minute)
	for _, p := range h.state.PointsOf(h.server("web-server-01")) {
		if p.Kind == model.Backup {
			if err := h.client.DeleteBackup(t.Context(), p.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	h.state = &model.State{}
	h.watcher = event.NewWatcher(event.Options{Host: "vps.example"}, memory,
		h.account.Clock.Now().Add(-30*time.Minute))
	if got := texts(h.poll(), event.Uncovered); len(got) != 1 || !strings.HasPrefix(got[0], "web-server-01 ") {
		t.Errorf("what happened before the start is not told: %q", got)
	}
}

// Replicas answer in turn, and some do not know yet that a point has completed, or that it exists.
func TestAnOlderListTellsNoEndAgain(t *testing.T) {
	h := newHarness(t, sim.Options{})
	h.poll()
	h.account.SetQuirks(sim.Quirks{Lag: 3 * time.Minute, Replicas: 2})
	if _, err := h.client.CreateSnapshot(t.Context(), h.server("mail-01"), "before-it", ""); err != nil {
		t.Fatal(err)
	}
	var events []event.Event
	for range 3 { // the third time the end is new to the replica that is behind, and the point to both
		events = append(events, h.pollFor(20*time.Minute, 5*time.Second)...)
		h.account.Clock.Advance(time.Minute)
	}
	seen := map[string]int{}
	for _, e := range events {
		if e.Action == "create" {
			seen[e.Text]++
		}
	}
	if seen["snapshot before-it of mail-01 has completed"] == 0 {
		t.Errorf("the end is missing in %v", seen)
	}
	for text, n := range seen {
		if n > 1 {
			t.Errorf("%q is told %d times", text, n)
		}
	}
}

func TestAPointThatIsListedAgainTellsNoEndAgain(t *testing.T) {
	h := newHarness(t, sim.Options{})
	h.poll()
	night := texts(h.pollFor(12*time.Hour, 6*time.Hour), event.Ended)
	if len(night) == 0 {
		t.Fatal("no backup was made in the night")
	}
	backups := h.state.Backups.Value
	requireNone(t, h.apply(model.Backup, nil), "of a list without backups")
	requireNone(t, h.apply(model.Backup, backups), "after a list without backups")
}

func TestAServerThatIsListedAgainIsNoNews(t *testing.T) {
	h := newHarness(t, sim.Options{})
	h.poll()
	servers := h.state.Servers.Value
	for _, list := range [][]model.Server{nil, servers} {
		h.account.Clock.Advance(time.Minute)
		h.state.Now = h.account.Clock.Now()
		h.state.Local = h.state.Now
		ticket, _ := h.state.Servers.Start(h.state.Now)
		h.state.ApplyServers(ticket, list, nil)
		events := h.publish()
		events = append(events, h.apply(model.Backup, h.state.Backups.Value)...)
		events = append(events, h.apply(model.Snapshot, h.state.Snapshots.Value)...)
		requireNone(t, events, fmt.Sprintf("of a list of %d servers", len(list)))
	}
}

// apply passes a list of points to the watcher.
func (h *harness) apply(kind model.Kind, points []model.Point) []event.Event {
	h.account.Clock.Advance(time.Minute)
	h.state.Now = h.account.Clock.Now()
	h.state.Local = h.state.Now
	ticket, _ := h.state.Points(kind).Start(h.state.Now)
	h.state.ApplyPoints(kind, "", ticket, points, nil)
	return h.publish()
}

// Every server of a large account makes its backup at the same time.
func TestANightOf10000BackupsIsFollowedQuickly(t *testing.T) {
	h := newHarness(t, sim.Options{})
	var points []model.Point
	for i := range 10000 {
		id := model.ID(strconv.Itoa(i))
		points = append(points, model.Point{Kind: model.Backup, ID: id, Server: model.ServerRef{ID: id},
			Status: model.InProgress, CreatedAt: simtest.At(15, 45)})
	}
	h.apply(model.Backup, points)
	start := time.Now()
	h.apply(model.Backup, points)
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("it takes %v", took)
	}
}

func TestOtherPoliciesAreNoNews(t *testing.T) {
	h := newHarness(t, sim.Options{})
	h.poll()
	strict := model.Policies{{Policy: model.Policy{Backups: model.Requirement{Min: 1000}}}}
	h.restart(saveAndLoad(t, h.watcher.Memory()), strict)
	requireNone(t, h.poll(), "after a change of the policies")
}

func TestAStuckSnapshotIsToldOnce(t *testing.T) {
	h := newHarness(t, sim.Options{})
	h.poll()
	if _, err := h.client.CreateSnapshot(t.Context(), h.server("mail-01"), "slow", ""); err != nil {
		t.Fatal(err)
	}
	var events []event.Event
	for range 40 { // the account's clock stands still, so that the snapshot never ends
		h.ahead += time.Minute
		events = append(events, h.poll()...)
	}
	got := slices.DeleteFunc(texts(events, event.Stuck), func(s string) bool { return !strings.Contains(s, "slow") })
	if len(got) != 1 || !strings.HasPrefix(got[0], "snapshot slow of mail-01 is stuck: it has run for ") {
		t.Errorf("it tells %q", got)
	}
}

func TestTextsOfTheAPIAreCleaned(t *testing.T) {
	h := newHarness(t, sim.Options{})
	h.poll()
	if _, err := h.client.CreateBackup(t.Context(), h.server("mail-01"), "a\x1b[31mb"); err != nil {
		t.Fatal(err)
	}
	for _, e := range h.pollFor(time.Hour, time.Minute) {
		if strings.Contains(e.Text, "\x1b") || e.Point != nil && strings.Contains(e.Point.Description, "\x1b") {
			t.Errorf("%+v", e)
		}
	}
}
