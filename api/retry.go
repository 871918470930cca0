package api

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"

	"vpsdeck/model"
)

const (
	maxTries   = 3
	firstPause = 500 * time.Millisecond // doubles with every try
	// maxRetryWait is the longest that the API's Retry-After is waited for behind the user's back: beyond it the screen says
	// how long it will take.
	maxRetryWait = 30 * time.Second
	// maxPageWait is the same where some of a list has come, which would be lost: the limits of many APIs are by the minute [I].
	maxPageWait = 65 * time.Second
	// maxRetryAfter keeps an absurd Retry-After, such as one in milliseconds, from being passed on.
	maxRetryAfter = time.Hour
)

// get asks, and asks again when that may help. Only reads come here: a deed is never sent again. (Beneath this net/http
// sends a read once more by itself when the kept-alive connection that it took was dead.)
func (c *Client) get(ctx context.Context, u *url.URL) (response, *Error) {
	return c.getWithin(ctx, u, c.maxWait())
}

// maxWait is how long a read waits at most when the API wants to be left alone: longer where somebody is told that it does.
func (c *Client) maxWait() time.Duration {
	if c.onRateLimited != nil {
		return maxPageWait
	}
	return maxRetryWait
}

// getWithin is get that waits so long at most when the API wants to be left alone.
func (c *Client) getWithin(ctx context.Context, u *url.URL, patience time.Duration) (response, *Error) {
	if failure := c.waitForRateLimit(ctx, u, patience); failure != nil {
		return response{}, failure
	}
	for try := 1; ; try++ {
		a, failure := c.send(ctx, http.MethodGet, u, nil)
		if failure == nil {
			failure = a.failure
		}
		if failure == nil {
			return a, nil
		}
		again := try < maxTries && failure.isTransient() && failure.wait <= patience && ctx.Err() == nil
		if again && c.waitForAPI(ctx, retryDelay(try, failure.wait)) == nil {
			continue
		}
		if errors.Is(ctx.Err(), context.Canceled) {
			failure = canceledError(failure)
		}
		return response{}, failure
	}
}

// isTransient says whether the failure may be gone in a moment.
func (e *Error) isTransient() bool {
	switch e.Status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return !e.permanent && (e.Kind == model.ErrUnreachable || e.Kind == model.ErrTimeout)
}

// retryDelay is how long to wait after a try: as long as the API asked, else twice as long each time, less a random part so
// that many clients do not come back together.
func retryDelay(try int, asked time.Duration) time.Duration {
	if asked > 0 {
		return asked
	}
	full := firstPause << (try - 1)
	return full/2 + rand.N(full/2)
}

// sleep waits, but not beyond the end of the context.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// parseRetryAfter reads a Retry-After header, in seconds or as a date by the API's clock; 0 when there is none to be read.
func parseRetryAfter(header string, now time.Time) time.Duration {
	header = strings.TrimSpace(header)
	if wait, ok := parseWait(header, now); ok {
		return wait
	}
	date, err := http.ParseTime(header)
	if err != nil {
		return 0
	}
	return min(max(date.Sub(now), 0), maxRetryAfter)
}
