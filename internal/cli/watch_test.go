package cli

import (
	"strings"
	"testing"
	"time"

	"vpsdeck/model"
)

// The token expires while the API has trouble.
func TestWatchSaysThatTheTokenIsRefusedAfterAnotherFailure(t *testing.T) {
	var out strings.Builder
	w := &eventPrinter{notes: &out, wasRead: true}
	w.reading.note = w.note
	read := model.ListStatus{At: time.Unix(1, 0)}
	failing := func(err error) {
		w.noteReading(model.AccountView{Servers: read, Points: [2]model.ListStatus{read, {At: read.At, Err: err}}})
	}
	for _, err := range []error{
		model.UserErrorf(model.ErrUnavailable, "trouble"), model.UserErrorf(model.ErrUnavailable, "more trouble"),
		model.UserErrorf(model.ErrUnauthorized, "refused"), model.UserErrorf(model.ErrUnauthorized, "refused"), nil,
	} {
		failing(err)
	}
	const want = "vpsdeck: the account cannot be read, so nothing is told until it can: trouble\n" +
		"vpsdeck: the account cannot be read, so nothing is told until it can: refused\n" +
		"vpsdeck: the account can be read again\n"
	if out.String() != want {
		t.Errorf("it prints\n%s", out.String())
	}
}
