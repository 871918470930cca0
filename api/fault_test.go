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

// outcome is what a fault makes of a call: the kind of failure (nil: none), whether a deed's outcome is then unknown, and
// how many requests went out.
type outcome struct {
	kind    error
	unknown bool
	sent    int
}

// fault is something that goes wrong, and what reads and deeds make of it.
type fault struct {
	name         string
	base         string // of the client; plain HTTP to loopback if empty
	dial         error
	handle       func(*testing.T, http.ResponseWriter, *http.Request)
	reads, deeds outcome
	but          map[string]outcome // for single endpoints
}

func (f fault) on(e endpoint) outcome {
	if o, special := f.but[e.name]; special {
		return o
	}
	if !e.deed {
		return f.reads
	}
	return f.deeds
}

// asks is what happens to a read and, the same, to every deed.
func (f fault) asks(read, deed outcome) fault {
	f.reads, f.deeds = read, deed
	return f
}

// says is a fault in which a whole answer comes, with this status and body.
func says(status int, contentType, body string) func(*testing.T, http.ResponseWriter, *http.Request) {
	return func(_ *testing.T, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func sends(bytes string) func(*testing.T, http.ResponseWriter, *http.Request) {
	return func(t *testing.T, w http.ResponseWriter, _ *http.Request) { raw(t, w, bytes) }
}

func pointsTo(status int, location string) func(*testing.T, http.ResponseWriter, *http.Request) {
	return func(_ *testing.T, w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", cmp.Or(location, r.URL.Path))
		w.WriteHeader(status)
	}
}

// faultBody is the most that the client of the fault table reads, in bytes.
const faultBody = 64 << 10

var (
	fine    = outcome{sent: 1}
	badRead = outcome{kind: model.ErrBadAnswer, sent: 1}
	badMade = outcome{kind: model.ErrBadAnswer, unknown: true, sent: 1}
)

// lineFaults are those in which no whole answer comes.
func lineFaults() []fault {
	unsent := outcome{kind: model.ErrUnreachable}
	late := outcome{kind: model.ErrTimeout, sent: 3}
	lost := outcome{kind: model.ErrTimeout, unknown: true, sent: 1}
	cut := outcome{kind: model.ErrUnreachable, sent: 3}
	gone := outcome{kind: model.ErrUnreachable, unknown: true, sent: 1}
	return []fault{
		fault{name: "refused", dial: syscall.ECONNREFUSED}.asks(unsent, unsent),
		fault{name: "no such host", dial: &net.DNSError{Err: "no such host", Name: "x", IsNotFound: true}}.asks(unsent, unsent),
		fault{name: "name server fails", dial: &net.DNSError{Err: "server misbehaving", Name: "x"}}.asks(unsent, unsent),
		fault{name: "name server silent", dial: &net.DNSError{Err: "timeout", Name: "x", IsTimeout: true}}.asks(unsent, unsent),
		fault{name: "no route", dial: syscall.EHOSTUNREACH}.asks(unsent, unsent),
		fault{name: "no TLS", base: "https://127.0.0.1/api/v1", handle: says(200, "text/plain", "")}.asks(unsent, unsent),
		fault{name: "time-out before headers", handle: func(_ *testing.T, _ http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
		}}.asks(late, lost),
		{
			name: "time-out in the body", reads: late, deeds: lost,
			handle: func(_ *testing.T, w http.ResponseWriter, r *http.Request) {
				_, _ = io.WriteString(w, `{"count": `)
				w.(http.Flusher).Flush()
				<-r.Context().Done()
			},
		},
		{name: "slow drip", reads: late, deeds: lost, handle: drip},
		fault{name: "cut before headers", handle: sends("")}.asks(cut, gone),
		fault{name: "cut in the headers", handle: sends("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n")}.asks(cut, gone),
		{
			name: "cut in the body", reads: cut, deeds: gone,
			handle: sends("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"cou\r\n"),
		},
		{
			name: "Content-Length too large", reads: cut, deeds: gone,
			handle: sends("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"id\": 1}"),
		},
		{
			name: "Content-Length too small", reads: badRead, deeds: badMade,
			handle: sends("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{\"id\": 1}"),
		},
		fault{name: "Content-Length no number", handle: sends("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n")}.asks(badRead, badMade),
		fault{name: "no HTTP", handle: sends("SSH-2.0-OpenSSH_9.6\r\n\r\n")}.asks(badRead, badMade),
		{
			name: "bad gzip", reads: badRead, deeds: badMade,
			handle: sends("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 12\r\n\r\nnot gzip att"),
		},
		{
			name: "bad chunks", reads: badRead, deeds: badMade,
			handle: sends("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n"),
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

// answerFaults are those in which an answer comes that cannot be right, with a status that says success.
func answerFaults() []fault {
	table := []fault{
		{name: "empty 200", handle: says(200, "application/json", "")},
		{name: "HTML 200", handle: says(200, "text/html", "<!doctype html><title>Log in</title>")},
		{name: "truncated JSON", handle: says(200, "application/json", `{"count": 1, "results": [{"id": 1, "na`)},
		{name: "two answers", handle: says(200, "application/json", `{"id": 1, "results": []} {"id": 2}`)},
		{name: "a word", handle: says(200, "application/json", `"success"`)},
		{name: "wrong types", handle: says(200, "application/json", `{"results": 5, "id": {}, "account": 7}`)},
		{name: "wrong types within", handle: says(200, "application/json",
			`{"results": [{"id": 1, "name": 5, "server": 7, "status": []}], "id": 1, "status": 5, "account": {"email": 5}}`)},
		{name: "nulls", handle: says(200, "application/json", `{"results": [null], "id": null, "account": null}`),
			but: map[string]outcome{"Account": fine}},
		{name: "null", handle: says(200, "application/json", `null`), but: map[string]outcome{"Account": fine}},
		{name: "an empty object", handle: says(200, "application/json", `{}`), but: map[string]outcome{"Account": fine}},
		{name: "huge", handle: says(200, "application/json", `{"id": 1, "results": [], "fill": "`+strings.Repeat("x", faultBody)+`"}`)},
		{name: "204 with body", handle: sends("HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\n{\"id\": 1}"),
			but: map[string]outcome{"DeleteBackup": fine, "DeleteSnapshot": fine}},
		{name: "another success", handle: says(299, "application/json", "done")},
	}
	for i := range table {
		table[i] = table[i].asks(badRead, badMade)
	}
	return table
}

// statusFaults are those in which the status says that it went wrong.
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
		read, deed := outcome{kind: test.kind, sent: test.tries}, outcome{test.kind, test.unknown, 1}
		var lists map[string]outcome // it is not a thing that does not exist
		if test.kind == model.ErrNotFound {
			lists = map[string]outcome{"Servers": badRead, "Backups": badRead, "Snapshots": badRead}
		}
		known := func(f fault) fault { f.but = lists; return f.asks(read, deed) }
		table = append(table,
			known(fault{name: fmt.Sprint(test.status), handle: says(test.status, "text/plain", "")}),
			known(fault{
				name:   fmt.Sprint(test.status, " with the token in it"),
				handle: says(test.status, "application/json", `{"detail": "the token `+secretToken+` is bad"}`),
			}),
		)
	}
	for name, body := range map[string]string{
		"detail": `{"detail": "limit reached"}`, "error": `{"error": "limit reached"}`, "message": `{"message": "limit reached"}`,
		"field": `{"name": ["limit reached"]}`, "no field": `{"non_field_errors": ["limit reached"]}`, "nested": `{"error": {"message": "limit reached"}}`,
		"list": `["limit reached"]`, "plain": "limit reached", "code": `{"error": "limit_reached"}`, "HTML": "<html><body>nginx</body></html>",
		"cut off": `{"detail": "limit rea`, "huge": strings.Repeat("x ", maxErrorBody), "no text": "\xff\x00", "number": "5", "null": "null",
	} {
		refused := outcome{kind: model.ErrRefused, sent: 1}
		table = append(table, fault{name: "400 with " + name, handle: says(400, "", body)}.asks(refused, refused))
	}
	for _, status := range []int{301, 302, 307, 308} {
		deed := outcome{kind: model.ErrBadAnswer, sent: 1}
		for name, place := range map[string]string{
			"https": "https://127.0.0.1/api/v1/", "https on the same port": "https://127.0.0.1:80/api/v1/", "another host": "http://127.0.0.2/", "another port": "http://127.0.0.1:81/",
			"a login": "http://u:p@127.0.0.1/", "nowhere": "mailto:a@b.c",
		} {
			table = append(table, fault{name: fmt.Sprint(status, " to ", name), handle: pointsTo(status, place)}.asks(badRead, deed))
		}
		table = append(table, fault{name: fmt.Sprint(status, " to itself"), handle: pointsTo(status, "")}.
			asks(outcome{kind: model.ErrBadAnswer, sent: 1 + maxRedirects}, deed))
	}
	return append(table, fault{name: "429 for an absurd time", handle: func(_ *testing.T, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "99999999999999999999999")
		w.WriteHeader(429)
	}}.asks(outcome{kind: model.ErrRateLimited, sent: 1}, outcome{kind: model.ErrRateLimited, sent: 1}))
}

func TestEveryFaultHasItsKindItsWordsAndItsNumberOfRequests(t *testing.T) {
	t.Parallel()
	for _, f := range append(append(lineFaults(), answerFaults()...), statusFaults()...) {
		for _, e := range endpoints {
			t.Run(f.name+"/"+e.name, func(t *testing.T) {
				inWorld(t, cmp.Or(f.base, "http://127.0.0.1/api/v1"), func(w http.ResponseWriter, r *http.Request) { f.handle(t, w, r) },
					func(t *testing.T, w *world, c *Client) {
						w.dial = func() error { return f.dial }
						_, err := e.ask(t.Context(), c)
						checkOutcome(t, err, f.on(e))
						if got := int(w.came.Load()); got != f.on(e).sent {
							t.Errorf("%d requests went out, expected %d", got, f.on(e).sent)
						}
					}, WithLimits(Limits{Body: faultBody}))
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
	checkWords(t, err)
}

func TestACancelledCallSaysSo(t *testing.T) {
	t.Parallel()
	for _, e := range endpoints {
		for _, early := range []bool{true, false} {
			t.Run(fmt.Sprint(e.name, early), func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if early {
					cancel()
				}
				inWorld(t, "http://127.0.0.1/api/v1", func(_ http.ResponseWriter, r *http.Request) {
					cancel()
					<-r.Context().Done()
				}, func(t *testing.T, w *world, c *Client) {
					_, err := e.ask(ctx, c)
					checkOutcome(t, err, outcome{kind: context.Canceled, unknown: !early && e.deed})
					if sent := w.came.Load(); (sent == 0) != early || sent > 1 {
						t.Errorf("%d requests went out", sent)
					}
				})
			})
		}
	}
}

func TestACallWhoseTimeIsUpIsNotSent(t *testing.T) {
	c := newClient(t, "http://127.0.0.1:1")
	ctx, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer cancel()
	for range 20 { // the choice between a free slot and an ended context is the runtime's
		checkOutcome(t, c.DeleteBackup(ctx, "1"), outcome{kind: model.ErrTimeout})
	}
}

func TestOfAHugeAnswerLittleMoreThanTheLimitIsTaken(t *testing.T) {
	written := 0
	flood := func(w http.ResponseWriter, _ *http.Request) {
		for range 100 {
			n, err := w.Write(make([]byte, faultBody/10))
			if err != nil {
				return
			}
			written += n
		}
	}
	inWorld(t, "http://127.0.0.1/api/v1", flood, func(t *testing.T, _ *world, c *Client) {
		_, err := c.Servers(t.Context(), model.ServerFilter{})
		checkOutcome(t, err, badRead)
		synctest.Wait()
		if written > 2*faultBody {
			t.Errorf("%d bytes were taken, of which %d are allowed", written, faultBody)
		}
	}, WithLimits(Limits{Body: faultBody}))
}
