//go:build unix

package e2e

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"vpsdeck/api/sim"
	"vpsdeck/internal/journal"
)

// secretToken is the account's. It may not be found anywhere but in the program's memory and its environment.
const secretToken = "vps_verysecret0123456789"

// opening is when every account opens: the day of the documents' examples.
var opening = time.Date(2025, time.January, 16, 12, 0, 0, 0, time.UTC)

// world is a simulated account on a socket, and the machine on which the real program is started, killed and started again.
// The account's time passes as the test's does, and leaps when the test says so.
type world struct {
	t       *testing.T
	account *sim.Account
	url     string
	state   string // the program's state directory

	mu       sync.Mutex
	clock    *sim.Clock
	last     time.Time               // when the latest request came
	hold     func(asked string) bool // which requests stay on the line; nil: none
	held     []string
	refusals map[string]refusal // by request, in place of the account's answer
}

type refusal struct {
	status int
	body   string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, clock: sim.NewSteppedClock(opening), last: time.Now(), state: filepath.Join(t.TempDir(), "vpsdeck"), refusals: map[string]refusal{}}
	w.account = sim.New(sim.Options{Seed: 1, Token: secretToken, Clock: w.clock})
	w.clock.Advance(time.Hour) // what runs when the account opens has ended
	server, err := sim.Listen("127.0.0.1:0", w)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	t.Cleanup(w.requireSecrecy)
	w.url = server.URL()
	return w
}

// ServeHTTP is the line to the account. What is held there never reaches it.
func (w *world) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	asked := r.Method + " " + strings.TrimPrefix(r.URL.Path, "/api/v1")
	body, _ := io.ReadAll(r.Body) // what cannot be read, the account cannot read either
	r.Body = io.NopCloser(bytes.NewReader(body))
	w.mu.Lock()
	now := time.Now()
	w.clock.Advance(now.Sub(w.last))
	w.last = now
	holds := w.hold != nil && w.hold(asked)
	if holds {
		w.held = append(w.held, asked)
	}
	refusal, refused := w.refusals[asked]
	w.mu.Unlock()
	switch {
	case holds:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case refused:
		rw.WriteHeader(refusal.status)
		_, _ = io.WriteString(rw, refusal.body)
		return
	}
	w.account.ServeHTTP(rw, r)
}

// holdBack keeps the requests on the line that the condition is for.
func (w *world) holdBack(is func(asked string) bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hold, w.held = is, nil
}

func isLookup(asked string) bool { return strings.HasPrefix(asked, http.MethodGet) }

func is(request string) func(string) bool { return func(asked string) bool { return asked == request } }

// refuse answers a request in place of the account.
func (w *world) refuse(request string, status int, body string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.refusals[request] = refusal{status, body}
}

// holding waits until the request is held.
func (w *world) holding(request string) {
	w.t.Helper()
	w.until(request+" is on the line", func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		return slices.Contains(w.held, request)
	})
}

// until waits for what no screen shows.
func (w *world) until(what string, met func() bool) {
	w.t.Helper()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for late := time.After(guard); !met(); {
		select {
		case <-look.C:
		case <-late:
			w.t.Fatalf("it did not come so far that %s; the journal says %q, the account was asked for %q", what, w.events(), w.deeds())
		}
	}
}

// program is the built program, on this machine and with this account.
func (w *world) program() *exec.Cmd {
	return program(w.t, []string{"VPS_API_URL=" + w.url, "VPS_API_TOKEN=" + secretToken, "XDG_STATE_HOME=" + filepath.Dir(w.state)})
}

// start starts the program, and waits until it knows all that it needs to take up what was left open.
func (w *world) start() *seat {
	w.t.Helper()
	s := sit(w.t, w.program())
	s.sees("web-server-01", "Acme Inc.")
	return s
}

// deeds are the requests that reached the account to change something.
func (w *world) deeds() []string {
	var out []string
	for _, r := range w.account.Requests() {
		if r.Method != http.MethodGet {
			out = append(out, r.Method+" "+r.Path)
		}
	}
	return out
}

// events are the journal's lines in short, as "create intent".
func (w *world) events() []string {
	records, unreadable, err := journal.In(w.state).Read()
	if err != nil || unreadable > 0 {
		w.t.Errorf("the journal has %d lines that cannot be read: %v", unreadable, err)
	}
	var out []string
	for _, r := range records {
		out = append(out, r.Deed+" "+r.Event)
	}
	return out
}

// wrote waits until the journal says so, in so many lines.
func (w *world) wrote(events ...string) {
	w.t.Helper()
	w.until("the journal says "+strings.Join(events, ", "), func() bool { return len(w.events()) >= len(events) })
	if got := w.events(); !slices.Equal(got, events) {
		w.t.Fatalf("the journal says %q, not %q", got, events)
	}
}

// requireSent fails the test unless these deeds and no others have reached the account.
func (w *world) requireSent(want ...string) {
	w.t.Helper()
	if got := w.deeds(); !slices.Equal(got, want) {
		w.t.Errorf("the account was asked for %q, not %q", got, want)
	}
}

// pass lets time pass at the account.
func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.clock.Advance(d)
}

// fault has requests fail, as sim.ParseFault reads it.
func (w *world) fault(text string) {
	w.t.Helper()
	f, err := sim.ParseFault(text)
	if err != nil {
		w.t.Fatal(err)
	}
	w.account.Inject(f)
}

// requireSecrecy fails the test if a file that the program leaves behind holds the token, or can be opened by others.
func (w *world) requireSecrecy() {
	files, err := os.ReadDir(w.state)
	if err != nil {
		w.t.Error(err)
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil {
			w.t.Error(err)
			continue
		}
		text, err := os.ReadFile(filepath.Join(w.state, f.Name()))
		if err != nil || info.Mode() != 0o600 || strings.Contains(string(text), secretToken) {
			w.t.Errorf("%s, mode %v, %v: it holds the token, or others can open it", f.Name(), info.Mode(), err)
		}
	}
}
