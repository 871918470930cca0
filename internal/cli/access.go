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

// The simulated account of the demo: an hour passes in a minute, and the fleet is always the same.
const (
	demoSpeed = 60
	demoSeed  = 1
	demoToken = "vps_demo"
)

// access opens an account, for every command: the real one with a token, or the simulated one. The
// latter is served on a loopback socket, so that the demo uses the real client too.
type access struct {
	settings   settings.Settings
	tokens     *settings.Tokens
	log        *command.RequestLog
	demo       *simulatedAccount
	quietUntil time.Time // long lists wait until then, so that the first frame comes first
}

// newAccess reads the settings of the account that the flags choose. It looks for no token yet.
func newAccess(flags settings.Flags) (*access, error) {
	s, err := settings.Load(sources(flags))
	if err != nil {
		return nil, err
	}
	return &access{settings: s, tokens: settings.NewTokens(s, os.Getenv), log: &command.RequestLog{},
		demo: &simulatedAccount{}}, nil
}

// requireToken returns the account's token. If there is none, the error says how to set one.
func (a *access) requireToken(ctx context.Context) (model.Secret, error) {
	token, err := a.tokens.Find(ctx)
	if errors.Is(err, settings.ErrNoToken) {
		err = a.tokens.MissingError()
	}
	return token.Value, err
}

// open returns a client of the real account after checking its token with the API.
func (a *access) open(ctx context.Context) (command.Client, error) {
	token, err := a.requireToken(ctx)
	if err != nil {
		return nil, err
	}
	client, _, err := a.Connect(ctx, token)
	return client, err
}

// simulatedAccount is the simulated account of this run, once it has been opened.
type simulatedAccount struct{ server *sim.Server }

// client returns a client for the real account.
func (a *access) client(token model.Secret, more ...api.Option) (*api.Client, error) {
	opts := append([]api.Option{api.WithObserver(a.log.Add), api.WithQuietStart(a.quietUntil)}, more...)
	if a.settings.RootCAs != nil {
		opts = append(opts, api.WithRootCAs(a.settings.RootCAs))
	}
	return api.New(a.settings.APIURL, token.Reveal(), opts...)
}

// Connect returns a client and its account after checking the token with the API. If the API has no
// such resource or denies it to this token, it asks for the servers instead.
func (a *access) Connect(ctx context.Context, token model.Secret) (command.Client, model.Account, error) {
	secret, err := settings.ParseToken(token.Reveal())
	if err != nil {
		return nil, model.Account{}, settings.Errorf(settings.ExitToken, "the token %s", err)
	}
	client, err := a.client(secret)
	if err != nil {
		return nil, model.Account{}, err
	}
	owner, err := client.Account(ctx)
	if errors.Is(err, model.ErrNotFound) || errors.Is(err, model.ErrForbidden) {
		_, err = client.Servers(ctx, model.ServerFilter{})
	}
	if err != nil {
		return nil, model.Account{}, err
	}
	return client, owner, nil
}

// Demo opens the simulated account.
func (a *access) Demo() (command.Client, error) {
	account := sim.New(sim.Options{Seed: demoSeed, Token: demoToken, Clock: sim.NewClock(time.Now(), demoSpeed)})
	server, err := sim.Listen("127.0.0.1:0", account)
	if err != nil {
		return nil, settings.Errorf(settings.ExitOther, "the simulated account could not be served on this machine: %s",
			err)
	}
	a.demo.Close()
	a.demo.server = server
	client, err := api.New(server.URL(), demoToken, api.WithObserver(a.log.Add))
	return demoClient{client, account.Now}, err
}

// demoClient is a client of an account whose clock runs faster than ours. It uses that clock, so
// that time passes smoothly between responses.
type demoClient struct {
	*api.Client
	now func() time.Time
}

// Now returns the account's time.
func (d demoClient) Now() time.Time { return d.now() }

// ClockDoubt returns "", because the account's clock runs faster on purpose.
func (d demoClient) ClockDoubt() string { return "" }

// ClockSpeed returns how many times faster than real time the account's clock runs.
func (d demoClient) ClockSpeed() float64 { return demoSpeed }

// Close stops serving the simulated account.
func (s *simulatedAccount) Close() {
	if s.server != nil {
		s.server.Close()
	}
}

// TokenStores lists where a token can be saved.
func (a *access) TokenStores() []command.TokenStore {
	var out []command.TokenStore
	for _, p := range a.tokens.Stores() {
		out = append(out, command.TokenStore{Name: string(p), Label: "in " + string(p)})
	}
	return out
}

// StoreToken saves a token.
func (a *access) StoreToken(store command.TokenStore, token model.Secret) error {
	secret, err := settings.ParseToken(token.Reveal())
	if err != nil {
		return settings.Errorf(settings.ExitToken, "the token %s", err)
	}
	stores := a.tokens.Stores()
	if i := slices.Index(stores, settings.Store(store.Name)); i >= 0 {
		_, err = a.tokens.Save(secret, stores[i])
	}
	return err
}

// accounts are the accounts of the config, to switch between. They are read again for each switch,
// because a token may have moved.
type accounts struct {
	flags    settings.Flags // what the program was started with
	profiles []string
	demo     *simulatedAccount
}

// Names lists the profiles, with "" for the account without one. It returns nil if there is nothing
// to choose.
func (a *accounts) Names() []string {
	if len(a.profiles) == 0 {
		return nil
	}
	return append(slices.Clone(a.profiles), "")
}

// Open finds the token of a profile and checks it.
func (a *accounts) Open(ctx context.Context, profile string) (command.OpenedAccount, error) {
	acc, err := newAccess(withProfile(a.flags, profile))
	if err != nil {
		return command.OpenedAccount{}, err
	}
	acc.demo = a.demo
	prefs, err := preferencesFrom(acc.settings)
	if err != nil {
		return command.OpenedAccount{}, err
	}
	client, err := acc.open(ctx)
	if err != nil {
		return command.OpenedAccount{}, err
	}
	return command.OpenedAccount{Profile: prefs.Profile, Client: client, Access: acc, Requests: acc.log,
		LastView: newLastViews(acc.settings.State).load(acc.settings.Profile)}, nil
}

// withProfile returns the start flags for a profile. --api-url and --read-only=false apply only to
// the account they were given for: --api-url to the account without a profile, --read-only=false to
// the one that was opened first.
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

// sources returns where the settings come from.
func sources(flags settings.Flags) settings.Sources {
	return settings.Sources{Flags: flags, Getenv: os.Getenv, DefaultURL: api.DefaultURL}
}

// Host returns the host that receives the token.
func (a *access) Host() string { return a.settings.Host }
