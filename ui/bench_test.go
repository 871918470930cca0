package ui_test

import (
	"fmt"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/api"
	"vpsdeck/api/sim"
	"vpsdeck/keymap"
	"vpsdeck/model"
	"vpsdeck/ui"
	"vpsdeck/ui/command"
)

// fleetSizes are the fleets that everything that grows is measured at.
var fleetSizes = []int{12, 1_000, 10_000}

// manualClock is a clock by hand on which nothing comes by itself.
type manualClock struct {
	now          time.Time
	pending      func(time.Time) tea.Msg // what was to come after less than a second, the last of it
	pendingDelay time.Duration
}

func (c *manualClock) Now() time.Time { return c.now }

func (c *manualClock) Tick(after time.Duration, fn func(time.Time) tea.Msg) tea.Cmd {
	if after < time.Second {
		c.pending, c.pendingDelay = fn, after
	}
	return nil
}

// directApp is the program without a terminal: messages go in by hand, and commands run at once.
type directApp struct {
	*ui.App
	clock        *manualClock
	client       *api.Client
	log          *command.RequestLog
	account      *sim.Account
	accountClock *sim.Clock // the account's
}

// loadedApp is the program with a whole fleet before it, at 120×40 cells.
func loadedApp(t testing.TB, servers int, options ...func(*ui.Options)) *directApp {
	t.Helper()
	b := &directApp{clock: &manualClock{now: startTime}, log: &command.RequestLog{}, accountClock: sim.NewSteppedClock(startTime)}
	b.account = sim.New(sim.Options{Seed: 1, Servers: servers, Token: liveToken, Clock: b.accountClock})
	client, err := api.New(serve(t, b.account), liveToken, api.WithClock(b.clock.Now), api.WithObserver(b.log.Add))
	if err != nil {
		t.Fatal(err)
	}
	b.client = client
	o := ui.Options{Client: client, Keys: keymap.Default(), Clock: b.clock, Dark: true}
	var typed time.Time
	o.KeyTime = func() time.Time { typed = typed.Add(time.Second); return typed }
	for _, change := range options {
		change(&o)
	}
	b.App = ui.New(o)
	b.send(tea.WindowSizeMsg{Width: 120, Height: 40})
	b.run(b.Init())
	return b
}

// run runs a command and takes its answers in.
func (b *directApp) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case nil:
	case tea.BatchMsg:
		for _, cmd := range msg {
			b.run(cmd)
		}
	default:
		b.send(msg)
	}
}

func (b *directApp) send(msg tea.Msg) {
	_, cmd := b.Update(msg)
	b.run(cmd)
}

func (b *directApp) press(keys ...rune) {
	for _, k := range keys {
		b.send(tea.KeyPressMsg{Code: k, Text: string(k)})
	}
}

// firePending lets pass what a person does not notice, and what waits for that come.
func (b *directApp) firePending() {
	b.clock.now = b.clock.now.Add(b.clock.pendingDelay)
	b.send(b.clock.pending(b.clock.now))
}

// benchEachSize measures something at every size of fleet.
func benchEachSize(b *testing.B, do func(*testing.B, *directApp)) {
	for _, n := range fleetSizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			p := loadedApp(b, n)
			b.ReportAllocs()
			b.ResetTimer()
			do(b, p)
		})
	}
}

func BenchmarkView(b *testing.B) {
	benchEachSize(b, func(b *testing.B, p *directApp) {
		for b.Loop() {
			p.send(tea.WindowSizeMsg{Width: 120, Height: 40}) // what has not changed is not drawn anew
			p.View()
		}
	})
}

// BenchmarkKey is what a key costs beside the terminal, Update and View, where it comes again and again.
func BenchmarkKey(b *testing.B) {
	for name, keys := range map[string][]rune{"down": {'j', 'k'}, "end": {'G', 'g'}, "order": {'o'}, "fleet": {'a'}} {
		b.Run(name, func(b *testing.B) {
			benchEachSize(b, func(b *testing.B, p *directApp) {
				for i := 0; b.Loop(); i++ {
					p.press(keys[i%len(keys)])
					p.View()
				}
			})
		})
	}
}

// BenchmarkStep is a step among the servers and what follows it, in two frames: the cursor's, and that of the panes beside.
func BenchmarkStep(b *testing.B) {
	benchEachSize(b, func(b *testing.B, p *directApp) {
		for i := 0; b.Loop(); i++ {
			p.press([]rune("jk")[i%2])
			p.View()
			p.firePending()
			p.View()
			b.StopTimer()
			p.firePending()
			b.StartTimer()
		}
	})
}

// BenchmarkKeyInAllBackups is a step in the list of all backups.
func BenchmarkKeyInAllBackups(b *testing.B) {
	benchEachSize(b, func(b *testing.B, p *directApp) {
		p.press('a', '2')
		for i := 0; b.Loop(); i++ {
			p.press([]rune("jk")[i%2])
			p.View()
		}
	})
}

// BenchmarkFilter is a letter typed into the filter of the servers, and of all backups: the first, for which all rows are looked through,
// or a further one, and back.
func BenchmarkFilter(b *testing.B) {
	for name, way := range map[string]string{"servers/first": "/", "servers/further": "/w", "backups/first": "a2/", "backups/further": "a2/w"} {
		b.Run(name, func(b *testing.B) {
			benchEachSize(b, func(b *testing.B, p *directApp) {
				p.press([]rune(way)...)
				letters := []rune("web") // another each time, or the filters typed before would know the answer
				for i := 0; b.Loop(); i++ {
					p.press(letters[i%3])
					p.View()
					b.StopTimer()
					p.send(tea.KeyPressMsg{Code: tea.KeyBackspace})
					p.View()
					b.StartTimer()
				}
			})
		})
	}
}

// BenchmarkPollWithoutChanges is what a poll costs behind the reading of its answers.
func BenchmarkPollWithoutChanges(b *testing.B) {
	benchEachSize(b, func(b *testing.B, p *directApp) {
		servers, _ := p.client.Servers(b.Context(), model.ServerFilter{})
		var points [2][]model.Point
		points[model.Backup], _ = p.client.Backups(b.Context(), model.BackupFilter{})
		points[model.Snapshot], _ = p.client.Snapshots(b.Context(), model.SnapshotFilter{})
		for ticket := model.Ticket(2); b.Loop(); ticket++ {
			p.Update(tea.KeyPressMsg{Code: 'R', Text: "R"}) // its request is not sent
			p.Update(command.ServersLoadedMsg{Session: 1, Ticket: ticket, Servers: servers})
			for kind := range points {
				p.Update(command.PointsLoadedMsg{Session: 1, Ticket: ticket, Kind: model.Kind(kind), Points: points[kind]})
			}
			p.View()
		}
	})
}
