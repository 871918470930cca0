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
	h := &harness{t: t, clock: sim.NewSteppedClock(startTime), lastRequest: time.Now(), stateDir: filepath.Join(t.TempDir(), "vpsdeck"), responses: map[string]cannedResponse{}}
	h.account = sim.New(sim.Options{Seed: 1, Token: secretToken, Clock: h.clock})
	h.clock.Advance(time.Hour) // what runs when the account opens has ended
	server, err := sim.Listen("127.0.0.1:0", h)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	t.Cleanup(h.requireNoTokenLeak)
	h.url = server.URL()
	return h
}

// ServeHTTP is the line to the account. What is held there never reaches it.
func (h *harness) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	asked := r.Method + " " + strings.TrimPrefix(r.URL.Path, "/api/v1")
	body, _ := io.ReadAll(r.Body) // what cannot be read, the account cannot read either
	r.Body = io.NopCloser(bytes.NewReader(body))
	h.mu.Lock()
	now := time.Now()
	h.clock.Advance(now.Sub(h.lastRequest))
	h.lastRequest = now
	holds := h.shouldHold != nil && h.shouldHold(asked)
	if holds {
		h.held = append(h.held, asked)
	}
	refusal, refused := h.responses[asked]
	h.mu.Unlock()
	switch {
	case holds:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case refused:
		rw.WriteHeader(refusal.status)
		_, _ = io.WriteString(rw, refusal.body)
		return
	}
	h.account.ServeHTTP(rw, r)
}

// holdRequests keeps the requests on the line that the condition is for.
func (h *harness) holdRequests(is func(asked string) bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.shouldHold, h.held = is, nil
}

func isGet(asked string) bool { return strings.HasPrefix(asked, http.MethodGet) }

func isRequest(request string) func(string) bool {
	return func(asked string) bool { return asked == request }
}

// respondWith answers a request in place of the account.
func (h *harness) respondWith(request string, status int, body string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.responses[request] = cannedResponse{status, body}
}

// waitHeld waits until the request is held.
func (h *harness) waitHeld(request string) {
	h.t.Helper()
	h.waitUntil(request+" is on the line", func() bool {
		h.mu.Lock()
		defer h.mu.Unlock()
		return slices.Contains(h.held, request)
	})
}

// waitUntil waits for what no screen shows.
func (h *harness) waitUntil(what string, met func() bool) {
	h.t.Helper()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for late := time.After(testTimeout); !met(); {
		select {
		case <-look.C:
		case <-late:
			h.t.Fatalf("it did not come so far that %s; the journal says %q, the account was asked for %q", what, h.journalEvents(), h.sentActions())
		}
	}
}

// newCommand is the built program, on this machine and with this account.
func (h *harness) newCommand() *exec.Cmd {
	return newCommand(h.t, []string{"VPS_API_URL=" + h.url, "VPS_API_TOKEN=" + secretToken, "XDG_STATE_HOME=" + filepath.Dir(h.stateDir)})
}

// start starts the program, and waits until it knows all that it needs to take up what was left open.
func (h *harness) start() *session {
	h.t.Helper()
	s := startSession(h.t, h.newCommand())
	s.waitFor("web-server-01", "Acme Inc.")
	return s
}

// sentActions are the requests that reached the account to change something.
func (h *harness) sentActions() []string {
	var out []string
	for _, r := range h.account.Requests() {
		if r.Method != http.MethodGet {
			out = append(out, r.Method+" "+r.Path)
		}
	}
	return out
}

// journalEvents are the journal's lines in short, as "create intent".
func (h *harness) journalEvents() []string {
	records, unreadable, err := journal.New(h.stateDir).Read()
	if err != nil || unreadable > 0 {
		h.t.Errorf("the journal has %d lines that cannot be read: %v", unreadable, err)
	}
	var out []string
	for _, r := range records {
		out = append(out, r.Action+" "+r.Event)
	}
	return out
}

// requireJournal waits until the journal says so, in so many lines.
func (h *harness) requireJournal(events ...string) {
	h.t.Helper()
	h.waitUntil("the journal says "+strings.Join(events, ", "), func() bool { return len(h.journalEvents()) >= len(events) })
	if got := h.journalEvents(); !slices.Equal(got, events) {
		h.t.Fatalf("the journal says %q, not %q", got, events)
	}
}

// requireSent fails the test unless these deeds and no others have reached the account.
func (h *harness) requireSent(want ...string) {
	h.t.Helper()
	if got := h.sentActions(); !slices.Equal(got, want) {
		h.t.Errorf("the account was asked for %q, not %q", got, want)
	}
}

// advance lets time pass at the account.
func (h *harness) advance(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.clock.Advance(d)
}

// injectFault has requests fail, as sim.ParseFault reads it.
func (h *harness) injectFault(text string) {
	h.t.Helper()
	f, err := sim.ParseFault(text)
	if err != nil {
		h.t.Fatal(err)
	}
	h.account.Inject(f)
}

// requireNoTokenLeak fails the test if a file that the program leaves behind holds the token, or can be opened by others.
func (h *harness) requireNoTokenLeak() {
	files, err := os.ReadDir(h.stateDir)
	if err != nil {
		h.t.Error(err)
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil {
			h.t.Error(err)
			continue
		}
		text, err := os.ReadFile(filepath.Join(h.stateDir, f.Name()))
		if err != nil || info.Mode() != 0o600 || strings.Contains(string(text), secretToken) {
			h.t.Errorf("%s, mode %v, %v: it holds the token, or others can open it", f.Name(), info.Mode(), err)
		}
	}
}
