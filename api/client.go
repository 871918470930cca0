// Package api speaks the VPS.org REST API over HTTP: it lists servers, backups and snapshots, makes, restores and deletes
// them, and knows no screens. Nouns and kinds of failure are those of package model.
//
// Reads are tried again when the line or the API stumbles; deeds (POST, DELETE) are sent once, whatever happens, and say
// so with model.ErrOutcomeUnknown when their answer was lost. Every call ends: time, size, items and pages are bounded.
//
// Where a fact comes from is marked: [D] documented, [E] read off an example, [I] inferred.
package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"vpsdeck/model"
)

// DefaultURL is where the API lives [D].
const DefaultURL = "https://admin.vps.org/api/v1"

// inFlight is how many requests of one client are under way at most: enough to fill a screen, too few to annoy the API.
const inFlight = 4

// Client asks the API with one token. It is safe for concurrent use. Its errors are *Error, and never hold the token.
type Client struct {
	base    *url.URL
	token   secret
	mask    func() *mask // of the token
	agent   string
	now     func() time.Time
	wait    func(context.Context, time.Duration) error
	limits  Limits
	slots   chan struct{}
	bodies  chan []byte // room of bodies that nobody needs any more
	reads   *http.Client
	deeds   *http.Client
	observe func(model.Exchange) // nil: nobody wants to know
	resting func(time.Duration)  // likewise
	shelf   shelf                // of pages that were read before
	room    room                 // for further requests, as the API told
	quiet   time.Time            // until then long lists wait
	clock   timekeeper           // of the API's clock
}

// secret keeps the token inside a function, where no formatting verb can find it.
type secret func() string

// New makes a client of the API at baseURL (with or without a trailing slash; DefaultURL is the usual one). It sends
// nothing. Refused, each with a sentence for a person: an address that is not https (plain http is for this machine
// only), or has user info, a query, a fragment or no host; a token that is empty or holds what no token can; an option
// that makes no sense.
func New(baseURL, token string, opts ...Option) (*Client, error) {
	base, err := parseBase(baseURL)
	if err != nil {
		return nil, err
	}
	if err := checkToken(token); err != nil {
		return nil, err
	}
	c := &Client{
		base:   base,
		token:  func() string { return token },
		mask:   sync.OnceValue(func() *mask { return newMask(token) }),
		agent:  "vpsdeck",
		now:    time.Now,
		wait:   sleep,
		limits: defaultLimits,
		slots:  make(chan struct{}, inFlight),
		bodies: make(chan []byte, inFlight),
	}
	c.reads = &http.Client{Transport: newTransport(), CheckRedirect: c.follow}
	c.deeds = &http.Client{Transport: onceTransport(), CheckRedirect: followNone}
	for _, opt := range opts {
		if err := opt(c); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// Host is the API's host, with its port where one was given, for the screen.
func (c *Client) Host() string { return model.Clean(c.base.Host) }

// String names the client by its host.
func (c *Client) String() string { return "client of " + c.Host() }

// Format prints the client by its host, whatever the verb: fmt would otherwise follow pointers into the connections, whose
// buffers hold the last request, token and all.
func (c *Client) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// answer is a 2xx answer.
type answer struct {
	req    *http.Request // the request that it answers
	from   *url.URL      // where it came from, after redirects
	status int
	link   string // the next page's address, as the header gives it, without the token; "": it does not
	body   []byte // as far as it came, without the token
	size   int    // of the body as it came, in bytes
	broken *Error // why that is not the whole; nil if it is
}

// progress is how far a request came, as the transport saw it.
type progress struct {
	connected atomic.Bool // from here on the request may have been sent
	answered  atomic.Bool // something came back
}

func (p *progress) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		// Comes after the TLS handshake and before the first byte of the request: until then nothing was sent for certain.
		GotConn:              func(httptrace.GotConnInfo) { p.connected.Store(true) },
		GotFirstResponseByte: func() { p.answered.Store(true) },
	}
}

// limited bounds all of what one method does: every page, every try, every wait.
func (c *Client) limited(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, c.limits.Total)
}

