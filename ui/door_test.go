package ui_test

import (
	"context"
	"errors"
	"sync"

	"vpsdeck/model"
	"vpsdeck/ui"
	"vpsdeck/ui/command"
)

// door is the way to an account as main builds it: a real client on the simulated account, and a place for the token.
type door struct {
	world *world
	demo  error // why the demo does not open
	keep  error // why nothing can be kept

	mu   sync.Mutex
	kept string // the token, where it was kept
}

func (d *door) Connect(ctx context.Context, token command.Secret) (command.Client, error) {
	client, err := d.world.connect(d.world.url, token.Reveal())
	if err != nil {
		return nil, err
	}
	if _, err := client.Account(ctx); err != nil {
		return nil, err
	}
	return client, nil
}

func (d *door) Demo() (command.Client, error) {
	if d.demo != nil {
		return nil, d.demo
	}
	return d.world.connect(d.world.url, liveToken)
}

func (d *door) Places() []command.Place {
	return []command.Place{
		{Name: "keyring", Says: "in the system's keyring"},
		{Name: "file", Says: "in a file that only you can read"},
	}
}

func (d *door) Keep(place command.Place, token command.Secret) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.keep == nil {
		d.kept = place.Name + " " + token.Reveal()
	}
	return d.keep
}

func (d *door) Host() string { return "admin.vps.org" }

// keptAs is where and which token was kept.
func (d *door) keptAs() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.kept
}

// withDoor gives the program a way to another account: d, or a new one.
func withDoor(d *door) option {
	return with(func(o *ui.Options) {
		if o.Access = d; d == nil {
			o.Access = &door{}
		}
	})
}

// stranger starts the program without an account, and with a way to one.
func stranger(d *door) option {
	return func(s *setup) {
		s.stranger = true
		withDoor(d)(s)
	}
}

// spoken is a failure in words.
type spoken struct{ words string }

func (s spoken) Error() string { return s.words }
func (s spoken) Words() string { return s.words }

var errNoKeyring = errors.Join(spoken{"the keyring is locked"}, model.ErrForbidden)
