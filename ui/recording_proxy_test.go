package ui_test

import (
	"bytes"
	"cmp"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/exp/golden"

	"vpsdeck/internal/simtest"
	"vpsdeck/internal/terminal"
)

// recordingProxy stands between the program and its account. It records the requests, and can delay
// them and change the answers.
type recordingProxy struct {
	account http.Handler
	clock   *terminal.Clock

	mu          sync.Mutex
	recorded    []recordedRequest
	delays      map[string]time.Duration   // by path: how long a request takes to reach the account
	edit        func(answer string) string // changes the answers; nil: unchanged
	inFlight    map[string]int             // by method and path: requests under way
	maxInFlight int                        // the most requests of one method and path at once
}

// recordedRequest is a request of the program.
type recordedRequest struct {
	time                      time.Time
	method, path, query, body string
}

func (p *recordingProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body) // what cannot be read, the account cannot read either
	r.Body = io.NopCloser(bytes.NewReader(body))
	edit, slow := p.startRequest(r, string(body))
	defer p.finishRequest(r)
	if slow > 0 {
		p.clock.Sleep(slow)
	}
	handler := p.account
	if edit != nil {
		handler = simtest.Rewrite(handler, edit)
	}
	handler.ServeHTTP(w, r)
}

func (p *recordingProxy) startRequest(r *http.Request, body string) (edit func(string) string, slow time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	path := strings.TrimPrefix(r.URL.Path, "/api/v1")
	p.recorded = append(p.recorded, recordedRequest{p.clock.Now(), r.Method, path, r.URL.RawQuery, body})
	if p.inFlight == nil {
		p.inFlight = map[string]int{}
	}
	p.inFlight[r.Method+path]++
	p.maxInFlight = max(p.maxInFlight, p.inFlight[r.Method+path])
	return p.edit, cmp.Or(p.delays[r.Method+" "+path], p.delays[path])
}

func (p *recordingProxy) finishRequest(r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.inFlight[r.Method+strings.TrimPrefix(r.URL.Path, "/api/v1")]--
}

// slowDown delays requests to the paths, given alone or with a method as in "POST /snapshots/".
// Earlier delays end.
func (p *recordingProxy) slowDown(d time.Duration, paths ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delays = map[string]time.Duration{}
	for _, path := range paths {
		p.delays[path] = d
	}
}

// rewrite changes every answer from now on.
func (p *recordingProxy) rewrite(edit func(string) string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.edit = edit
}

// requests returns the requests that meet the condition.
func (p *recordingProxy) requests(is func(recordedRequest) bool) []recordedRequest {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []recordedRequest
	for _, a := range p.recorded {
		if is(a) {
			out = append(out, a)
		}
	}
	return out
}

// actions returns the requests that change something, as "POST /snapshots/ {…}".
func (p *recordingProxy) actions() []string {
	var out []string
	for _, a := range p.requests(func(a recordedRequest) bool { return a.method != http.MethodGet }) {
		out = append(out, strings.TrimSpace(a.method+" "+a.path+" "+a.body))
	}
	return out
}

// readTimes returns the times at which a path was read.
func (p *recordingProxy) readTimes(path string) []time.Time {
	var out []time.Time
	for _, a := range p.requests(func(a recordedRequest) bool { return a.method == http.MethodGet && a.path == path }) {
		out = append(out, a.time)
	}
	return out
}

// reset drops the recorded requests.
func (p *recordingProxy) reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.recorded, p.maxInFlight = nil, 0
}

// requireGolden fails the test unless the screen has the text of testdata/NAME.golden; -update
// remakes it.
func (h *harness) requireGolden(name string) {
	h.t.Helper()
	golden.RequireEqual(namedTest{h.t, name}, maskPort(h.Screen().Text()))
}

// requireStyledGolden is requireGolden with the style of every cell.
func (h *harness) requireStyledGolden(name string) {
	h.t.Helper()
	golden.RequireEqual(namedTest{h.t, name}, maskPort(h.Screen().Styled()))
}

var portPattern = regexp.MustCompile(`(127\.0\.0\.1:)\d{5}`)

// maskPort replaces the account's port by a constant one of the same width.
func maskPort(screen string) string { return portPattern.ReplaceAllString(screen, "${1}54321") }

// namedTest is a test under another name: golden names its file after the test.
type namedTest struct {
	testing.TB
	name string
}

func (n namedTest) Name() string { return n.name }
