package api

import (
	"errors"
	"net/http"
	"time"

	"vpsdeck/model"
)

// WithObserver calls observe after every request, from the goroutine that sent it. The exchange
// never contains the token.
func WithObserver(observe func(model.Exchange)) Option {
	return func(c *Client) error {
		if observe == nil {
			return errors.New("there is no observer")
		}
		c.observe = observe
		return nil
	}
}

// exchange is a finished request.
type exchange struct {
	req          *http.Request
	requestBody  []byte // nil if it has none
	status       int    // 0 if no response came
	responseBody []byte // as far as it was read
	size         int    // of the body as received, in bytes; 0: that of responseBody
	started      time.Time
	failure      *Error // nil if it succeeded
}

// reportExchange passes an exchange to the observer. It keeps nothing of it.
func (c *Client) reportExchange(x exchange) {
	if c.observe == nil {
		return
	}
	shown := x.responseBody[:min(len(x.responseBody), model.MaxExchangeBody+c.mask().lookahead())]
	e := model.Exchange{
		Method: x.req.Method, URL: x.req.URL.String(), RequestBody: string(x.requestBody), At: x.started,
		Duration: c.now().Sub(x.started),
		Status:   x.status, Size: int64(max(x.size, len(x.responseBody))),
		ResponseBody: string(c.mask().hidePrefix(shown, model.MaxExchangeBody)),
	}
	if x.failure != nil {
		e.Err = x.failure.Message()
	}
	c.observe(e)
}
