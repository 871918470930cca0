package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"vpsdeck/model"
)

// respondInTurn answers with the given statuses in turn, and repeats the last one; 0 hangs up. 200
// is an empty list.
func respondInTurn(t *testing.T, retryAfter string, statuses ...int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		status := statuses[0]
		if len(statuses) > 1 {
			statuses = statuses[1:]
		}
		switch status {
		case 0:
			writeRaw(t, w, "")
		case 200:
			_, _ = w.Write([]byte(`{"count": 0, "results": []}`))
		default:
			if retryAfter != "" {
				w.Header().Set("Retry-After", retryAfter)
			}
			w.WriteHeader(status)
		}
	}
}

func TestAReadIsTriedAgainAfterAPause(t *testing.T) {
	// The bubble's clock begins at midnight UTC 2000-01-01, and the server's Date header says so.
	for _, test := range []struct {
		name        string
		retryAfter  string
		statuses    []int
		sent        int32
		kind        error
		least, most time.Duration // of pauses, together
		wait        time.Duration // in the error
	}{
		{"once", "", []int{503, 200}, 2, nil, 250 * time.Millisecond, 500 * time.Millisecond, 0},
		{"twice", "", []int{502, 504, 200}, 3, nil, 750 * time.Millisecond, 1500 * time.Millisecond, 0},
		{"cut off", "", []int{0, 200}, 2, nil, 250 * time.Millisecond, 500 * time.Millisecond, 0},
		{"three times at most", "", []int{429}, 3, model.ErrRateLimited, 750 * time.Millisecond,
			1500 * time.Millisecond, 0},
		{"not when it is refused", "", []int{400, 200}, 1, model.ErrRefused, 0, 0, 0},
		{"not after 500", "", []int{500, 200}, 1, model.ErrUnavailable, 0, 0, 0},
		{"as asked, in seconds", "7", []int{429, 200}, 2, nil, 7 * time.Second, 7 * time.Second, 0},
		{"as asked, by date", "Sat, 01 Jan 2000 00:00:09 GMT", []int{503, 200}, 2, nil, 9 * time.Second,
			9 * time.Second, 0},
		{"up to the cap", "30", []int{429, 200}, 2, nil, 30 * time.Second, 30 * time.Second, 0},
		{"not beyond the cap", "31", []int{429, 200}, 1, model.ErrRateLimited, 0, 0, 31 * time.Second},
		{"not beyond the cap, by date", "Sat, 01 Jan 2000 01:00:00 GMT", []int{503, 200}, 1, model.ErrUnavailable, 0, 0,
			time.Hour},
		{"by a date gone by", "Fri, 31 Dec 1999 23:00:00 GMT", []int{503, 200}, 2, nil, 250 * time.Millisecond,
			500 * time.Millisecond, 0},
		{"with an unreadable header", "soon", []int{503, 200}, 2, nil, 250 * time.Millisecond, 500 * time.Millisecond,
			0},
		{"with a negative time", "-5", []int{503, 200}, 2, nil, 250 * time.Millisecond, 500 * time.Millisecond, 0},
		{"not for an absurd time", "99999999999999999999", []int{429}, 1, model.ErrRateLimited, 0, 0, time.Hour},
		{"not for milliseconds", "90000000", []int{429}, 1, model.ErrRateLimited, 0, 0, time.Hour},
		{"until a time in seconds", "946684811", []int{429, 200}, 2, nil, 11 * time.Second, 11 * time.Second, 0},
		{"until a time in milliseconds", "946684811000", []int{429, 200}, 2, nil, 11 * time.Second, 11 * time.Second,
			0},
	} {
		t.Run(test.name, func(t *testing.T) {
			withTestServer(t, "http://127.0.0.1/api/v1", respondInTurn(t, test.retryAfter, test.statuses...),
				func(t *testing.T, w *testServer, c *Client) {
					start := c.now()
					_, err := c.Servers(t.Context(), model.ServerFilter{})
					if took := c.now().Sub(start); took < test.least || took > test.most {
						t.Errorf("the pauses took %v, expected %v to %v", took, test.least, test.most)
					}
					if w.requests.Load() != test.sent || !errors.Is(err, test.kind) ||
						model.RetryAfter(err) != test.wait {
						t.Errorf("%v (wait %v) after %d requests", err, model.RetryAfter(err), w.requests.Load())
					}
				})
		})
	}
}

