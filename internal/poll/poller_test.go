package poll

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/api/sim"
	"vpsdeck/internal/simtest"
	"vpsdeck/model"
	"vpsdeck/ui/command"
)

// harness is a poller of a simulated account. Time passes only when the test advances it.
type harness struct {
	*Poller
	t       *testing.T
	account *simtest.Account
	state   *model.State
}

func newHarness(t *testing.T, every time.Duration) *harness {
	t.Helper()
	h := &harness{t: t, state: &model.State{},
		account: simtest.New(t, simtest.At(15, 45), sim.Options{Token: "vps_live", Servers: 2})}
	client := simtest.NewClient(t, simtest.Serve(t, h.account), "vps_live", simtest.SteppedTime(h.account.Clock.Now)...)
	h.Poller = New(command.NewSession(1, client, nil, true), h.state, every)
	h.advance(0)
	return h
}

func (h *harness) advance(d time.Duration) {
	h.account.Clock.Advance(d)
	h.state.Local, h.state.Now = h.account.Clock.Now(), h.account.Clock.Now()
}

// run runs commands and applies their messages. It returns the paths that they requested, in order.
func (h *harness) run(cmds []tea.Cmd) (requested []string) {
	h.t.Helper()
	for _, cmd := range cmds {
		before := len(h.account.Requests())
		msg := cmd()
		for _, r := range h.account.Requests()[before:] {
			path := r.Path
			if points, ok := msg.(command.PointsLoadedMsg); ok && points.Server != "" {
				path += "?server_id=" + string(points.Server)
			}
			requested = append(requested, path)
		}
		if _, answered, _ := h.Apply(msg); !answered {
			h.t.Errorf("%T was not taken for an answer", msg)
		}
	}
	return requested
}

// load loads everything.
func (h *harness) load() *harness {
	h.t.Helper()
	h.RequestRefresh()
	h.run(h.Due())
	h.state.Account.CancelPending()
	return h
}

// begin adds an operation that the API has accepted.
func (h *harness) begin(in model.ActionRequest) {
	h.t.Helper()
	in.Server = in.Point.Server
	o := h.state.Begin(in, "run")
	p := in.Point
	if in.Action == model.Create {
		p.ID, p.Status, p.CreatedAt = model.ID(fmt.Sprint(900+o.Number)), model.InProgress, h.state.Now
	}
	if o = h.state.ApplyResult(o.Number, model.ActionResult{Point: p}, model.Outcome{}); o.Phase != model.PhaseRunning {
		h.t.Fatalf("the operation is not running: %+v", o)
	}
}

func create(kind model.Kind, server model.ID) model.ActionRequest {
	return model.ActionRequest{Action: model.Create,
		Point: model.Point{Kind: kind, Server: model.ServerRef{ID: server}}}
}

func restore(server model.ID) model.ActionRequest {
	return model.ActionRequest{Action: model.Restore,
		Point: model.Point{Kind: model.Snapshot, ID: "801", Server: model.ServerRef{ID: server}}}
}

var allLists = []string{"/servers/", "/backups/", "/snapshots/"}

func TestOnlyWhatRunningOperationsNeedIsRequested(t *testing.T) {
	for name, c := range map[string]struct {
		begun []model.ActionRequest
		want  []string
	}{
		"nothing runs": {nil, nil},
		"one server's snapshot": {[]model.ActionRequest{create(model.Snapshot, "1")},
			[]string{"/snapshots/?server_id=1"}},
		"snapshots of several": {[]model.ActionRequest{create(model.Snapshot, "1"), create(model.Snapshot, "2")},
			[]string{"/snapshots/"}},
		"a backup":  {[]model.ActionRequest{create(model.Backup, "2")}, []string{"/backups/?server_id=2"}},
		"a restore": {[]model.ActionRequest{restore("1")}, []string{"/servers/"}},
		"a restore and a backup": {[]model.ActionRequest{restore("1"), create(model.Backup, "2")},
			[]string{"/servers/", "/backups/?server_id=2"}},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t, 0).load()
			for _, in := range c.begun {
				h.begin(in)
			}
			h.RequestRunning()
			if got := h.run(h.Due()); !slices.Equal(got, c.want) {
				t.Errorf("requested %q, want %q", got, c.want)
			}
		})
	}
}

