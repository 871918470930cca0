package model

import (
	"errors"
	"fmt"
	"testing"
)

func TestUserErrorIsItsSentenceAndItsKind(t *testing.T) {
	cause := errors.New("write: /home/anna: broken pipe")
	for _, kind := range []error{ErrConflict, fmt.Errorf("%w: %w", ErrConflict, cause)} {
		err := fmt.Errorf("lock: %w", UserErrorf(kind, "%s is busy", "web-1\x1b[31m"))
		if !errors.Is(err, ErrConflict) || errors.Is(err, ErrForbidden) {
			t.Errorf("%v is not just a conflict", err)
		}
		if got := ErrorMessage(err); got != Clean("web-1\x1b[31m is busy") || got == "web-1\x1b[31m is busy" {
			t.Errorf("got %q, want the cleaned sentence", got)
		}
	}
	if err := UserErrorf(nil, "no place is left"); errors.Unwrap(err) != nil || err.Error() != "no place is left" {
		t.Errorf("%v has the cause %v", err, errors.Unwrap(err))
	}
}
