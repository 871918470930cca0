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
	web = model.Server{ID: "12345", Name: "web-server-01", Status: model.ServerActive, IP: "203.0.113.10",
		OS: "Ubuntu 22.04 LTS"}
	db = model.Server{ID: "12346", Name: "db-server-01", Status: model.ServerStopped, IP: "203.0.113.11",
		OS: "Debian 12"}
)

func newBackup(id model.ID, of model.Server, ago time.Duration) model.Point {
	return model.Point{
		Kind: model.Backup, ID: id, Server: of.Ref(), Type: model.Manual, Status: model.Completed, SizeMB: 4523,
		CreatedAt: now.Add(-ago),
	}
}

func newSnapshot(id model.ID, of model.Server, ago time.Duration) model.Point {
	return model.Point{
		Kind: model.Snapshot, ID: id, Server: of.Ref(), Name: "snap-" + string(id), Status: model.Completed,
		SizeMB: 5120, CreatedAt: now.Add(-ago),
	}
}

// harness is a fake program around the panes. It records what they do.
type harness struct {
	t            *testing.T
	env          *Env
	state        *model.State
	notices      []string
	opened       dialog.Dialog
	started      []model.ActionRequest
	openedServer model.ID
	openedPoint  model.Key
}

// newHarness returns a harness without any loaded list.
func newHarness(t *testing.T) *harness {
	t.Helper()
	keys, styles := keymap.Default(), style.New(true)
	h := &harness{t: t, state: &model.State{Now: now, Local: now}}
	h.env = &Env{
		Host:  h,
		State: h.state, Keys: &keys, Styles: func() *style.Styles { return styles },
	}
	return h
}

func (h *harness) OpenDialog(d dialog.Dialog) tea.Cmd {
	h.opened = d
	d.SetSize(76, 30)
	return nil
}

func (h *harness) Notify(_ Severity, text string)                   { h.notices = append(h.notices, text) }
func (h *harness) OpenServer(id model.ID)                           { h.openedServer = id }
func (h *harness) OpenPoint(id model.ID, k model.Key)               { h.openedServer, h.openedPoint = id, k }
func (h *harness) ClipboardNote() string                            { return "" }
func (h *harness) RetryIn() time.Duration                           { return 0 }
func (h *harness) StartAll([]model.ActionRequest, []string) tea.Cmd { return nil }

func (h *harness) Start(in model.ActionRequest) tea.Cmd {
	h.started = append(h.started, in)
	return nil
}

// newHarnessWith returns a harness with the two servers and these points.
func newHarnessWith(t *testing.T, points ...model.Point) *harness {
	t.Helper()
	h := newHarness(t)
	h.setServers(nil, web, db)
	h.setPoints(points...)
	return h
}

// setServers sets the state's list of servers.
func (h *harness) setServers(err error, servers ...model.Server) {
	h.t.Helper()
	ticket, _ := h.state.Servers.Start(h.state.Now)
	h.state.ApplyServers(ticket, servers, err)
}

// setPoints sets the state's lists of both kinds.
func (h *harness) setPoints(points ...model.Point) {
	h.t.Helper()
	for _, kind := range []model.Kind{model.Backup, model.Snapshot} {
		var some []model.Point
		for _, p := range points {
			if p.Kind == kind {
				some = append(some, p)
			}
		}
		ticket, _ := h.state.Points(kind).Start(h.state.Now)
		h.state.ApplyPoints(kind, "", ticket, some, nil)
	}
}

// lastNotice returns the last notice, or "".
func (h *harness) lastNotice() string {
	if len(h.notices) == 0 {
		return ""
	}
	return h.notices[len(h.notices)-1]
}

// refusalText returns the text of the open refusal or wait dialog.
func (h *harness) refusalText() string {
	h.t.Helper()
	switch h.opened.(type) {
	case *dialog.Refusal, *dialog.Wait:
		return strings.Join(strings.Fields(strings.ReplaceAll(ansi.Strip(h.opened.View()), "│", "")), " ")
	}
	h.t.Fatalf("no refusal is open but %T; notices: %q", h.opened, h.notices)
	return ""
}

// confirm returns the open confirmation, past its input delay, and what it shows.
func (h *harness) confirm() (*dialog.Confirm, string) {
	h.t.Helper()
	q, ok := h.opened.(*dialog.Confirm)
	if !ok {
		h.t.Fatalf("no confirmation is open; notices: %q", h.notices)
	}
	q.Enable()
	return q, ansi.Strip(q.View())
}

// keyPress returns the press of a key by name.
func keyPress(name string) tea.KeyPressMsg {
	codes := map[string]rune{"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "up": tea.KeyUp,
		"down": tea.KeyDown}
	if code, ok := codes[name]; ok {
		return tea.KeyPressMsg{Code: code}
	}
	return tea.KeyPressMsg{Code: []rune(name)[0], Text: name}
}

// pressKeys presses keys in a pane.
func pressKeys(p Pane, names ...string) {
	for _, name := range names {
		p.Update(keyPress(name))
	}
}

// pressInConfirm presses keys in the open confirmation.
func (h *harness) pressInConfirm(names ...string) {
	h.t.Helper()
	q, _ := h.confirm()
	for _, name := range names {
		q.Update(keyPress(name))
	}
}

// checkShown fails the test unless the screen has all texts.
func checkShown(t *testing.T, screen string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(screen, text) {
			t.Errorf("%q is not shown:\n%s", text, screen)
		}
	}
}

func plainView(p Pane) string { return ansi.Strip(p.View()) }