func TestServersOfALargeFleetArePolledInTurn(t *testing.T) {
	h := newHarness(t, 0).load()
	for _, server := range []model.ID{"1", "2", "3"} {
		h.begin(create(model.Backup, server))
	}
	for i := range pageSize {
		h.state.Backups.Value = append(h.state.Backups.Value,
			model.Point{Kind: model.Backup, ID: model.ID(fmt.Sprint(1000 + i))})
	}
	h.account.InjectFault("GET /backups/: status 500")
	asked := map[string]int{}
	for range 6 {
		h.RequestRunning()
		asked[h.run(h.Due())[0]]++
	}
	if len(asked) != 3 || asked["/backups/?server_id=1"] != 2 || asked["/backups/?server_id=2"] != 2 {
		t.Errorf("requests by server: %v", asked)
	}
}

// Each kind has its own turns: two kinds with two servers each must not always meet the same ones.
func TestServersOfBothKindsArePolledInTurn(t *testing.T) {
	h := newHarness(t, 0).load()
	for kind, path := range map[model.Kind]string{model.Backup: "/backups/", model.Snapshot: "/snapshots/"} {
		for _, server := range []model.ID{"1", "2"} {
			h.begin(create(kind, server))
		}
		for i := range pageSize {
			points := h.state.Points(kind)
			points.Value = append(points.Value, model.Point{Kind: kind, ID: model.ID(fmt.Sprint(1000 + i))})
		}
		h.account.InjectFault("GET " + path + ": status 500")
	}
	asked := map[string]int{}
	for range 4 {
		h.RequestRunning()
		for _, path := range h.run(h.Due()) {
			asked[path]++
		}
	}
	if len(asked) != 4 {
		t.Errorf("requests by server: %v", asked)
	}
}

// A list that takes long must not be requested twice, and must not hold up the others.
func TestOnlyTheListUnderWayIsNotRequested(t *testing.T) {
	h := newHarness(t, IntervalWatched)
	slow := h.Due()[0]
	h.advance(IntervalWatched)
	if got := h.run(h.Due()); len(got) > 0 {
		t.Errorf("requested %q while all were under way", got)
	}
	h.state.Backups.CancelPending()
	h.state.Snapshots.CancelPending()
	h.advance(IntervalWatched)
	if got := h.run(h.Due()); !slices.Equal(got, allLists[1:]) {
		t.Errorf("requested %q while the servers were under way", got)
	}
	h.run([]tea.Cmd{slow})
	if len(h.state.Servers.Value) != 2 {
		t.Error("the slow list was not applied")
	}
}

func TestAccountIsLoadedUntilItSucceeds(t *testing.T) {
	h := newHarness(t, IntervalWatched)
	h.account.InjectFault("GET /account/me/: status 500")
	for i, want := range [][]string{append(slices.Clone(allLists), "/account/me/"),
		append(slices.Clone(allLists), "/account/me/"), allLists} {
		if got := slices.Compact(h.run(h.Due())); !slices.Equal(got, want) {
			t.Errorf("round %d requested %q, want %q", i, got, want)
		}
		h.account.ClearFaults()
		h.advance(IntervalWatched)
	}
}

func TestAnswerOfAnotherSessionIsDropped(t *testing.T) {
	h := newHarness(t, 0)
	h.RequestRefresh()
	for _, cmd := range h.Due() {
		msg := cmd()
		h.session = command.NewSession(2, h.session.Client, nil, true)
		if _, answered, _ := h.Apply(msg); answered {
			t.Errorf("%T was applied", msg)
		}
		h.session.Number = 1
	}
	if h.state.Servers.Loaded() || !h.state.Busy() {
		t.Error("the lists of the other session have changed the state")
	}
}

