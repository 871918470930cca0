package ui_test

import (
	"context"
	"errors"
	"sync"

	"vpsdeck/model"
	"vpsdeck/ui"
	"vpsdeck/ui/command"
)

// fakeAccess is the way to an account as main builds it: a real client on the simulated account, and a place for the token.
type fakeAccess struct {
	harness *harness
	demoErr error // why the demo does not open
	keepErr error // why nothing can be kept

	mu   sync.Mutex
	kept string // the token, where it was kept
}

func (d *fakeAccess) Connect(ctx context.Context, token command.Secret) (command.Client, error) {
	client, err := d.harness.connect(d.harness.url, token.Reveal())
	if err != nil {
		return nil, err
	}
	if _, err := client.Account(ctx); err != nil {
		return nil, err
	}
	return client, nil
}

func (d *fakeAccess) Demo() (command.Client, error) {
	if d.demoErr != nil {
		return nil, d.demoErr
	}
	return d.harness.connect(d.harness.url, liveToken)
}

func (d *fakeAccess) TokenStores() []command.TokenStore {
	return []command.TokenStore{
		{Name: "keyring", Label: "in the system's keyring"},
		{Name: "file", Label: "in a file that only you can read"},
	}
}

func (d *fakeAccess) StoreToken(place command.TokenStore, token command.Secret) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.keepErr == nil {
		d.kept = place.Name + " " + token.Reveal()
	}
	return d.keepErr
}

func (d *fakeAccess) Host() string { return "admin.vps.org" }

// keptToken is where and which token was kept.
func (d *fakeAccess) keptToken() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.kept
}

// withAccess gives the program a way to another account: d, or a new one.
func withAccess(d *fakeAccess) option {
	return withOptions(func(o *ui.Options) {
		if o.Access = d; d == nil {
			o.Access = &fakeAccess{}
		}
	})
}

// unauthenticated starts the program without an account, and with a way to one.
func unauthenticated(d *fakeAccess) option {
	return func(s *setup) {
		s.unauthenticated = true
		withAccess(d)(s)
	}
}

// messageError is a failure in words.
type messageError struct{ message string }

func (s messageError) Error() string   { return s.message }
func (s messageError) Message() string { return s.message }

var errNoKeyring = errors.Join(messageError{"the keyring is locked"}, model.ErrForbidden)