// do sends a deed, once. The payload, if any, goes as JSON.
func (c *Client) do(ctx context.Context, method, path string, payload any) (answer, *Error) {
	ctx, cancel := c.limited(ctx)
	defer cancel()
	var body []byte
	if payload != nil {
		var err error
		if body, err = json.Marshal(payload); err != nil {
			return answer{}, unsendable(method, path, "vpsdeck could not put the request into words: please report this.")
		}
	}
	return c.send(ctx, method, c.at(path, nil), body)
}

// at is where a path of the API, escaped, is asked for.
func (c *Client) at(path string, query url.Values) *url.URL {
	u := c.base.JoinPath(path)
	u.RawQuery = query.Encode()
	return u
}

// send is the one place where a request leaves. It asks once and reads what comes back, through the limits.
func (c *Client) send(ctx context.Context, method string, u *url.URL, body []byte) (answer, *Error) {
	var way progress
	req := c.request(method, u, body)
	if !c.turn(ctx) {
		return answer{}, c.lineFailure(ctx, req, ctx.Err(), &way)
	}
	defer func() { <-c.slots }()
	timed, cancel := context.WithTimeout(httptrace.WithClientTrace(ctx, way.trace()), c.limits.Call)
	defer cancel()
	began := c.now()
	resp, err := c.via(method).Do(req.WithContext(timed))
	if err != nil {
		failed := c.lineFailure(timed, req, err, &way)
		c.tell(exchange{req: req, sent: body, began: began, failed: failed})
		return answer{}, failed
	}
	defer func() { _ = resp.Body.Close() }()
	c.clock.learn(resp.Header, c.now())
	c.room.learn(resp.Header, c.Now())
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		var got bytes.Buffer
		failed := c.statusFailure(req, resp, io.TeeReader(resp.Body, &got))
		c.tell(exchange{req: req, sent: body, status: resp.StatusCode, got: got.Bytes(), began: began, failed: failed})
		return answer{}, failed
	}
	a := c.read(timed, req, resp, &way)
	c.tell(exchange{req: req, sent: body, status: resp.StatusCode, got: a.body, size: a.size, began: began, failed: a.broken})
	return a, nil
}

// turn waits until fewer than inFlight requests are under way, and says whether it came to that before the context ended.
func (c *Client) turn(ctx context.Context) bool {
	select {
	case c.slots <- struct{}{}:
	case <-ctx.Done():
		return false
	}
	if ctx.Err() != nil {
		<-c.slots
		return false
	}
	return true
}

// request is made by hand for its want of GetBody: nothing may rewind a deed's body and send it again.
func (c *Client) request(method string, u *url.URL, body []byte) *http.Request {
	req := &http.Request{Method: method, URL: u, Header: http.Header{
		"Authorization": {"Bearer " + c.token()},
		"Accept":        {"application/json"},
		"Content-Type":  {"application/json"}, // as in every sample of the documents, without a body too [E]
		"User-Agent":    {c.agent},
	}}
	if body != nil {
		req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	}
	return req
}

func (c *Client) via(method string) *http.Client {
	if method == http.MethodGet {
		return c.reads
	}
	return c.deeds
}

// read takes the body of a 2xx answer, or what came of it.
func (c *Client) read(ctx context.Context, req *http.Request, resp *http.Response, way *progress) answer {
	a := answer{req: req, from: resp.Request.URL, status: resp.StatusCode, link: nextLink(resp.Header)}
	var room []byte
	select {
	case room = <-c.bodies:
	default:
	}
	body := bytes.NewBuffer(room)
	_, err := body.ReadFrom(io.LimitReader(resp.Body, c.limits.Body+1))
	a.body, a.size = c.mask().hide(bytes.TrimPrefix(body.Bytes(), byteOrderMark)), body.Len()
	switch {
	case err != nil:
		a.broken = c.lineFailure(ctx, req, err, way)
		a.broken.Status = resp.StatusCode
	case int64(a.size) > c.limits.Body:
		a.broken = c.badAnswer(a, "it is far larger than any answer of the API should be")
	}
	return a
}

// largestRoom is the largest body whose room is kept for another, in bytes: a page of a hundred has 45 KB.
const largestRoom = 256 << 10

// release gives up a body, into whose room another one is then read.
func (c *Client) release(body []byte) {
	if cap(body) > largestRoom {
		return
	}
	select {
	case c.bodies <- body[:0]:
	default:
	}
}