func TestPollingMoreOftenMakesOldListsDue(t *testing.T) {
	h := newHarness(t, IntervalUnwatched)
	h.run(h.Due())
	h.advance(5 * time.Second)
	h.SetInterval(IntervalWatched)
	if got := h.NextDue().Sub(h.state.Local); got != IntervalWatched-5*time.Second {
		t.Errorf("lists of 5 s ago are due in %s", got)
	}
	h.SetInterval(IntervalUnwatched)
	h.advance(time.Minute)
	h.run(h.Due())
	h.advance(time.Minute)
	h.SetInterval(IntervalWatched)
	if got := h.run(h.Due()); !slices.Equal(got, allLists) {
		t.Errorf("requested %q, with lists of a minute ago", got)
	}
	h.SetInterval(IntervalUnwatched)
	h.account.InjectFault("GET /: status 429 retry 90s")
	h.RequestRefresh()
	h.run(h.Due())
	h.advance(time.Minute)
	h.SetInterval(IntervalWatched)
	if got := h.run(h.Due()); len(got) > 0 {
		t.Errorf("requested %q before the time of the API was over", got)
	}
}

// The lists seem to be from the future then, as their ages go by the wall clock.
func TestPollingMoreOftenDoesNotWaitForAClockThatWasSetBack(t *testing.T) {
	h := newHarness(t, IntervalUnwatched)
	h.run(h.Due())
	h.state.Local = h.state.Local.Add(-time.Hour)
	h.SetInterval(IntervalWatched)
	if got := h.NextDue().Sub(h.state.Local); got != IntervalWatched {
		t.Errorf("the lists are due in %s", got)
	}
}

func TestRequestedRefreshKeepsItsGap(t *testing.T) {
	h := newHarness(t, IntervalWatched)
	h.RefreshGap = time.Second
	h.run(h.Due())
	h.advance(300 * time.Millisecond)
	h.RequestRefresh()
	if got := h.run(h.Due()); len(got) > 0 || h.NextDue().Sub(h.state.Local) != 700*time.Millisecond {
		t.Errorf("requested %q; due in %s", got, h.NextDue().Sub(h.state.Local))
	}
	h.advance(700 * time.Millisecond)
	if got := h.run(h.Due()); !slices.Equal(got, allLists) {
		t.Errorf("after the gap it requested %q", got)
	}
	h.advance(time.Second)
	if got := h.run(h.Due()); len(got) > 0 {
		t.Errorf("the request was served twice: %q", got)
	}
}

// Neither a key, an action, nor the failure of another list shortens the wait.
func TestNothingIsRequestedBeforeRetryAfter(t *testing.T) {
	h := newHarness(t, IntervalWatched)
	h.run(h.Due())
	h.begin(create(model.Snapshot, "1"))
	h.account.InjectFault("GET /servers/: status 503")
	h.account.InjectFault("GET /backups/: status 429 retry 90s x1")
	h.advance(IntervalWatched)
	h.run(h.Due())
	for range 89 {
		h.advance(time.Second)
		h.RequestRefresh()
		h.RequestRunning()
		h.PollSoon()
		if got := h.run(h.Due()); len(got) > 0 {
			t.Fatalf("requested %q %s early", got, h.RateLimit())
		}
	}
	if h.RateLimit() != time.Second || !h.NextDue().Equal(h.NextRefresh()) ||
		h.NextDue().Sub(h.state.Local) != time.Second {
		t.Errorf("the limit ends in %s, and it polls in %s", h.RateLimit(), h.NextDue().Sub(h.state.Local))
	}
	h.advance(time.Second)
	if got := slices.Compact(h.run(h.Due())); !slices.Equal(got, allLists) {
		t.Errorf("then it requested %q", got)
	}
}

func TestFailedRoundsBackOffUntilOneSucceeds(t *testing.T) {
	h := newHarness(t, IntervalUnwatched)
	h.run(h.Due())
	h.begin(create(model.Snapshot, "1"))
	fail := func(want time.Duration) {
		t.Helper()
		h.account.InjectFault("GET /servers/: status 500")
		h.RequestRefresh()
		h.run(h.Due())
		h.SetInterval(IntervalWatched) // which does not poll earlier
		if got := h.NextDue().Sub(h.state.Local); got != want || h.NextRefresh() != h.NextDue() {
			t.Errorf("after the failure it polls in %s, want %s", got, want)
		}
		h.SetInterval(IntervalUnwatched)
		h.advance(want)
		h.account.ClearFaults()
	}
	fail(2 * time.Second)
	fail(4 * time.Second)
	h.run(h.Due())
	h.advance(IntervalWatched)
	fail(2 * time.Second)
}

