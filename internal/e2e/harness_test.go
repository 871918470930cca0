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
	"vpsdeck/internal/simtest"
)

// secretToken is the account's token. It must exist only in the program's memory and environment.
const secretToken = "vps_verysecret0123456789"

// harness is a simulated account on a socket, and the machine on which the real program is started,
// killed and started again. The account's time runs with the test's, and jumps when the test
// advances it.
type harness struct {
	t        *testing.T
	account  *simtest.Account
	url      string
	stateDir string // the program's state directory

	mu          sync.Mutex
	lastRequest time.Time                 // when the latest request came
	shouldHold  func(request string) bool // which requests are held; nil: none
	held        []string
	responses   map[string]cannedResponse // by request, in place of the account's response
}

type cannedResponse struct {
	status int
	body   string
}

func newHarness(t *testing.T) *harness {
	t.Helper()
	h := &harness{t: t, lastRequest: time.Now(), stateDir: filepath.Join(t.TempDir(), "vpsdeck"),
		account: simtest.New(t, simtest.At(12, 0), sim.Options{Token: secretToken}), responses: map[string]cannedResponse{}}
	h.account.Clock.Advance(time.Hour) // ends the operations that run when the account opens
	h.url = simtest.Serve(t, h)
	t.Cleanup(h.requireNoTokenLeak)
	return h
}

// ServeHTTP is a proxy in front of the account. Held requests never reach it.
func (h *harness) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	request := r.Method + " " + strings.TrimPrefix(r.URL.Path, "/api/v1")
	body, _ := io.ReadAll(r.Body) // if this fails, so does the account's own read
	r.Body = io.NopCloser(bytes.NewReader(body))
	h.mu.Lock()
	now := time.Now()
	h.account.Clock.Advance(now.Sub(h.lastRequest))
	h.lastRequest = now
	holds := h.shouldHold != nil && h.shouldHold(request)
	if holds {
		h.held = append(h.held, request)
	}
	response, canned := h.responses[request]
	h.mu.Unlock()
	switch {
	case holds:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case canned:
		rw.WriteHeader(response.status)
		_, _ = io.WriteString(rw, response.body)
		return
	}
	h.account.ServeHTTP(rw, r)
}

// holdRequests holds the requests that meet the condition.
func (h *harness) holdRequests(is func(request string) bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.shouldHold, h.held = is, nil
}

func isGet(request string) bool { return strings.HasPrefix(request, http.MethodGet) }

func isRequest(request string) func(string) bool {
	return func(other string) bool { return other == request }
}

// respondWith sets the response to a request, in place of the account's.
func (h *harness) respondWith(request string, status int, body string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.responses[request] = cannedResponse{status, body}
}

// waitHeld waits until the request is held.
func (h *harness) waitHeld(request string) {
	h.t.Helper()
	h.waitUntil(request+" is held", func() bool {
		h.mu.Lock()
		defer h.mu.Unlock()
		return slices.Contains(h.held, request)
	})
}

// waitUntil waits for a condition that no screen shows.
func (h *harness) waitUntil(what string, met func() bool) {
	h.t.Helper()
	poll := time.NewTicker(5 * time.Millisecond)
	defer poll.Stop()
	for late := time.After(testTimeout); !met(); {
		select {
		case <-poll.C:
		case <-late:
			h.t.Fatalf("timeout: waited until %s; the journal has %q, the account received %q", what, h.journalEvents(),
				h.account.SentActions())
		}
	}
}

// newCommand returns the built program, on this machine and with this account.
func (h *harness) newCommand() *exec.Cmd {
	return newCommand(h.t, []string{"VPS_API_URL=" + h.url, "VPS_API_TOKEN=" + secretToken, "XDG_STATE_HOME=" +
		filepath.Dir(h.stateDir)})
}

// start starts the program, and waits until it has loaded what it needs to resume open operations.
func (h *harness) start() *session {
	h.t.Helper()
	s := startSession(h.t, h.newCommand())
	s.waitFor("web-server-01", "Acme Inc.")
	return s
}

// journalEvents returns the journal's lines in short, such as "create intent".
func (h *harness) journalEvents() []string {
	records, unreadable, err := journal.New(h.stateDir).Read()
	if err != nil || unreadable > 0 {
		h.t.Errorf("the journal has %d unreadable lines: %v", unreadable, err)
	}
	var out []string
	for _, r := range records {
		out = append(out, r.Action+" "+r.Event)
	}
	return out
}

// requireJournal waits until the journal has that many lines, and fails the test unless they are
// these.
func (h *harness) requireJournal(events ...string) {
	h.t.Helper()
	h.waitUntil("the journal has "+strings.Join(events, ", "),
		func() bool { return len(h.journalEvents()) >= len(events) })
	if got := h.journalEvents(); !slices.Equal(got, events) {
		h.t.Fatalf("the journal has %q, want %q", got, events)
	}
}

// requireSent fails the test unless exactly these actions have reached the account.
func (h *harness) requireSent(want ...string) {
	h.t.Helper()
	if got := h.account.SentActions(); !slices.Equal(got, want) {
		h.t.Errorf("the account received %q, want %q", got, want)
	}
}

// advance advances the account's clock.
func (h *harness) advance(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.account.Clock.Advance(d)
}

// requireNoTokenLeak fails the test if a file in the state directory contains the token, or can be
// opened by others.
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
			h.t.Errorf("%s, mode %v, %v: it contains the token, or others can open it", f.Name(), info.Mode(), err)
		}
	}
}
