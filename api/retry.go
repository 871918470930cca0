package api

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"vpsdeck/model"
)

const (
	maxTries   = 3
	firstPause = 500 * time.Millisecond // doubles with every try
	// maxPause is the longest that the API's Retry-After is waited for behind the user's back: beyond it the screen says
	// how long it will take.
	maxPause = 30 * time.Second
	// maxRetryAfter keeps an absurd Retry-After from being passed on.
	maxRetryAfter = 24 * time.Hour
)

// get asks, and asks again when that may help. Only reads come here: a deed is never sent again. (Beneath this net/http
// sends a read once more by itself when the kept-alive connection that it took was dead.)
func (c *Client) get(ctx context.Context, u *url.URL) (answer, *Error) {
	if failure := c.makeRoom(ctx, u); failure != nil {
		return answer{}, failure
	}
	for try := 1; ; try++ {
		a, failure := c.send(ctx, http.MethodGet, u, nil)
		if failure == nil {
			failure = a.broken
		}
		if failure == nil {
			return a, nil
		}
		again := try < maxTries && failure.passing() && failure.wait <= maxPause && ctx.Err() == nil
		if again && c.wait(ctx, pause(try, failure.wait)) == nil {
			continue
		}
		if errors.Is(ctx.Err(), context.Canceled) {
			failure = givenUp(failure)
		}
		return answer{}, failure
	}
}

// passing says whether the failure may be gone in a moment.
func (e *Error) passing() bool {
	switch e.Status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return !e.distrust && (e.Kind == model.ErrUnreachable || e.Kind == model.ErrTimeout)
}

// pause is how long to wait after a try: as long as the API asked, else twice as long each time, less a random part so
// that many clients do not come back together.
func pause(try int, asked time.Duration) time.Duration {
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

// retryAfter reads a Retry-After header, in seconds or as a date by the API's clock; 0 when there is none to be read.
func retryAfter(header string, now time.Time) time.Duration {
	header = strings.TrimSpace(header)
	seconds, err := strconv.ParseUint(header, 10, 64)
	if err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(min(seconds, uint64(maxRetryAfter/time.Second))) * time.Second
	}
	date, err := http.ParseTime(header)
	if err != nil {
		return 0
	}
	return min(max(date.Sub(now), 0), maxRetryAfter)
}
