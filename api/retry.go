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
	firstPause = 500 * time.Millisecond // doubled after every try
	// maxRetryWait is the longest Retry-After that is waited for without telling the user. Beyond
	// it the call fails, and the screen says how long it will take.
	maxRetryWait = 30 * time.Second
	// maxPageWait is the same when the part of a list that has come would be lost: many APIs limit
	// requests per minute [I].
	maxPageWait = 65 * time.Second
	// maxRetryAfter bounds an absurd Retry-After, such as one in milliseconds.
	maxRetryAfter = time.Hour
)

// get sends a read, and retries it if that may help. Only reads come here: an action is never sent
// again. (Below it, net/http also resends a read if its kept-alive connection was dead.)
func (c *Client) get(ctx context.Context, u *url.URL) (response, *Error) {
	return c.getWithin(ctx, u, c.maxWait())
}

// maxWait returns how long a read waits at most if the API asks for it: longer if an observer
// reports the wait.
func (c *Client) maxWait() time.Duration {
	if c.onRateLimited != nil {
		return maxPageWait
	}
	return maxRetryWait
}

// getWithin is get with a limit of how long to wait if the API asks for it.
func (c *Client) getWithin(ctx context.Context, u *url.URL, maxWait time.Duration) (response, *Error) {
	if failure := c.waitForRateLimit(ctx, u, maxWait); failure != nil {
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
		retry := try < maxTries && failure.isTransient() && failure.wait <= maxWait && ctx.Err() == nil
		if retry && c.waitForAPI(ctx, retryDelay(try, failure.wait)) == nil {
			continue
		}
		if errors.Is(ctx.Err(), context.Canceled) {
			failure = canceledError(failure)
		}
		return response{}, failure
	}
}

// isTransient reports whether the failure may be gone in a moment.
func (e *Error) isTransient() bool {
	switch e.Status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return !e.permanent && (e.Kind == model.ErrUnreachable || e.Kind == model.ErrTimeout)
}

// retryDelay returns how long to wait after a try: as long as the API asked, else twice as long
// each time. A random part is subtracted, so that many clients do not come back together.
func retryDelay(try int, asked time.Duration) time.Duration {
	if asked > 0 {
		return asked
	}
	full := firstPause << (try - 1)
	return full/2 + rand.N(full/2)
}

// parseRetryAfter parses a Retry-After header, in seconds or as a date by the API's clock; 0 if it
// is missing or unreadable.
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
