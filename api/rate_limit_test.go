package api

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"vpsdeck/model"
)

func TestReadsWaitBeforeTheRateLimitIsHit(t *testing.T) {
	for name, test := range map[string]struct {
		left, reset string
		limit       string
		wait        time.Duration // before the second request
		refused     bool
	}{
		"plenty":                               {"100", "20", "100", 0, false},
		"the rest is reserved":                 {"5", "20", "100", 20 * time.Second, false},
		"one more":                             {"6", "20", "100", 0, false},
		"none":                                 {"0", "30", "100", 30 * time.Second, false},
		"none for long":                        {"0", "600", "100", 0, true},
		"none until a time":                    {"0", "946684825", "100", 25 * time.Second, false},
		"the count restarts":                   {"0", "0", "100", 0, false},
		"unreadable":                           {"few", "20", "100", 0, false},
		"without an end":                       {"0", "", "100", 0, false},
		"a small limit, little of it reserved": {"2", "20", "5", 0, false},
		"a small limit, the last request":      {"1", "20", "5", 20 * time.Second, false},
		"a small limit, as seen":               {"4", "60", "", 0, false},
		"until a time in milliseconds":         {"0", "946684825000", "100", 25 * time.Second, false},
		"for an absurd time":                   {"0", "1e300", "100", 0, true},
		"below zero":                           {"-1", "20", "100", 0, false},
	} {
		withTestServer(t, "http://127.0.0.1/api/v1", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-RateLimit-Remaining", test.left)
			w.Header().Set("X-RateLimit-Reset", test.reset)
			w.Header().Set("X-RateLimit-Limit", test.limit)
			_, _ = w.Write([]byte(listJSON(1, "", 1)))
		}, func(t *testing.T, w *testServer, c *Client) {
			if _, err := c.Servers(t.Context(), model.ServerFilter{}); err != nil {
				t.Fatal(err)
			}
			before := c.now()
			_, err := c.Servers(t.Context(), model.ServerFilter{})
			took := c.now().Sub(before)
			atDate := strings.HasPrefix(test.reset, "946684825")
			if shorter := atDate && took > 0 && took <= test.wait; took != test.wait && !shorter {
				t.Errorf("%s: the second waited %s, want %s", name, took, test.wait)
			}
			if errors.Is(err, model.ErrRateLimited) != test.refused || test.refused &&
				(model.RetryAfter(err) < 590*time.Second || w.requests.Load() != 1) {
				t.Errorf("%s: %v after %d requests", name, err, w.requests.Load())
			}
			if err != nil {
				checkMessage(t, err)
			}
		})
	}
}

func TestActionIsSentDespiteRateLimit(t *testing.T) {
	withTestServer(t, "http://127.0.0.1/api/v1", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("RateLimit-Remaining", "1")
		w.Header().Set("RateLimit-Reset", "60")
		w.WriteHeader(http.StatusNoContent)
	}, func(t *testing.T, w *testServer, c *Client) {
		before := c.now()
		for range 2 {
			if err := c.DeleteBackup(t.Context(), "7"); err != nil {
				t.Fatal(err)
			}
		}
		if took := c.now().Sub(before); took != 0 || w.requests.Load() != 2 {
			t.Errorf("it took %s", took)
		}
	})
}

// A limit of five requests a minute, given by headers or by 429 alone, and an account of two pages.
func TestSmallRateLimitStillReadsALongList(t *testing.T) {
	for _, headers := range []bool{true, false} {
		var left, began = 5, time.Time{}
		withTestServer(t, "http://127.0.0.1/api/v1", func(w http.ResponseWriter, r *http.Request) {
			if now := time.Now(); now.Sub(began) >= time.Minute {
				left, began = 5, now
			}
			reset := strconv.Itoa(int((time.Minute - time.Since(began)).Seconds()))
			if left == 0 {
				w.Header().Set("Retry-After", reset)
				w.WriteHeader(http.StatusTooManyRequests)
				return
			}
			left--
			if headers {
				w.Header().Set("RateLimit-Limit", "5")
				w.Header().Set("RateLimit-Remaining", strconv.Itoa(left))
				w.Header().Set("RateLimit-Reset", reset)
			}
			answer := listJSON(4, "", 1, 2)
			if r.URL.Query().Has("page") {
				answer = listJSON(4, "", 3, 4)
			}
			_, _ = w.Write([]byte(answer))
		}, func(t *testing.T, w *testServer, c *Client) {
			var waited time.Duration
			c.onRateLimited = func(d time.Duration) { waited += d }
			for _, list := range []func() (int, error){
				func() (int, error) { s, err := c.Servers(t.Context(), model.ServerFilter{}); return len(s), err },
				func() (int, error) { p, err := c.Backups(t.Context(), model.BackupFilter{}); return len(p), err },
			} {
				if n, err := list(); n != 4 || err != nil {
					t.Errorf("headers %t: %d came, %v", headers, n, err)
				}
			}
			if waited < 50*time.Second || w.requests.Load() > 9 {
				t.Errorf("headers %t: it waited for %s, and sent %d requests", headers, waited, w.requests.Load())
			}
		})
	}
}
