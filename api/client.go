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

// maxInFlight is how many requests of one client are under way at most: enough to fill a screen, too few to annoy the API.
const maxInFlight = 4

// Client asks the API with one token. It is safe for concurrent use. Its errors are *Error, and never hold the token.
type Client struct {
	base          *url.URL
	token         secret
	mask          func() *mask // of the token
	userAgent     string
	now           func() time.Time
	wait          func(context.Context, time.Duration) error
	limits        Limits
	slots         chan struct{}
	bodyBuffers   chan []byte // room of bodies that nobody needs any more
	readClient    *http.Client
	actionClient  *http.Client
	observe       func(model.Exchange) // nil: nobody wants to know
	onRateLimited func(time.Duration)  // likewise
	pageCache     pageCache            // of pages that were read before
	rateLimit     rateLimit            // for further requests, as the API told
	quietUntil    time.Time            // until then long lists wait
	clock         apiClock             // of the API's clock
}

// secret keeps the token inside a function, where no formatting verb can find it.
type secret func() string

// New makes a client of the API at baseURL (with or without a trailing slash; DefaultURL is the usual one). It sends
// nothing. Refused, each with a sentence for a person: an address that is not https (plain http is for this machine
// only), or has user info, a query, a fragment or no host; a token that is empty or holds what no token can; an option
// that makes no sense.
func New(baseURL, token string, opts ...Option) (*Client, error) {
	base, err := parseBaseURL(baseURL)
	if err != nil {
		return nil, err
	}
	if err := checkToken(token); err != nil {
		return nil, err
	}
	c := &Client{
		base:        base,
		token:       func() string { return token },
		mask:        sync.OnceValue(func() *mask { return newMask(token) }),
		userAgent:   "vpsdeck",
		now:         time.Now,
		wait:        sleep,
		limits:      defaultLimits,
		slots:       make(chan struct{}, maxInFlight),
		bodyBuffers: make(chan []byte, maxInFlight),
	}
	c.readClient = &http.Client{Transport: newTransport(), CheckRedirect: c.checkRedirect}
	c.actionClient = &http.Client{Transport: newSingleUseTransport(), CheckRedirect: rejectRedirect}
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

// response is a 2xx answer.
type response struct {
	req      *http.Request // the request that it answers
	finalURL *url.URL      // where it came from, after redirects
	status   int
	nextLink string // the next page's address, as the header gives it, without the token; "": it does not
	body     []byte // as far as it came, without the token
	size     int    // of the body as it came, in bytes
	failure  *Error // why that is not the whole; nil if it is
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

// withTimeout bounds all of what one method does: every page, every try, every wait.
func (c *Client) withTimeout(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, c.limits.Total)
}

// sendAction sends a deed, once. The payload, if any, goes as JSON.
func (c *Client) sendAction(ctx context.Context, method, path string, payload any) (response, *Error) {
	ctx, cancel := c.withTimeout(ctx)
	defer cancel()
	var body []byte
	if payload != nil {
		var err error
		if body, err = json.Marshal(payload); err != nil {
			return response{}, invalidRequest(method, path, "vpsdeck could not put the request into words: please report this.")
		}
	}
	return c.send(ctx, method, c.urlFor(path, nil), body)
}

// urlFor is where a path of the API, escaped, is asked for.
func (c *Client) urlFor(path string, query url.Values) *url.URL {
	u := c.base.JoinPath(path)
	u.RawQuery = query.Encode()
	return u
}

// send is the one place where a request leaves. It asks once and reads what comes back, through the limits.
func (c *Client) send(ctx context.Context, method string, u *url.URL, body []byte) (response, *Error) {
	var way progress
	req := c.newRequest(method, u, body)
	if !c.acquireSlot(ctx) {
		return response{}, c.transportError(ctx, req, ctx.Err(), &way)
	}
	defer func() { <-c.slots }()
	timed, cancel := context.WithTimeout(httptrace.WithClientTrace(ctx, way.trace()), c.limits.Call)
	defer cancel()
	began := c.now()
	resp, err := c.clientFor(method).Do(req.WithContext(timed))
	if err != nil {
		failed := c.transportError(timed, req, err, &way)
		c.reportExchange(exchange{req: req, requestBody: body, started: began, failure: failed})
		return response{}, failed
	}
	defer func() { _ = resp.Body.Close() }()
	c.clock.update(resp.Header, c.now())
	c.rateLimit.update(resp.Header, c.Now())
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		var got bytes.Buffer
		failed := c.statusError(req, resp, io.TeeReader(resp.Body, &got))
		c.reportExchange(exchange{req: req, requestBody: body, status: resp.StatusCode, responseBody: got.Bytes(), started: began, failure: failed})
		return response{}, failed
	}
	a := c.readBody(timed, req, resp, &way)
	c.reportExchange(exchange{req: req, requestBody: body, status: resp.StatusCode, responseBody: a.body, size: a.size, started: began, failure: a.failure})
	return a, nil
}

// acquireSlot waits until fewer than inFlight requests are under way, and says whether it came to that before the context ended.
func (c *Client) acquireSlot(ctx context.Context) bool {
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

// newRequest is made by hand for its want of GetBody: nothing may rewind a deed's body and send it again.
func (c *Client) newRequest(method string, u *url.URL, body []byte) *http.Request {
	req := &http.Request{Method: method, URL: u, Header: http.Header{
		"Authorization": {"Bearer " + c.token()},
		"Accept":        {"application/json"},
		"Content-Type":  {"application/json"}, // as in every sample of the documents, without a body too [E]
		"User-Agent":    {c.userAgent},
	}}
	if body != nil {
		req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	}
	return req
}

func (c *Client) clientFor(method string) *http.Client {
	if method == http.MethodGet {
		return c.readClient
	}
	return c.actionClient
}

// readBody takes the body of a 2xx answer, or what came of it.
func (c *Client) readBody(ctx context.Context, req *http.Request, resp *http.Response, way *progress) response {
	a := response{req: req, finalURL: resp.Request.URL, status: resp.StatusCode, nextLink: parseNextLink(resp.Header)}
	var room []byte
	select {
	case room = <-c.bodyBuffers:
	default:
	}
	body := bytes.NewBuffer(room)
	_, err := body.ReadFrom(io.LimitReader(resp.Body, c.limits.Body+1))
	a.body, a.size = c.mask().hide(bytes.TrimPrefix(body.Bytes(), byteOrderMark)), body.Len()
	switch {
	case err != nil:
		a.failure = c.transportError(ctx, req, err, way)
		a.failure.Status = resp.StatusCode
	case int64(a.size) > c.limits.Body:
		a.failure = c.badResponse(a, "it is far larger than any answer of the API should be")
	}
	return a
}

// maxReusedBody is the largest body whose room is kept for another, in bytes: a page of a hundred has 45 KB.
const maxReusedBody = 256 << 10

// recycleBody gives up a body, into whose room another one is then read.
func (c *Client) recycleBody(body []byte) {
	if cap(body) > maxReusedBody {
		return
	}
	select {
	case c.bodyBuffers <- body[:0]:
	default:
	}
}
