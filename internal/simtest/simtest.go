// Package simtest starts the simulated account for a test, and clients of it. The account's clock
// stands still until the test moves it. Everything ends with the test.
package simtest

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"vpsdeck/api"
	"vpsdeck/api/sim"
)

// At returns a time on the day of the examples in the API's documents, when every test starts.
func At(hour, minute int) time.Time {
	return time.Date(2025, time.January, 16, hour, minute, 0, 0, time.UTC)
}

// Account is a simulated account. Serve serves it, or a handler in front of it.
type Account struct {
	*sim.Account
	Clock *sim.Clock
	tb    testing.TB
}

// New returns an account with the seed 1. Without a clock in the options, it gets one that starts
// at the time.
func New(tb testing.TB, start time.Time, options sim.Options) *Account {
	tb.Helper()
	if options.Clock == nil {
		options.Clock = sim.NewSteppedClock(start)
	}
	options.Seed = 1
	return &Account{Account: sim.New(options), Clock: options.Clock, tb: tb}
}

// InjectFault makes requests fail. The text has the form of sim.ParseFault.
func (a *Account) InjectFault(text string) {
	a.tb.Helper()
	fault, err := sim.ParseFault(text)
	if err != nil {
		a.tb.Fatal(err)
	}
	a.Inject(fault)
}

// SentActions returns the requests that have reached the account, except GET, such as
// "POST /snapshots/".
func (a *Account) SentActions() []string {
	var out []string
	for _, r := range a.Requests() {
		if r.Method != http.MethodGet {
			out = append(out, r.Method+" "+r.Path)
		}
	}
	return out
}

// Serve serves a handler until the end of the test, and returns the base address of its API. The
// server has no time limits, because an answer that a test holds back may take long.
func Serve(tb testing.TB, handler http.Handler) string {
	tb.Helper()
	server := httptest.NewServer(handler)
	tb.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return server.URL + "/api/v1"
}

// Rewrite passes the handler's answers through edit, which gets the body and may also wait.
func Rewrite(handler http.Handler, edit func(body string) string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, r)
		for name, values := range answer.Header() {
			if name != "Content-Length" {
				w.Header()[name] = values
			}
		}
		body := edit(answer.Body.String())
		w.WriteHeader(answer.Code)
		_, _ = io.WriteString(w, body)
	})
}

// NewClient returns the real client of an account.
func NewClient(tb testing.TB, url, token string, options ...api.Option) *api.Client {
	tb.Helper()
	client, err := api.New(url, token, options...)
	if err != nil {
		tb.Fatal(err)
	}
	return client
}

// SteppedTime are the options of a client whose time only the test moves: it has no time limits,
// and does not pause between its tries.
func SteppedTime(now func() time.Time) []api.Option {
	return []api.Option{api.WithClock(now), api.WithLimits(api.Limits{Call: time.Hour, Total: time.Hour}), WithoutPauses()}
}

// WithoutPauses lets a client try again at once.
func WithoutPauses() api.Option {
	return api.WithWait(func(ctx context.Context, _ time.Duration) error { return ctx.Err() })
}
