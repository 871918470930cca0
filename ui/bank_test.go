package ui_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"vpsdeck/api/sim"
	"vpsdeck/model"
	"vpsdeck/ui"
	"vpsdeck/ui/command"
)

// bank holds two accounts behind one address, told apart by their tokens alone, as the provider's are: work, which the world
// is about, and home. They have servers of the same names and IDs, so that whatever is mixed up is done to the wrong one.
type bank struct {
	w    *world
	home *line
	book notebook
	url  string

	mu      sync.Mutex
	refused error                    // why no account opens
	change  func(p *command.Profile) // what the config says of home
}

const homeToken = "vps_home"

// withProfiles starts the program on the profile work, with home to switch to.
func withProfiles(b *bank, change func(*command.Profile)) option {
	return func(s *setup) {
		b.change = change
		s.ui.Accounts, s.ui.Journal, s.ui.Run = b, &b.book, "run"
		s.ui.Profile = command.Profile{Name: "work", Stripe: "cyan"}
		s.before = append(s.before, func(w *world) {
			b.w = w
			home := sim.New(sim.Options{Seed: 1, Servers: 3, Token: homeToken, Clock: s.account.Clock})
			b.home = &line{account: home, clock: w.clock}
			b.url = serve(w.t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.Header.Get("Authorization"), homeToken) {
					b.home.ServeHTTP(rw, r)
					return
				}
				w.line.ServeHTTP(rw, r)
			}))
			client, err := w.connect(b.url, liveToken)
			w.must(err)
			s.ui.Client = client
			s.ui.Access = &door{world: w}
		})
	}
}

// Names are the accounts.
func (b *bank) Names() []string { return []string{"home", "work", ""} }

// Open is the real way: a client, and a question whether the token is live. The account without a profile is work's.
func (b *bank) Open(ctx context.Context, profile string) (command.Opened, error) {
	b.mu.Lock()
	refused := b.refused
	b.mu.Unlock()
	if refused != nil {
		return command.Opened{}, refused
	}
	p, token := command.Profile{Name: profile, Stripe: "cyan"}, liveToken
	if profile == "home" {
		p.Stripe, token = "orange", homeToken
		if b.change != nil {
			b.change(&p)
		}
	}
	client, err := b.w.connect(b.url, token)
	if err == nil {
		_, err = client.Account(ctx)
	}
	return command.Opened{Profile: p, Client: client, Access: &door{world: b.w}, Requests: &command.RequestLog{}}, err
}

// refuse lets no account open from here on, or lets them open again.
func (b *bank) refuse(why error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refused = why
}

// ask picks an account in the palette.
func (b *bank) ask(profile string) {
	b.w.Press(":")
	b.w.Type("switch to " + command.Called(profile))
	b.w.Press("enter")
}

// requireDeeds fails the test unless each account was sent these deeds and no others.
func (b *bank) requireDeeds(work, home []string) {
	b.w.t.Helper()
	b.w.Screen()
	if got := b.w.line.deeds(); !slices.Equal(got, work) {
		b.w.t.Errorf("work was sent %q, not %q", got, work)
	}
	if got := b.home.deeds(); !slices.Equal(got, home) {
		b.w.t.Errorf("home was sent %q, not %q", got, home)
	}
}

// requireBook fails the test unless the journal's lines are all of the profile.
func (b *bank) requireBook(lines int, profile string) {
	b.w.t.Helper()
	records, _, _ := b.book.Read() // a notebook has no failures
	if len(records) != lines || slices.ContainsFunc(records, func(r model.Record) bool { return r.Profile != profile }) {
		b.w.t.Errorf("the journal has %d lines: %+v; want %d of %q", len(records), records, lines, profile)
	}
}

// openBank opens the program on work.
func openBank(t testing.TB, at size, change func(*command.Profile), options ...option) *bank {
	t.Helper()
	b := &bank{}
	open(t, at.width, at.height, append([]option{withProfiles(b, change)}, options...)...)
	return b
}

var _ ui.Config = (*papers)(nil)

// papers are the settings, which the test changes.
type papers struct {
	mu    sync.Mutex
	fresh *ui.Fresh // what has changed since the last look; nil: nothing
	err   error
}

// Look gives out what has changed, once.
func (p *papers) Look(string) (ui.Fresh, bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fresh, err := p.fresh, p.err
	p.fresh, p.err = nil, nil
	if err != nil || fresh == nil {
		return ui.Fresh{}, false, err
	}
	return *fresh, true, nil
}

// write changes the settings, or breaks them.
func (p *papers) write(fresh ui.Fresh, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fresh, p.err = &fresh, err
}
