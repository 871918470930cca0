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

// reservedRequests is how many of the last requests that the API allows are kept for deeds, and keptOf the part of a small limit.
const (
	reservedRequests = 5
	reservedDivisor  = 5
)

// rateLimit is how many more requests the API allows, as far as its answers tell [I]: nothing of it is documented, but many APIs
// have X-RateLimit-Remaining and -Reset, or the same without the X.
type rateLimit struct {
	mu        sync.Mutex
	known     bool
	remaining int
	limit     int       // how many there are at once, as told or as seen
	resetAt   time.Time // by the API's clock: when it counts anew
}

// update reads the headers of an answer. What cannot be read is taken as not told.
func (r *rateLimit) update(h http.Header, now time.Time) {
	left, errLeft := strconv.Atoi(rateLimitHeader(h, "Remaining"))
	wait, ok := parseWait(rateLimitHeader(h, "Reset"), now)
	r.mu.Lock()
	defer r.mu.Unlock()
	if errLeft != nil || !ok || left < 0 {
		return
	}
	r.limit = max(r.limit, left+1)
	if most, err := strconv.Atoi(rateLimitHeader(h, "Limit")); err == nil && most > 0 {
		r.limit = most
	}
	r.known, r.remaining, r.resetAt = true, left, now.Add(wait)
}

// parseWait reads a length of time in seconds, or a time in seconds or milliseconds since 1970, which some APIs send in its place [I].
// The span is never below zero, nor above maxRetryAfter.
func parseWait(text string, now time.Time) (time.Duration, bool) {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !(n >= 0) {
		return 0, false
	}
	const aMoment, inMillis = 1e8, 1e11 // what is more is a time and no span
	if n > inMillis {
		n /= 1000
	}
	if n > aMoment {
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

// acquire takes one of the requests that are left, or says how long there is none for a read.
func (r *rateLimit) acquire(now time.Time) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.known {
		return 0
	}
	if !now.Before(r.resetAt) {
		r.known = false
		return 0
	}
	if r.remaining <= min(reservedRequests, r.limit/reservedDivisor) {
		return r.resetAt.Sub(now)
	}
	r.remaining--
	return 0
}

// waitForRateLimit waits until the API allows a read, before it has to say no. Beyond the patience it gives up, and the screen says how
// long it will take.
func (c *Client) waitForRateLimit(ctx context.Context, u *url.URL, patience time.Duration) *Error {
	wait := c.rateLimit.acquire(c.Now())
	if wait == 0 {
		return nil
	}
	if wait <= patience && c.waitForAPI(ctx, wait) == nil {
		return nil
	}
	e := c.newError(c.newRequest(http.MethodGet, u, nil), model.ErrRateLimited)
	e.wait = wait
	e.message = "The API allows hardly any more requests for now, so it was not asked." + advice(e)
	return e
}

// waitForAPI waits because the API wants to be left alone, and tells of it.
func (c *Client) waitForAPI(ctx context.Context, d time.Duration) error {
	if c.onRateLimited != nil && d >= minReportedWait {
		c.onRateLimited(d)
	}
	return c.wait(ctx, d)
}

// minReportedWait is a wait that a person notices.
const minReportedWait = 5 * time.Second

// WithRateLimitObserver has it told, from whichever goroutine it is, when a read waits for 5 seconds or more because the API limits requests.
// Every read is then as patient as that of a later page: it waits for up to 65 seconds in the place of 30.
func WithRateLimitObserver(resting func(time.Duration)) Option {
	return func(c *Client) error {
		c.onRateLimited = resting
		return nil
	}
}
