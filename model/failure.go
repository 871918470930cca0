package model

import (
	"errors"
	"fmt"
	"time"
)

// The kinds of failure that the program tells apart. Errors from the API satisfy errors.Is with one of them, so that the
// screens need to know nothing of HTTP.
var (
	ErrUnauthorized   = errors.New("the token is not accepted")               // 401
	ErrForbidden      = errors.New("the token may not do this")               // 403
	ErrNotFound       = errors.New("not found")                               // 404, 410
	ErrConflict       = errors.New("busy with something else")                // 409
	ErrRefused        = errors.New("refused by the API")                      // 400, 422 and other 4xx
	ErrRateLimited    = errors.New("too many requests")                       // 429
	ErrUnavailable    = errors.New("the API has trouble")                     // 5xx
	ErrUnreachable    = errors.New("the API cannot be reached")               // refused, DNS, TLS, cut line
	ErrTimeout        = errors.New("the API did not answer in time")          // no answer, or it broke off
	ErrBadAnswer      = errors.New("the answer is not what the API promises") // unreadable, too large, a foreign host
	ErrOutcomeUnknown = errors.New("the outcome is unknown")                  // a POST or DELETE whose answer was lost
	ErrIncomplete     = errors.New("the list is incomplete")                  // a list of which only a part came
)

// IncompleteError is why a list is only a part of what the account has. What came of it comes along with the error. It satisfies
// errors.Is with ErrIncomplete.
type IncompleteError struct {
	Got   int // how many items came
	Total int // how many there should be; 0: the API does not tell, and only says that there are more
}

// Counts is how much came: "2 of 50", or "2 of more".
func (i *IncompleteError) Counts() string {
	if i.Total <= i.Got {
		return fmt.Sprintf("%d of more", i.Got)
	}
	return fmt.Sprintf("%d of %d", i.Got, i.Total)
}

// Error is the sentence of Words.
func (i *IncompleteError) Error() string { return i.Message() }

// Message is the sentence for a person.
func (i *IncompleteError) Message() string {
	return "The list is incomplete: the API gave " + i.Counts() + "."
}

// Unwrap is ErrIncomplete.
func (i *IncompleteError) Unwrap() error { return ErrIncomplete }

// ErrorMessage is the sentence that a person is shown for an error: the API's own words where it gave some, cleaned, else ours.
// It never holds the token, a stack or a raw Go error. Words of nil is "".
func ErrorMessage(err error) string {
	var spoken interface{ Message() string }
	if errors.As(err, &spoken) {
		return Clean(spoken.Message())
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
		return "something went wrong inside vpsdeck"
	}
	return ""
}

// RetryAfter is how long the API asked to be left alone, or 0.
func RetryAfter(err error) time.Duration {
	var patient interface{ Wait() time.Duration }
	if errors.As(err, &patient) {
		return patient.Wait()
	}
	return 0
}
