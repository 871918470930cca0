package ui_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/internal/terminal"
	"vpsdeck/internal/termtest"
	"vpsdeck/keymap"
	"vpsdeck/ui"
	"vpsdeck/ui/dialog"
)

// lazyHarness is a harness for long tests: it draws the screen only on request. Drawing after each
// key would take nearly all of a test's time.
type lazyHarness struct {
	*harness
	lazy *lazyModel
	size size
}

// startLazy starts the program, which draws only on request.
func (h *harness) startLazy(at size, options ui.Options) *lazyHarness {
	h.t.Helper()
	options.Keys, options.Clock, options.Dark = keymap.Default(), h.clock, true
	options.KeyTime = terminal.SpacedKeyTime()
	h.app = ui.New(options)
	s := &lazyHarness{harness: h, lazy: &lazyModel{app: h.app}, size: at}
	h.Terminal = termtest.Start(h.t, s.lazy, at.width, at.height, terminal.WithClock(h.clock))
	return s
}

// Screen draws and returns the screen.
func (l *lazyHarness) Screen() terminal.Grid {
	l.t.Helper()
	l.Advance(0) // returns once the program is idle
	l.lazy.drawNext.Store(true)
	l.Resize(l.size.width, l.size.height) // the program draws after each message, and this one changes nothing
	return l.Terminal.Screen()
}

// resize changes the size of the terminal.
func (l *lazyHarness) resize(to size) {
	l.size = to
	l.Resize(to.width, to.height)
}

// confirmDialog confirms the open dialog: it types the required text, and if a snapshot first is
// offered, first says whether to take it.
func (l *lazyHarness) confirmDialog(first bool) {
	l.Advance(dialog.InputDelay)
	g := l.Screen()
	l.Paste(requiredInput(g.Text()))
	if g.Contains("[✓]") != first && (g.Contains("[✓]") || g.Contains("[ ]")) {
		l.Press("shift+tab", "space", "tab")
	}
	l.Press("tab", "enter")
}

// requiredInput returns what the dialog on the screen requires to be typed: a server's name or ID,
// a number, or "".
func requiredInput(screen string) string {
	text := strings.Join(strings.Fields(strings.ReplaceAll(screen, "│", "")), " ")
	for _, prompt := range []string{"Type the ID ", "Type "} {
		if _, after, found := strings.Cut(text, prompt); found {
			word, _, _ := strings.Cut(after, " ")
			return strings.Trim(word, ", ")
		}
	}
	return ""
}

// lazyModel is the program, which draws only when drawNext is set.
type lazyModel struct {
	app      *ui.App
	drawNext atomic.Bool
	lastView tea.View
}

func (l *lazyModel) Init() tea.Cmd { return l.app.Init() }

func (l *lazyModel) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	_, cmd := l.app.Update(msg)
	return l, cmd
}

func (l *lazyModel) View() tea.View {
	if l.drawNext.CompareAndSwap(true, false) || l.lastView.Content == "" {
		l.lastView = l.app.View()
	}
	return l.lastView
}

// waitEventually waits for a condition in real time: what an ended program leaves behind ends a
// moment later.
func waitEventually(t testing.TB, what string, condition func() bool) {
	t.Helper()
	end := time.NewTimer(10 * time.Second)
	defer end.Stop()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !condition() {
		select {
		case <-tick.C:
		case <-end.C:
			t.Errorf("timed out waiting for: %s", what)
			return
		}
	}
}
