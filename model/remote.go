package model

import (
	"errors"
	"time"
)

// Remote is our copy of something from the API. It keeps the last good value if a later request
// fails. At most one request for it is under way.
type Remote[T any] struct {
	Value T
	Err   error // why the last request failed; nil after a good one
	// when the last good answer came, by this machine's clock; zero: never. If partial: when that
	// part came
	At          time.Time
	partial     bool      // Value is incomplete: no complete answer has come yet
	requestedAt time.Time // when the latest request was made, on the API's clock
	ticket      Ticket
	busy        bool
}

// Ticket identifies a request, so that answers to canceled requests can be dropped.
type Ticket int

// Start starts a request at a time on the API's clock. It fails if one is under way.
func (r *Remote[T]) Start(now time.Time) (Ticket, bool) {
	if r.busy {
		return 0, false
	}
	r.ticket++
	r.busy, r.requestedAt = true, now
	return r.ticket, true
}

// Finish applies the answer to the ticket's request, and reports whether it was the current one;
// others are dropped. After an error the last good value is kept. With ErrIncomplete the value is
// stored and Err stays set, because what is missing from it may still exist.
func (r *Remote[T]) Finish(t Ticket, value T, err error, at time.Time) bool {
	if !r.busy || t != r.ticket {
		return false
	}
	r.busy = false
	r.Err = err
	at = at.Round(0) // without the monotonic reading, which stands still while the machine sleeps
	switch {
	case err == nil:
		r.Value, r.At, r.partial = value, at, false
	case errors.Is(err, ErrIncomplete):
		r.Value = value
		if !r.Complete() { // a part does not renew the age of the rest
			r.At, r.partial = at, true
		}
	}
	return true
}

// setPartial records that the value is only a part of what there is, and when it came. It is for an
// incomplete answer that has replaced a cached value.
func (r *Remote[T]) setPartial(at time.Time) { r.At, r.partial = at.Round(0), true }

// Release ends the ticket's request, with or without an error, and leaves the value unchanged. It
// is for answers about a part of the value, which the caller merges in. It reports whether the
// ticket was the current one.
func (r *Remote[T]) Release(t Ticket, err error) bool {
	if !r.busy || t != r.ticket {
		return false
	}
	r.busy = false
	if err != nil { // a good part does not make the rest good
		r.Err = err
	}
	return true
}

// CancelPending cancels the request under way, because the account has changed since it was sent.
func (r *Remote[T]) CancelPending() {
	r.ticket++
	r.busy = false
}

// Busy reports whether a request is under way.
func (r *Remote[T]) Busy() bool { return r.busy }

// Fresh reports whether there is a value and the last request for it succeeded.
func (r *Remote[T]) Fresh() bool { return r.Loaded() && r.Err == nil }

// Loaded reports whether there is a value to show, complete or partial.
func (r *Remote[T]) Loaded() bool { return !r.At.IsZero() }

// Complete reports whether a complete answer has come, so that what is missing from it does not
// exist.
func (r *Remote[T]) Complete() bool { return r.Loaded() && !r.partial }
