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

// seat is a world for long work: its screen is drawn only when somebody looks. A person who types does not look after each
// key, and drawing takes nearly all of a test's time.
type seat struct {
	*world
	dozer *dozer
	size  size
}

// place makes a world without a program in front of it.
func place(t testing.TB, account sim.Options) *world {
	t.Helper()
	if account.Clock == nil {
		account.Clock = sim.NewSteppedClock(opening)
	}
	account.Seed, account.Token = 1, liveToken
	w := &world{t: t, account: sim.New(account)}
	w.clock = terminal.NewClock(account.Clock.Now, account.Clock.Advance)
	w.line = &line{account: w.account, clock: w.clock}
	w.url = serve(t, w.line)
	w.others = w.client(serve(t, w.account))
	return w
}

// sit starts the program.
func (w *world) sit(at size, options ui.Options) *seat {
	w.t.Helper()
	options.Keys, options.Clock, options.Dark = keymap.Default(), w.clock, true
	options.KeyTime = terminal.Unhurried()
	w.app = ui.New(options)
	s := &seat{world: w, dozer: &dozer{app: w.app}, size: at}
	w.Terminal = termtest.Start(w.t, s.dozer, at.width, at.height, terminal.WithClock(w.clock))
	return s
}

// Screen is what one sees when one looks.
func (s *seat) Screen() terminal.Grid {
	s.t.Helper()
	s.Advance(0) // comes back once the program is at rest
	s.dozer.looking.Store(true)
	s.Resize(s.size.width, s.size.height) // the program draws after each message, and this one changes nothing
	return s.Terminal.Screen()
}

// resize makes the terminal another size.
func (s *seat) resize(to size) {
	s.size = to
	s.Resize(to.width, to.height)
}

// confirm answers the question that is open with yes: it types the server's name if that is asked for, and says whether a
// snapshot is to be taken first, if that is offered.
func (s *seat) confirm(first bool) {
	s.Advance(dialog.Quiet)
	g := s.Screen()
	s.Paste(toType(g.Text()))
	if g.Contains("[✓]") != first && (g.Contains("[✓]") || g.Contains("[ ]")) {
		s.Press("shift+tab", "space", "tab")
	}
	s.Press("tab", "enter")
}

// toType is what a question on the screen wants to be typed, the server's name or how many they are, or "".
func toType(screen string) string {
	text := strings.Join(strings.Fields(strings.ReplaceAll(screen, "│", "")), " ")
	for _, prompt := range []string{"Type the server's name, ", "Type the server's ID, ", "Type the ID ", "Type how many they are, ", "Type "} { // the last where there is little room
		if _, after, asked := strings.Cut(text, prompt); asked {
			word, _, _ := strings.Cut(after, " ")
			return strings.Trim(word, ", ")
		}
	}
	return ""
}

// dozer is the program in front of a person who looks now and then.
type dozer struct {
	app     *ui.App
	looking atomic.Bool
	shown   tea.View
}

func (d *dozer) Init() tea.Cmd { return d.app.Init() }

func (d *dozer) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	_, cmd := d.app.Update(msg)
	return d, cmd
}

func (d *dozer) View() tea.View {
	if d.looking.CompareAndSwap(true, false) || d.shown.Content == "" {
		d.shown = d.app.View()
	}
	return d.shown
}

// soon waits for a condition that comes about by itself, not by the clock of the program: what a program that has ended
// leaves behind, ends a moment later.
func soon(t testing.TB, what string, condition func() bool) {
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
