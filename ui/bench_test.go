package ui_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/api"
	"vpsdeck/api/sim"
	"vpsdeck/internal/simtest"
	"vpsdeck/keymap"
	"vpsdeck/model"
	"vpsdeck/ui"
	"vpsdeck/ui/command"
)

// fleetSizes are the fleet sizes of the benchmarks.
var fleetSizes = []int{12, 1_000, 10_000}

// manualClock is a clock that the test sets. No timer fires without the test.
type manualClock struct {
	now          time.Time
	pending      func(time.Time) tea.Msg // the last timer of less than a second
	pendingDelay time.Duration
}

func (m *manualClock) Now() time.Time { return m.now }

func (m *manualClock) Tick(after time.Duration, fn func(time.Time) tea.Msg) tea.Cmd {
	if after < time.Second {
		m.pending, m.pendingDelay = fn, after
	}
	return nil
}

// directApp is the program without a terminal: the test sends messages directly, and commands run
// at once.
type directApp struct {
	*ui.App
	clock   *manualClock
	client  *api.Client
	log     *command.RequestLog
	account *simtest.Account
}

// loadedApp is the program with a loaded fleet, on 120×40 cells.
func loadedApp(t testing.TB, servers int, options ...func(*ui.Options)) *directApp {
	t.Helper()
	b := &directApp{clock: &manualClock{now: startTime}, log: &command.RequestLog{},
		account: simtest.New(t, startTime, sim.Options{Servers: servers, Token: liveToken})}
	b.client = simtest.NewClient(t, simtest.Serve(t, b.account), liveToken, api.WithClock(b.clock.Now),
		api.WithObserver(b.log.Add))
	o := ui.Options{Client: b.client, Preferences: ui.Preferences{Keys: keymap.Default()}, Clock: b.clock, Dark: true}
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

// run runs a command and sends its messages to the program.
func (d *directApp) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case nil:
	case tea.BatchMsg:
		for _, cmd := range msg {
			d.run(cmd)
		}
	default:
		d.send(msg)
	}
}

func (d *directApp) send(msg tea.Msg) {
	_, cmd := d.Update(msg)
	d.run(cmd)
}

func (d *directApp) press(keys ...rune) {
	for _, k := range keys {
		d.send(tea.KeyPressMsg{Code: k, Text: string(k)})
	}
}

// firePending advances the clock by the delay of the pending timer, and fires it.
func (d *directApp) firePending() {
	d.clock.now = d.clock.now.Add(d.clock.pendingDelay)
	d.send(d.clock.pending(d.clock.now))
}

// benchEachSize runs a benchmark for every fleet size.
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
			p.send(tea.WindowSizeMsg{Width: 120, Height: 40}) // forces a redraw: an unchanged screen is not drawn again
			p.View()
		}
	})
}

// BenchmarkKey measures Update and View for a repeated key, without the terminal.
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

// BenchmarkStep measures a step among the servers in its two frames: the cursor's, and the
// preview's.
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

// BenchmarkKeyInAllBackups measures a step in the list of all backups.
func BenchmarkKeyInAllBackups(b *testing.B) {
	benchEachSize(b, func(b *testing.B, p *directApp) {
		p.press('a', '2')
		for i := 0; b.Loop(); i++ {
			p.press([]rune("jk")[i%2])
			p.View()
		}
	})
}

// BenchmarkFilter measures a letter typed into the filter of the servers, and of all backups. It is
// the first letter, which searches all rows, or a further one.
func BenchmarkFilter(b *testing.B) {
	for name, path := range map[string]string{"servers/first": "/", "servers/further": "/w", "backups/first": "a2/",
		"backups/further": "a2/w"} {
		b.Run(name, func(b *testing.B) {
			benchEachSize(b, func(b *testing.B, p *directApp) {
				p.press([]rune(path)...)
				letters := []rune("web") // a different letter each time, since the results of earlier filters are kept
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

// BenchmarkPollWithoutChanges measures a poll after its answers have been parsed.
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
				p.Update(command.PointsLoadedMsg{Session: 1, Ticket: ticket, Kind: model.Kind(kind),
					Points: points[kind]})
			}
			p.View()
		}
	})
}

// BenchmarkSharedView measures how long news of the whole account hold up a session: Update with a
// view of the shared poller, in which one restore point has changed.
func BenchmarkSharedView(b *testing.B) {
	for name, keys := range map[string][]rune{"servers": nil, "all backups": {'a', '2'}} {
		b.Run(name, func(b *testing.B) {
			benchEachSize(b, func(b *testing.B, p *directApp) {
				views := sharedViews(b, p)
				p.send(views[0])
				p.press(keys...)
				p.View()
				number := 0
				for i := 0; b.Loop(); i++ {
					view := views[i%len(views)]
					number++
					view.View.Number += number
					p.Update(view)
				}
			})
		})
	}
}

// sharedViews are two views of the app's account, as a session gets them from the command that
// waits for views.
func sharedViews(b testing.TB, p *directApp) [2]command.SharedViewMsg {
	b.Helper()
	var views [2]command.SharedViewMsg
	for i := range views {
		state := &model.State{Now: startTime, Local: startTime}
		ticket, _ := state.Servers.Start(state.Now)
		servers, err := p.client.Servers(b.Context(), model.ServerFilter{})
		state.ApplyServers(ticket, servers, err)
		backups, err := p.client.Backups(b.Context(), model.BackupFilter{})
		backups = slices.Clone(backups)
		backups[0].Description = fmt.Sprint("changed ", i)
		ticket, _ = state.Backups.Start(state.Now)
		state.ApplyPoints(model.Backup, "", ticket, backups, err)
		snapshots, err := p.client.Snapshots(b.Context(), model.SnapshotFilter{})
		ticket, _ = state.Snapshots.Start(state.Now)
		state.ApplyPoints(model.Snapshot, "", ticket, snapshots, err)
		views[i] = command.SharedViewMsg{Session: 1, View: state.AccountView(1, time.Time{}, nil)}
		views[i].View.Assess(nil, startTime)
	}
	return views
}
