// Package apitest simulates the API for tests: a server that expects certain requests in a certain
// order, and nothing else.
package apitest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"testing"
)

// Prefix is the path of the scripted API, as in the real one.
const Prefix = "/api/v1"

// Call is one expected request, and its response.
type Call struct {
	Method string            // "GET" if empty
	Path   string            // below Prefix, escaped as on the wire, like "/backups/501/"
	Query  string            // like "backup_type=manual&server_id=12345", in any order; "" means none
	Header map[string]string // fields with their required values; "" means absent. Other fields are allowed
	Body   string            // the expected JSON, compared by value; "" means no body

	Status         int               // of the response; 200 if 0
	ResponseHeader map[string]string // fields of the response's header
	ResponseBody   string
}

// Script starts a server that expects the calls in their order, and returns the base address for a
// client. The test fails on a request that differs, on one too many, and on one that is missing at
// its end. The requests must not be concurrent, since their order is checked.
func Script(t testing.TB, calls ...Call) string {
	t.Helper()
	s := &script{t: t, calls: calls}
	server := httptest.NewServer(s)
	t.Cleanup(func() {
		server.Close()
		s.checkAllReceived()
	})
	return server.URL + Prefix
}

type script struct {
	t        testing.TB
	calls    []Call
	mu       sync.Mutex
	received int
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.received++
	if s.received > len(s.calls) {
		s.t.Errorf("request %d: %s %s is one too many: %d were expected", s.received, r.Method, r.URL, len(s.calls))
		w.WriteHeader(http.StatusTeapot)
		return
	}
	call := s.calls[s.received-1]
	for _, flaw := range call.mismatches(r) {
		s.t.Errorf("request %d: %s %s: %s", s.received, r.Method, r.URL, flaw)
	}
	for name, value := range call.ResponseHeader {
		w.Header().Set(name, value)
	}
	w.WriteHeader(cmp.Or(call.Status, http.StatusOK))
	_, _ = io.WriteString(w, call.ResponseBody) // the client may have hung up
}

func (s *script) checkAllReceived() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := s.received; i < len(s.calls); i++ {
		s.t.Errorf("request %d did not come: %s %s", i+1, s.calls[i].method(), s.calls[i].Path)
	}
}

func (c Call) method() string { return cmp.Or(c.Method, http.MethodGet) }

// mismatches lists how the request differs from the expected one.
func (c Call) mismatches(r *http.Request) []string {
	var flaws []string
	differs := func(what string, got, want any) {
		flaws = append(flaws, fmt.Sprintf("the %s is %q, expected %q", what, got, want))
	}
	if r.Method != c.method() {
		differs("method", r.Method, c.method())
	}
	if got := r.URL.EscapedPath(); got != Prefix+c.Path {
		differs("path", got, Prefix+c.Path)
	}
	if want, err := url.ParseQuery(c.Query); err != nil || !reflect.DeepEqual(r.URL.Query(), want) {
		differs("query", r.URL.RawQuery, c.Query)
	}
	for name, want := range c.Header {
		if got := strings.Join(r.Header.Values(name), ", "); got != want {
			differs("header "+name, got, want)
		}
	}
	body, err := io.ReadAll(r.Body)
	if err != nil || !sameJSON(string(body), c.Body) {
		differs("body", body, c.Body)
	}
	return flaws
}

func sameJSON(a, b string) bool {
	if a == "" || b == "" {
		return a == b
	}
	var x, y any
	if json.Unmarshal([]byte(a), &x) != nil || json.Unmarshal([]byte(b), &y) != nil {
		return false
	}
	return reflect.DeepEqual(x, y)
}
