package api

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"vpsdeck/model"
)

// Error is why a call failed. It satisfies errors.Is with its Kind and, for a deed that may have been done all the same,
// with model.ErrOutcomeUnknown too. It holds no token and no raw error of a library.
type Error struct {
	Method string // GET, POST or DELETE
	Path   string // below the API's address, without the query
	Status int    // the HTTP status; 0 when no answer came
	Kind   error  // one of model.Err…, or context.Canceled

	message        string
	wait           time.Duration
	outcomeUnknown bool
	permanent      bool // the certificate is not trusted, or the proxy refuses, which no second try will change
}

// Error is the whole failure in one line, for a log.
func (e *Error) Error() string {
	where := strings.TrimSpace(e.Method + " " + e.Path)
	if e.Status != 0 {
		where += fmt.Sprintf(" (%d)", e.Status)
	}
	return where + ": " + e.Message()
}

// Message is the sentence that a person is shown: the API's own words where it gave some, else ours, and what to do.
func (e *Error) Message() string {
	if e.outcomeUnknown {
		return e.message + " It may have been done all the same: look at the list before you try again."
	}
	return e.message
}

// Wait is how long the API asked to be left alone, or 0.
func (e *Error) Wait() time.Duration { return e.wait }

// HTTPStatus is the status of the answer, or 0 if there was none: for a word of where the trouble lies.
func (e *Error) HTTPStatus() int { return e.Status }

// Unwrap gives the kinds of the failure.
func (e *Error) Unwrap() []error {
	if e.outcomeUnknown {
		return []error{e.Kind, model.ErrOutcomeUnknown}
	}
	return []error{e.Kind}
}

// invalidRequest is a request that never left, because it makes no sense.
func invalidRequest(method, path, words string) *Error {
	return &Error{Method: method, Path: path, Kind: model.ErrRefused, message: words}
}

// canceledError is the failure of a request whose caller no longer wants the answer.
func canceledError(e *Error) *Error {
	given := *e
	given.Kind, given.message = context.Canceled, "The request was given up before the answer came."
	return &given
}

func (c *Client) newError(req *http.Request, kind error) *Error {
	path := "/" + strings.TrimPrefix(req.URL.Path, c.base.Path)
	return &Error{Method: req.Method, Path: model.Clean(c.maskToken(path)), Kind: kind}
}

// maskToken takes the token out of a text from outside: an API may repeat what it was sent.
func (c *Client) maskToken(text string) string { return string(c.mask().hide([]byte(text))) }

// badResponse is a 2xx answer that cannot be used; flaw says why, as the end of a sentence.
func (c *Client) badResponse(a response, flaw string) *Error {
	e := c.newError(a.req, model.ErrBadAnswer)
	e.Status = a.status
	e.message = fmt.Sprintf("The answer of %s cannot be used: %s.", c.Host(), flaw)
	e.outcomeUnknown = a.req.Method != http.MethodGet
	return e
}

// transportError is a request that brought no answer, or not the whole of it. Once it was connected, nobody knows whether a
// deed was done.
func (c *Client) transportError(ctx context.Context, req *http.Request, err error, way *progress) *Error {
	e := c.newError(req, model.ErrUnreachable)
	e.outcomeUnknown = way.connected.Load() && req.Method != http.MethodGet
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return canceledError(e)
	case way.connected.Load():
		e.message, e.Kind = c.explainBrokenResponse(ctx, err, way.answered.Load())
	case err == context.DeadlineExceeded: // bare: from the queue, not from the transport
		e.Kind, e.message = model.ErrTimeout, "The request had to wait too long for its turn: try again."
	default:
		e.message, e.permanent = c.explainNoConnection(ctx, req, err)
	}
	return e
}

// explainBrokenResponse says what befell an answer on its way, and which kind of failure that is. If bytes came, and what is wrong is neither time nor line, they are not
// HTTP.
func (c *Client) explainBrokenResponse(ctx context.Context, err error, answered bool) (words string, kind error) {
	switch {
	case isTimeout(ctx, err):
		return fmt.Sprintf("%s did not answer in time.", c.Host()), model.ErrTimeout
	case answered && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.As(err, new(*net.OpError)):
		return fmt.Sprintf("What %s answers cannot be read as HTTP; check the API's address.", c.Host()), model.ErrBadAnswer
	}
	return fmt.Sprintf("The connection to %s broke off before the answer was complete.", c.Host()), model.ErrUnreachable
}

