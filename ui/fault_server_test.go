package ui_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"vpsdeck/api/sim"
	"vpsdeck/internal/simtest"
)

// faultServer stands between the program and the account, and misbehaves. Only the requests to one
// endpoint reach it; see routedClient.
type faultServer struct {
	account      http.Handler
	now          func() time.Time // the account's clock
	spec         faultCase
	requestCount atomic.Int32
}

func (f *faultServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.requestCount.Add(1)
	answer := httptest.NewRecorder()
	if f.spec.executed {
		f.account.ServeHTTP(answer, r)
	} else {
		_, _ = io.Copy(io.Discard, r.Body) // otherwise the server does not notice that the client hangs up
	}
	w.Header().Set("Date", f.now().UTC().Format(http.TimeFormat))
	f.spec.respond(w, r, answer)
}

// faultResponse is how a faultServer answers.
type faultResponse func(w http.ResponseWriter, r *http.Request, answer *httptest.ResponseRecorder)

// respond answers with a status, a body, and header fields in pairs.
func respond(status int, body string, header ...string) faultResponse {
	return func(w http.ResponseWriter, _ *http.Request, _ *httptest.ResponseRecorder) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// retryAfterDate answers 429 with a Retry-After date, 45 s from now by the account's clock.
func retryAfterDate(w http.ResponseWriter, _ *http.Request, _ *httptest.ResponseRecorder) {
	now, _ := http.ParseTime(w.Header().Get("Date"))
	w.Header().Set("Retry-After", now.Add(45*time.Second).Format(http.TimeFormat))
	w.WriteHeader(http.StatusTooManyRequests)
}

// redirectTo answers with a redirect; to the same address if place is empty.
func redirectTo(status int, address string) faultResponse {
	return func(w http.ResponseWriter, r *http.Request, _ *httptest.ResponseRecorder) {
		if address == "" {
			address = r.URL.Path
		}
		w.Header().Set("Location", address)
		w.WriteHeader(status)
	}
}

// statusWithBody returns the account's status, or 200 if that status allows no body.
func statusWithBody(answer *httptest.ResponseRecorder) int {
	if answer.Code == http.StatusNoContent {
		return http.StatusOK
	}
	return answer.Code
}

// respondSuccess answers with a success status and a body made from the account's.
func respondSuccess(body func(string) string) faultResponse {
	return func(w http.ResponseWriter, _ *http.Request, answer *httptest.ResponseRecorder) {
		w.WriteHeader(statusWithBody(answer))
		_, _ = io.WriteString(w, body(answer.Body.String()))
	}
}

// sendRaw writes bytes that no well-behaved server would send, and hangs up.
func sendRaw(text string) faultResponse {
	return func(w http.ResponseWriter, _ *http.Request, _ *httptest.ResponseRecorder) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return // the client is gone, which the request count shows
		}
		_, _ = io.WriteString(conn, text)
		_ = conn.Close()
	}
}

// hang never answers.
func hang(_ http.ResponseWriter, r *http.Request, _ *httptest.ResponseRecorder) {
	<-r.Context().Done()
}

// hangInBody sends the header and the first bytes of the body, and no more.
func hangInBody(w http.ResponseWriter, r *http.Request, answer *httptest.ResponseRecorder) {
	w.WriteHeader(statusWithBody(answer))
	_, _ = io.WriteString(w, `{"count": `)
	_ = http.NewResponseController(w).Flush()
	<-r.Context().Done()
}

// dripBody sends a byte every few milliseconds until the client hangs up.
func dripBody(w http.ResponseWriter, r *http.Request, answer *httptest.ResponseRecorder) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	w.WriteHeader(statusWithBody(answer))
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

// floodBody sends 64 MiB of blanks before the body, until the client stops reading.
func floodBody(w http.ResponseWriter, _ *http.Request, answer *httptest.ResponseRecorder) {
	w.WriteHeader(http.StatusOK)
	blanks := strings.Repeat(" ", 64<<10)
	for range 1024 {
		if _, err := io.WriteString(w, blanks); err != nil {
			return
		}
	}
	_, _ = io.WriteString(w, answer.Body.String())
}

// changeLeaves changes every value of a JSON body that is neither a list nor an object.
func changeLeaves(change func(name string, value any) any) func(string) string {
	var walk func(name string, value any) any
	walk = func(name string, value any) any {
		switch v := value.(type) {
		case map[string]any:
			for key, item := range v {
				v[key] = walk(key, item)
			}
		case []any:
			for i, item := range v {
				v[i] = walk(name, item)
			}
		default:
			return change(name, value)
		}
		return value
	}
	return func(body string) string {
		var value any
		_ = json.Unmarshal([]byte(body), &value) // an empty body, as of a DELETE, becomes the changed value itself
		out, _ := json.Marshal(walk("", value))
		return string(out)
	}
}

// listen starts the server and returns the address for the requests.
func (f *faultServer) listen(t testing.TB) string {
	t.Helper()
	if f.spec.baseURL != "" {
		return f.spec.baseURL
	}
	if f.spec.untrustedCert {
		server := httptest.NewUnstartedServer(f)
		server.Config.ErrorLog = discardLogger
		server.StartTLS()
		t.Cleanup(server.Close)
		return server.URL + "/api/v1"
	}
	server, err := sim.Listen("127.0.0.1:0", f)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	if f.spec.plainHTTP {
		return strings.Replace(server.URL(), "http://", "https://", 1)
	}
	return server.URL()
}

// eventsOf returns the events of the only action, in order.
func eventsOf(j *simtest.Journal) string {
	records := j.Records()
	var steps []string
	for _, r := range records {
		if r.ID != records[0].ID {
			steps = append(steps, strconv.Quote(r.ID))
		}
		steps = append(steps, r.Event)
	}
	return strings.Join(steps, ", ")
}
