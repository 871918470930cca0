package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"vpsdeck/model"
)

// outcome is the effect of a fault on a call: the kind of failure (nil: none), whether an action's
// outcome is then unknown, and how many requests were sent.
type outcome struct {
	kind    error
	unknown bool
	sent    int
}

// fault is something that goes wrong, and its effect on reads and actions.
type fault struct {
	name           string
	base           string // of the client; plain HTTP to loopback if empty
	dialErr        error
	handle         func(*testing.T, http.ResponseWriter, *http.Request)
	reads, actions outcome
	exceptions     map[string]outcome // for single endpoints
}

func (f fault) outcomeFor(e endpoint) outcome {
	if o, special := f.exceptions[e.name]; special {
		return o
	}
	if !e.isAction {
		return f.reads
	}
	return f.actions
}

// expect sets the outcome of reads and the outcome of actions.
func (f fault) expect(read, action outcome) fault {
	f.reads, f.actions = read, action
	return f
}

// respondWith sends a complete response with this status and body.
func respondWith(status int, contentType, body string) func(*testing.T, http.ResponseWriter, *http.Request) {
	return func(_ *testing.T, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func respondRaw(bytes string) func(*testing.T, http.ResponseWriter, *http.Request) {
	return func(t *testing.T, w http.ResponseWriter, _ *http.Request) { writeRaw(t, w, bytes) }
}

func redirectTo(status int, location string) func(*testing.T, http.ResponseWriter, *http.Request) {
	return func(_ *testing.T, w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", cmp.Or(location, r.URL.Path))
		w.WriteHeader(status)
	}
}

// maxTestBody is the body limit of the client in the fault table, in bytes.
const maxTestBody = 64 << 10

var (
	okOutcome        = outcome{sent: 1}
	badReadOutcome   = outcome{kind: model.ErrBadAnswer, sent: 1}
	badActionOutcome = outcome{kind: model.ErrBadAnswer, unknown: true, sent: 1}
)

// transportFaults are the faults without a complete response.
func transportFaults() []fault {
	unsent := outcome{kind: model.ErrUnreachable}
	late := outcome{kind: model.ErrTimeout, sent: 3}
	lost := outcome{kind: model.ErrTimeout, unknown: true, sent: 1}
	cut := outcome{kind: model.ErrUnreachable, sent: 3}
	gone := outcome{kind: model.ErrUnreachable, unknown: true, sent: 1}
	return []fault{
		fault{name: "refused", dialErr: syscall.ECONNREFUSED}.expect(unsent, unsent),
		fault{name: "no such host", dialErr: &net.DNSError{Err: "no such host", Name: "x",
			IsNotFound: true}}.expect(unsent, unsent),
		fault{name: "name server fails", dialErr: &net.DNSError{Err: "server misbehaving", Name: "x"}}.expect(unsent,
			unsent),
		fault{name: "name server silent", dialErr: &net.DNSError{Err: "timeout", Name: "x",
			IsTimeout: true}}.expect(unsent, unsent),
		fault{name: "no route", dialErr: syscall.EHOSTUNREACH}.expect(unsent, unsent),
		fault{name: "no TLS", base: "https://127.0.0.1/api/v1",
			handle: respondWith(200, "text/plain", "")}.expect(unsent, unsent),
		fault{name: "time-out before headers", handle: func(_ *testing.T, _ http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
		}}.expect(late, lost),
		{
			name: "time-out in the body", reads: late, actions: lost,
			handle: func(_ *testing.T, w http.ResponseWriter, r *http.Request) {
				_, _ = io.WriteString(w, `{"count": `)
				w.(http.Flusher).Flush()
				<-r.Context().Done()
			},
		},
		{name: "slow drip", reads: late, actions: lost, handle: drip},
		fault{name: "cut before headers", handle: respondRaw("")}.expect(cut, gone),
		fault{name: "cut in the headers",
			handle: respondRaw("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n")}.expect(cut, gone),
		{
			name: "cut in the body", reads: cut, actions: gone,
			handle: respondRaw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"cou\r\n"),
		},
		{
			name: "Content-Length too large", reads: cut, actions: gone,
			handle: respondRaw("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"id\": 1}"),
		},
		{
			name: "Content-Length too small", reads: badReadOutcome, actions: badActionOutcome,
			handle: respondRaw("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{\"id\": 1}"),
		},
		fault{name: "Content-Length no number",
			handle: respondRaw("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n")}.expect(badReadOutcome,
			badActionOutcome),
		fault{name: "no HTTP", handle: respondRaw("SSH-2.0-OpenSSH_9.6\r\n\r\n")}.expect(badReadOutcome,
			badActionOutcome),
		{
			name: "bad gzip", reads: badReadOutcome, actions: badActionOutcome,
			handle: respondRaw("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 12\r\n\r\nnot gzip att"),
		},
		{
			name: "bad chunks", reads: badReadOutcome, actions: badActionOutcome,
			handle: respondRaw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n"),
		},
	}
}

// drip sends a byte a second, for longer than anyone should wait.
func drip(_ *testing.T, w http.ResponseWriter, r *http.Request) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for range 1000 {
		_, _ = io.WriteString(w, " ")
		w.(http.Flusher).Flush()
		select {
		case <-tick.C:
		case <-r.Context().Done():
			return
		}
	}
}

