// Package termtest tests a program on an emulated terminal: press keys, read the screen, compare it
// with a golden file. It is terminal.Session for a test: an error fails the test and shows the
// screen.
package termtest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/internal/terminal"
)

// Terminal is a program under test on an emulated terminal. It is for the goroutine of its test.
//
// Every key and click waits until the program is idle, so that a test does not have to wait. If the
// program does not become idle in time, the test fails with what is still pending.
type Terminal struct {
	tb      testing.TB
	session *terminal.Session
}

// Start runs the model on a terminal of width columns and height rows, and ends it with the test.
// The default terminal is dark and has all colours.
func Start(tb testing.TB, model tea.Model, width, height int, options ...terminal.Option) *Terminal {
	tb.Helper()
	t := &Terminal{tb: tb, session: terminal.Start(model, width, height, options...)}
	tb.Cleanup(func() {
		if _, err := t.session.Quit(); err != nil && !tb.Failed() {
			tb.Error(err)
		}
		// A test that has ended is kept until its parent ends, and its cleanups with it. The screen's
		// buffers of all tests would be gigabytes.
		t.session = nil
	})
	return t
}

// Press presses keys one after the other. Names are those of key bindings: "s", "R", "enter",
// "ctrl+c", "space".
func (t *Terminal) Press(keys ...string) { t.session.Press(keys...) }

// Type types a text, one key press per character.
func (t *Terminal) Type(text string) { t.session.Type(text) }

// Paste pastes a text.
func (t *Terminal) Paste(text string) { t.session.Paste(text) }

// Click clicks with the left button on column x of row y, counted from 0.
func (t *Terminal) Click(x, y int) { t.session.Click(x, y) }

// ClickOn clicks on the first occurrence of the text on the screen.
func (t *Terminal) ClickOn(text string) {
	t.tb.Helper()
	screen := t.Screen()
	x, y, found := screen.Find(text)
	if !found {
		t.tb.Fatalf("cannot click on %q: it is not on the screen:\n%s", text, screen.Text())
	}
	t.session.Click(x, y)
}

// Wheel turns the wheel over column x of row y by a number of notches: down, or up if negative.
func (t *Terminal) Wheel(x, y, notches int) { t.session.Wheel(x, y, notches) }

// Resize makes the terminal width columns wide and height rows high.
func (t *Terminal) Resize(width, height int) { t.session.Resize(width, height) }

// Focus gives the terminal's window the focus.
func (t *Terminal) Focus() { t.session.Focus() }

// Blur takes the focus from the terminal's window.
func (t *Terminal) Blur() { t.session.Blur() }

// Advance moves the clock that was set with terminal.WithClock. Timers fire in order, and the
// program is idle after each. If the program is not idle in time, the test fails at once: the clock
// stands then, and a test that waits for a time would never end.
func (t *Terminal) Advance(d time.Duration) {
	t.tb.Helper()
	t.session.Advance(d)
	if err := t.session.Err(); err != nil && !errors.Is(err, terminal.ErrEnded) {
		t.tb.Fatal(err)
	}
}

// Title is the window title that the program has set.
func (t *Terminal) Title() string { return t.session.Title() }

// Screen waits until the program is idle, and returns the screen.
func (t *Terminal) Screen() terminal.Grid {
	t.tb.Helper()
	grid, err := t.session.Settle()
	if err != nil {
		t.tb.Fatal(err)
	}
	return grid
}

// WaitFor waits until the screen shows all the texts, idle or not, and returns it. Use it only
// where the program is kept busy on purpose; Screen and RequireText fail with more detail.
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

// WaitUntil waits until the screen meets the condition, idle or not, and returns it. what describes
// the condition in a failure.
func (t *Terminal) WaitUntil(condition func(terminal.Grid) bool, what string) terminal.Grid {
	t.tb.Helper()
	grid, err := t.session.WaitUntil(condition, what)
	if err != nil {
		t.tb.Fatal(err)
	}
	return grid
}

// RequireText waits until the program is idle, and fails the test unless the screen shows all the
// texts.
func (t *Terminal) RequireText(texts ...string) {
	t.tb.Helper()
	screen := t.Screen()
	for _, text := range texts {
		if !screen.Contains(text) {
			t.tb.Errorf("the screen does not show %q:\n%s", text, screen.Text())
		}
	}
}

// RequireNoText waits until the program is idle, and fails the test if the screen shows one of the
// texts.
func (t *Terminal) RequireNoText(texts ...string) {
	t.tb.Helper()
	screen := t.Screen()
	for _, text := range texts {
		if screen.Contains(text) {
			t.tb.Errorf("the screen shows %q:\n%s", text, screen.Text())
		}
	}
}

// Wait waits until the program ends on its own, and returns the final model.
func (t *Terminal) Wait() tea.Model {
	t.tb.Helper()
	return t.requireModel(t.session.Wait())
}

// Quit ends the program and returns the final model.
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
