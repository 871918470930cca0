package ui_test

import (
	"bytes"
	"cmp"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/exp/golden"

	"vpsdeck/internal/terminal"
)

// recordingProxy stands between the program and its account. It records the requests, and can delay them and change the answers.
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

func (l *recordingProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body) // what cannot be read, the account cannot read either
	r.Body = io.NopCloser(bytes.NewReader(body))
	edit, slow := l.startRequest(r, string(body))
	defer l.finishRequest(r)
	if slow > 0 {
		l.clock.Sleep(slow)
	}
	if edit == nil {
		l.account.ServeHTTP(w, r)
		return
	}
	answer := httptest.NewRecorder()
	l.account.ServeHTTP(answer, r)
	for name, values := range answer.Header() {
		if name != "Content-Length" {
			w.Header()[name] = values
		}
	}
	w.WriteHeader(answer.Code)
	_, _ = io.WriteString(w, edit(answer.Body.String()))
}

func (l *recordingProxy) startRequest(r *http.Request, body string) (edit func(string) string, slow time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	path := strings.TrimPrefix(r.URL.Path, "/api/v1")
	l.recorded = append(l.recorded, recordedRequest{l.clock.Now(), r.Method, path, r.URL.RawQuery, body})
	if l.inFlight == nil {
		l.inFlight = map[string]int{}
	}
	l.inFlight[r.Method+path]++
	l.maxInFlight = max(l.maxInFlight, l.inFlight[r.Method+path])
	return l.edit, cmp.Or(l.delays[r.Method+" "+path], l.delays[path])
}

func (l *recordingProxy) finishRequest(r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.inFlight[r.Method+strings.TrimPrefix(r.URL.Path, "/api/v1")]--
}

// slowDown delays requests to the paths, given alone or with a method as in "POST /snapshots/". Earlier delays end.
func (l *recordingProxy) slowDown(d time.Duration, paths ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.delays = map[string]time.Duration{}
	for _, path := range paths {
		l.delays[path] = d
	}
}

// rewrite changes every answer from now on.
func (l *recordingProxy) rewrite(edit func(string) string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.edit = edit
}

// requests returns the requests that meet the condition.
func (l *recordingProxy) requests(is func(recordedRequest) bool) []recordedRequest {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []recordedRequest
	for _, a := range l.recorded {
		if is(a) {
			out = append(out, a)
		}
	}
	return out
}

// actions returns the requests that change something, as "POST /snapshots/ {…}".
func (l *recordingProxy) actions() []string {
	var out []string
	for _, a := range l.requests(func(a recordedRequest) bool { return a.method != http.MethodGet }) {
		out = append(out, strings.TrimSpace(a.method+" "+a.path+" "+a.body))
	}
	return out
}

// readTimes returns the times at which a path was read.
func (l *recordingProxy) readTimes(path string) []time.Time {
	var out []time.Time
	for _, a := range l.requests(func(a recordedRequest) bool { return a.method == http.MethodGet && a.path == path }) {
		out = append(out, a.time)
	}
	return out
}

// reset drops the recorded requests.
func (l *recordingProxy) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.recorded, l.maxInFlight = nil, 0
}

// requireGolden fails the test unless the screen has the text of testdata/NAME.golden; -update remakes it.
func (w *harness) requireGolden(name string) {
	w.t.Helper()
	golden.RequireEqual(namedTest{w.t, name}, maskPort(w.Screen().Text()))
}

// requireStyledGolden is requireGolden with the style of every cell.
func (w *harness) requireStyledGolden(name string) {
	w.t.Helper()
	golden.RequireEqual(namedTest{w.t, name}, maskPort(w.Screen().Styled()))
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