// responseFaults are the faults in which a response has a status of success, but cannot be right.
func responseFaults() []fault {
	table := []fault{
		{name: "empty 200", handle: respondWith(200, "application/json", "")},
		{name: "HTML 200", handle: respondWith(200, "text/html", "<!doctype html><title>Log in</title>")},
		{name: "truncated JSON", handle: respondWith(200, "application/json",
			`{"count": 1, "results": [{"id": 1, "na`)},
		{name: "two answers", handle: respondWith(200, "application/json", `{"id": 1, "results": []} {"id": 2}`)},
		{name: "a word", handle: respondWith(200, "application/json", `"success"`)},
		{name: "wrong types", handle: respondWith(200, "application/json", `{"results": 5, "id": {}, "account": 7}`)},
		{name: "wrong types within", handle: respondWith(200, "application/json",
			`{"results": [{"id": 1, "name": 5, "server": 7, "status": []}], "id": 1, "status": 5, `+
				`"account": {"email": 5}}`)},
		{name: "nulls", handle: respondWith(200, "application/json",
			`{"results": [null], "id": null, "account": null}`),
			exceptions: map[string]outcome{"Account": okOutcome}},
		{name: "null", handle: respondWith(200, "application/json", `null`),
			exceptions: map[string]outcome{"Account": okOutcome}},
		{name: "an empty object", handle: respondWith(200, "application/json", `{}`),
			exceptions: map[string]outcome{"Account": okOutcome}},
		{name: "huge", handle: respondWith(200, "application/json",
			`{"id": 1, "results": [], "fill": "`+strings.Repeat("x", maxTestBody)+`"}`)},
		{name: "204 with body", handle: respondRaw("HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\n{\"id\": 1}"),
			exceptions: map[string]outcome{"DeleteBackup": okOutcome, "DeleteSnapshot": okOutcome}},
		{name: "another success", handle: respondWith(299, "application/json", "done")},
	}
	for i := range table {
		table[i] = table[i].expect(badReadOutcome, badActionOutcome)
	}
	return table
}

