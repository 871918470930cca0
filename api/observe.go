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
	req          *http.Request
	requestBody  []byte // nil: no body
	status       int    // 0: no answer came
	responseBody []byte // the answer's body, as far as it was read
	size         int    // of the body as it came, in bytes; 0: that of got
	started      time.Time
	failure      *Error // nil: it did not
}

// reportExchange reports an exchange. It keeps nothing of it.
func (c *Client) reportExchange(x exchange) {
	if c.observe == nil {
		return
	}
	shown := x.responseBody[:min(len(x.responseBody), model.MaxExchangeBody+c.mask().lookahead())]
	e := model.Exchange{
		Method: x.req.Method, URL: x.req.URL.String(), RequestBody: string(x.requestBody), At: x.started, Duration: c.now().Sub(x.started),
		Status: x.status, Size: int64(max(x.size, len(x.responseBody))), ResponseBody: string(c.mask().hidePrefix(shown, model.MaxExchangeBody)),
	}
	if x.failure != nil {
		e.Err = x.failure.Message()
	}
	c.observe(e)
}
