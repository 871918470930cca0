package monitor_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"vpsdeck/api"
	"vpsdeck/api/sim"
	"vpsdeck/internal/event"
	"vpsdeck/internal/hook"
	"vpsdeck/internal/metrics"
	"vpsdeck/internal/monitor"
	"vpsdeck/internal/simtest"
	"vpsdeck/internal/team"
	"vpsdeck/internal/terminal"
	"vpsdeck/model"
	"vpsdeck/ui/command"
)

// waitTimeout is how long a test waits for an expected event.
const waitTimeout = 20 * time.Second

// harness is a hub on a simulated account, which polls at once. Time passes only when the test
// advances it.
type harness struct {
	t       *testing.T
	account *simtest.Account
	client  *api.Client
	clock   *terminal.Clock
	log     *command.RequestLog
	hub     *team.Hub
	stop    func()
}

func newHarness(t *testing.T, faults ...string) *harness {
	t.Helper()
	h := &harness{t: t, account: simtest.New(t, simtest.At(15, 45), sim.Options{Token: "vps_live"}),
		log: &command.RequestLog{}}
	for _, fault := range faults {
		h.account.InjectFault(fault)
	}
	h.clock = terminal.NewClock(h.account.Clock.Now, h.account.Clock.Advance)
	h.client = simtest.NewClient(t, simtest.Serve(t, h.account), "vps_live",
		append(simtest.SteppedTime(h.clock.Now), api.WithObserver(h.log.Add))...)
	h.hub = team.New(h.client, h.clock)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	h.stop = sync.OnceFunc(func() {
		cancel()
		<-ended
	})
	go func() {
		defer close(ended)
		h.hub.Run(ctx)
	}()
	t.Cleanup(func() {
		h.clock.Stop()
		h.stop()
	})
	return h
}

func (h *harness) monitored() monitor.Account {
	return monitor.Account{Client: h.client, Clock: h.clock, Requests: h.log}
}

// follow runs something until the end of the test, or until the returned function is called.
func (h *harness) follow(run func(context.Context, monitor.Source)) (stop func()) {
	ctx, cancel := context.WithCancel(h.t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		run(ctx, h.hub.Next)
	}()
	stop = sync.OnceFunc(func() {
		cancel()
		<-ended
	})
	h.t.Cleanup(stop)
	return stop
}

// advanceUntil advances the time, step by step, until a condition is true.
func (h *harness) advanceUntil(what string, step time.Duration, condition func() bool) {
	h.t.Helper()
	for late := time.Now().Add(waitTimeout); !condition(); {
		if time.Now().After(late) {
			h.t.Fatalf("timed out: %s", what)
		}
		h.clock.Advance(step)
		ctx, cancel := context.WithTimeout(h.t.Context(), time.Millisecond)
		_, _ = h.hub.Next(ctx, 1<<30) // gives the hub time to answer
		cancel()
	}
}

// get returns the answer to a request.
func get(t *testing.T, handler http.Handler, path string) (int, string) {
	t.Helper()
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.Code, string(text)
}

func TestReadyOnlyWhileTheReadingIsFresh(t *testing.T) {
	h := newHarness(t, "GET /backups/: status 503 says {\"detail\": \"Down for a moment.\"}")
	reading := monitor.NewReading(h.monitored(), 5*team.IdleInterval)
	serve := metrics.NewServe(metrics.ServeOptions{Sessions: func() int { return 3 }})
	handler := monitor.Handler(reading, serve)
	if code, text := get(t, handler, "/readyz"); code != 503 ||
		text != "the account has not been read completely yet\n" {
		t.Errorf("before the first reading: %d %q", code, text)
	}
	h.follow(reading.Run)
	h.advanceUntil("the failure is known", time.Second, func() bool {
		return strings.Contains(reading.NotReady(), "read completely yet: ")
	})
	if _, text := get(t, handler, "/metrics"); strings.Contains(text, "vpsdeck_backups_usable") ||
		strings.Contains(text, "vpsdeck_last_success_timestamp_seconds") {
		t.Errorf("a list is missing, and there are metrics of servers:\n%s", text)
	}
	if code, text := get(t, handler, "/healthz"); code != 200 || text != "ok\n" {
		t.Errorf("healthz: %d %q", code, text)
	}
	h.account.ClearFaults()
	h.advanceUntil("it is ready", time.Second, func() bool { return reading.NotReady() == "" })
	if code, text := get(t, handler, "/readyz"); code != 200 || text != "ready\n" {
		t.Errorf("%d %q", code, text)
	}
	h.account.InjectFault("GET /: status 503")
	h.advanceUntil("the reading is too old", 10*time.Second, func() bool { return reading.NotReady() != "" })
	code, text := get(t, handler, "/readyz")
	if code != 503 || !strings.Contains(text, "was last read completely 10 m") ||
		!strings.Contains(text, "at most 10 m is allowed") {
		t.Errorf("%d %q", code, text)
	}
}