func TestOperationThatIsBeingSentIsNotPolled(t *testing.T) {
	h := newHarness(t, 0).load()
	h.state.Begin(restore("1"), "run")
	h.RequestRunning()
	if h.HasRunning() || len(h.Due()) > 0 || !h.NextDue().IsZero() {
		t.Errorf("polled in %s", h.NextDue().Sub(h.state.Local))
	}
}

func TestFailuresOfRunningOperationsBackOffAlone(t *testing.T) {
	h := newHarness(t, IntervalUnwatched)
	h.run(h.Due())
	h.begin(create(model.Snapshot, "1"))
	h.account.InjectFault("GET /snapshots/: status 500")
	all := h.NextRefresh()
	var waits []time.Duration
	for i := range 5 {
		if i == 4 {
			h.account.ClearFaults()
		}
		h.RequestRunning()
		h.run(h.Due())
		waits = append(waits, h.NextDue().Sub(h.state.Local))
	}
	if want := []time.Duration{2 * time.Second, 4 * time.Second, 8 * time.Second, 16 * time.Second}; !slices.Equal(
		waits[:4], want) || waits[4] > 5*time.Second {
		t.Errorf("the waits are %s", waits)
	}
	if !h.NextRefresh().Equal(all) {
		t.Errorf("the next poll of everything has moved by %s", h.NextRefresh().Sub(all))
	}
}

func TestPollIntervalAndRetryDelayGrowToALimit(t *testing.T) {
	var waits []time.Duration
	for interval := time.Duration(0); len(waits) < 12; waits = append(waits, interval) {
		interval = nextInterval(interval)
	}
	if waits[0] != time.Second || waits[11] != 10*time.Second || !slices.IsSorted(waits) {
		t.Errorf("%v", waits)
	}
	for failures, want := range map[int]time.Duration{1: 2 * time.Second, 3: 8 * time.Second, 6: time.Minute,
		1000: time.Minute} {
		if got := retryDelay(failures, errors.New("down")); got != want {
			t.Errorf("after %d failures: %v, want %v", failures, got, want)
		}
	}
	h := newHarness(t, 0)
	h.account.InjectFault("GET /servers/: status 429 retry 90s")
	_, limited := h.session.Client.Servers(t.Context(), model.ServerFilter{})
	if got := retryDelay(1, limited); got != 90*time.Second {
		t.Errorf("Retry-After is 90 s, the delay is %v", got)
	}
}

func TestCooldownGrowsWithRequestTimeUpToALimit(t *testing.T) {
	for took, want := range map[time.Duration]time.Duration{
		-time.Second: 0, 0: 0, 100 * time.Millisecond: 1900 * time.Millisecond, time.Second: 19 * time.Second,
		time.Minute: 5 * time.Minute,
	} {
		if got := cooldown(took); got != want {
			t.Errorf("after %s: %s, want %s", took, got, want)
		}
	}
}

// Someone waits for a command, so that it must poll often, but never without a pause.
func TestOnlyAPollerWithAnIntervalRestsAfterSlowAnswers(t *testing.T) {
	for every, want := range map[time.Duration]time.Duration{IntervalWatched: 38 * time.Second, 0: time.Second} {
		h := newHarness(t, every).load()
		h.begin(restore("1"))
		h.RequestRunning()
		cmds := h.Due()
		h.advance(2 * time.Second)
		h.run(cmds)
		if got := h.schedule.runningDue.Sub(h.state.Local); got != want {
			t.Errorf("with the interval %s it polls in %s, want %s", every, got, want)
		}
	}
}

// While actions of a batch are answered faster than running operations are polled, they must be
// polled all the same.
func TestPollSoonNeverDelaysAPoll(t *testing.T) {
	now := simtest.At(15, 45)
	var s schedule
	for i := range 3 {
		s.pollSoon(now.Add(time.Duration(i) * 300 * time.Millisecond))
	}
	if got := s.runningDue.Sub(now); got != time.Second {
		t.Errorf("due after %s", got)
	}
	if s.pollSoon(now.Add(time.Minute)); s.runningDue.Sub(now) != time.Minute+time.Second {
		t.Errorf("due after %s", s.runningDue.Sub(now))
	}
}
