package api

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"vpsdeck/model"
)

func TestTheApiIsLeftAloneBeforeItHasToSayNo(t *testing.T) {
	for name, test := range map[string]struct {
		left, reset string
		wait        time.Duration // before the second request
		refused     bool
	}{
		"plenty":                    {"100", "20", 0, false},
		"the rest is kept":          {"5", "20", 20 * time.Second, false},
		"one more":                  {"6", "20", 0, false},
		"none":                      {"0", "30", 30 * time.Second, false},
		"none for long":             {"0", "600", 0, true},
		"none until a time":         {"0", "946684825", 25 * time.Second, false},
		"it counts anew":            {"0", "0", 0, false},
		"what cannot be understood": {"few", "20", 0, false},
		"without an end":            {"0", "", 0, false},
		"below nothing":             {"-1", "20", 0, false},
	} {
		inWorld(t, "http://127.0.0.1/api/v1", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-RateLimit-Remaining", test.left)
			w.Header().Set("X-RateLimit-Reset", test.reset)
			_, _ = w.Write([]byte(results(1, "", 1)))
		}, func(t *testing.T, w *world, c *Client) {
			if _, err := c.Servers(t.Context(), model.ServerFilter{}); err != nil {
				t.Fatal(err)
			}
			before := c.now()
			_, err := c.Servers(t.Context(), model.ServerFilter{})
			if took := c.now().Sub(before); took != test.wait && !(test.reset == "946684825" && took > 0 && took <= test.wait) {
				t.Errorf("%s: the second waited %s, want %s", name, took, test.wait)
			}
			if errors.Is(err, model.ErrRateLimited) != test.refused || test.refused && (model.RetryAfter(err) < 590*time.Second || w.came.Load() != 1) {
				t.Errorf("%s: %v after %d requests", name, err, w.came.Load())
			}
			if err != nil {
				checkWords(t, err)
			}
		})
	}
}

func TestADeedIsSentHoweverFewRequestsAreLeft(t *testing.T) {
	inWorld(t, "http://127.0.0.1/api/v1", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("RateLimit-Remaining", "1")
		w.Header().Set("RateLimit-Reset", "60")
		w.WriteHeader(http.StatusNoContent)
	}, func(t *testing.T, w *world, c *Client) {
		before := c.now()
		for range 2 {
			if err := c.DeleteBackup(t.Context(), "7"); err != nil {
				t.Fatal(err)
			}
		}
		if took := c.now().Sub(before); took != 0 || w.came.Load() != 2 {
			t.Errorf("it took %s", took)
		}
	})
}