func TestMetricsOfServeFollowTheConventions(t *testing.T) {
	h := newHarness(t)
	reading := monitor.NewReading(h.monitored(), time.Hour)
	serve := metrics.NewServe(metrics.ServeOptions{Sessions: func() int { return 3 }, Reasons: []string{"login"},
		Results: []string{"delivered"}})
	serve.CountRefusal("login")
	serve.ObserveKey(30 * time.Millisecond)
	h.follow(reading.Run)
	h.advanceUntil("it is ready", time.Second, func() bool { return reading.NotReady() == "" })
	code, text := get(t, monitor.Handler(reading, serve), "/metrics")
	if code != 200 {
		t.Fatalf("%d %s", code, text)
	}
	for _, want := range []string{
		`vpsdeck_backups_usable{server="web-server-01",server_id="12345"} `, "vpsdeck_serve_sessions 3\n",
		"vpsdeck_serve_refusals_total{reason=\"login\"} 1\n", `vpsdeck_hook_deliveries_total{result="delivered"} 0`,
		`vpsdeck_serve_key_latency_seconds_bucket{le="0.035"} 1`, `vpsdeck_api_requests_total{code="200"} `,
		"vpsdeck_last_success_timestamp_seconds 1.737",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is missing in\n%s", want, text)
		}
	}
	problems, err := promlint.New(strings.NewReader(text)).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("%v, %v", problems, err)
	}
	if code, _ := get(t, monitor.Handler(reading, serve), "/elsewhere"); code != 404 {
		t.Errorf("another path: %d", code)
	}
}

// told collects the events that a hook gets.
type told struct {
	*httptest.Server
	mu     sync.Mutex
	status int
	events []event.Event
}

func newTold(t *testing.T) *told {
	t.Helper()
	r := &told{status: 200}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		var e event.Event
		err := json.NewDecoder(req.Body).Decode(&e)
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.events = append(r.events, e); err != nil {
			t.Error(err)
		}
		w.WriteHeader(r.status)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *told) number() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.events)
}

func (r *told) answerWith(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status = status
}

func (h *harness) teller(file string, to *told) *monitor.Teller {
	return monitor.NewTeller(monitor.TellerOptions{Account: h.monitored(), File: file,
		OnSaveError: func(why string) { h.t.Error(why) },
		Hooks: hook.Options{Getenv: os.Getenv, Now: h.clock.Now,
			Wait: func(ctx context.Context, _ time.Duration) error {
				<-ctx.Done() // until the next start
				return ctx.Err()
			},
			Hooks: []hook.Hook{{On: event.Kinds(), URL: to.URL, Timeout: hook.DefaultTimeout}}}})
}

func TestAHookIsToldOnceAlsoOverARestart(t *testing.T) {
	h := newHarness(t)
	file := filepath.Join(t.TempDir(), "state", "events.json")
	to := newTold(t)
	to.answerWith(503)
	stop := h.follow(h.teller(file, to).Run)
	h.advanceUntil("the first end is told", time.Second, func() bool { return to.number() == 1 })
	stop()
	first := to.events[0]
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}

	to.answerWith(200)
	stop = h.follow(h.teller(file, to).Run) // it was not delivered, so it is sent again
	h.advanceUntil("it is told again", time.Second, func() bool { return to.number() > 1 })
	stop()
	if got := to.events[1]; got.ID != first.ID || got.Text != first.Text {
		t.Errorf("it was %+v, and is %+v", first, got)
	}

	before := len(to.events)
	stop = h.follow(h.teller(file, to).Run)
	h.clock.Advance(time.Minute)
	h.advanceUntil("all lists are read again", time.Second, func() bool {
		view, ok := h.hub.Next(t.Context(), 0)
		return ok && h.clock.Now().Sub(view.Servers.At) < time.Minute && view.Servers.At.After(simtest.At(15, 50))
	})
	stop()
	for _, e := range to.events[before:] {
		if e.ID == first.ID {
			t.Errorf("after the restart it tells %q again", e.Text)
		}
	}
}

