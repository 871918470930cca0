package ui_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"vpsdeck/api/sim"
	"vpsdeck/model"
)

// front stands before the account and misbehaves. Only the requests of one endpoint come by it; see forked.
type front struct {
	account http.Handler
	now     func() time.Time // the account's clock
	trouble trouble
	came    atomic.Int32
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.came.Add(1)
	answer := httptest.NewRecorder()
	if f.trouble.done {
		f.account.ServeHTTP(answer, r)
	} else {
		_, _ = io.Copy(io.Discard, r.Body) // else the server does not notice a client that hangs up
	}
	w.Header().Set("Date", f.now().UTC().Format(http.TimeFormat))
	f.trouble.spoil(w, r, answer)
}

// misbehave is what a front does in place of answering.
type misbehave func(w http.ResponseWriter, r *http.Request, answer *httptest.ResponseRecorder)

// says answers with a status, a body, and header fields in pairs.
func says(status int, body string, header ...string) misbehave {
	return func(w http.ResponseWriter, _ *http.Request, _ *httptest.ResponseRecorder) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// retryDate asks to be left alone until a date, 45 s from now by the account's clock.
func retryDate(w http.ResponseWriter, _ *http.Request, _ *httptest.ResponseRecorder) {
	now, _ := http.ParseTime(w.Header().Get("Date"))
	w.Header().Set("Retry-After", now.Add(45*time.Second).Format(http.TimeFormat))
	w.WriteHeader(http.StatusTooManyRequests)
}

// pointsTo answers with a redirect; to the same address if place is empty.
func pointsTo(status int, place string) misbehave {
	return func(w http.ResponseWriter, r *http.Request, _ *httptest.ResponseRecorder) {
		if place == "" {
			place = r.URL.Path
		}
		w.Header().Set("Location", place)
		w.WriteHeader(status)
	}
}

// roomy is the account's own status, or one that leaves room for a body.
func roomy(answer *httptest.ResponseRecorder) int {
	if answer.Code == http.StatusNoContent {
		return http.StatusOK
	}
	return answer.Code
}

// says2xx answers with a status of success, and a body made of the account's.
func says2xx(body func(string) string) misbehave {
	return func(w http.ResponseWriter, _ *http.Request, answer *httptest.ResponseRecorder) {
		w.WriteHeader(roomy(answer))
		_, _ = io.WriteString(w, body(answer.Body.String()))
	}
}

// sends writes bytes that no well-behaved server would send, and hangs up.
func sends(text string) misbehave {
	return func(w http.ResponseWriter, _ *http.Request, _ *httptest.ResponseRecorder) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return // the client is gone, and the count of requests tells
		}
		_, _ = io.WriteString(conn, text)
		_ = conn.Close()
	}
}

// hangs never answers.
func hangs(_ http.ResponseWriter, r *http.Request, _ *httptest.ResponseRecorder) {
	<-r.Context().Done()
}

// hangsInBody sends the header and the first bytes of the body, and no more.
func hangsInBody(w http.ResponseWriter, r *http.Request, answer *httptest.ResponseRecorder) {
	w.WriteHeader(roomy(answer))
	_, _ = io.WriteString(w, `{"count": `)
	_ = http.NewResponseController(w).Flush()
	<-r.Context().Done()
}

// drips sends a byte every few milliseconds, for as long as anyone listens.
func drips(w http.ResponseWriter, r *http.Request, answer *httptest.ResponseRecorder) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	w.WriteHeader(roomy(answer))
	for {
		_, _ = io.WriteString(w, " ")
		_ = http.NewResponseController(w).Flush()
		select {
		case <-tick.C:
		case <-r.Context().Done():
			return
		}
	}
}

// floods sends the body behind 64 MiB of blanks, as far as anyone takes them.
func floods(w http.ResponseWriter, _ *http.Request, answer *httptest.ResponseRecorder) {
	w.WriteHeader(http.StatusOK)
	blanks := strings.Repeat(" ", 64<<10)
	for range 1024 {
		if _, err := io.WriteString(w, blanks); err != nil {
			return
		}
	}
	_, _ = io.WriteString(w, answer.Body.String())
}

// leaves makes a body anew in which every value that is no list and no object has been changed.
func leaves(change func(name string, value any) any) func(string) string {
	var walk func(name string, value any) any
	walk = func(name string, value any) any {
		switch v := value.(type) {
		case map[string]any:
			for key, one := range v {
				v[key] = walk(key, one)
			}
		case []any:
			for i, one := range v {
				v[i] = walk(name, one)
			}
		default:
			return change(name, value)
		}
		return value
	}
	return func(body string) string {
		var value any
		_ = json.Unmarshal([]byte(body), &value) // a body that is none, as of a DELETE, becomes the change itself
		out, _ := json.Marshal(walk("", value))
		return string(out)
	}
}

// stray is the address to which a fault's requests go.
func (f *front) stray(t testing.TB) string {
	t.Helper()
	if f.trouble.base != "" {
		return f.trouble.base
	}
	if f.trouble.untrusted {
		server := httptest.NewUnstartedServer(f)
		server.Config.ErrorLog = silent
		server.StartTLS()
		t.Cleanup(server.Close)
		return server.URL + "/api/v1"
	}
	server, err := sim.Listen("127.0.0.1:0", f)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	if f.trouble.plain {
		return strings.Replace(server.URL(), "http://", "https://", 1)
	}
	return server.URL()
}

// notebook is a journal in memory.
type notebook struct {
	mu      sync.Mutex
	records []model.Record
}

func (n *notebook) Append(r model.Record) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.records = append(n.records, r)
	return nil
}

func (n *notebook) Read() ([]model.Record, int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]model.Record(nil), n.records...), 0, nil
}

func (n *notebook) Alive(string) bool { return true }

// LockServer is free: nobody else shares the lines.
func (n *notebook) LockServer(context.Context, string, model.ID) (func(), error) {
	return func() {}, nil
}

// story is what became of the only deed, step by step.
func (n *notebook) story() string {
	records, _, _ := n.Read() // a notebook has no failures
	var steps []string
	for _, r := range records {
		if r.ID != records[0].ID {
			steps = append(steps, strconv.Quote(r.ID))
		}
		steps = append(steps, r.Event)
	}
	return strings.Join(steps, ", ")
}