func TestActionIsNeverRetried(t *testing.T) {
	for _, e := range endpoints {
		if !e.isAction {
			continue
		}
		for _, status := range []int{0, 429, 502, 503, 504} {
			withTestServer(t, "http://127.0.0.1/api/v1", respondInTurn(t, "1", status, 200),
				func(t *testing.T, w *testServer, c *Client) {
					if _, err := e.run(t.Context(), c); err == nil || w.requests.Load() != 1 {
						t.Errorf("%s, %d: %v after %d requests", e.name, status, err, w.requests.Load())
					}
				})
		}
	}
}

func TestRateLimitMessageSaysHowLongToWait(t *testing.T) {
	for header, want := range map[string]string{
		"90": "Try again in 90 s.", "150": "Try again in 3 min.", "9000": "Try again in 60 min.",
		"": "Try again in a while.",
	} {
		withTestServer(t, "http://127.0.0.1/api/v1", respondInTurn(t, header, 429),
			func(t *testing.T, _ *testServer, c *Client) {
				if _, err := c.Account(t.Context()); !strings.HasSuffix(model.ErrorMessage(err), want) {
					t.Errorf("%q: %v", header, err)
				}
			})
	}
}

func TestCancelledWaitEndsAtOnce(t *testing.T) {
	withTestServer(t, "http://127.0.0.1/api/v1", respondInTurn(t, "20", 503),
		func(t *testing.T, w *testServer, c *Client) {
			ctx, cancel := context.WithCancel(t.Context())
			start := c.now()
			go func() {
				synctest.Wait() // until the client is in its pause
				cancel()
			}()
			_, err := c.Servers(ctx, model.ServerFilter{})
			if !errors.Is(err, context.Canceled) || c.now() != start || w.requests.Load() != 1 {
				t.Errorf("%v after %v and %d requests", err, c.now().Sub(start), w.requests.Load())
			}
			checkMessage(t, err)
		})
}

func TestWithWaitControlsThePause(t *testing.T) {
	var waits []time.Duration
	wait := func(_ context.Context, d time.Duration) error {
		waits = append(waits, d)
		return errors.New("no patience")
	}
	withTestServer(t, "http://127.0.0.1/api/v1", respondInTurn(t, "3", 503),
		func(t *testing.T, w *testServer, c *Client) {
			_, err := c.Servers(t.Context(), model.ServerFilter{})
			if !errors.Is(err, model.ErrUnavailable) || w.requests.Load() != 1 || len(waits) != 1 ||
				waits[0] != 3*time.Second {
				t.Errorf("%v after %d requests and pauses %v", err, w.requests.Load(), waits)
			}
		}, WithWait(wait))
}

func TestAtMostFourConcurrentRequests(t *testing.T) {
	silent := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	withTestServer(t, "http://127.0.0.1/api/v1", silent, func(t *testing.T, w *testServer, c *Client) {
		ctx, cancel := context.WithCancel(t.Context())
		for range 10 {
			go func() { _, _ = c.Servers(ctx, model.ServerFilter{}) }()
		}
		synctest.Wait()
		if got := w.requests.Load(); got != 4 {
			t.Errorf("%d requests are under way", got)
		}
		short, end := context.WithTimeout(ctx, time.Second)
		defer end()
		err := c.DeleteBackup(short, "1")
		checkOutcome(t, err, outcome{kind: model.ErrTimeout})
		cancel()
		synctest.Wait()
	})
}
