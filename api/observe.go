package api

import (
	"errors"
	"io"
	"net/http"
	"time"

	"vpsdeck/model"
)

// WithObserver has every request and its answer told, once it is over, from whichever goroutine sent it. What is told never
// holds the token.
func WithObserver(observe func(model.Exchange)) Option {
	return func(c *Client) error {
		if observe == nil {
			return errors.New("there is no observer")
		}
		c.observe = observe
		return nil
	}
}

// tape keeps the beginning of a body as it is read, and counts it.
type tape struct {
	io.ReadCloser
	head []byte
	size int64
}

func (t *tape) Read(p []byte) (int, error) {
	n, err := t.ReadCloser.Read(p)
	t.size += int64(n)
	if room := model.MaxExchange - len(t.head); room > 0 {
		t.head = append(t.head, p[:min(n, room)]...)
	}
	return n, err
}

// tell reports an exchange that is over.
func (c *Client) tell(req *http.Request, sent []byte, resp *http.Response, body *tape, began time.Time, err *Error) {
	if c.observe == nil {
		return
	}
	e := model.Exchange{
		Method: req.Method, URL: req.URL.String(), Sent: string(sent), At: began, Took: c.now().Sub(began),
	}
	if resp != nil {
		e.Status, e.Size, e.Got = resp.StatusCode, body.size, c.hide(string(body.head))
	}
	if err != nil {
		e.Err = err.Words()
	}
	c.observe(e)
}
