package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"vpsdeck/api/sim"
)

// token is the only one that the simulated accounts let in; it is no secret.
const token = "vps_bench"

// accountStart is when a quiet account opens. An hour later all that the account's story begins with has ended, and the night
// with its automatic backups is far.
var accountStart = time.Date(2025, time.January, 16, 12, 0, 0, 0, time.UTC)

// account is a simulated account in real time on which nothing runs by itself. It notes when it is asked.
type account struct {
	server *sim.Server
	stop   chan struct{}

	mu           sync.Mutex
	requestTimes []time.Time // every request
}

func newAccount() (*account, error) {
	clock := sim.NewSteppedClock(accountStart)
	world := sim.New(sim.Options{Seed: 1, Token: token, Clock: clock})
	clock.Advance(time.Hour)
	a := &account{stop: make(chan struct{})}
	server, err := sim.Listen("127.0.0.1:0", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		a.requestTimes = append(a.requestTimes, time.Now())
		a.mu.Unlock()
		world.ServeHTTP(w, r)
	}))
	if err != nil {
		return nil, err
	}
	a.server = server
	go a.runClock(clock)
	return a, nil
}

// runClock lets the account's time pass.
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

// beginSnapshot starts a snapshot of the documents' first server. It takes minutes.
func (a *account) beginSnapshot() error {
	body := strings.NewReader(`{"server_id": 12345, "name": "before-update"}`)
	request, err := http.NewRequest(http.MethodPost, a.server.URL()+"/snapshots/", body)
	if err != nil {
		return fmt.Errorf("asking for a snapshot: %w", err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("asking for a snapshot: %w", err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusCreated {
		return fmt.Errorf("asking for a snapshot: the account answered %s", answer.Status)
	}
	return nil
}

// pollTimes are the moments in a span at which the account was asked after a second of peace: the first request of each poll.
func (a *account) pollTimes(from, to time.Time) []time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return pollStarts(a.requestTimes, from, to)
}

func pollStarts(asked []time.Time, from, to time.Time) []time.Time {
	var first []time.Time
	var last time.Time
	for _, at := range asked {
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
