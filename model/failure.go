package model

import (
	"errors"
	"fmt"
	"time"
)

// The kinds of failure that the program distinguishes. Errors from the API satisfy errors.Is with
// one of them, so that the screens need not know HTTP.
var (
	ErrUnauthorized = errors.New("the token is not accepted")           // 401
	ErrForbidden    = errors.New("the token is not allowed to do this") // 403
	ErrNotFound     = errors.New("not found")                           // 404, 410
	ErrConflict     = errors.New("busy with another operation")         // 409
	ErrRefused      = errors.New("refused by the API")                  // 400, 422 and other 4xx
	ErrRateLimited  = errors.New("too many requests")                   // 429
	ErrUnavailable  = errors.New("the API has trouble")                 // 5xx
	// connection refused, DNS, TLS, or the connection broke
	ErrUnreachable    = errors.New("the API cannot be reached")
	ErrTimeout        = errors.New("the API did not answer in time") // no answer, or it was cut off
	ErrBadAnswer      = errors.New("the API sent an invalid answer") // unreadable, too large, or from another host
	ErrOutcomeUnknown = errors.New("the outcome is unknown")         // a POST or DELETE whose answer was lost
	ErrIncomplete     = errors.New("the list is incomplete")         // only a part of a list arrived
)

// UserError is an error as one sentence for the user. The screens show it as it is.
type UserError struct {
	Text string // the sentence
	Kind error  // what errors.Is finds: one of the errors above, another cause, or nil
}

// UserErrorf returns a UserError. Unlike fmt.Errorf it wraps only its kind.
func UserErrorf(kind error, format string, args ...any) *UserError {
	return &UserError{Text: fmt.Sprintf(format, args...), Kind: kind}
}

// Error returns the sentence.
func (e *UserError) Error() string { return e.Text }

// Message returns the sentence, for ErrorMessage.
func (e *UserError) Message() string { return e.Text }

// Unwrap returns the kind.
func (e *UserError) Unwrap() error { return e.Kind }

// IncompleteError says that a list is only a part of what the account has. The received part is
// returned with the error. It satisfies errors.Is with ErrIncomplete.
type IncompleteError struct {
	Got   int // how many items were received
	Total int // how many there should be; 0: the API only says that there are more
}

// Counts says how many items were received: "2 of 50", or "2 of more".
func (i *IncompleteError) Counts() string {
	if i.Total <= i.Got {
		return fmt.Sprintf("%d of more", i.Got)
	}
	return fmt.Sprintf("%d of %d", i.Got, i.Total)
}

// Error returns the same text as Message.
func (i *IncompleteError) Error() string { return i.Message() }

// Message is the text to display.
func (i *IncompleteError) Message() string {
	return "The list is incomplete: the API gave " + i.Counts() + "."
}

// Unwrap returns ErrIncomplete.
func (i *IncompleteError) Unwrap() error { return ErrIncomplete }

// ErrorMessage returns the text to display for an error: the API's own message if it gave one,
// cleaned, or else ours. It never contains the token, a stack trace or a raw Go error. For nil it
// returns "".
func ErrorMessage(err error) string {
	var withMessage interface{ Message() string }
	if errors.As(err, &withMessage) {
		return Clean(withMessage.Message())
	}
	for _, known := range []error{
		ErrOutcomeUnknown, ErrUnauthorized, ErrForbidden, ErrNotFound, ErrConflict, ErrRefused, ErrRateLimited,
		ErrUnavailable, ErrUnreachable, ErrTimeout, ErrBadAnswer, ErrIncomplete,
	} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	if err != nil {
		return "internal error in vpsdeck"
	}
	return ""
}

// RetryAfter returns how long the API asked to wait before the next request, or 0.
func RetryAfter(err error) time.Duration {
	var withWait interface{ Wait() time.Duration }
	if errors.As(err, &withWait) {
		return withWait.Wait()
	}
	return 0
}
