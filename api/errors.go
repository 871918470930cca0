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

// Error is why a call failed. It satisfies errors.Is with its Kind. For an action that may have
// been done anyway, it also satisfies errors.Is with model.ErrOutcomeUnknown. It contains no token
// and no raw error of a library.
type Error struct {
	Method string // GET, POST or DELETE
	Path   string // below the API's address, without the query
	Status int    // the HTTP status; 0 if no response came
	Kind   error  // one of model.Err…, or context.Canceled

	message        string
	wait           time.Duration
	outcomeUnknown bool
	permanent      bool // a retry cannot help: the certificate is not trusted, or the proxy refuses
}

// Error returns the whole failure in one line, for a log.
func (e *Error) Error() string {
	where := strings.TrimSpace(e.Method + " " + e.Path)
	if e.Status != 0 {
		where += fmt.Sprintf(" (%d)", e.Status)
	}
	return where + ": " + e.Message()
}

// Message returns the sentence for the user: the API's own message if it gave one, else ours, and
// what to do.
func (e *Error) Message() string {
	if e.outcomeUnknown {
		return e.message + " It may have been done anyway: check the list before you try again."
	}
	return e.message
}

// Wait returns how long the API asked to wait, or 0.
func (e *Error) Wait() time.Duration { return e.wait }

// HTTPStatus returns the status of the response, or 0 if there was none. It shows where the problem
// is.
func (e *Error) HTTPStatus() int { return e.Status }

// Unwrap returns the kinds of the failure.
func (e *Error) Unwrap() []error {
	if e.outcomeUnknown {
		return []error{e.Kind, model.ErrOutcomeUnknown}
	}
	return []error{e.Kind}
}

// invalidRequest is the error of a request that was not sent, because it makes no sense.
func invalidRequest(method, path, message string) *Error {
	return &Error{Method: method, Path: path, Kind: model.ErrRefused, message: message}
}

// canceledError is the failure of a request whose caller no longer wants the response.
func canceledError(e *Error) *Error {
	canceled := *e
	canceled.Kind, canceled.message = context.Canceled, "The request was canceled before the response came."
	return &canceled
}

func (c *Client) newError(req *http.Request, kind error) *Error {
	path := "/" + strings.TrimPrefix(req.URL.Path, c.base.Path)
	return &Error{Method: req.Method, Path: model.Clean(c.maskToken(path)), Kind: kind}
}

// maskToken hides the token in a text from outside: an API may repeat what it was sent.
func (c *Client) maskToken(text string) string { return string(c.mask().hide([]byte(text))) }

// badResponse is the error of a 2xx response that cannot be used; flaw says why, as the end of a
// sentence.
func (c *Client) badResponse(a response, flaw string) *Error {
	e := c.newError(a.req, model.ErrBadAnswer)
	e.Status = a.status
	e.message = fmt.Sprintf("The response of %s cannot be used: %s.", c.Host(), flaw)
	e.outcomeUnknown = a.req.Method != http.MethodGet
	return e
}

// transportError is the error of a request without a complete response. Once the request was
// connected, nobody knows whether an action was done.
func (c *Client) transportError(ctx context.Context, req *http.Request, err error, way *progress) *Error {
	e := c.newError(req, model.ErrUnreachable)
	e.outcomeUnknown = way.connected.Load() && req.Method != http.MethodGet
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return canceledError(e)
	case way.connected.Load():
		e.message, e.Kind = c.explainBrokenResponse(ctx, err, way.answered.Load())
	case err == context.DeadlineExceeded: // bare: from the queue, not from the transport
		e.Kind, e.message = model.ErrTimeout, "The request waited too long in the queue: try again."
	default:
		e.message, e.permanent = c.explainNoConnection(ctx, req, err)
	}
	return e
}

