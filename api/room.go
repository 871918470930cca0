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

// kept is how many of the last requests that the API allows are kept for deeds.
const kept = 5

// room is how many more requests the API allows, as far as its answers tell [I]: nothing of it is documented, but many APIs
// have X-RateLimit-Remaining and -Reset, or the same without the X.
type room struct {
	mu    sync.Mutex
	told  bool
	left  int
	until time.Time // by the API's clock: when it counts anew
}

// learn reads the headers of an answer. What cannot be read is taken as not told.
func (r *room) learn(h http.Header, now time.Time) {
	left, errLeft := strconv.Atoi(limitHeader(h, "Remaining"))
	reset, errReset := strconv.ParseInt(limitHeader(h, "Reset"), 10, 64)
	r.mu.Lock()
	defer r.mu.Unlock()
	if errLeft != nil || errReset != nil || left < 0 || reset < 0 {
		return
	}
	const aMoment = 100_000_000 // seconds: what is more is a time and no span
	until := now.Add(min(time.Duration(min(reset, aMoment))*time.Second, maxRetryAfter))
	if reset > aMoment {
		until = time.Unix(reset, 0)
	}
	if until.Sub(now) > maxRetryAfter {
		until = now.Add(maxRetryAfter)
	}
	r.told, r.left, r.until = true, left, until
}

func limitHeader(h http.Header, name string) string {
	for _, prefix := range []string{"X-RateLimit-", "RateLimit-", "X-Rate-Limit-"} {
		if text := strings.TrimSpace(h.Get(prefix + name)); text != "" {
			return text
		}
	}
	return ""
}

// take takes one of the requests that are left, or says how long there is none for a read.
func (r *room) take(now time.Time) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.told {
		return 0
	}
	if !now.Before(r.until) {
		r.told = false
		return 0
	}
	if r.left <= kept {
		return r.until.Sub(now)
	}
	r.left--
	return 0
}

// makeRoom waits until the API allows a read, before it has to say no. Beyond the longest wait behind the user's back it
// gives up, and the screen says how long it will take.
func (c *Client) makeRoom(ctx context.Context, u *url.URL) *Error {
	wait := c.room.take(c.Now())
	if wait == 0 {
		return nil
	}
	if wait <= maxPause && c.wait(ctx, wait) == nil {
		return nil
	}
	e := c.failure(c.request(http.MethodGet, u, nil), model.ErrRateLimited)
	e.wait = wait
	e.words = "The API allows hardly any more requests for now, so it was not asked." + advice(e)
	return e
}
