package team_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"vpsdeck/api"
	"vpsdeck/api/sim"
	"vpsdeck/internal/team"
	"vpsdeck/internal/terminal"
	"vpsdeck/model"
	"vpsdeck/ui/command"
)

// waitTimeout is how long a test waits for what must come.
const waitTimeout = 20 * time.Second

// harness is a hub on the real client and a simulated account, whose time passes when the test says so.
type harness struct {
	t       *testing.T
	hub     *team.Hub
	client  *api.Client
	account *sim.Account
	clock   *terminal.Clock
	stop    context.CancelFunc

	mu         sync.Mutex
	requests   map[string]int // requests, by method and path
	answerGate chan struct{}  // answers to lists of all snapshots wait for it; nil: they do not
	heldCount  int            // how many do, or did
}

func newHarness(t *testing.T, servers int) *harness {
	t.Helper()
	opening := sim.NewSteppedClock(time.Date(2025, 1, 16, 15, 45, 0, 0, time.UTC))
	w := &harness{t: t, account: sim.New(sim.Options{Seed: 1, Token: "vps_live", Clock: opening, Servers: servers}), requests: map[string]int{}}
	w.clock = terminal.NewClock(opening.Now, opening.Advance)
	server := httptest.NewServer(w)
	client, err := api.New(server.URL+"/api/v1", "vps_live", api.WithClock(w.clock.Now),
		api.WithLimits(api.Limits{Call: time.Hour, Total: time.Hour}),
		api.WithWait(func(ctx context.Context, _ time.Duration) error { return ctx.Err() }))
	if err != nil {
		t.Fatal(err)
	}
	w.client = client
	w.hub = team.New(client, w.clock)
	ctx, end := context.WithCancel(t.Context())
	ran := make(chan struct{})
	go func() {
		defer close(ran)
		w.hub.Run(ctx)
	}()
	w.stop = func() {
		end()
		<-ran
	}
	t.Cleanup(func() {
		w.clock.Stop()
		w.stop()
		server.CloseClientConnections()
		server.Close()
	})
	return w
}

func (w *harness) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	w.requests[r.Method+" "+strings.TrimPrefix(r.URL.Path, "/api/v1")]++
	hold := w.answerGate
	if r.Method != http.MethodGet || r.URL.Path != "/api/v1/snapshots/" || r.URL.Query().Has("server_id") {
		hold = nil
	}
	if hold != nil {
		w.heldCount++
	}
	w.mu.Unlock()
	if hold != nil {
		answer := httptest.NewRecorder()
		w.account.ServeHTTP(answer, r) // as the world is now, told late
		<-hold
		for name, values := range answer.Header() {
			out.Header()[name] = values
		}
		out.WriteHeader(answer.Code)
		_, _ = out.Write(answer.Body.Bytes())
		return
	}
	w.account.ServeHTTP(out, r)
}

// requestCount is how many requests were sent.
func (w *harness) requestCount(request string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.requests[request]
}

// holdSnapshots keeps the answers to lists of all snapshots back until the function that it returns is called, or the test has ended.
func (w *harness) holdSnapshots() (release func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	hold := make(chan struct{})
	w.answerGate = hold
	release = sync.OnceFunc(func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.answerGate = nil
		close(hold)
	})
	w.t.Cleanup(release)
	return release
}

// isHolding says whether an answer was held back.
func (w *harness) isHolding() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.heldCount > 0
}

func (w *harness) join(name string, change ...func(*team.MemberOptions)) *testMember {
	p := team.MemberOptions{Actor: model.Actor{Name: name, Key: "SHA256:" + name, Address: "192.0.2.1"}}
	for _, c := range change {
		c(&p)
	}
	seat := w.hub.Join(p)
	return &testMember{Member: seat, h: w, state: &model.State{Me: p.Actor}}
}

// testMember is somebody at the hub, with what they were told.
type testMember struct {
	*team.Member
	h      *harness
	state  *model.State
	view   model.AccountView
	others []model.Operation
	turns  int
}

// waitUntil takes in views until what is wanted holds.
func (p *testMember) waitUntil(what string, holds func() bool) {
	p.h.t.Helper()
	ctx, cancel := context.WithTimeout(p.h.t.Context(), waitTimeout)
	defer cancel()
	for p.view.Number == 0 || !holds() {
		view, others, ok := p.Next(ctx, p.view.Number)
		if !ok {
			p.h.t.Fatalf("it was never told that %s", what)
		}
		p.apply(view, others)
	}
}

func (p *testMember) apply(view model.AccountView, others []model.Operation) []model.Operation {
	p.view, p.others = view, others
	p.state.Now, p.state.Local = p.h.client.Now(), p.h.clock.Now()
	return p.state.ApplyView(view, others)
}

// waitLoaded waits until everything has come.
func (p *testMember) waitLoaded() *testMember {
	p.h.t.Helper()
	p.waitUntil("everything is there", func() bool { return p.state.Servers.Loaded() && p.state.PointsComplete() })
	return p
}

// advanceUntil lets time pass, a second at a time, until what is wanted holds.
func (p *testMember) advanceUntil(what string, holds func() bool) {
	p.h.t.Helper()
	for late := time.Now().Add(waitTimeout); !holds(); {
		if time.Now().After(late) {
			p.h.t.Fatalf("it never came about that %s", what)
		}
		p.h.clock.Advance(time.Second)
		ctx, cancel := context.WithTimeout(p.h.t.Context(), time.Millisecond)
		if view, others, ok := p.Next(ctx, p.view.Number); ok {
			p.apply(view, others)
		}
		cancel()
	}
}

// begin does what the screen does for a confirmed deed: the operation is noted, and its command made.
func (p *testMember) begin(deed model.Action, point model.Point) (model.Operation, func() command.ActionResultMsg) {
	s := command.NewSession(1, p.Member, nil, false)
	s.Feed = p.Member
	o := p.state.Begin(model.ActionRequest{Action: deed, Point: point}, "run")
	cmd := s.Execute(o, model.Record{})
	return o, func() command.ActionResultMsg {
		msg := cmd().(command.ActionResultMsg)
		p.state.ApplyResult(msg.Number, msg.Accepted, msg.Outcome)
		open, upTo := p.state.OwnOperations()
		p.turns++
		p.ReportOperations(p.turns, upTo, open)
		return msg
	}
}

// run is begin, carried out.
func (p *testMember) run(deed model.Action, point model.Point) command.ActionResultMsg {
	_, send := p.begin(deed, point)
	return send()
}
