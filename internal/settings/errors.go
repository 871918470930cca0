package settings

import (
	"errors"
	"fmt"
	"regexp"
	"slices"

	"vpsdeck/model"
)

// ExitCode is the program's exit code. Scripts rely on the numbers, so they must not change.
type ExitCode int

// The exit codes.
const (
	ExitOK       ExitCode = 0 // success
	ExitOther    ExitCode = 1 // any other error: the API is down, a port is in use
	ExitUsage    ExitCode = 2 // a wrong flag or argument, or no terminal for the dashboard
	ExitConfig   ExitCode = 3 // the config file, or a setting in the environment, is invalid
	ExitToken    ExitCode = 4 // a token cannot be read or saved, or the API rejects it
	ExitNotFound ExitCode = 5 // the API has nothing with that ID, or no server has that name
	// a safety rule of vpsdeck refused it: read-only, no --yes, another name, the last restore
	// point
	ExitRefused  ExitCode = 6
	ExitLimited  ExitCode = 7 // not now: too many requests, a full quota, or something else is still running
	ExitUnknown  ExitCode = 8 // the answer to an action was lost, and the action may have succeeded
	ExitCoverage ExitCode = 9 // a server does not meet its coverage policy

	ExitUnconfirmed ExitCode = 10 // the API accepted an action, and its lists never showed it
	ExitUnchecked   ExitCode = 11 // check: coverage could not be assessed, for any reason

	ExitSignal ExitCode = 128 // ended by a signal, whose number is added: 143 for SIGTERM, 129 for SIGHUP
)

// exitSeverity orders the codes of several results, the least severe first.
var exitSeverity = []ExitCode{ExitOK, ExitLimited, ExitNotFound, ExitRefused, ExitToken, ExitOther, ExitUnconfirmed,
	ExitUnknown}

// Worse returns the more severe of two codes: first an unknown outcome, then a failure, then an
// action that was not sent.
func (c ExitCode) Worse(other ExitCode) ExitCode {
	if slices.Index(exitSeverity, other) > slices.Index(exitSeverity, c) {
		return other
	}
	return c
}

// Error is an error for a person, with an exit code. Its one sentence says what the error is, where
// it is, and what to do. Use Errorf to make one.
type Error struct {
	model.UserError
	Code ExitCode
}

// Errorf makes an Error. It hides everything that looks like a token, so that one pasted in the
// wrong place is not shown.
func Errorf(code ExitCode, format string, args ...any) *Error {
	text := tokenPattern.ReplaceAllString(fmt.Sprintf(format, args...), model.HiddenToken)
	return &Error{UserError: model.UserError{Text: text}, Code: code}
}

// SilentExit returns an error with a code and no message, for a command that has already printed
// its output.
func SilentExit(code ExitCode) *Error { return &Error{Code: code} }

// CodeOf returns the exit code for an error; ExitOK for nil.
func CodeOf(err error) ExitCode {
	var coded *Error
	switch {
	case err == nil:
		return ExitOK
	case errors.As(err, &coded):
		return coded.Code
	case errors.Is(err, model.ErrOutcomeUnknown): // even if it is another error too
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

// tokenPattern matches a token as documented [D]: vps_, then letters, digits, - and _ [I].
var tokenPattern = regexp.MustCompile(`vps_[A-Za-z0-9_-]+`)
