package ui_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/api/sim"
	"vpsdeck/internal/terminal"
	"vpsdeck/internal/termtest"
	"vpsdeck/keymap"
	"vpsdeck/ui"
	"vpsdeck/ui/dialog"
)

// lazyHarness is a world for long work: its screen is drawn only when somebody looks. A person who types does not look after each
// key, and drawing takes nearly all of a test's time.
type lazyHarness struct {
	*harness
	lazy *lazyModel
	size size
}

// newHarness makes a world without a program in front of it.
func newHarness(t testing.TB, account sim.Options) *harness {
	t.Helper()
	if account.Clock == nil {
		account.Clock = sim.NewSteppedClock(startTime)
	}
	account.Seed, account.Token = 1, liveToken
	w := &harness{t: t, account: sim.New(account)}
	w.clock = terminal.NewClock(account.Clock.Now, account.Clock.Advance)
	w.proxy = &recordingProxy{account: w.account, clock: w.clock}
	w.url = serve(t, w.proxy)
	w.otherClient = w.newClient(serve(t, w.account))
	return w
}

// startLazy starts the program.
func (w *harness) startLazy(at size, options ui.Options) *lazyHarness {
	w.t.Helper()
	options.Keys, options.Clock, options.Dark = keymap.Default(), w.clock, true
	options.KeyTime = terminal.SpacedKeyTime()
	w.app = ui.New(options)
	s := &lazyHarness{harness: w, lazy: &lazyModel{app: w.app}, size: at}
	w.Terminal = termtest.Start(w.t, s.lazy, at.width, at.height, terminal.WithClock(w.clock))
	return s
}

// Screen is what one sees when one looks.
func (s *lazyHarness) Screen() terminal.Grid {
	s.t.Helper()
	s.Advance(0) // comes back once the program is at rest
	s.lazy.drawNext.Store(true)
	s.Resize(s.size.width, s.size.height) // the program draws after each message, and this one changes nothing
	return s.Terminal.Screen()
}

// resize makes the terminal another size.
func (s *lazyHarness) resize(to size) {
	s.size = to
	s.Resize(to.width, to.height)
}

// confirmDialog answers the question that is open with yes: it types the server's name if that is asked for, and says whether a
// snapshot is to be taken first, if that is offered.
func (s *lazyHarness) confirmDialog(first bool) {
	s.Advance(dialog.InputDelay)
	g := s.Screen()
	s.Paste(requiredInput(g.Text()))
	if g.Contains("[✓]") != first && (g.Contains("[✓]") || g.Contains("[ ]")) {
		s.Press("shift+tab", "space", "tab")
	}
	s.Press("tab", "enter")
}

// requiredInput is what a question on the screen wants to be typed, the server's name or how many they are, or "".
func requiredInput(screen string) string {
	text := strings.Join(strings.Fields(strings.ReplaceAll(screen, "│", "")), " ")
	for _, prompt := range []string{"Type the ID ", "Type "} {
		if _, after, asked := strings.Cut(text, prompt); asked {
			word, _, _ := strings.Cut(after, " ")
			return strings.Trim(word, ", ")
		}
	}
	return ""
}

// lazyModel is the program in front of a person who looks now and then.
type lazyModel struct {
	app      *ui.App
	drawNext atomic.Bool
	lastView tea.View
}

func (d *lazyModel) Init() tea.Cmd { return d.app.Init() }

func (d *lazyModel) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	_, cmd := d.app.Update(msg)
	return d, cmd
}

func (d *lazyModel) View() tea.View {
	if d.drawNext.CompareAndSwap(true, false) || d.lastView.Content == "" {
		d.lastView = d.app.View()
	}
	return d.lastView
}

// waitEventually waits for a condition that comes about by itself, not by the clock of the program: what a program that has ended
// leaves behind, ends a moment later.
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
			t.Errorf("in vain waited for: %s", what)
			return
		}
	}
}
