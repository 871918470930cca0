// Package api is a client of the VPS.org REST API. It lists servers, backups and snapshots, and
// creates, restores and deletes them. It knows no screens; its objects and kinds of failure are
// those of package model.
//
// Reads are retried when the connection or the API fails. Actions (POST, DELETE) are sent once,
// whatever happens. If their response is lost, the error is model.ErrOutcomeUnknown. Every call
// ends: time, size, items and pages are bounded.
//
// Facts are marked with their source: [D] documented, [E] read off an example, [I] inferred.
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

	"vpsdeck/internal/clock"
	"vpsdeck/model"
)

// DefaultURL is the base URL of the API [D].
const DefaultURL = "https://admin.vps.org/api/v1"

// maxInFlight limits the concurrent requests of one client: enough to fill a screen, too few to
// annoy the API.
const maxInFlight = 4

// Client calls the API with one token. It is safe for concurrent use. Its errors are *Error, and
// never contain the token.
type Client struct {
	base          *url.URL
	token         model.Secret
	mask          func() *mask // of the token
	userAgent     string
	now           func() time.Time
	wait          func(context.Context, time.Duration) error
	limits        Limits
	slots         chan struct{}
	bodyBuffers   chan []byte // for reuse
	readClient    *http.Client
	actionClient  *http.Client
	observe       func(model.Exchange) // may be nil
	onRateLimited func(time.Duration)  // may be nil
	pageCache     pageCache            // the pages and lists read before
	rateLimit     rateLimit            // the remaining requests, as the API reported
	quietUntil    time.Time            // until then long lists wait
	clock         apiClock             // estimates the API's clock
}

// New makes a client of the API at baseURL, with or without a trailing slash; DefaultURL is the
// usual one. It sends nothing. It rejects, each with a sentence for the user:
//
//   - an address that is not https (plain http is for this machine only), or that has user info,
//     a query, a fragment or no host;
//   - a token that is empty or contains a character that no token has;
//   - an invalid option.
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
		token:       model.NewSecret(token),
		mask:        sync.OnceValue(func() *mask { return newMask(token) }),
		userAgent:   "vpsdeck",
		now:         time.Now,
		wait:        clock.Sleep,
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

// Host returns the API's host for the screen, with its port if one was given.
func (c *Client) Host() string { return model.Clean(c.base.Host) }

// String identifies the client by its host.
func (c *Client) String() string { return "client of " + c.Host() }

// Format prints only the host, whatever the verb. Otherwise fmt would follow pointers into the
// connections, whose buffers contain the last request with its token.
func (c *Client) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// response is a 2xx response.
type response struct {
	req      *http.Request // the request that it answers
	finalURL *url.URL      // where it came from, after redirects
	status   int
	nextLink string // the next page's address from the Link header, without the token; "" if there is none
	body     []byte // the part that came, without the token
	size     int    // of the body as received, in bytes
	failure  *Error // why the body is incomplete; nil if it is complete
}

// progress records how far a request came, as the transport saw it.
type progress struct {
	connected atomic.Bool // from here on the request may have been sent
	answered  atomic.Bool // the first byte of the response came
}

func (p *progress) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		// This is called after the TLS handshake and before the first byte of the request. Until
		// then, nothing was sent for certain.
		GotConn:              func(httptrace.GotConnInfo) { p.connected.Store(true) },
		GotFirstResponseByte: func() { p.answered.Store(true) },
	}
}

// withTimeout limits the time of one method as a whole: every page, every try, every wait.
func (c *Client) withTimeout(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, c.limits.Total)
}

// sendAction sends an action, once. The payload, if any, is sent as JSON.
func (c *Client) sendAction(ctx context.Context, method, path string, payload any) (response, *Error) {
	ctx, cancel := c.withTimeout(ctx)
	defer cancel()
	var body []byte
	if payload != nil {
		var err error
		if body, err = json.Marshal(payload); err != nil {
			return response{}, invalidRequest(method, path,
				"vpsdeck could not encode the request: please report this bug.")
		}
	}
	return c.send(ctx, method, c.urlFor(path, nil), body)
}

// urlFor returns the URL of an escaped path of the API.
func (c *Client) urlFor(path string, query url.Values) *url.URL {
	u := c.base.JoinPath(path)
	u.RawQuery = query.Encode()
	return u
}

// send is the only place where requests are sent. It sends one request and reads the response,
// within the limits.
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
		c.reportExchange(exchange{req: req, requestBody: body, status: resp.StatusCode, responseBody: got.Bytes(),
			started: began, failure: failed})
		return response{}, failed
	}
	a := c.readBody(timed, req, resp, &way)
	c.reportExchange(exchange{req: req, requestBody: body, status: resp.StatusCode, responseBody: a.body, size: a.size,
		started: began, failure: a.failure})
	return a, nil
}

// acquireSlot waits until fewer than maxInFlight requests are under way. It returns false if the
// context ended first.
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

// newRequest builds the request without GetBody, so that net/http cannot send the body of an action
// again.
func (c *Client) newRequest(method string, u *url.URL, body []byte) *http.Request {
	req := &http.Request{Method: method, URL: u, Header: http.Header{
		"Authorization": {"Bearer " + c.token.Reveal()},
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

// readBody reads the body of a 2xx response, or as much of it as came.
func (c *Client) readBody(ctx context.Context, req *http.Request, resp *http.Response, way *progress) response {
	a := response{req: req, finalURL: resp.Request.URL, status: resp.StatusCode, nextLink: parseNextLink(resp.Header)}
	var buffer []byte
	select {
	case buffer = <-c.bodyBuffers:
	default:
	}
	body := bytes.NewBuffer(buffer)
	_, err := body.ReadFrom(io.LimitReader(resp.Body, c.limits.Body+1))
	a.body, a.size = c.mask().hide(bytes.TrimPrefix(body.Bytes(), byteOrderMark)), body.Len()
	switch {
	case err != nil:
		a.failure = c.transportError(ctx, req, err, way)
		a.failure.Status = resp.StatusCode
		if a.failure.Kind == model.ErrBadAnswer { // the headers came, so it is HTTP
			a.failure = c.badResponse(a, "its compression or its chunks are damaged")
		}
	case int64(a.size) > c.limits.Body:
		a.failure = c.badResponse(a, "it is far larger than any answer of the API should be")
	}
	return a
}

// maxReusedBody is the largest buffer that is kept for reuse, in bytes: a page of 100 items has 45
// KB.
const maxReusedBody = 256 << 10

// recycleBody returns the buffer of a body, so that another body can be read into it.
func (c *Client) recycleBody(body []byte) {
	if cap(body) > maxReusedBody {
		return
	}
	select {
	case c.bodyBuffers <- body[:0]:
	default:
	}
}