// statusFaults are the faults in which the status reports a failure.
func statusFaults() []fault {
	var table []fault
	for _, test := range []struct {
		status  int
		kind    error
		tries   int
		unknown bool
	}{
		{400, model.ErrRefused, 1, false},
		{401, model.ErrUnauthorized, 1, false},
		{403, model.ErrForbidden, 1, false},
		{404, model.ErrNotFound, 1, false},
		{405, model.ErrRefused, 1, false},
		{408, model.ErrRefused, 1, false},
		{409, model.ErrConflict, 1, false},
		{410, model.ErrNotFound, 1, false},
		{415, model.ErrRefused, 1, false},
		{418, model.ErrRefused, 1, false},
		{422, model.ErrRefused, 1, false},
		{429, model.ErrRateLimited, 3, false},
		{500, model.ErrUnavailable, 1, false},
		{502, model.ErrUnavailable, 3, true},
		{503, model.ErrUnavailable, 3, true},
		{504, model.ErrUnavailable, 3, true},
		{524, model.ErrUnavailable, 1, true},
		{600, model.ErrBadAnswer, 1, true},
		{303, model.ErrBadAnswer, 1, true},
		{304, model.ErrBadAnswer, 1, false},
	} {
		read, action := outcome{kind: test.kind, sent: test.tries}, outcome{test.kind, test.unknown, 1}
		var lists map[string]outcome // a list that is not found is a wrong address, not a missing object
		if test.kind == model.ErrNotFound {
			lists = map[string]outcome{"Servers": badReadOutcome, "Backups": badReadOutcome,
				"Snapshots": badReadOutcome}
		}
		known := func(f fault) fault { f.exceptions = lists; return f.expect(read, action) }
		table = append(table,
			known(fault{name: fmt.Sprint(test.status), handle: respondWith(test.status, "text/plain", "")}),
			known(fault{
				name:   fmt.Sprint(test.status, " with the token in it"),
				handle: respondWith(test.status, "application/json", `{"detail": "the token `+secretToken+` is bad"}`),
			}),
		)
	}
	for name, body := range map[string]string{
		"detail": `{"detail": "limit reached"}`, "error": `{"error": "limit reached"}`,
		"message": `{"message": "limit reached"}`,
		"field":   `{"name": ["limit reached"]}`, "no field": `{"non_field_errors": ["limit reached"]}`,
		"nested": `{"error": {"message": "limit reached"}}`,
		"list":   `["limit reached"]`, "plain": "limit reached", "code": `{"error": "limit_reached"}`,
		"HTML":    "<html><body>nginx</body></html>",
		"cut off": `{"detail": "limit rea`, "huge": strings.Repeat("x ", maxErrorBody), "no text": "\xff\x00",
		"number": "5", "null": "null",
	} {
		refused := outcome{kind: model.ErrRefused, sent: 1}
		f := fault{name: "400 with " + name, handle: respondWith(400, "", body)}
		table = append(table, f.expect(refused, refused))
	}
	for _, status := range []int{301, 302, 307, 308} {
		action := outcome{kind: model.ErrBadAnswer, sent: 1}
		for name, location := range map[string]string{
			"https": "https://127.0.0.1/api/v1/", "https on the same port": "https://127.0.0.1:80/api/v1/",
			"another host": "http://127.0.0.2/", "another port": "http://127.0.0.1:81/",
			"a login": "http://u:p@127.0.0.1/", "nowhere": "mailto:a@b.c",
		} {
			f := fault{name: fmt.Sprint(status, " to ", name), handle: redirectTo(status, location)}
			table = append(table, f.expect(badReadOutcome, action))
		}
		table = append(table, fault{name: fmt.Sprint(status, " to itself"), handle: redirectTo(status, "")}.
			expect(outcome{kind: model.ErrBadAnswer, sent: 1 + maxRedirects}, action))
	}
	absurdWait := func(_ *testing.T, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "99999999999999999999999")
		w.WriteHeader(429)
	}
	limited := outcome{kind: model.ErrRateLimited, sent: 1}
	return append(table, fault{name: "429 for an absurd time", handle: absurdWait}.expect(limited, limited))
}

func TestEveryFaultHasTheRightErrorAndRequestCount(t *testing.T) {
	t.Parallel()
	for _, f := range append(append(transportFaults(), responseFaults()...), statusFaults()...) {
		for _, e := range endpoints {
			t.Run(f.name+"/"+e.name, func(t *testing.T) {
				withTestServer(t, cmp.Or(f.base, "http://127.0.0.1/api/v1"),
					func(w http.ResponseWriter, r *http.Request) { f.handle(t, w, r) },
					func(t *testing.T, w *testServer, c *Client) {
						w.dial = func() error { return f.dialErr }
						_, err := e.run(t.Context(), c)
						checkOutcome(t, err, f.outcomeFor(e))
						if got := int(w.requests.Load()); got != f.outcomeFor(e).sent {
							t.Errorf("%d requests went out, expected %d", got, f.outcomeFor(e).sent)
						}
					}, WithLimits(Limits{Body: maxTestBody}))
			})
		}
	}
}

