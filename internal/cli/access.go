package cli

import (
	"context"
	"errors"
	"os"
	"slices"
	"time"

	"vpsdeck/api"
	"vpsdeck/api/sim"
	"vpsdeck/internal/settings"
	"vpsdeck/model"
	"vpsdeck/ui/command"
)

// The simulated account of the demo: an hour passes in a minute, and everybody sees the same fleet.
const (
	demoSpeed = 60
	demoSeed  = 1
	demoToken = "vps_demo"
)

// access opens accounts for the dashboard: the real one with a token, or the simulated one on a loopback socket, so that
// the client's real path to the API runs in the demo too.
type access struct {
	settings   settings.Settings
	tokens     *settings.Tokens
	log        *command.RequestLog
	demo       *simulatedAccount
	quietUntil time.Time // until then long lists wait
}

// simulatedAccount is the simulated account of this run of the program, once it was asked for. All ways to an account share it.
type simulatedAccount struct{ server *sim.Server }

// client makes a client for the real account.
func (a *access) client(token settings.Secret, more ...api.Option) (*api.Client, error) {
	opts := append([]api.Option{api.WithObserver(a.log.Add), api.WithQuietStart(a.quietUntil)}, more...)
	if a.settings.RootCAs != nil {
		opts = append(opts, api.WithRootCAs(a.settings.RootCAs))
	}
	return api.New(a.settings.APIURL, token.Reveal(), opts...)
}

// Connect makes a client and asks the API whether the token is live. An API that does not tell whose a token is, or not to
// this one, is asked for the servers instead.
func (a *access) Connect(ctx context.Context, token command.Secret) (command.Client, error) {
	secret, err := settings.NewSecret(token.Reveal())
	if err != nil {
		return nil, settings.Errorf(settings.ExitToken, "the token %s", err)
	}
	client, err := a.client(secret)
	if err != nil {
		return nil, err
	}
	_, err = client.Account(ctx)
	if errors.Is(err, model.ErrNotFound) || errors.Is(err, model.ErrForbidden) {
		_, err = client.Servers(ctx, model.ServerFilter{})
	}
	if err != nil {
		return nil, err
	}
	return client, nil
}

// Demo opens the simulated account.
func (a *access) Demo() (command.Client, error) {
	account := sim.New(sim.Options{Seed: demoSeed, Token: demoToken, Clock: sim.NewClock(time.Now(), demoSpeed)})
	server, err := sim.Listen("127.0.0.1:0", account)
	if err != nil {
		return nil, settings.Errorf(settings.ExitOther, "the simulated account found no place on this machine: %s", err)
	}
	a.demo.Close()
	a.demo.server = server
	client, err := api.New(server.URL(), demoToken, api.WithObserver(a.log.Add))
	return demoClient{client, account.Now}, err
}

// demoClient is a client of an account whose time runs faster than ours. It goes by the account's own clock, so that time passes
// smoothly between its answers.
type demoClient struct {
	*api.Client
	now func() time.Time
}

// Now is the account's time.
func (f demoClient) Now() time.Time { return f.now() }

// ClockDoubt is none: that the account's time runs faster is meant.
func (f demoClient) ClockDoubt() string { return "" }

// Close ends the simulated account.
func (d *simulatedAccount) Close() {
	if d.server != nil {
		d.server.Close()
	}
}

// TokenStores lists where a token can be kept.
func (a *access) TokenStores() []command.TokenStore {
	var out []command.TokenStore
	for _, p := range a.tokens.Stores() {
		out = append(out, command.TokenStore{Name: string(p), Label: "in " + string(p)})
	}
	return out
}

// StoreToken stores a token.
func (a *access) StoreToken(place command.TokenStore, token command.Secret) error {
	secret, err := settings.NewSecret(token.Reveal())
	if err != nil {
		return settings.Errorf(settings.ExitToken, "the token %s", err)
	}
	kept := a.tokens.Stores()
	if i := slices.Index(kept, settings.Store(place.Name)); i >= 0 {
		_, err = a.tokens.Save(secret, kept[i])
	}
	return err
}

// accounts are those of the config, to be switched between. They are read anew each time: a token may have moved.
type accounts struct {
	flags    settings.Flags // what the program was started with
	profiles []string
	demo     *simulatedAccount
}

// Names lists the profiles; none if there is nothing to choose.
func (a *accounts) Names() []string {
	if len(a.profiles) == 0 {
		return nil
	}
	return append(slices.Clone(a.profiles), "")
}

// Open finds the token of a profile and tries it.
func (a *accounts) Open(ctx context.Context, profile string) (command.OpenedAccount, error) {
	s, err := settings.Load(sources(withProfile(a.flags, profile)))
	if err != nil {
		return command.OpenedAccount{}, err
	}
	fresh, err := preferencesFrom(s)
	if err != nil {
		return command.OpenedAccount{}, err
	}
	door := &access{settings: s, tokens: settings.NewTokens(s, os.Getenv), log: &command.RequestLog{}, demo: a.demo}
	token, err := door.tokens.Find(ctx)
	if errors.Is(err, settings.ErrNoToken) {
		err = door.tokens.MissingError()
	}
	if err != nil {
		return command.OpenedAccount{}, err
	}
	client, err := door.Connect(ctx, command.NewSecret(token.Value.Reveal()))
	return command.OpenedAccount{Profile: fresh.Profile, Client: client, Access: door, Requests: door.log}, err
}

// withProfile is what the program was started with, for a profile. An address was meant for the account without one alone, and
// --read-only=false for the account that it was started on.
func withProfile(flags settings.Flags, profile string) settings.Flags {
	name := profile
	if name == "" {
		name = settings.NoProfile
	}
	if profile != "" {
		flags.APIURL = nil
	}
	if flags.ReadOnly != nil && !*flags.ReadOnly && (flags.Profile == nil || *flags.Profile != name) {
		flags.ReadOnly = nil
	}
	flags.Profile = &name
	return flags
}

// sources is where the settings come from.
func sources(flags settings.Flags) settings.Sources {
	return settings.Sources{Flags: flags, Getenv: os.Getenv, DefaultURL: api.DefaultURL}
}

// Host is where a token is sent.
func (a *access) Host() string { return a.settings.Host }
