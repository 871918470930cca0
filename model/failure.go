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

// Incomplete is why a list is only a part of what the account has. What came of it comes along with the error. It satisfies
// errors.Is with ErrIncomplete.
type Incomplete struct {
	Got int // how many items came
	Of  int // how many there should be; 0: the API does not tell, and only says that there are more
}

// Numbers is how much came: "2 of 50", or "2 of more".
func (i *Incomplete) Numbers() string {
	if i.Of <= i.Got {
		return fmt.Sprintf("%d of more", i.Got)
	}
	return fmt.Sprintf("%d of %d", i.Got, i.Of)
}

// Error is the sentence of Words.
func (i *Incomplete) Error() string { return i.Words() }

// Words is the sentence for a person.
func (i *Incomplete) Words() string {
	return "The list is incomplete: the API gave " + i.Numbers() + "."
}

// Unwrap is ErrIncomplete.
func (i *Incomplete) Unwrap() error { return ErrIncomplete }

// Words is the sentence that a person is shown for an error: the API's own words where it gave some, cleaned, else ours.
// It never holds the token, a stack or a raw Go error. Words of nil is "".
func Words(err error) string {
	var spoken interface{ Words() string }
	if errors.As(err, &spoken) {
		return Clean(spoken.Words())
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
