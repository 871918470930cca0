package api

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"vpsdeck/model"
)

// maxErrorBody is how much of an error's body is read, in bytes: a longer one is not meant for a
// person.
const maxErrorBody = 64 << 10

// apiMessagePrefix comes before the API's message, after ours.
const apiMessagePrefix = " It says: "

// statusError is the error of a response that is not 2xx. The status alone decides; the body only
// adds a message.
func (c *Client) statusError(req *http.Request, resp *http.Response, body io.Reader) *Error {
	status := resp.StatusCode
	e := c.newError(req, errorKind(status))
	e.Status = status
	e.wait = parseRetryAfter(resp.Header.Get("Retry-After"), c.Now())
	e.outcomeUnknown = req.Method != http.MethodGet && mayHaveSucceeded(status)
	theirs := c.apiMessage(body)
	switch {
	case theirs == "":
		e.message = defaultMessage(req, status) + advice(e)
	// our message would add nothing
	case e.Kind == model.ErrRefused && strings.Contains(theirs, " ") && !isRestore(req):
		e.message = theirs + advice(e)
	default: // theirs may be a code for programs, or as short as “Not found.”
		e.message = defaultMessage(req, status) + advice(e) + apiMessagePrefix + theirs
	}
	return e
}

// apiMessage returns the message in an error's body, fit to be shown; "" if there is none for a
// person.
func (c *Client) apiMessage(body io.Reader) string {
	data, err := io.ReadAll(io.LimitReader(body, maxErrorBody+1))
	if err != nil || len(data) > maxErrorBody {
		return ""
	}
	return shorten(model.Clean(c.maskToken(messageFromBody(data))))
}

func errorKind(status int) error {
	switch {
	case status == http.StatusUnauthorized:
		return model.ErrUnauthorized
	case status == http.StatusForbidden:
		return model.ErrForbidden
	case status == http.StatusNotFound, status == http.StatusGone:
		return model.ErrNotFound
	case status == http.StatusConflict:
		return model.ErrConflict
	case status == http.StatusTooManyRequests:
		return model.ErrRateLimited
	case status >= 400 && status <= 499:
		return model.ErrRefused
	case status >= 500 && status <= 599:
		return model.ErrUnavailable
	}
	return model.ErrBadAnswer
}

// mayHaveSucceeded reports whether an action may have been done although its response has this
// status. 500 and 501 are the API's own report that it failed [I]. From 502 on a gateway may have
// answered while the API still works. 303 is how a site answers after an action.
func mayHaveSucceeded(status int) bool {
	return status < 200 || status == http.StatusSeeOther || status > http.StatusNotImplemented
}

func defaultMessage(req *http.Request, status int) string {
	method := req.Method
	switch {
	case status == http.StatusProxyAuthRequired:
		return proxyLoginMessage
	case status == http.StatusBadRequest && isRestore(req): // [D]
		return "The API refused the restore: the server's state does not allow it."
	case status == http.StatusBadRequest && method == http.MethodPost: // [D]
		return "The API refused it: the request is invalid, or the server's limit is reached."
	}
	switch errorKind(status) {
	case model.ErrUnauthorized:
		return "The API does not accept the token: it may be mistyped, expired or revoked."
	case model.ErrForbidden:
		return "The token may not do this: it lacks the permission."
	case model.ErrNotFound:
		return "The API did not find this: it may have been deleted meanwhile."
	case model.ErrConflict:
		return "The server is busy with something else: wait until it is done."
	case model.ErrRateLimited:
		return "Rate limited by the API."
	case model.ErrRefused:
		return fmt.Sprintf("The API refused the request (status %d).", status)
	case model.ErrUnavailable:
		return fmt.Sprintf("The API has trouble (status %d): try again in a while.", status)
	}
	switch {
	case status < 300 || status > 399:
		return fmt.Sprintf("The API answered with status %d, which is unknown: check the API's address.", status)
	case method == http.MethodGet:
		return fmt.Sprintf("The API redirects elsewhere (status %d), where the token must not be sent: check the "+
			"API's address.", status)
	}
	return fmt.Sprintf("The API redirects elsewhere (status %d), and an action is never redirected: check the API's "+
		"address.", status)
}

// isRestore reports whether the request is a restore.
func isRestore(req *http.Request) bool {
	return req.Method == http.MethodPost && strings.HasSuffix(req.URL.Path, "/restore/")
}

// advice returns what to do, as a further sentence, or "".
func advice(e *Error) string {
	switch {
	case e.Kind == model.ErrUnauthorized:
		return " Try another token."
	case e.wait > 0:
		return fmt.Sprintf(" Try again in %s.", formatWait(e.wait))
	case e.Kind == model.ErrRateLimited:
		return " Try again in a while."
	}
	return ""
}

// formatWait words how long to wait, rounded up so that nobody retries too early.
func formatWait(d time.Duration) string {
	switch {
	case d <= 2*time.Minute:
		return fmt.Sprintf("%d s", ceil(d, time.Second))
	case d <= 2*time.Hour:
		return fmt.Sprintf("%d min", ceil(d, time.Minute))
	}
	return fmt.Sprintf("%d h", ceil(d, time.Hour))
}

func ceil(d, unit time.Duration) int64 { return int64((d + unit - 1) / unit) }

// shorten makes the API's message one sentence that fits a screen.
func shorten(text string) string {
	const most = 400
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	if text == "" || strings.ContainsAny(text[len(text)-1:], ".!?") {
		return text
	}
	return text + "."
}
