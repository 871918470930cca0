package sim

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"
)

const (
	pieces    = 20       // of a dripping body
	hugeBytes = 64 << 20 // of a huge one
	page502   = "<!DOCTYPE html>\n<html><head><title>Bad gateway</title></head>\n" +
		"<body><h1>Something went wrong</h1><p>Please try again in a few minutes.</p></body></html>\n"
)

// errGone says that the client did not wait for the answer.
var errGone = errors.New("the client is gone")

// play is one answer on its way out, and the fault that it runs into.
type play struct {
	account *Account
	number  int // in the journal
	fault   Fault
	held    <-chan struct{}
	answer  answer
}

// begin takes a request down and finds its fault.
func (a *Account) begin(r *http.Request) play {
	path := below(r)
	return play{
		account: a,
		number:  a.asked.arrive(Request{Method: r.Method, Path: path, Query: r.URL.RawQuery}),
		fault:   a.strike(r.Method, path),
		held:    a.held,
	}
}

// run sends the answer, or what the fault makes of it. A cut panics with http.ErrAbortHandler, by which an http.Server
// closes the connection without a word.
func (p play) run(w http.ResponseWriter, r *http.Request) {
	if !p.fault.performs() {
		p.answer = p.fault.inPlace()
	}
	body := p.answer.encode()
	cut := p.fault.What == CutBefore || p.fault.What == CutAfterSend || p.fault.What == CutInBody && len(body) == 0
	if cut {
		panic(http.ErrAbortHandler)
	}
	if p.wait(w, r.Context()) != nil {
		return
	}
	body = p.spoil(body)
	p.answer.dress(w.Header(), len(body))
	switch p.fault.What {
	case HTML:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
	case Huge:
		w.Header().Del("Content-Length")
	case WrongLength:
		w.Header().Set("Content-Length", strconv.Itoa(len(body)+100))
	}
	p.account.mu.Lock()
	p.account.asked.note(p.number, p.answer.status)
	p.account.mu.Unlock()
	w.WriteHeader(p.answer.status)
	p.send(w, r.Context(), body)
}

// inPlace is the answer of a request that was not carried out.
func (f Fault) inPlace() answer {
	if f.What == CutBefore {
		return answer{}
	}
	out := detail(f.Status, "This answer was asked for: %s.", http.StatusText(f.Status))
	if f.Status == http.StatusNoContent || f.Status == http.StatusNotModified {
		out.body = nil
	}
	if seconds := int(f.Time / time.Second); seconds > 0 {
		out.header = http.Header{"Retry-After": {strconv.Itoa(seconds)}}
	}
	if f.Place != "" {
		out.header = http.Header{"Location": {f.Place}}
	}
	return out
}

// wait holds the answer back. The server's own time limits are lifted, as the client's are the ones to be tried.
func (p play) wait(w http.ResponseWriter, ctx context.Context) error {
	switch p.fault.What {
	case Delay:
		lift(w)
		return pause(ctx, p.fault.Time)
	case Hold:
		lift(w)
		select {
		case <-p.held:
		case <-ctx.Done():
			return errGone
		}
	case Drip:
		lift(w)
	}
	return nil
}

// lift takes the time limits off a connection; a ResponseWriter without a connection has none.
func lift(w http.ResponseWriter) {
	c := http.NewResponseController(w)
	_ = c.SetReadDeadline(time.Time{})
	_ = c.SetWriteDeadline(time.Time{})
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return errGone
	}
}

// spoil is the body as the fault leaves it. An answer without one, that is to get one, is no longer 204.
func (p *play) spoil(body []byte) []byte {
	switch p.fault.What {
	case Garbage:
		body = []byte("\x00\x1f\xff{]\"count\": \xc3\x28 ~~~ \x1b[31m not JSON")
	case HTML:
		body = []byte(page502)
	case Empty:
		body = nil
	case Truncated:
		body = body[:len(body)/2]
	case Nulls, Mistyped, Strange:
		body = mangle(body, p.fault.What)
	}
	if p.fault.Text != "" {
		body = []byte(p.fault.Text)
	}
	if len(body) > 0 && p.answer.status == http.StatusNoContent {
		p.answer.status = http.StatusOK
	}
	return body
}

// send writes the body in the fault's way. That the client went away meanwhile is its own affair.
func (p play) send(w http.ResponseWriter, ctx context.Context, body []byte) {
	switch p.fault.What {
	case CutInBody:
		_, _ = w.Write(body[:len(body)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	case Drip:
		p.drip(w, ctx, body)
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

func (p play) drip(w http.ResponseWriter, ctx context.Context, body []byte) {
	for i := range pieces {
		_, _ = w.Write(body[i*len(body)/pieces : (i+1)*len(body)/pieces])
		_ = http.NewResponseController(w).Flush()
		if pause(ctx, p.fault.Time/pieces) != nil {
			return
		}
	}
}
