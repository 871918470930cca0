package ui_test

import (
	"context"
	"sync"

	"vpsdeck/model"
	"vpsdeck/ui"
	"vpsdeck/ui/command"
)

// fakeAccess gives access to an account as main does: a real client on the simulated account, and a
// store for the token.
type fakeAccess struct {
	harness *harness
	demoErr error // returned when the demo is opened
	keepErr error // returned when the token is stored

	mu   sync.Mutex
	kept string // the store and the token in it
}

func (f *fakeAccess) Connect(ctx context.Context, token model.Secret) (command.Client, model.Account, error) {
	client, err := f.harness.connect(f.harness.url, token.Reveal())
	if err != nil {
		return nil, model.Account{}, err
	}
	owner, err := client.Account(ctx)
	if err != nil {
		return nil, model.Account{}, err
	}
	return client, owner, nil
}

func (f *fakeAccess) Demo() (command.Client, error) {
	if f.demoErr != nil {
		return nil, f.demoErr
	}
	return f.harness.connect(f.harness.url, liveToken)
}

func (f *fakeAccess) TokenStores() []command.TokenStore {
	return []command.TokenStore{
		{Name: "keyring", Label: "in the system's keyring"},
		{Name: "file", Label: "in a file that only you can read"},
	}
}

func (f *fakeAccess) StoreToken(store command.TokenStore, token model.Secret) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.keepErr == nil {
		f.kept = store.Name + " " + token.Reveal()
	}
	return f.keepErr
}

func (f *fakeAccess) Host() string { return "admin.vps.org" }

// keptToken returns the store and the token in it.
func (f *fakeAccess) keptToken() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.kept
}

// withAccess gives the program access to accounts: d, or a new fakeAccess.
func withAccess(d *fakeAccess) option {
	return withOptions(func(o *ui.Options) {
		if o.Access = d; d == nil {
			o.Access = &fakeAccess{}
		}
	})
}

// unauthenticated starts the program without an account, but with access to one.
func unauthenticated(d *fakeAccess) option {
	return func(s *setup) {
		s.unauthenticated = true
		withAccess(d)(s)
	}
}

var errNoKeyring = model.UserErrorf(model.ErrForbidden, "the keyring is locked")
