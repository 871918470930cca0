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

// guard is how long a test waits for what must come.
const guard = 20 * time.Second

// world is a hub on the real client and a simulated account, whose time passes when the test says so.
type world struct {
	t       *testing.T
	hub     *team.Hub
	client  *api.Client
	account *sim.Account
	clock   *terminal.Clock
	end     context.CancelFunc

	mu    sync.Mutex
	asked map[string]int // requests, by method and path
	hold  chan struct{}  // answers to lists of all snapshots wait for it; nil: they do not
	held  int            // how many do, or did
}

func newWorld(t *testing.T, servers int) *world {
	t.Helper()
	opening := sim.NewSteppedClock(time.Date(2025, 1, 16, 15, 45, 0, 0, time.UTC))
	w := &world{t: t, account: sim.New(sim.Options{Seed: 1, Token: "vps_live", Clock: opening, Servers: servers}), asked: map[string]int{}}
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
	w.end = func() {
		end()
		<-ran
	}
	t.Cleanup(func() {
		w.clock.Stop()
		w.end()
		server.CloseClientConnections()
		server.Close()
	})
	return w
}

func (w *world) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	w.asked[r.Method+" "+strings.TrimPrefix(r.URL.Path, "/api/v1")]++
	hold := w.hold
	if r.Method != http.MethodGet || r.URL.Path != "/api/v1/snapshots/" || r.URL.Query().Has("server_id") {
		hold = nil
	}
	if hold != nil {
		w.held++
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

// count is how many requests were sent.
func (w *world) count(request string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.asked[request]
}

// holdSnapshots keeps the answers to lists of all snapshots back until the function that it returns is called, or the test has ended.
func (w *world) holdSnapshots() (release func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	hold := make(chan struct{})
	w.hold = hold
	release = sync.OnceFunc(func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.hold = nil
		close(hold)
	})
	w.t.Cleanup(release)
	return release
}

// holding says whether an answer was held back.
func (w *world) holding() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.held > 0
}

func (w *world) sit(name string, change ...func(*team.Person)) *person {
	p := team.Person{Actor: model.Actor{Name: name, Key: "SHA256:" + name, Address: "192.0.2.1"}}
	for _, c := range change {
		c(&p)
	}
	seat := w.hub.Sit(p)
	return &person{Seat: seat, w: w, state: &model.State{Me: p.Actor}}
}

// person is somebody at the hub, with what they were told.
type person struct {
	*team.Seat
	w      *world
	state  *model.State
	view   model.View
	others []model.Operation
	tells  int
}

// until takes in views until what is wanted holds.
func (p *person) until(what string, holds func() bool) {
	p.w.t.Helper()
	ctx, cancel := context.WithTimeout(p.w.t.Context(), guard)
	defer cancel()
	for p.view.Number == 0 || !holds() {
		view, others, ok := p.Next(ctx, p.view.Number)
		if !ok {
			p.w.t.Fatalf("it was never told that %s", what)
		}
		p.take(view, others)
	}
}

func (p *person) take(view model.View, others []model.Operation) []model.Operation {
	p.view, p.others = view, others
	p.state.Now, p.state.Local = p.w.client.Now(), p.w.clock.Now()
	return p.state.Told(view, others)
}

// loaded waits until everything has come.
func (p *person) loaded() *person {
	p.w.t.Helper()
	p.until("everything is there", func() bool { return p.state.Servers.Loaded() && p.state.PointsKnown() })
	return p
}

// pass lets time pass, a second at a time, until what is wanted holds.
func (p *person) pass(what string, holds func() bool) {
	p.w.t.Helper()
	for late := time.Now().Add(guard); !holds(); {
		if time.Now().After(late) {
			p.w.t.Fatalf("it never came about that %s", what)
		}
		p.w.clock.Advance(time.Second)
		ctx, cancel := context.WithTimeout(p.w.t.Context(), time.Millisecond)
		if view, others, ok := p.Next(ctx, p.view.Number); ok {
			p.take(view, others)
		}
		cancel()
	}
}

// begin does what the screen does for a confirmed deed: the operation is noted, and its command made.
func (p *person) begin(deed model.Deed, point model.Point) (model.Operation, func() command.DeedAnsweredMsg) {
	s := command.NewSession(1, p.Seat, nil, false)
	s.Feed = p.Seat
	o := p.state.Begin(model.Intent{Deed: deed, Point: point}, "run")
	cmd := s.Do(o, model.Record{})
	return o, func() command.DeedAnsweredMsg {
		msg := cmd().(command.DeedAnsweredMsg)
		p.state.Answered(msg.Number, msg.Accepted, msg.Outcome)
		open, upTo := p.state.Mine()
		p.tells++
		p.Tell(p.tells, upTo, open)
		return msg
	}
}

// do is begin, carried out.
func (p *person) do(deed model.Deed, point model.Point) command.DeedAnsweredMsg {
	_, send := p.begin(deed, point)
	return send()
}
