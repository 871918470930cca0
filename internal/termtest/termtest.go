// Package termtest lets a test sit at a terminal in front of a program: press keys, look at the screen, compare it with a
// golden file. It is terminal.Session with a program that teatest runs; whatever goes wrong fails the test and shows the
// screen.
package termtest

import (
	"fmt"
	"io"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/teatest/v2"

	"vpsdeck/internal/terminal"
)

// Terminal is a program under test on an emulated terminal. It is for the goroutine of its test.
//
// Every key and click waits until the program is at rest, so a test never waits for anything itself; a program that does
// not come to rest fails the test with what is still under way.
type Terminal struct {
	tb      testing.TB
	session *terminal.Session
}

// Start runs the model on a terminal of width columns and height rows, and ends it with the test. The terminal is dark
// and knows all colours, unless the options say otherwise.
func Start(tb testing.TB, model tea.Model, width, height int, options ...terminal.Option) *Terminal {
	tb.Helper()
	options = append(options, terminal.WithLaunch(func(
		probe *terminal.Probe, output io.Writer, size tea.WindowSizeMsg, program []tea.ProgramOption,
	) (*tea.Program, func() error) {
		return launchWithTeatest(tb, probe, output, size, program)
	}))
	t := &Terminal{tb: tb, session: terminal.Start(model, width, height, options...)}
	tb.Cleanup(func() {
		if _, err := t.session.Quit(); err != nil && !tb.Failed() {
			tb.Error(err)
		}
	})
	return t
}

// launchWithTeatest has teatest run the program, and plays what it writes onto the screen.
func launchWithTeatest(
	tb testing.TB, probe *terminal.Probe, output io.Writer, size tea.WindowSizeMsg, options []tea.ProgramOption,
) (*tea.Program, func() error) {
	probe.Expect(tea.WindowSizeMsg{}) // teatest tells the size once more than a program does by itself
	tm := teatest.NewTestModel(tb, probe,
		teatest.WithInitialTermSize(size.Width, size.Height), teatest.WithProgramOptions(options...))
	ended := make(chan struct{})
	go func() {
		tm.GetProgram().Wait()
		close(ended)
	}()
	return tm.GetProgram(), func() error { return copyOutput(tm.Output(), output, ended) }
}

// copyOutput copies what a program writes until it has ended. teatest's output never blocks: it has to be asked.
func copyOutput(from io.Reader, to io.Writer, ended <-chan struct{}) error {
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			if _, err := io.Copy(to, from); err != nil {
				return fmt.Errorf("playing the program's output: %w", err)
			}
		case <-ended:
			return nil
		}
	}
}

// Press presses keys one after the other, named as key bindings name them: "s", "R", "enter", "ctrl+c", "space".
func (t *Terminal) Press(keys ...string) { t.session.Press(keys...) }

// Type types a text, a key for each character.
func (t *Terminal) Type(text string) { t.session.Type(text) }

// Paste pastes a text.
func (t *Terminal) Paste(text string) { t.session.Paste(text) }

// Click clicks with the left button on column x of row y, counted from 0.
func (t *Terminal) Click(x, y int) { t.session.Click(x, y) }

// ClickOn clicks on the first place where the screen shows the text.
func (t *Terminal) ClickOn(text string) {
	t.tb.Helper()
	screen := t.Screen()
	x, y, found := screen.Find(text)
	if !found {
		t.tb.Fatalf("cannot click on %q: it is not on the screen:\n%s", text, screen.Text())
	}
	t.session.Click(x, y)
}

// Wheel turns the wheel over column x of row y by so many notches: down, or up when negative.
func (t *Terminal) Wheel(x, y, notches int) { t.session.Wheel(x, y, notches) }

// Resize makes the terminal width columns wide and height rows high.
func (t *Terminal) Resize(width, height int) { t.session.Resize(width, height) }

// Focus gives the terminal the focus.
func (t *Terminal) Focus() { t.session.Focus() }

// Blur takes the focus from the terminal.
func (t *Terminal) Blur() { t.session.Blur() }

// Advance moves the clock that the terminal was given with terminal.WithClock; timers fire in order, with the program at
// rest after each.
func (t *Terminal) Advance(d time.Duration) { t.session.Advance(d) }

// Title is the title that the program has given the window.
func (t *Terminal) Title() string { return t.session.Title() }

// Screen waits until the program is at rest, and returns what its screen shows.
func (t *Terminal) Screen() terminal.Grid {
	t.tb.Helper()
	grid, err := t.session.Settle()
	if err != nil {
		t.tb.Fatal(err)
	}
	return grid
}

// WaitFor waits until the screen, at rest or not, shows all the texts, and returns it. A test needs it only where the
// program is kept from its rest on purpose; else Screen and RequireText say more.
func (t *Terminal) WaitFor(texts ...string) terminal.Grid {
	t.tb.Helper()
	return t.WaitUntil(func(g terminal.Grid) bool {
		for _, text := range texts {
			if !g.Contains(text) {
				return false
			}
		}
		return true
	}, fmt.Sprintf("%q", texts))
}

// WaitUntil waits until the screen, at rest or not, meets the condition, and returns it; what names the condition in a failure.
func (t *Terminal) WaitUntil(condition func(terminal.Grid) bool, what string) terminal.Grid {
	t.tb.Helper()
	grid, err := t.session.WaitUntil(condition, what)
	if err != nil {
		t.tb.Fatal(err)
	}
	return grid
}

// RequireText fails the test unless the screen, at rest, shows all the texts.
func (t *Terminal) RequireText(texts ...string) {
	t.tb.Helper()
	screen := t.Screen()
	for _, text := range texts {
		if !screen.Contains(text) {
			t.tb.Errorf("the screen does not show %q:\n%s", text, screen.Text())
		}
	}
}

// RequireNoText fails the test if the screen, at rest, shows one of the texts.
func (t *Terminal) RequireNoText(texts ...string) {
	t.tb.Helper()
	screen := t.Screen()
	for _, text := range texts {
		if screen.Contains(text) {
			t.tb.Errorf("the screen shows %q:\n%s", text, screen.Text())
		}
	}
}

// Wait waits until the program ends by itself, and returns the model as it was then.
func (t *Terminal) Wait() tea.Model {
	t.tb.Helper()
	return t.requireModel(t.session.Wait())
}

// Quit ends the program and returns the model as it was then.
func (t *Terminal) Quit() tea.Model {
	t.tb.Helper()
	return t.requireModel(t.session.Quit())
}

func (t *Terminal) requireModel(model tea.Model, err error) tea.Model {
	t.tb.Helper()
	if err != nil {
		t.tb.Fatal(err)
	}
	return model
}