func checkOutcome(t *testing.T, err error, want outcome) {
	t.Helper()
	if want.kind == nil {
		if err != nil {
			t.Errorf("failed: %v", err)
		}
		return
	}
	if !errors.Is(err, want.kind) {
		t.Fatalf("%v is not %q", err, want.kind)
	}
	if got := errors.Is(err, model.ErrOutcomeUnknown); got != want.unknown {
		t.Errorf("outcome unknown: %t, expected %t: %v", got, want.unknown, err)
	}
	checkMessage(t, err)
}

func TestCancelledCallReportsCancellation(t *testing.T) {
	t.Parallel()
	for _, e := range endpoints {
		for _, early := range []bool{true, false} {
			t.Run(fmt.Sprint(e.name, early), func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if early {
					cancel()
				}
				withTestServer(t, "http://127.0.0.1/api/v1", func(_ http.ResponseWriter, r *http.Request) {
					cancel()
					<-r.Context().Done()
				}, func(t *testing.T, w *testServer, c *Client) {
					_, err := e.run(ctx, c)
					checkOutcome(t, err, outcome{kind: context.Canceled, unknown: !early && e.isAction})
					if sent := w.requests.Load(); (sent == 0) != early || sent > 1 {
						t.Errorf("%d requests went out", sent)
					}
				})
			})
		}
	}
}

func TestExpiredCallIsNotSent(t *testing.T) {
	c := newClient(t, "http://127.0.0.1:1")
	ctx, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer cancel()
	for range 20 { // select chooses at random between a free slot and an ended context
		checkOutcome(t, c.DeleteBackup(ctx, "1"), outcome{kind: model.ErrTimeout})
	}
}

// A body that cannot be decoded is no reason to doubt that the server speaks HTTP.
func TestDamagedBodyIsNotSaidToBeNoHTTP(t *testing.T) {
	t.Parallel()
	for header, body := range map[string]string{
		"Content-Encoding: gzip\r\nContent-Length: 12": "no gzip here", "Transfer-Encoding: chunked": "no chunk\r\n",
	} {
		damaged := func(w http.ResponseWriter, _ *http.Request) {
			writeRaw(t, w, "HTTP/1.1 200 OK\r\n"+header+"\r\n\r\n"+body)
		}
		withTestServer(t, "http://127.0.0.1/api/v1", damaged, func(t *testing.T, _ *testServer, c *Client) {
			_, err := c.Servers(t.Context(), model.ServerFilter{})
			const want = "The response of 127.0.0.1 cannot be used: its compression or its chunks are damaged."
			if !errors.Is(err, model.ErrBadAnswer) || model.ErrorMessage(err) != want {
				t.Errorf("with %s: %v", header, err)
			}
			_, err = c.CreateSnapshot(t.Context(), "1", "n", "")
			checkOutcome(t, err, outcome{kind: model.ErrBadAnswer, unknown: true})
		})
	}
}

func TestHugeResponseIsReadOnlyUpToTheLimit(t *testing.T) {
	written := 0
	flood := func(w http.ResponseWriter, _ *http.Request) {
		for range 100 {
			n, err := w.Write(make([]byte, maxTestBody/10))
			if err != nil {
				return
			}
			written += n
		}
	}
	withTestServer(t, "http://127.0.0.1/api/v1", flood, func(t *testing.T, _ *testServer, c *Client) {
		_, err := c.Servers(t.Context(), model.ServerFilter{})
		checkOutcome(t, err, badReadOutcome)
		synctest.Wait()
		if written > 2*maxTestBody {
			t.Errorf("%d bytes were read, %d are allowed", written, maxTestBody)
		}
	}, WithLimits(Limits{Body: maxTestBody}))
}
