package ui_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"vpsdeck/api/sim"
	"vpsdeck/internal/simtest"
	"vpsdeck/model"
	"vpsdeck/ui"
	"vpsdeck/ui/command"
)

// multiAccount has two accounts behind one address, told apart only by their tokens, as at the
// provider. The harness starts with work; the other one is home. Their servers have the same names
// and IDs, so that a mix-up acts on the wrong one.
type multiAccount struct {
	h         *harness
	homeProxy *recordingProxy
	journal   simtest.Journal
	url       string

	mu            sync.Mutex
	openErr       error                    // returned when an account is opened
	changeProfile func(p *command.Profile) // changes the profile home
}

const homeToken = "vps_home"

// withProfiles starts the program on the profile work, with home to switch to.
func withProfiles(b *multiAccount, change func(*command.Profile)) option {
	return func(s *setup) {
		b.changeProfile = change
		s.ui.Accounts, s.ui.Journal, s.ui.RunID = b, &b.journal, "run"
		s.ui.Profile = command.Profile{Name: "work", Stripe: "cyan"}
		s.beforeStart = append(s.beforeStart, func(w *harness) {
			b.h = w
			home := simtest.New(w.t, startTime, sim.Options{Servers: 3, Token: homeToken, Clock: s.account.Clock})
			b.homeProxy = &recordingProxy{account: home, clock: w.clock}
			b.url = simtest.Serve(w.t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.Header.Get("Authorization"), homeToken) {
					b.homeProxy.ServeHTTP(rw, r)
					return
				}
				w.proxy.ServeHTTP(rw, r)
			}))
			client, err := w.connect(b.url, liveToken)
			w.must(err)
			s.ui.Client = client
			s.ui.Access = &fakeAccess{harness: w}
		})
	}
}

// Names returns the profiles; "" is the account without one.
func (m *multiAccount) Names() []string { return []string{"home", "work", ""} }

// Open opens an account as main does: with a client, and a check of the token. The account without
// a profile is work.
func (m *multiAccount) Open(ctx context.Context, profile string) (command.OpenedAccount, error) {
	m.mu.Lock()
	refused := m.openErr
	m.mu.Unlock()
	if refused != nil {
		return command.OpenedAccount{}, refused
	}
	p, token := command.Profile{Name: profile, Stripe: "cyan"}, liveToken
	if profile == "home" {
		p.Stripe, token = "orange", homeToken
		if m.changeProfile != nil {
			m.changeProfile(&p)
		}
	}
	client, err := m.h.connect(m.url, token)
	if err == nil {
		_, err = client.Account(ctx)
	}
	return command.OpenedAccount{Profile: p, Client: client, Access: &fakeAccess{harness: m.h},
		Requests: &command.RequestLog{}}, err
}

// setOpenError makes opening an account fail, or succeed again if why is nil.
func (m *multiAccount) setOpenError(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.openErr = err
}

// switchTo chooses an account in the palette.
func (m *multiAccount) switchTo(profile string) {
	m.h.Press(":")
	m.h.Type("switch to " + command.ProfileLabel(profile))
	m.h.Press("enter")
}

// requireActions fails the test unless exactly these actions were sent to each account.
func (m *multiAccount) requireActions(work, home []string) {
	m.h.t.Helper()
	m.h.Screen()
	if got := m.h.proxy.actions(); !slices.Equal(got, work) {
		m.h.t.Errorf("work was sent %q, not %q", got, work)
	}
	if got := m.homeProxy.actions(); !slices.Equal(got, home) {
		m.h.t.Errorf("home was sent %q, not %q", got, home)
	}
}

// requireJournal fails the test unless the journal has this many lines, all of the profile.
func (m *multiAccount) requireJournal(lines int, profile string) {
	m.h.t.Helper()
	records := m.journal.Records()
	if len(records) != lines || slices.ContainsFunc(records,
		func(r model.Record) bool { return r.Profile != profile }) {
		m.h.t.Errorf("the journal has %d lines: %+v; want %d of %q", len(records), records, lines, profile)
	}
}

// startMultiAccount starts the program on work.
func startMultiAccount(t testing.TB, at size, change func(*command.Profile), options ...option) *multiAccount {
	t.Helper()
	b := &multiAccount{journal: simtest.Journal{RunsAreAlive: true}}
	startApp(t, at.width, at.height, append([]option{withProfiles(b, change)}, options...)...)
	return b
}

var _ ui.Config = (*fakeConfig)(nil)

// fakeConfig is a config that the test changes.
type fakeConfig struct {
	mu          sync.Mutex
	preferences *ui.Preferences // changed since the last Reload; nil: unchanged
	err         error
}

// Reload returns each change once.
func (f *fakeConfig) Reload(string) (ui.Preferences, bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	prefs, err := f.preferences, f.err
	f.preferences, f.err = nil, nil
	if err != nil || prefs == nil {
		return ui.Preferences{}, false, err
	}
	return *prefs, true, nil
}

// set changes the config, or makes the next Reload fail.
func (f *fakeConfig) set(prefs ui.Preferences, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.preferences, f.err = &prefs, err
}
