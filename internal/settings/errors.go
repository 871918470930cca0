package settings

import (
	"errors"
	"fmt"
	"regexp"
	"slices"

	"vpsdeck/model"
)

// ExitCode is what the program's end tells the shell. Scripts may rely on the numbers: they stay.
type ExitCode int

// The exit codes.
const (
	ExitOK       ExitCode = 0 // all went well
	ExitOther    ExitCode = 1 // anything without a code of its own: the API is down, a port is in use
	ExitUsage    ExitCode = 2 // a wrong flag or argument, or no terminal to work on
	ExitConfig   ExitCode = 3 // the config file, or a setting in the environment, cannot be used
	ExitToken    ExitCode = 4 // a token cannot be read or kept, or the API does not accept it
	ExitNotFound ExitCode = 5 // the API knows nothing by that ID, or no server has that name
	ExitRefused  ExitCode = 6 // a safety rule of ours refused it: read-only, no --yes, another name, the last restore point
	ExitLimited  ExitCode = 7 // not now: too many requests, a full quota, or something else is still running
	ExitUnknown  ExitCode = 8 // a deed's answer was lost: it may have been done all the same
	ExitCoverage ExitCode = 9 // a server does not meet its coverage policy

	ExitUnconfirmed ExitCode = 10 // the API accepted an action, and its lists never showed it
	ExitUnchecked   ExitCode = 11 // check: coverage could not be judged, whatever the reason

	ExitSignal ExitCode = 128 // ended by a signal, whose number is added: 143 for SIGTERM, 129 for SIGHUP
)

// exitSeverity orders the codes of several results, the least bad first.
var exitSeverity = []ExitCode{ExitOK, ExitLimited, ExitNotFound, ExitRefused, ExitToken, ExitOther, ExitUnconfirmed, ExitUnknown}

// Worse is the code that tells more of what needs a person: an unknown outcome before anything else, then a failure, then
// what was not done.
func (c ExitCode) Worse(other ExitCode) ExitCode {
	if slices.Index(exitSeverity, other) > slices.Index(exitSeverity, c) {
		return other
	}
	return c
}

// Error is an error that a person can act on: one sentence that says what is wrong, where, and what to do, and the code
// to exit with. Make one with Faultf.
type Error struct {
	Code    ExitCode
	message string
}

// Errorf makes a fault. Whatever looks like a token is hidden, so that one pasted into the wrong place is not repeated.
func Errorf(code ExitCode, format string, args ...any) *Error {
	return &Error{Code: code, message: tokenPattern.ReplaceAllString(fmt.Sprintf(format, args...), hiddenToken)}
}

// SilentExit is the end with a code of a command that has said already what there is to say. It has no sentence.
func SilentExit(code ExitCode) *Error { return &Error{Code: code} }

// Error is the sentence, without a full stop.
func (f *Error) Error() string { return f.message }

// Message is the sentence too: model.Message finds it there.
func (f *Error) Message() string { return f.message }

// CodeOf is the code to exit with after the error; ExitFine for nil.
func CodeOf(err error) ExitCode {
	var fault *Error
	switch {
	case err == nil:
		return ExitOK
	case errors.As(err, &fault):
		return fault.Code
	case errors.Is(err, model.ErrOutcomeUnknown): // whatever else befell it
		return ExitUnknown
	case errors.Is(err, model.ErrRateLimited), errors.Is(err, model.ErrConflict):
		return ExitLimited
	case errors.Is(err, model.ErrUnauthorized), errors.Is(err, model.ErrForbidden):
		return ExitToken
	case errors.Is(err, model.ErrNotFound):
		return ExitNotFound
	}
	return ExitOther
}

// tokenPattern matches what the documents call a token [D]: vps_ and then letters, digits, - and _ [I].
var tokenPattern = regexp.MustCompile(`vps_[A-Za-z0-9_-]+`)
