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
	"vpsdeck/internal/simtest"
	"vpsdeck/internal/terminal"
	"vpsdeck/model"
	"vpsdeck/ui"
	"vpsdeck/ui/command"
)

// soakTest is a user of two programs over a long time, with faults, and with other users of the
// same account. Sometimes a program is killed and started again.
type soakTest struct {
	soakProgram
	otherProgram soakProgram // the other program, which is paused meanwhile
	random       *rand.Rand
	accountClock *sim.Clock // of the account; it can jump, as after a machine slept
	faults       *faultInjector
	audit        *auditLog
	journal      *journal.Journal
	demoURL      string // the address of the demo account
	runCount     int
	nameCount    int
}

// soakProgram is one of the two programs.
type soakProgram struct {
	*lazyHarness
	number         int
	run            *journal.Run
	auditedJournal *auditedJournal
}

func startSoak(t *testing.T, seed uint64) *soakTest {
	t.Helper()
	s := &soakTest{random: rand.New(rand.NewPCG(seed, 0)), journal: journal.New(t.TempDir())}
	s.accountClock = sim.NewSteppedClock(startTime)
	s.audit = newAuditLog(s.accountClock.Now)
	w := newHarness(t, sim.Options{Servers: 16, Clock: s.accountClock})
	w.otherClient = w.newClient(simtest.Serve(t, w.account.Primary()))
	s.faults = &faultInjector{
		account: w.account, simulated: w.account.Account, now: s.accountClock.Now, seed: seed, audit: s.audit,
		droppedAgents: map[string]bool{}, requestCounts: map[string]int{},
	}
	w.proxy.account = s.faults
	s.demoURL = simtest.Serve(t, sim.New(sim.Options{Servers: 4, Seed: seed, Clock: s.accountClock}))
	for number := range 2 {
		own := *w
		s.otherProgram, s.soakProgram = s.soakProgram,
			soakProgram{lazyHarness: &lazyHarness{harness: &own, size: standard}, number: number}
		s.startProgram()
	}
	return s
}

// switchProgram switches to the other program.
func (s *soakTest) switchProgram() {
	s.Advance(0)
	s.otherProgram, s.soakProgram = s.soakProgram, s.otherProgram
	s.Advance(0)
}

// startProgram starts the program. A terminal's clock stops with its program, so each gets its own.
func (s *soakTest) startProgram() {
	s.t.Helper()
	s.runCount++
	s.run = s.journal.StartRun(fmt.Sprint("run", s.runCount))
	s.clock = terminal.NewClock(s.accountClock.Now, s.advance)
	s.auditedJournal = &auditedJournal{Journal: s.journal, audit: s.audit, program: s.number, clock: s.clock}
	access := programAccess{url: s.url, demoURL: s.demoURL, userAgent: s.run.ID, clock: s.clock, faults: s.faults}
	client, err := access.newClient(liveToken)
	if err != nil {
		s.t.Fatal(err)
	}
	s.lazyHarness = s.startLazy(s.size, ui.Options{Client: client, Access: access, Journal: s.auditedJournal,
		RunID: s.run.ID})
}

// advance moves the account's clock, and executes delayed requests at their time.
func (s *soakTest) advance(d time.Duration) {
	end := s.accountClock.Now().Add(d)
	for {
		due, ok := s.faults.nextDue()
		if !ok || due.After(end) {
			break
		}
		s.accountClock.Advance(due.Sub(s.accountClock.Now()))
		s.faults.executeDue()
	}
	s.accountClock.Advance(end.Sub(s.accountClock.Now()))
}

// killProgram ends the program at any moment, as if its process were killed: its pending timers
// have no effect.
func (s *soakTest) killProgram() {
	s.Advance(0)
	s.auditedJournal.close()
	s.faults.dropAgent(s.run.ID)
	s.audit.dropRun(s.run.ID)
	s.Press("ctrl+c")
	s.Wait()
	s.run.End()
}

// programAccess gives one run of the program access to the account.
type programAccess struct {
	url, demoURL, userAgent string
	clock                   *terminal.Clock
	faults                  *faultInjector
}

// newClient returns a client whose requests meet the faults, and whose calls are delayed.
func (p programAccess) newClient(token string) (command.Client, error) {
	client, err := api.New(p.url, token, api.WithClock(p.clock.Now), api.WithUserAgent(p.userAgent),
		simtest.WithoutPauses())
	if err != nil {
		return nil, err
	}
	return routedClient{client, func(endpoint string) (command.Client, func()) {
		there, back := p.faults.callDelays(endpoint)
		p.clock.Sleep(there)
		return client, func() { p.clock.Sleep(back) }
	}}, nil
}

func (p programAccess) Connect(ctx context.Context, token model.Secret) (command.Client, model.Account, error) {
	client, err := p.newClient(token.Reveal())
	if err != nil {
		return nil, model.Account{}, err
	}
	owner, err := client.Account(ctx)
	if err != nil {
		return nil, model.Account{}, err
	}
	return client, owner, nil
}

func (p programAccess) Demo() (command.Client, error) {
	return api.New(p.demoURL, "vps_demo", api.WithClock(p.clock.Now))
}

func (p programAccess) TokenStores() []command.TokenStore {
	return []command.TokenStore{{Name: "file", Label: "in a file"}}
}
func (p programAccess) StoreToken(command.TokenStore, model.Secret) error { return nil }
func (p programAccess) Host() string                                      { return "admin.vps.org" }
