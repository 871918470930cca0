package model

import (
	"errors"
	"time"
)

// Remote is something that the API knows and we have a copy of. Its last good value stays when a later request fails, and
// at most one request for it is under way.
type Remote[T any] struct {
	Value       T
	Err         error     // why the last request failed; nil after a good one
	At          time.Time // when the last good answer came, on this machine's clock; zero if none has. Of a part: when that came
	partial     bool      // Value is a part of what there is: no answer was whole yet
	requestedAt time.Time // when the latest request was made, on the API's clock
	ticket      Ticket
	busy        bool
}

// Ticket names one request, so that the answer to a request that was given up is known and dropped.
type Ticket int

// Start begins a request, now by the API's clock. It is refused while one is under way.
func (r *Remote[T]) Start(now time.Time) (Ticket, bool) {
	if r.busy {
		return 0, false
	}
	r.ticket++
	r.busy, r.requestedAt = true, now
	return r.ticket, true
}

// Finish takes the answer of the request that the ticket names, and says whether it was taken: an old one is dropped.
// After an error the last good value stays. With ErrIncomplete the value is taken and Err stays set: it is what is known,
// and what is missing in it may be there all the same.
func (r *Remote[T]) Finish(t Ticket, value T, err error, at time.Time) bool {
	if !r.busy || t != r.ticket {
		return false
	}
	r.busy = false
	r.Err = err
	switch {
	case err == nil:
		r.Value, r.At, r.partial = value, at, false
	case errors.Is(err, ErrIncomplete):
		r.Value = value
		if !r.Complete() { // else the age of what is not in the part is what counts
			r.At, r.partial = at, true
		}
	}
	return true
}

// Release ends a request that the ticket names, with an error or without, and leaves the value alone. It is for answers
// about a part of the value, which the caller merges in by itself. It says whether the ticket was the current one.
func (r *Remote[T]) Release(t Ticket, err error) bool {
	if !r.busy || t != r.ticket {
		return false
	}
	r.busy = false
	if err != nil { // a part that is good does not make the rest good
		r.Err = err
	}
	return true
}

// CancelPending gives up the request under way: the world has changed since it was sent, so its answer would be old news.
func (r *Remote[T]) CancelPending() {
	r.ticket++
	r.busy = false
}

// Busy reports whether a request is under way.
func (r *Remote[T]) Busy() bool { return r.busy }

// Fresh reports whether there is a value and the last request for it went well.
func (r *Remote[T]) Fresh() bool { return r.Loaded() && r.Err == nil }

// Loaded reports whether there is something to show: a good answer came, or a part of one.
func (r *Remote[T]) Loaded() bool { return !r.At.IsZero() }

// Complete reports whether a whole answer came at some time, so that absence means something.
func (r *Remote[T]) Complete() bool { return r.Loaded() && !r.partial }
