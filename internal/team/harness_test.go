package team_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"vpsdeck/api"
	"vpsdeck/api/sim"
	"vpsdeck/internal/simtest"
	"vpsdeck/internal/team"
	"vpsdeck/internal/terminal"
	"vpsdeck/model"
	"vpsdeck/ui/command"
)

// waitTimeout is how long a test waits for an expected event.
const waitTimeout = 20 * time.Second

// harness is a hub with the real client and a simulated account. Time passes only when the test
// advances it.
type harness struct {
	t       *testing.T
	hub     *team.Hub
	client  *api.Client
	account *simtest.Account
	clock   *terminal.Clock
	stop    context.CancelFunc

	mu         sync.Mutex
	answerGate chan struct{} // answers to lists of all snapshots wait until it is closed; nil: they do not wait
	heldCount  int           // how many answers have waited, or do
}

func newHarness(t *testing.T, servers int) *harness {
	t.Helper()
	h := &harness{t: t,
		account: simtest.New(t, simtest.At(15, 45), sim.Options{Token: "vps_live", Servers: servers})}
	h.clock = terminal.NewClock(h.account.Clock.Now, h.account.Clock.Advance)
	h.client = simtest.NewClient(t, simtest.Serve(t, h), "vps_live", simtest.SteppedTime(h.clock.Now)...)
	h.hub = team.New(h.client, h.clock)
	ctx, cancel := context.WithCancel(t.Context())
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		h.hub.Run(ctx)
	}()
	h.stop = func() {
		cancel()
		<-finished
	}
	t.Cleanup(func() {
		h.clock.Stop()
		h.stop()
	})
	return h
}

func (h *harness) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	hold := h.answerGate
	if r.Method != http.MethodGet || r.URL.Path != "/api/v1/snapshots/" || r.URL.Query().Has("server_id") {
		hold = nil
	}
	if hold != nil {
		h.heldCount++
	}
	h.mu.Unlock()
	if hold == nil {
		h.account.ServeHTTP(out, r)
		return
	}
	simtest.Rewrite(h.account, func(state string) string {
		<-hold // the state of now is sent later
		return state
	}).ServeHTTP(out, r)
}

// requestCount returns how many requests of a method and path were sent.
func (h *harness) requestCount(request string) int {
	n := 0
	for _, r := range h.account.Requests() {
		if r.Method+" "+r.Path == request {
			n++
		}
	}
	return n
}

// holdSnapshots holds back the answers to lists of all snapshots, until release is called or the
// test has ended.
func (h *harness) holdSnapshots() (release func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	hold := make(chan struct{})
	h.answerGate = hold
	release = sync.OnceFunc(func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.answerGate = nil
		close(hold)
	})
	h.t.Cleanup(release)
	return release
}

// isHolding reports whether an answer has been held back.
func (h *harness) isHolding() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.heldCount > 0
}

func (h *harness) join(name string, change ...func(*team.MemberOptions)) *testMember {
	options := team.MemberOptions{Actor: model.Actor{Name: name, Key: "SHA256:" + name, Address: "192.0.2.1"}}
	for _, c := range change {
		c(&options)
	}
	member := h.hub.Join(options)
	return &testMember{Member: member, h: h, state: &model.State{Me: options.Actor}}
}

// joinCrowd is join after so many others that watchers get few views.
func (h *harness) joinCrowd(name string) *testMember {
	h.t.Helper()
	for range 17 {
		h.join("somebody").waitLoaded()
	}
	m := h.join(name).waitLoaded()
	m.advanceUntil("the crowd is known", func() bool { return m.view.Crowded })
	return m
}

// testMember is a member of the hub, with the state that it has received.
type testMember struct {
	*team.Member
	h      *harness
	state  *model.State
	view   model.AccountView
	others []model.Operation
	turns  int
}

// waitUntil applies views until a condition is true.
func (m *testMember) waitUntil(what string, condition func() bool) {
	m.h.t.Helper()
	ctx, cancel := context.WithTimeout(m.h.t.Context(), waitTimeout)
	defer cancel()
	for m.view.Number == 0 || !condition() {
		view, others, ok := m.Next(ctx, m.view.Number)
		if !ok {
			m.h.t.Fatalf("no view came in which %s", what)
		}
		m.apply(view, others)
	}
}

func (m *testMember) apply(view model.AccountView, others []model.Operation) []model.Operation {
	m.view, m.others = view, others
	m.state.Now, m.state.Local = m.h.client.Now(), m.h.clock.Now()
	return m.state.ApplyView(view, others)
}

// waitLoaded waits until all lists are loaded.
func (m *testMember) waitLoaded() *testMember {
	m.h.t.Helper()
	m.waitUntil("all lists are loaded", func() bool { return m.state.Servers.Loaded() && m.state.PointsComplete() })
	return m
}

// advanceUntil advances the time, a second at a time, until a condition is true.
func (m *testMember) advanceUntil(what string, condition func() bool) {
	m.h.t.Helper()
	for timeout := time.Now().Add(waitTimeout); !condition(); {
		if time.Now().After(timeout) {
			m.h.t.Fatalf("timed out: %s", what)
		}
		m.h.clock.Advance(time.Second)
		ctx, cancel := context.WithTimeout(m.h.t.Context(), time.Millisecond)
		if view, others, ok := m.Next(ctx, m.view.Number); ok {
			m.apply(view, others)
		}
		cancel()
	}
}

// begin does what the screen does for a confirmed action: it adds the operation and makes its
// command.
func (m *testMember) begin(action model.Action, point model.Point) (model.Operation, func() command.ActionResultMsg) {
	s := command.NewSession(1, m.Member, nil, false)
	s.Feed = m.Member
	o := m.state.Begin(model.ActionRequest{Action: action, Point: point}, "run")
	cmd := s.Execute(o, model.Record{})
	return o, func() command.ActionResultMsg {
		msg := cmd().(command.ActionResultMsg)
		m.state.ApplyResult(msg.Number, msg.Accepted, msg.Outcome)
		open, upTo := m.state.OwnOperations()
		m.turns++
		m.ReportOperations(m.turns, upTo, open)
		return msg
	}
}

// run begins an action and sends it.
func (m *testMember) run(action model.Action, point model.Point) command.ActionResultMsg {
	_, send := m.begin(action, point)
	return send()
}
