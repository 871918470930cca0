package api

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"vpsdeck/model"
)

// reservedRequests is how many of the last requests that the API allows are reserved for actions and
// the reads that check them. For a small limit it is the limit divided by reservedDivisor.
const (
	reservedRequests = 5
	reservedDivisor  = 5
)

// rateLimit is how many more requests the API allows, as far as its responses say [I]. Nothing
// about it is documented, but many APIs send X-RateLimit-Remaining and -Reset, or the same without
// the X.
type rateLimit struct {
	mu        sync.Mutex
	known     bool
	remaining int
	limit     int       // of a whole period, as given or as seen
	resetAt   time.Time // when the count restarts, by the API's clock
}

// update reads the headers of a response. Unreadable values are ignored.
func (r *rateLimit) update(h http.Header, now time.Time) {
	remaining, errRemaining := strconv.Atoi(rateLimitHeader(h, "Remaining"))
	wait, ok := parseWait(rateLimitHeader(h, "Reset"), now)
	r.mu.Lock()
	defer r.mu.Unlock()
	if errRemaining != nil || !ok || remaining < 0 {
		return
	}
	r.limit = max(r.limit, remaining+1)
	if most, err := strconv.Atoi(rateLimitHeader(h, "Limit")); err == nil && most > 0 {
		r.limit = most
	}
	r.known, r.remaining, r.resetAt = true, remaining, now.Add(wait)
}

// parseWait parses a wait in seconds. Some APIs send a time instead, in seconds or milliseconds
// since 1970 [I]. The result is between 0 and maxRetryAfter.
func parseWait(text string, now time.Time) (time.Duration, bool) {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !(n >= 0) {
		return 0, false
	}
	const minTime, minMillis = 1e8, 1e11 // from here on it is a time, in seconds or in milliseconds
	if n > minMillis {
		n /= 1000
	}
	if n > minTime {
		n -= float64(now.UnixMilli()) / 1000
	}
	return time.Duration(min(max(n, 0), maxRetryAfter.Seconds()) * float64(time.Second)), true
}

func rateLimitHeader(h http.Header, name string) string {
	for _, prefix := range []string{"X-RateLimit-", "RateLimit-", "X-Rate-Limit-"} {
		if text := strings.TrimSpace(h.Get(prefix + name)); text != "" {
			return text
		}
	}
	return ""
}

// RateLimit returns how many more requests the API allows now. It returns false if its answers do
// not say so.
func (c *Client) RateLimit() (remaining int, known bool) {
	r := &c.rateLimit
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.remaining, r.known && c.Now().Before(r.resetAt)
}

// acquire takes one of the remaining requests, or returns how long a read must wait for one. The
// reads of an action may take all but the last, which is the action's own.
func (r *rateLimit) acquire(now time.Time, forAction bool) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.known {
		return 0
	}
	if !now.Before(r.resetAt) {
		r.known = false
		return 0
	}
	reserved := min(reservedRequests, r.limit/reservedDivisor)
	if forAction {
		reserved = min(reserved, 1)
	}
	if r.remaining <= reserved {
		return r.resetAt.Sub(now)
	}
	r.remaining--
	return 0
}

// waitForRateLimit waits until the API allows a read, so that the API need not refuse it. If that
// takes longer than maxWait, it fails, and the screen says how long it will take.
func (c *Client) waitForRateLimit(ctx context.Context, u *url.URL, maxWait time.Duration) *Error {
	wait := c.rateLimit.acquire(c.Now(), model.IsForAction(ctx))
	if wait == 0 {
		return nil
	}
	if wait <= maxWait && c.waitForAPI(ctx, wait) == nil {
		return nil
	}
	e := c.newError(c.newRequest(http.MethodGet, u, nil), model.ErrRateLimited)
	e.wait = wait
	e.message = "The API's rate limit is nearly used up, so no request was sent." + advice(e)
	return e
}

// waitForAPI waits because the API asked for it, and reports a long wait.
func (c *Client) waitForAPI(ctx context.Context, d time.Duration) error {
	if c.onRateLimited != nil && d >= minReportedWait {
		c.onRateLimited(d)
	}
	return c.wait(ctx, d)
}

// minReportedWait is the shortest wait that the user notices.
const minReportedWait = 5 * time.Second

// WithRateLimitObserver calls observe, from any goroutine, when a read waits for 5 seconds or more
// because of the API's rate limit. Every read then waits up to 65 seconds instead of 30, as later
// pages do.
func WithRateLimitObserver(observe func(time.Duration)) Option {
	return func(c *Client) error {
		c.onRateLimited = observe
		return nil
	}
}
