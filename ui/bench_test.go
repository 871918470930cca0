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

// sizes are the fleets that everything that grows is measured at.
var sizes = []int{12, 1_000, 10_000}

// noTicks is a clock by hand on which nothing comes by itself.
type noTicks struct {
	now   time.Time
	short func(time.Time) tea.Msg // what was to come after less than a second, the last of it
	after time.Duration
}

func (c *noTicks) Now() time.Time { return c.now }

func (c *noTicks) Tick(after time.Duration, fn func(time.Time) tea.Msg) tea.Cmd {
	if after < time.Second {
		c.short, c.after = fn, after
	}
	return nil
}

// bare is the program without a terminal: messages go in by hand, and commands run at once.
type bare struct {
	*ui.App
	clock   *noTicks
	client  *api.Client
	log     *command.RequestLog
	account *sim.Account
	time    *sim.Clock // the account's
}

// loaded is the program with a whole fleet before it, at 120×40 cells.
func loaded(t testing.TB, servers int, options ...func(*ui.Options)) *bare {
	t.Helper()
	b := &bare{clock: &noTicks{now: opening}, log: &command.RequestLog{}, time: sim.NewSteppedClock(opening)}
	b.account = sim.New(sim.Options{Seed: 1, Servers: servers, Token: liveToken, Clock: b.time})
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
	b.do(b.Init())
	return b
}

// do runs a command and takes its answers in.
func (b *bare) do(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case nil:
	case tea.BatchMsg:
		for _, cmd := range msg {
			b.do(cmd)
		}
	default:
		b.send(msg)
	}
}

func (b *bare) send(msg tea.Msg) {
	_, cmd := b.Update(msg)
	b.do(cmd)
}

func (b *bare) press(keys ...rune) {
	for _, k := range keys {
		b.send(tea.KeyPressMsg{Code: k, Text: string(k)})
	}
}

// pause lets pass what a person does not notice, and what waits for that come.
func (b *bare) pause() {
	b.clock.now = b.clock.now.Add(b.clock.after)
	b.send(b.clock.short(b.clock.now))
}

// atEachSize measures something at every size of fleet.
func atEachSize(b *testing.B, do func(*testing.B, *bare)) {
	for _, n := range sizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			p := loaded(b, n)
			b.ReportAllocs()
			b.ResetTimer()
			do(b, p)
		})
	}
}

func BenchmarkView(b *testing.B) {
	atEachSize(b, func(b *testing.B, p *bare) {
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
			atEachSize(b, func(b *testing.B, p *bare) {
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
	atEachSize(b, func(b *testing.B, p *bare) {
		for i := 0; b.Loop(); i++ {
			p.press([]rune("jk")[i%2])
			p.View()
			p.pause()
			p.View()
			b.StopTimer()
			p.pause()
			b.StartTimer()
		}
	})
}

// BenchmarkKeyInAllBackups is a step in the list of all backups.
func BenchmarkKeyInAllBackups(b *testing.B) {
	atEachSize(b, func(b *testing.B, p *bare) {
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
			atEachSize(b, func(b *testing.B, p *bare) {
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

// BenchmarkPollWithoutNews is what a poll costs behind the reading of its answers.
func BenchmarkPollWithoutNews(b *testing.B) {
	atEachSize(b, func(b *testing.B, p *bare) {
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