// explainNoConnection says why no connection came about, and whether a second try is of no use: for want of trust, or of a login.
func (c *Client) explainNoConnection(ctx context.Context, req *http.Request, err error) (words string, useless bool) {
	host, check := c.Host(), "the API's address"
	proxy, settled := c.proxyHost(req)
	var refused proxyError
	switch {
	case !settled:
		return "The proxy in HTTPS_PROXY cannot be read: write it like proxy.example.com:3128.", true
	case errors.As(err, &refused) && refused == http.StatusProxyAuthRequired:
		return proxyLoginMessage, true
	case errors.As(err, &refused):
		return fmt.Sprintf("The proxy %s does not connect to %s (status %d): ask who runs it, or check HTTPS_PROXY.", proxy, host, refused),
			refused < http.StatusInternalServerError
	case proxy != "" && isProxyError(err):
		host, check = "the proxy "+proxy, "HTTPS_PROXY"
	case proxy != "" && errors.As(err, new(*tls.CertificateVerificationError)):
		return fmt.Sprintf("The certificate of %s is not trusted, so the token was not sent: the proxy %s may put in its own, "+
			"which ca_file in the config can name.", host, proxy), true
	}
	var lookup *net.DNSError
	switch {
	case errors.As(err, new(*tls.CertificateVerificationError)):
		return fmt.Sprintf("The certificate of %s is not trusted, so the token was not sent: "+
			"check %s and this machine's clock.", host, check), true
	case isTimeout(ctx, err):
		return fmt.Sprintf("No connection to %s came about in time: check the network.", host), false
	case errors.As(err, &lookup) && lookup.IsNotFound:
		return fmt.Sprintf("There is no such host as %s: check %s and the network.", host, check), false
	case errors.As(err, &lookup):
		return fmt.Sprintf("The name of %s could not be looked up: check the network.", host), false
	case errors.Is(err, syscall.ECONNREFUSED) && check == "HTTPS_PROXY":
		return fmt.Sprintf("The proxy %s refuses connections: it is down, or HTTPS_PROXY is wrong.", proxy), false
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Sprintf("%s refuses connections: the API is down, or its address is wrong.", host), false
	case errors.As(err, new(tls.RecordHeaderError)), errors.As(err, new(tls.AlertError)), errors.Is(err, http.ErrSchemeMismatch):
		return fmt.Sprintf("No secure connection to %s came about: its TLS is not what it should be.", host), false
	}
	if check == "HTTPS_PROXY" {
		return fmt.Sprintf("The proxy %s cannot be reached: check the network and HTTPS_PROXY.", proxy), false
	}
	return fmt.Sprintf("%s cannot be reached: check the network, the proxy and the API's address.", host), false
}

// proxyLoginMessage is what to do about a 407.
const proxyLoginMessage = "The proxy wants a login (status 407): write it into HTTPS_PROXY, like user:password@proxy.example.com:3128."

// proxyError is the status with which a proxy refuses to connect.
type proxyError int

// Error is for a log.
func (p proxyError) Error() string {
	return fmt.Sprintf("the proxy refuses to connect (status %d)", int(p))
}

// proxyHost is the host of the proxy that the request goes by, without its login; "" for none, and false if it cannot be read.
func (c *Client) proxyHost(req *http.Request) (host string, settled bool) {
	find := c.clientFor(req.Method).Transport.(*http.Transport).Proxy
	if find == nil {
		return "", true
	}
	proxy, err := find(req)
	if err != nil || proxy == nil {
		return "", err == nil
	}
	return model.Clean(proxy.Host), true
}

// isProxyError says whether it is the way to the proxy that failed.
func isProxyError(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "proxyconnect"
}

func isTimeout(ctx context.Context, err error) bool {
	var timed net.Error
	return ctx.Err() != nil || errors.As(err, &timed) && timed.Timeout()
}