// After more than a day the memory starts empty, and the account cannot be read at this start.
func TestWhatWasDeliveredBeforeTheFirstReadingIsNotSentAgain(t *testing.T) {
	h := newHarness(t)
	file := filepath.Join(t.TempDir(), "events.json")
	to := newTold(t)
	to.answerWith(503)
	stop := h.follow(h.teller(file, to).Run)
	h.advanceUntil("the first end is told", time.Second, func() bool { return to.number() == 1 })
	stop()
	h.stop()
	h.clock.Advance(25 * time.Hour)

	to.answerWith(200)
	h.teller(file, to).Run(t.Context(), func(context.Context, int) (model.AccountView, bool) {
		h.advanceUntil("it is sent again", time.Second, func() bool { return to.number() > 1 })
		return model.AccountView{}, false
	})
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var saved struct{ Pending []hook.Delivery }
	if err := json.Unmarshal(text, &saved); err != nil || len(saved.Pending) > 0 || to.number() != 2 {
		t.Errorf("it was sent %d times, and %d wait, %v", to.number(), len(saved.Pending), err)
	}
}

func TestADamagedFileIsReportedAndReplaced(t *testing.T) {
	h := newHarness(t)
	file := filepath.Join(t.TempDir(), "events.json")
	if err := os.WriteFile(file, []byte(`{"memory": 3`), 0o600); err != nil {
		t.Fatal(err)
	}
	var why string
	teller := monitor.NewTeller(monitor.TellerOptions{Account: h.monitored(), File: file,
		Hooks: hook.Options{Getenv: os.Getenv, Now: h.clock.Now}, OnSaveError: func(s string) { why = s }})
	if !strings.Contains(why, "it is damaged") {
		t.Errorf("it says %q", why)
	}
	h.follow(teller.Run)
	h.advanceUntil("it is replaced", time.Second, func() bool {
		text, err := os.ReadFile(file)
		return err == nil && json.Valid(text)
	})
}

func TestAccountsHaveFilesOfTheirOwn(t *testing.T) {
	h := newHarness(t)
	a, b := h.monitored(), h.monitored()
	b.Profile = "work"
	if monitor.StateFile("d", a) == monitor.StateFile("d", b) || monitor.StateFile("", a) != "" {
		t.Error("two profiles share a file")
	}
}

// BenchmarkScrapeOf10000Servers measures an answer to Prometheus.
func BenchmarkScrapeOf10000Servers(b *testing.B) {
	s := &model.State{Now: simtest.At(15, 45), Local: simtest.At(15, 45)}
	account := simtest.New(b, simtest.At(15, 45), sim.Options{Token: "vps_live", Servers: 10000})
	client := simtest.NewClient(b, simtest.Serve(b, account), "vps_live", simtest.SteppedTime(account.Clock.Now)...)
	ticket, _ := s.Servers.Start(s.Now)
	servers, err := client.Servers(b.Context(), model.ServerFilter{})
	s.ApplyServers(ticket, servers, err)
	for kind, list := range map[model.Kind]func() ([]model.Point, error){
		model.Backup:   func() ([]model.Point, error) { return client.Backups(b.Context(), model.BackupFilter{}) },
		model.Snapshot: func() ([]model.Point, error) { return client.Snapshots(b.Context(), model.SnapshotFilter{}) },
	} {
		points, err := list()
		if err != nil {
			b.Fatal(err)
		}
		ticket, _ := s.Points(kind).Start(s.Now)
		s.ApplyPoints(kind, "", ticket, points, nil)
	}
	clock := terminal.NewClock(account.Clock.Now, account.Clock.Advance)
	reading := monitor.NewReading(monitor.Account{Client: client, Clock: clock, Requests: &command.RequestLog{}},
		time.Hour)
	first := true
	reading.Run(b.Context(), func(context.Context, int) (model.AccountView, bool) {
		defer func() { first = false }()
		return s.AccountView(1, time.Time{}, nil), first
	})
	handler := monitor.Handler(reading, metrics.NewServe(metrics.ServeOptions{Sessions: func() int { return 0 }}))
	for b.Loop() {
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, httptest.NewRequestWithContext(b.Context(), http.MethodGet, "/metrics", nil))
		if answer.Code != 200 || answer.Body.Len() < 1<<20 {
			b.Fatal(answer.Code, answer.Body.Len())
		}
	}
}
