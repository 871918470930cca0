package sim

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"vpsdeck/internal/clock"
)

const (
	dripChunks = 20       // of a dripping body
	hugeBytes  = 64 << 20 // of a huge one
	page502    = "<!DOCTYPE html>\n<html><head><title>Bad gateway</title></head>\n" +
		"<body><h1>Something went wrong</h1><p>Please try again in a few minutes.</p></body></html>\n"
)

// errClientGone means that the client did not wait for the response.
var errClientGone = errors.New("the client is gone")

// responder sends one response, as its fault changes it.
type responder struct {
	account       *Account
	requestNumber int // in the request log
	fault         Fault
	released      <-chan struct{}
	response      response
}

// newResponder logs a request and finds its fault.
func (a *Account) newResponder(r *http.Request) responder {
	path := apiPath(r)
	return responder{
		account:       a,
		requestNumber: a.requests.add(Request{Method: r.Method, Path: path, Query: r.URL.RawQuery}),
		fault:         a.matchFault(r.Method, path),
		released:      a.released,
	}
}

// respond sends the response, or what the fault makes of it. A cut panics with
// http.ErrAbortHandler, so that an http.Server closes the connection without a response.
func (p responder) respond(w http.ResponseWriter, r *http.Request) {
	if !p.fault.executes() {
		p.response = p.fault.replacement()
	}
	body := p.response.encode()
	cut := p.fault.Kind == CutBefore || p.fault.Kind == CutAfterSend || p.fault.Kind == CutInBody && len(body) == 0
	if cut {
		panic(http.ErrAbortHandler)
	}
	if p.wait(w, r.Context()) != nil {
		return
	}
	body = p.corruptBody(body)
	p.response.setHeaders(w.Header(), len(body))
	switch p.fault.Kind {
	case HTML:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
	case Huge:
		w.Header().Del("Content-Length")
	case WrongLength:
		w.Header().Set("Content-Length", strconv.Itoa(len(body)+100))
	}
	p.account.mu.Lock()
	p.account.requests.setStatus(p.requestNumber, p.response.status)
	p.account.mu.Unlock()
	w.WriteHeader(p.response.status)
	p.sendBody(w, r.Context(), body)
}

// replacement returns the response to a request that is not executed.
func (f Fault) replacement() response {
	if f.Kind == CutBefore {
		return response{}
	}
	out := detailResponse(f.Status, "Injected fault: %s.", http.StatusText(f.Status))
	if f.Status == http.StatusNoContent || f.Status == http.StatusNotModified {
		out.body = nil
	}
	if seconds := int(f.Time / time.Second); seconds > 0 {
		out.header = http.Header{"Retry-After": {strconv.Itoa(seconds)}}
	}
	if f.Location != "" {
		out.header = http.Header{"Location": {f.Location}}
	}
	return out
}

// wait delays the response. It removes the server's own timeouts, since the client's are to be
// tested.
func (p responder) wait(w http.ResponseWriter, ctx context.Context) error {
	switch p.fault.Kind {
	case Delay:
		clearDeadlines(w)
		return sleep(ctx, p.fault.Time)
	case Hold:
		clearDeadlines(w)
		select {
		case <-p.released:
		case <-ctx.Done():
			return errClientGone
		}
	case Drip:
		clearDeadlines(w)
	}
	return nil
}

// clearDeadlines removes the timeouts of a connection; a ResponseWriter without a connection has
// none.
func clearDeadlines(w http.ResponseWriter) {
	c := http.NewResponseController(w)
	_ = c.SetReadDeadline(time.Time{})
	_ = c.SetWriteDeadline(time.Time{})
}

// sleep waits, and returns errClientGone if the context ends first.
func sleep(ctx context.Context, d time.Duration) error {
	if clock.Sleep(ctx, d) != nil {
		return errClientGone
	}
	return nil
}

// corruptBody returns the body as the fault changes it. A 204 that gets a body becomes 200.
func (p *responder) corruptBody(body []byte) []byte {
	switch p.fault.Kind {
	case Garbage:
		body = []byte("\x00\x1f\xff{]\"count\": \xc3\x28 ~~~ \x1b[31m not JSON")
	case HTML:
		body = []byte(page502)
	case Empty:
		body = nil
	case Truncated:
		body = body[:len(body)/2]
	case Nulls, Mistyped, Strange:
		body = corrupt(body, p.fault.Kind)
	}
	if p.fault.Body != "" {
		body = []byte(p.fault.Body)
	}
	if len(body) > 0 && p.response.status == http.StatusNoContent {
		p.response.status = http.StatusOK
	}
	return body
}

// sendBody writes the body in the fault's way. It ignores errors: the client may have left.
func (p responder) sendBody(w http.ResponseWriter, ctx context.Context, body []byte) {
	switch p.fault.Kind {
	case CutInBody:
		_, _ = w.Write(body[:len(body)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	case Drip:
		p.sendSlowly(w, ctx, body)
		return
	case Huge:
		blanks := bytes.Repeat([]byte(" "), 64<<10)
		for range hugeBytes / len(blanks) {
			if _, err := w.Write(blanks); err != nil {
				return
			}
		}
	}
	_, _ = w.Write(body)
}

func (p responder) sendSlowly(w http.ResponseWriter, ctx context.Context, body []byte) {
	for i := range dripChunks {
		_, _ = w.Write(body[i*len(body)/dripChunks : (i+1)*len(body)/dripChunks])
		_ = http.NewResponseController(w).Flush()
		if sleep(ctx, p.fault.Time/dripChunks) != nil {
			return
		}
	}
}
