package api

import (
	"errors"
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

// exchange is a request that is over.
type exchange struct {
	req    *http.Request
	sent   []byte // nil: no body
	status int    // 0: no answer came
	got    []byte // the answer's body, as far as it was read
	size   int    // of the body as it came, in bytes; 0: that of got
	began  time.Time
	failed *Error // nil: it did not
}

// tell reports an exchange. It keeps nothing of it.
func (c *Client) tell(x exchange) {
	if c.observe == nil {
		return
	}
	shown := x.got[:min(len(x.got), model.MaxExchange+c.mask().margin())]
	e := model.Exchange{
		Method: x.req.Method, URL: x.req.URL.String(), Sent: string(x.sent), At: x.began, Took: c.now().Sub(x.began),
		Status: x.status, Size: int64(max(x.size, len(x.got))), Got: string(c.mask().cut(shown, model.MaxExchange)),
	}
	if x.failed != nil {
		e.Err = x.failed.Words()
	}
	c.observe(e)
}
