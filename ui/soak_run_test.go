package ui_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"vpsdeck/api"
	"vpsdeck/api/sim"
	"vpsdeck/internal/journal"
	"vpsdeck/internal/terminal"
	"vpsdeck/ui"
	"vpsdeck/ui/command"
)

// soak is a person at two programs for a long while, in all weathers, with other people at work on the same account. Now and
// then a program is ended and started again.
type soak struct {
	chair
	away    chair // the other program, at which nobody sits; its time stands still meanwhile, as if it were stopped
	random  *rand.Rand
	stepped *sim.Clock // the account's; it can leap, as over a machine that was asleep
	weather *weather
	ledger  *ledger
	journal *journal.Journal
	demo    string // the address of the simulated account that the program offers
	runs    int
	serial  int // of names
}

// chair is one of the programs.
type chair struct {
	*seat
	number int
	run    *journal.Run
	pen    *pen
}

func startSoak(t *testing.T, seed uint64) *soak {
	t.Helper()
	s := &soak{random: rand.New(rand.NewPCG(seed, 0)), journal: journal.In(t.TempDir())}
	s.stepped = sim.NewSteppedClock(opening)
	s.ledger = newLedger(s.stepped.Now)
	w := place(t, sim.Options{Servers: 16, Clock: s.stepped})
	w.others = w.client(serve(t, w.account.Primary()))
	s.weather = &weather{
		account: w.account, simulated: w.account, now: s.stepped.Now, seed: seed, ledger: s.ledger, dead: map[string]bool{}, asked: map[string]int{},
	}
	w.line.account = s.weather
	s.demo = serve(t, sim.New(sim.Options{Servers: 4, Seed: seed, Clock: s.stepped}))
	for number := range 2 {
		own := *w
		s.away, s.chair = s.chair, chair{seat: &seat{world: &own, size: usual}, number: number}
		s.begin()
	}
	return s
}

// swap goes over to the other program.
func (s *soak) swap() {
	s.Advance(0)
	s.away, s.chair = s.chair, s.away
	s.Advance(0)
}

// begin starts the program. The terminal's clock stops with a program, so each gets its own.
func (s *soak) begin() {
	s.t.Helper()
	s.runs++
	s.run = s.journal.Begin(fmt.Sprint("run", s.runs))
	s.clock = terminal.NewClock(s.stepped.Now, s.advance)
	s.pen = &pen{Journal: s.journal, ledger: s.ledger, chair: s.number, clock: s.clock}
	way := gate{url: s.url, demo: s.demo, agent: s.run.ID, clock: s.clock, weather: s.weather}
	client, err := way.client(liveToken)
	if err != nil {
		s.t.Fatal(err)
	}
	s.seat = s.sit(s.size, ui.Options{Client: client, Access: way, Journal: s.pen, Run: s.run.ID})
}

// advance moves the account's clock, and carries out at its time what has come late.
func (s *soak) advance(d time.Duration) {
	end := s.stepped.Now().Add(d)
	for {
		due, ok := s.weather.nextDue()
		if !ok || due.After(end) {
			break
		}
		s.stepped.Advance(due.Sub(s.stepped.Now()))
		s.weather.catchUp()
	}
	s.stepped.Advance(end.Sub(s.stepped.Now()))
}

// end ends the program in the midst of whatever it is about, as if its process were gone: what still waits in it for the
// clock comes to nothing.
func (s *soak) end() {
	s.Advance(0)
	s.pen.drop()
	s.weather.bury(s.run.ID)
	s.ledger.bury(s.run.ID)
	s.Press("ctrl+c")
	s.Wait()
	s.run.End()
}

// gate is the way of one run of the program to the account.
type gate struct {
	url, demo, agent string
	clock            *terminal.Clock
	weather          *weather
}

// client asks over the weather, and its calls take their time.
func (g gate) client(token string) (command.Client, error) {
	client, err := api.New(g.url, token, api.WithClock(g.clock.Now), api.WithUserAgent(g.agent),
		api.WithWait(func(ctx context.Context, _ time.Duration) error { return ctx.Err() }))
	if err != nil {
		return nil, err
	}
	return detour{client, func(endpoint string) (command.Client, func()) {
		there, back := g.weather.delays(endpoint)
		g.clock.Sleep(there)
		return client, func() { g.clock.Sleep(back) }
	}}, nil
}

func (g gate) Connect(ctx context.Context, token command.Secret) (command.Client, error) {
	client, err := g.client(token.Reveal())
	if err != nil {
		return nil, err
	}
	if _, err := client.Account(ctx); err != nil {
		return nil, err
	}
	return client, nil
}

func (g gate) Demo() (command.Client, error) {
	return api.New(g.demo, "vps_demo", api.WithClock(g.clock.Now))
}

func (g gate) Places() []command.Place                  { return []command.Place{{Name: "file", Says: "in a file"}} }
func (g gate) Keep(command.Place, command.Secret) error { return nil }
func (g gate) Host() string                             { return "admin.vps.org" }
