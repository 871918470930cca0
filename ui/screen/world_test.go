package screen

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"vpsdeck/keymap"
	"vpsdeck/model"
	"vpsdeck/ui/dialog"
	"vpsdeck/ui/style"
)

var (
	now = time.Date(2025, 1, 16, 16, 0, 0, 0, time.UTC)
	web = model.Server{ID: "12345", Name: "web-server-01", Status: model.ServerActive, IP: "203.0.113.10", OS: "Ubuntu 22.04 LTS"}
	db  = model.Server{ID: "12346", Name: "db-server-01", Status: model.ServerStopped, IP: "203.0.113.11", OS: "Debian 12"}
)

func backup(id model.ID, of model.Server, ago time.Duration) model.Point {
	return model.Point{
		Kind: model.Backup, ID: id, Server: of.Ref(), Type: model.Manual, Status: model.Completed, SizeMB: 4523, CreatedAt: now.Add(-ago),
	}
}

func snapshot(id model.ID, of model.Server, ago time.Duration) model.Point {
	return model.Point{
		Kind: model.Snapshot, ID: id, Server: of.Ref(), Name: "snap-" + string(id), Status: model.Completed, SizeMB: 5120, CreatedAt: now.Add(-ago),
	}
}

// world is what stands around the panes, and keeps what they did.
type world struct {
	t       *testing.T
	env     *Env
	state   *model.State
	said    []string
	opened  dialog.Dialog
	started []model.Intent
	visited model.ID
}

// newWorld is a world of which nothing is known.
func newWorld(t *testing.T) *world {
	t.Helper()
	keys, styles := keymap.Default(), style.New(true)
	w := &world{t: t, state: &model.State{Now: now, Local: now}}
	w.env = &Env{
		State: w.state, Keys: &keys, Look: func() *style.Styles { return styles },
		Open:  func(d dialog.Dialog) tea.Cmd { w.opened = d; d.SetSize(76, 30); return nil },
		Say:   func(_ Tone, words string) { w.said = append(w.said, words) },
		Visit: func(id model.ID) { w.visited = id },
		Start: func(in model.Intent) tea.Cmd { w.started = append(w.started, in); return nil },
	}
	return w
}

// known is a world with these points of the two servers.
func known(t *testing.T, points ...model.Point) *world {
	t.Helper()
	w := newWorld(t)
	w.servers(nil, web, db)
	w.points(points...)
	return w
}

// servers tells the state the list of servers.
func (w *world) servers(err error, servers ...model.Server) {
	w.t.Helper()
	ticket, _ := w.state.Servers.Start(w.state.Now)
	w.state.ServersArrived(ticket, servers, err)
}

// points tells the state the lists of both kinds.
func (w *world) points(points ...model.Point) {
	w.t.Helper()
	for _, kind := range []model.Kind{model.Backup, model.Snapshot} {
		var some []model.Point
		for _, p := range points {
			if p.Kind == kind {
				some = append(some, p)
			}
		}
		ticket, _ := w.state.Points(kind).Start(w.state.Now)
		w.state.PointsArrived(kind, "", ticket, some, nil)
	}
}

// last is the last sentence that was said.
func (w *world) last() string {
	if len(w.said) == 0 {
		return ""
	}
	return w.said[len(w.said)-1]
}

// refusal is what the refusal, or the waiting, says that is open.
func (w *world) refusal() string {
	w.t.Helper()
	switch w.opened.(type) {
	case *dialog.Refusal, *dialog.Wait:
		return strings.Join(strings.Fields(strings.ReplaceAll(ansi.Strip(w.opened.View()), "│", "")), " ")
	}
	w.t.Fatalf("no refusal is open but %T; what was said: %q", w.opened, w.said)
	return ""
}

// question is the question that is open, past its quiet time, and what it shows.
func (w *world) question() (*dialog.Question, string) {
	w.t.Helper()
	q, ok := w.opened.(*dialog.Question)
	if !ok {
		w.t.Fatalf("no question is open; what was said: %q", w.said)
	}
	q.Arm()
	return q, ansi.Strip(q.View())
}

// pressed is a key by its name.
func pressed(name string) tea.KeyPressMsg {
	codes := map[string]rune{"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "up": tea.KeyUp, "down": tea.KeyDown}
	if code, ok := codes[name]; ok {
		return tea.KeyPressMsg{Code: code}
	}
	return tea.KeyPressMsg{Code: []rune(name)[0], Text: name}
}

// press gives keys to a pane one after the other.
func press(p Pane, names ...string) {
	for _, name := range names {
		p.Update(pressed(name))
	}
}

// answer gives keys to the question that is open.
func (w *world) answer(names ...string) {
	w.t.Helper()
	q, _ := w.question()
	for _, name := range names {
		q.Update(pressed(name))
	}
}

// show fails the test unless the screen has all the texts.
func show(t *testing.T, screen string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(screen, text) {
			t.Errorf("%q is not shown:\n%s", text, screen)
		}
	}
}

func drawn(p Pane) string { return ansi.Strip(p.View()) }
