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

// line is the way between the program and its account: it takes down what passes, can be slow, and can change what the
// account says.
type line struct {
	account http.Handler
	clock   *terminal.Clock

	mu    sync.Mutex
	asked []asked
	slow  map[string]time.Duration   // by path: how long the request is under way before it reaches the account
	edit  func(answer string) string // what becomes of answers; nil: nothing
	now   map[string]int             // by method and path: requests under way
	most  int                        // of one kind that were under way at once
}

// asked is a request of the program.
type asked struct {
	at                        time.Time
	method, path, query, body string
}

func (l *line) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body) // what cannot be read, the account cannot read either
	r.Body = io.NopCloser(bytes.NewReader(body))
	edit, slow := l.begin(r, string(body))
	defer l.end(r)
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

func (l *line) begin(r *http.Request, body string) (edit func(string) string, slow time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	path := strings.TrimPrefix(r.URL.Path, "/api/v1")
	l.asked = append(l.asked, asked{l.clock.Now(), r.Method, path, r.URL.RawQuery, body})
	if l.now == nil {
		l.now = map[string]int{}
	}
	l.now[r.Method+path]++
	l.most = max(l.most, l.now[r.Method+path])
	return l.edit, cmp.Or(l.slow[r.Method+" "+path], l.slow[path])
}

func (l *line) end(r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.now[r.Method+strings.TrimPrefix(r.URL.Path, "/api/v1")]--
}

// slowDown makes the way to a path, or to one with a method before it as in "POST /snapshots/", take so long.
func (l *line) slowDown(d time.Duration, paths ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.slow = map[string]time.Duration{}
	for _, path := range paths {
		l.slow[path] = d
	}
}

// rewrite changes every answer from now on.
func (l *line) rewrite(edit func(string) string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.edit = edit
}

// requests are those that the condition holds for.
func (l *line) requests(is func(asked) bool) []asked {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []asked
	for _, a := range l.asked {
		if is(a) {
			out = append(out, a)
		}
	}
	return out
}

// deeds are the requests that change something, as "POST /snapshots/ {…}".
func (l *line) deeds() []string {
	var out []string
	for _, a := range l.requests(func(a asked) bool { return a.method != http.MethodGet }) {
		out = append(out, strings.TrimSpace(a.method+" "+a.path+" "+a.body))
	}
	return out
}

// reads are the times at which a path was asked for.
func (l *line) reads(path string) []time.Time {
	var out []time.Time
	for _, a := range l.requests(func(a asked) bool { return a.method == http.MethodGet && a.path == path }) {
		out = append(out, a.at)
	}
	return out
}

// forget drops what was taken down so far.
func (l *line) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked, l.most = nil, 0
}

// requireGolden fails the test unless the screen has the text of testdata/NAME.golden; -update remakes it.
func (w *world) requireGolden(name string) {
	w.t.Helper()
	golden.RequireEqual(named{w.t, name}, portless(w.Screen().Text()))
}

// requireStyled is requireGolden with the style of every cell.
func (w *world) requireStyled(name string) {
	w.t.Helper()
	golden.RequireEqual(named{w.t, name}, portless(w.Screen().Styled()))
}

var port = regexp.MustCompile(`(127\.0\.0\.1:)\d{5}`)

// portless gives the account the same address in every run, as wide as before.
func portless(screen string) string { return port.ReplaceAllString(screen, "${1}54321") }

// named is a test under another name: golden calls its file by the test's.
type named struct {
	testing.TB
	name string
}

func (n named) Name() string { return n.name }
