package ui_test

import (
	"strings"
	"testing"
	"time"

	"vpsdeck/internal/terminal"
	"vpsdeck/internal/termtest"
	"vpsdeck/keymap"
	"vpsdeck/ui"
	"vpsdeck/ui/dialog"
)

// lazyHarness is a harness for long tests, which draws the screen only on demand.
type lazyHarness struct {
	*harness
	size size
}

// startLazy starts the program, which draws only on request.
func (h *harness) startLazy(at size, options ui.Options) *lazyHarness {
	h.t.Helper()
	options.Keys, options.Clock, options.Dark = keymap.Default(), h.clock, true
	options.KeyTime = terminal.SpacedKeyTime()
	h.app = ui.New(options)
	h.Terminal = termtest.Start(h.t, h.app, at.width, at.height, terminal.WithClock(h.clock),
		terminal.WithDrawingOnDemand())
	return &lazyHarness{harness: h, size: at}
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
