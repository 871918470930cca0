package model

import (
	"errors"
	"testing"
	"time"
)

var errNetwork = errors.New("the line is down")

func TestRemoteAllowsOneRequestAtATime(t *testing.T) {
	var r Remote[string]
	first, ok := r.Start(now)
	if !ok || !r.Busy() {
		t.Fatal("the first request is refused")
	}
	if _, ok := r.Start(now); ok {
		t.Error("a second one may start during the first")
	}
	r.Finish(first, "good", nil, now)
	if _, ok := r.Start(now); !ok {
		t.Error("none may start after the first has ended")
	}
}

func TestRemoteKeepsTheLastGoodAnswer(t *testing.T) {
	var r Remote[string]
	if r.Loaded() {
		t.Error("it is loaded before anything came")
	}
	ticket, _ := r.Start(now)
	r.Finish(ticket, "", errNetwork, now)
	if r.Loaded() || r.Err == nil || r.Busy() {
		t.Errorf("after a failure alone: %+v", r)
	}
	ticket, _ = r.Start(now)
	r.Finish(ticket, "good", nil, now)
	if !r.Loaded() || r.Err != nil || r.Value != "good" || !r.At.Equal(now) {
		t.Errorf("after a good answer: %+v", r)
	}
	ticket, _ = r.Start(now)
	r.Finish(ticket, "", errNetwork, now.Add(time.Hour))
	if !r.Loaded() || r.Value != "good" || !r.At.Equal(now) || !errors.Is(r.Err, errNetwork) {
		t.Errorf("after a failure: %+v", r)
	}
	ticket, _ = r.Start(now)
	r.Finish(ticket, "better", nil, now.Add(2*time.Hour))
	if r.Value != "better" || r.Err != nil || !r.At.Equal(now.Add(2*time.Hour)) {
		t.Errorf("after it succeeded again: %+v", r)
	}
}

func TestAgeOfDataCountsTheSleepOfTheMachine(t *testing.T) {
	var r Remote[string]
	for _, err := range []error{&IncompleteError{Got: 1, Total: 2}, nil} {
		at := time.Now() // with a monotonic reading, which stands still during sleep
		ticket, _ := r.Start(at)
		if r.Finish(ticket, "good", err, at); r.At != at.Round(0) {
			t.Errorf("after %v the data are from %s", err, r.At)
		}
	}
}

func TestOldAnswerIsDropped(t *testing.T) {
	for name, spoil := range map[string]func(*Remote[string], Ticket){
		"superseded":              func(r *Remote[string], _ Ticket) { r.CancelPending() },
		"superseded, asked again": func(r *Remote[string], _ Ticket) { r.CancelPending(); r.Start(now) },
		"answered already":        func(r *Remote[string], t Ticket) { r.Finish(t, "good", nil, now) },
		"released already":        func(r *Remote[string], t Ticket) { r.Release(t, nil) },
	} {
		r := Remote[string]{Value: "good", At: now}
		ticket, _ := r.Start(now)
		spoil(&r, ticket)
		busy := r.Busy()
		if r.Finish(ticket, "old", errNetwork, now.Add(time.Hour)) || r.Release(ticket, errNetwork) {
			t.Errorf("%s: the answer is applied", name)
		}
		if r.Value != "good" || r.Err != nil || !r.At.Equal(now) || r.Busy() != busy {
			t.Errorf("%s: the answer has changed it: %+v", name, r)
		}
	}
}

func TestTicketsAreUnique(t *testing.T) {
	var r Remote[string]
	seen := map[Ticket]bool{}
	for i := range 20 {
		ticket, ok := r.Start(now)
		if !ok || seen[ticket] {
			t.Fatalf("request %d: ticket %d, %v", i, ticket, ok)
		}
		seen[ticket] = true
		if i%2 == 0 {
			r.CancelPending()
		} else {
			r.Finish(ticket, "", nil, now)
		}
	}
}

func TestReleaseKeepsTheValue(t *testing.T) {
	r := Remote[string]{Value: "good", At: now}
	ticket, _ := r.Start(now)
	if !r.Release(ticket, errNetwork) || r.Value != "good" || !r.At.Equal(now) || !errors.Is(r.Err, errNetwork) ||
		r.Busy() {
		t.Errorf("after a failed part: %+v", r)
	}
	ticket, _ = r.Start(now)
	if !r.Release(ticket, nil) || !errors.Is(r.Err, errNetwork) || !r.At.Equal(now) {
		t.Errorf("after a good part: %+v", r)
	}
}

func TestErrorMessages(t *testing.T) {
	for want, err := range map[string]error{
		"":                          nil,
		"not found":                 errors.Join(errors.New("GET /x"), ErrNotFound),
		"the outcome is unknown":    errors.Join(ErrTimeout, ErrOutcomeUnknown),
		"the quota is full^[[31m":   apiError("the quota is full\x1b[31m"),
		"internal error in vpsdeck": errNetwork,
	} {
		if got := ErrorMessage(err); got != want {
			t.Errorf("%v: %q, want %q", err, got, want)
		}
	}
	if RetryAfter(errNetwork) != 0 || RetryAfter(nil) != 0 ||
		RetryAfter(errors.Join(errNetwork, apiError(""))) != time.Minute {
		t.Error("RetryAfter is wrong")
	}
}

type apiError string

func (s apiError) Error() string       { return "raw" }
func (s apiError) Message() string     { return string(s) }
func (s apiError) Wait() time.Duration { return time.Minute }