// explainBrokenResponse classifies a response that broke off: timeout, network error, or not HTTP.
// Bytes that came without a timeout or a network error are not HTTP.
func (c *Client) explainBrokenResponse(ctx context.Context, err error, answered bool) (message string, kind error) {
	switch {
	case isTimeout(ctx, err):
		return fmt.Sprintf("%s did not answer in time.", c.Host()), model.ErrTimeout
	case answered && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) &&
		!errors.As(err, new(*net.OpError)):
		return fmt.Sprintf("The response of %s is not HTTP; check the API's address.", c.Host()), model.ErrBadAnswer
	}
	return fmt.Sprintf("The connection to %s broke off before the answer was complete.", c.Host()), model.ErrUnreachable
}

// explainNoConnection says why no connection was made. useless means that a retry cannot help,
// because trust or a login is missing.
func (c *Client) explainNoConnection(ctx context.Context, req *http.Request, err error) (message string, useless bool) {
	host, check := c.Host(), "the API's address"
	proxy, valid := c.proxyHost(req)
	var refused proxyError
	switch {
	case !valid:
		return "The proxy in HTTPS_PROXY is invalid: write it like proxy.example.com:3128.", true
	case errors.As(err, &refused) && refused == http.StatusProxyAuthRequired:
		return proxyLoginMessage, true
	case errors.As(err, &refused):
		return fmt.Sprintf("The proxy %s does not connect to %s (status %d): ask its administrator, or check "+
				"HTTPS_PROXY.", proxy, host, refused),
			refused < http.StatusInternalServerError
	case proxy != "" && isProxyError(err):
		host, check = "the proxy "+proxy, "HTTPS_PROXY"
	case proxy != "" && errors.As(err, new(*tls.CertificateVerificationError)):
		return fmt.Sprintf("The certificate of %s is not trusted, so the token was not sent: the proxy %s may use "+
			"its own. Set ca_file in the config to it.", host, proxy), true
	}
	var lookup *net.DNSError
	switch {
	case errors.As(err, new(*tls.CertificateVerificationError)):
		return fmt.Sprintf("The certificate of %s is not trusted, so the token was not sent: "+
			"check %s and this machine's clock.", host, check), true
	case isTimeout(ctx, err):
		return fmt.Sprintf("Connecting to %s took too long: check the network.", host), false
	case errors.As(err, &lookup) && lookup.IsNotFound:
		return fmt.Sprintf("There is no such host as %s: check %s and the network.", host, check), false
	case errors.As(err, &lookup):
		return fmt.Sprintf("The name of %s could not be looked up: check the network.", host), false
	case errors.Is(err, syscall.ECONNREFUSED) && check == "HTTPS_PROXY":
		return fmt.Sprintf("The proxy %s refuses connections: it is down, or HTTPS_PROXY is wrong.", proxy), false
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Sprintf("%s refuses connections: the API is down, or its address is wrong.", host), false
	case errors.As(err, new(tls.RecordHeaderError)), errors.As(err, new(tls.AlertError)),
		errors.Is(err, http.ErrSchemeMismatch):
		return fmt.Sprintf("No secure connection to %s is possible: its TLS is invalid.", host), false
	}
	if check == "HTTPS_PROXY" {
		return fmt.Sprintf("The proxy %s cannot be reached: check the network and HTTPS_PROXY.", proxy), false
	}
	return fmt.Sprintf("%s cannot be reached: check the network, the proxy and the API's address.", host), false
}

// proxyLoginMessage is what to do about a 407.
const proxyLoginMessage = "The proxy requires a login (status 407): add it to HTTPS_PROXY, like " +
	"user:password@proxy.example.com:3128."

// proxyError is the status with which a proxy refuses to connect.
type proxyError int

// Error is for a log.
func (p proxyError) Error() string {
	return fmt.Sprintf("the proxy refuses to connect (status %d)", int(p))
}

// proxyHost returns the host of the proxy for the request, without its login; "" for none. It
// returns false if the proxy setting is invalid.
func (c *Client) proxyHost(req *http.Request) (host string, valid bool) {
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

// isProxyError reports whether the connection to the proxy failed.
func isProxyError(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "proxyconnect"
}

func isTimeout(ctx context.Context, err error) bool {
	var timed net.Error
	return ctx.Err() != nil || errors.As(err, &timed) && timed.Timeout()
}
