package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"vpsdeck/api/sim"
)

// token is the only token that the simulated accounts accept. It is no secret, and about as long as a
// real one: each answer is searched for it, which takes longer for a short one.
const token = "vps_0123456789abcdefghijklmnopqrstuvwxyz0123"

// account is a simulated account in real time. It was opened an hour ago, so that all operations of
// its seed data have ended. Only its automatic backups run, from 2:00 to about 4:00 UTC (see
// isQuietTime). It records the times of requests.
type account struct {
	server *sim.Server
	stop   chan struct{}

	mu           sync.Mutex
	requestTimes []time.Time // every request
}

func newAccount() (*account, error) {
	clock := sim.NewSteppedClock(time.Now().Add(-time.Hour))
	api := sim.New(sim.Options{Seed: 1, Token: token, Clock: clock})
	clock.Advance(time.Hour)
	a := &account{stop: make(chan struct{})}
	server, err := sim.Listen("127.0.0.1:0", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		a.requestTimes = append(a.requestTimes, time.Now())
		a.mu.Unlock()
		api.ServeHTTP(w, r)
	}))
	if err != nil {
		return nil, err
	}
	a.server = server
	go a.runClock(clock)
	return a, nil
}

// isQuietTime reports whether no automatic backup of the simulated account begins or runs within the
// time that the benchmark takes.
func isQuietTime(now time.Time) bool {
	hour := now.UTC().Hour()
	return hour < 1 || hour >= 5
}

// runClock advances the account's clock in real time.
func (a *account) runClock(clock *sim.Clock) {
	second := time.NewTicker(time.Second)
	defer second.Stop()
	for {
		select {
		case <-second.C:
			clock.Advance(time.Second)
		case <-a.stop:
			return
		}
	}
}

// beginSnapshot starts a snapshot of the first server in the API's documentation. It takes minutes.
func (a *account) beginSnapshot() error {
	body := strings.NewReader(`{"server_id": 12345, "name": "before-update"}`)
	request, err := http.NewRequest(http.MethodPost, a.server.URL()+"/snapshots/", body)
	if err != nil {
		return fmt.Errorf("requesting a snapshot: %w", err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("requesting a snapshot: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusCreated {
		return fmt.Errorf("requesting a snapshot: status %s", response.Status)
	}
	return nil
}

// pollTimes returns the start times of the polls in a span. A poll starts with the first request
// after a second without requests.
func (a *account) pollTimes(from, to time.Time) []time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return pollStarts(a.requestTimes, from, to)
}

func pollStarts(requests []time.Time, from, to time.Time) []time.Time {
	var first []time.Time
	var last time.Time
	for _, at := range requests {
		if at.Sub(last) > time.Second && !at.Before(from) && at.Before(to) {
			first = append(first, at)
		}
		last = at
	}
	return first
}

func (a *account) close() {
	close(a.stop)
	a.server.Close()
}
