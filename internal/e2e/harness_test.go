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

// startTime is when every account opens: the day of the documents' examples.
var startTime = time.Date(2025, time.January, 16, 12, 0, 0, 0, time.UTC)

// harness is a simulated account on a socket, and the machine on which the real program is started, killed and started again.
// The account's time passes as the test's does, and leaps when the test says so.
type harness struct {
	t        *testing.T
	account  *sim.Account
	url      string
	stateDir string // the program's state directory

	mu          sync.Mutex
	clock       *sim.Clock
	lastRequest time.Time               // when the latest request came
	shouldHold  func(asked string) bool // which requests stay on the line; nil: none
	held        []string
	responses   map[string]cannedResponse // by request, in place of the account's answer
}

type cannedResponse struct {
	status int
	body   string
}

func newHarness(t *testing.T) *harness {
	t.Helper()
	w := &harness{t: t, clock: sim.NewSteppedClock(startTime), lastRequest: time.Now(), stateDir: filepath.Join(t.TempDir(), "vpsdeck"), responses: map[string]cannedResponse{}}
	w.account = sim.New(sim.Options{Seed: 1, Token: secretToken, Clock: w.clock})
	w.clock.Advance(time.Hour) // what runs when the account opens has ended
	server, err := sim.Listen("127.0.0.1:0", w)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	t.Cleanup(w.requireNoTokenLeak)
	w.url = server.URL()
	return w
}

// ServeHTTP is the line to the account. What is held there never reaches it.
func (w *harness) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	asked := r.Method + " " + strings.TrimPrefix(r.URL.Path, "/api/v1")
	body, _ := io.ReadAll(r.Body) // what cannot be read, the account cannot read either
	r.Body = io.NopCloser(bytes.NewReader(body))
	w.mu.Lock()
	now := time.Now()
	w.clock.Advance(now.Sub(w.lastRequest))
	w.lastRequest = now
	holds := w.shouldHold != nil && w.shouldHold(asked)
	if holds {
		w.held = append(w.held, asked)
	}
	refusal, refused := w.responses[asked]
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

// holdRequests keeps the requests on the line that the condition is for.
func (w *harness) holdRequests(is func(asked string) bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.shouldHold, w.held = is, nil
}

func isGet(asked string) bool { return strings.HasPrefix(asked, http.MethodGet) }

func isRequest(request string) func(string) bool {
	return func(asked string) bool { return asked == request }
}

// respondWith answers a request in place of the account.
func (w *harness) respondWith(request string, status int, body string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.responses[request] = cannedResponse{status, body}
}

// waitHeld waits until the request is held.
func (w *harness) waitHeld(request string) {
	w.t.Helper()
	w.waitUntil(request+" is on the line", func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		return slices.Contains(w.held, request)
	})
}

// waitUntil waits for what no screen shows.
func (w *harness) waitUntil(what string, met func() bool) {
	w.t.Helper()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for late := time.After(testTimeout); !met(); {
		select {
		case <-look.C:
		case <-late:
			w.t.Fatalf("it did not come so far that %s; the journal says %q, the account was asked for %q", what, w.journalEvents(), w.sentActions())
		}
	}
}

// newCommand is the built program, on this machine and with this account.
func (w *harness) newCommand() *exec.Cmd {
	return newCommand(w.t, []string{"VPS_API_URL=" + w.url, "VPS_API_TOKEN=" + secretToken, "XDG_STATE_HOME=" + filepath.Dir(w.stateDir)})
}

// start starts the program, and waits until it knows all that it needs to take up what was left open.
func (w *harness) start() *session {
	w.t.Helper()
	s := startSession(w.t, w.newCommand())
	s.waitFor("web-server-01", "Acme Inc.")
	return s
}

// sentActions are the requests that reached the account to change something.
func (w *harness) sentActions() []string {
	var out []string
	for _, r := range w.account.Requests() {
		if r.Method != http.MethodGet {
			out = append(out, r.Method+" "+r.Path)
		}
	}
	return out
}

// journalEvents are the journal's lines in short, as "create intent".
func (w *harness) journalEvents() []string {
	records, unreadable, err := journal.New(w.stateDir).Read()
	if err != nil || unreadable > 0 {
		w.t.Errorf("the journal has %d lines that cannot be read: %v", unreadable, err)
	}
	var out []string
	for _, r := range records {
		out = append(out, r.Action+" "+r.Event)
	}
	return out
}

// requireJournal waits until the journal says so, in so many lines.
func (w *harness) requireJournal(events ...string) {
	w.t.Helper()
	w.waitUntil("the journal says "+strings.Join(events, ", "), func() bool { return len(w.journalEvents()) >= len(events) })
	if got := w.journalEvents(); !slices.Equal(got, events) {
		w.t.Fatalf("the journal says %q, not %q", got, events)
	}
}

// requireSent fails the test unless these deeds and no others have reached the account.
func (w *harness) requireSent(want ...string) {
	w.t.Helper()
	if got := w.sentActions(); !slices.Equal(got, want) {
		w.t.Errorf("the account was asked for %q, not %q", got, want)
	}
}

// advance lets time pass at the account.
func (w *harness) advance(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.clock.Advance(d)
}

// injectFault has requests fail, as sim.ParseFault reads it.
func (w *harness) injectFault(text string) {
	w.t.Helper()
	f, err := sim.ParseFault(text)
	if err != nil {
		w.t.Fatal(err)
	}
	w.account.Inject(f)
}

// requireNoTokenLeak fails the test if a file that the program leaves behind holds the token, or can be opened by others.
func (w *harness) requireNoTokenLeak() {
	files, err := os.ReadDir(w.stateDir)
	if err != nil {
		w.t.Error(err)
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil {
			w.t.Error(err)
			continue
		}
		text, err := os.ReadFile(filepath.Join(w.stateDir, f.Name()))
		if err != nil || info.Mode() != 0o600 || strings.Contains(string(text), secretToken) {
			w.t.Errorf("%s, mode %v, %v: it holds the token, or others can open it", f.Name(), info.Mode(), err)
		}
	}
}
