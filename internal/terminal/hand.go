package terminal

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// act sends messages once the program is at rest.
func (s *Session) act(msgs ...tea.Msg) {
	if s.rest() != nil {
		return
	}
	for _, msg := range msgs {
		s.send(msg)
	}
}

// Press presses keys one after the other, each when the program is at rest. Keys are named as key bindings name them:
// "s", "R", "enter", "ctrl+c", "shift+tab", "pgdown", "space".
func (s *Session) Press(keys ...string) {
	for _, name := range keys {
		key, err := keyPress(name)
		if err != nil {
			s.note(err)
			return
		}
		s.act(key)
	}
}

// Type types a text, a key for each character.
func (s *Session) Type(text string) {
	for _, r := range text {
		s.act(typed(string(r)))
	}
}

// Paste pastes a text.
func (s *Session) Paste(text string) {
	s.act(tea.PasteStartMsg{}, tea.PasteMsg{Content: text}, tea.PasteEndMsg{})
}

// Click clicks with the left button on column x of row y, counted from 0. A program that has not asked for the mouse
// cannot be clicked: that is an error.
func (s *Session) Click(x, y int) {
	mouse := tea.Mouse{X: x, Y: y, Button: tea.MouseLeft}
	s.point(fmt.Sprintf("click at column %d, row %d", x, y), tea.MouseClickMsg(mouse), tea.MouseReleaseMsg(mouse))
}

// Wheel turns the wheel over column x of row y by so many notches: down, or up when negative.
func (s *Session) Wheel(x, y, notches int) {
	mouse := tea.Mouse{X: x, Y: y, Button: tea.MouseWheelDown}
	if notches < 0 {
		mouse.Button, notches = tea.MouseWheelUp, -notches
	}
	for range notches {
		s.point(fmt.Sprintf("turn the wheel at column %d, row %d", x, y), tea.MouseWheelMsg(mouse))
	}
}

func (s *Session) point(what string, msgs ...tea.Msg) {
	if s.rest() != nil {
		return
	}
	if view, _ := s.probe.last(); view.MouseMode == tea.MouseModeNone {
		s.note(fmt.Errorf("cannot %s: the program has not asked for the mouse (View.MouseMode)", what))
		return
	}
	s.act(msgs...)
}

// Focus gives the terminal the focus, as a window gets it.
func (s *Session) Focus() { s.turn("focus", tea.FocusMsg{}) }

// Blur takes the focus from the terminal.
func (s *Session) Blur() { s.turn("blur", tea.BlurMsg{}) }

func (s *Session) turn(what string, msg tea.Msg) {
	if s.rest() != nil {
		return
	}
	if view, _ := s.probe.last(); !view.ReportFocus {
		s.note(fmt.Errorf("cannot %s: the program has not asked for the focus (View.ReportFocus)", what))
		return
	}
	s.act(msg)
}

// Resize makes the terminal width columns wide and height rows high.
func (s *Session) Resize(width, height int) {
	if s.rest() != nil {
		return
	}
	s.size = tea.WindowSizeMsg{Width: width, Height: height}
	s.screen.resize(width, height)
	s.act(s.size)
}

// Advance moves the session's clock, see Clock.Advance.
func (s *Session) Advance(d time.Duration) {
	if s.rest() == nil {
		s.clock.Advance(d)
	}
}

// Title is the title that the program has given the window.
func (s *Session) Title() string {
	view, _ := s.probe.last()
	return view.WindowTitle
}

// framed puts a grid into a frame, so that blanks at its edges can be seen.
func framed(g Grid) string {
	width, height := g.Size()
	edge := strings.Repeat("─", width)
	var b strings.Builder
	b.WriteString("┌" + edge + "┐\n")
	for y := range height {
		line := g.Line(y)
		b.WriteString("│" + line + strings.Repeat(" ", max(width-ansi.StringWidth(line), 0)) + "│\n")
	}
	b.WriteString("└" + edge + "┘\n")
	return b.String()
}

// difference tells where two grids differ first.
func difference(a, b Grid) string {
	width, height := a.Size()
	if w, h := b.Size(); w != width || h != height {
		return fmt.Sprintf("its size, %d×%d and not %d×%d", w, h, width, height)
	}
	for y := range height {
		for x := range width {
			if p, q := a.Cell(x, y), b.Cell(x, y); p != q {
				return fmt.Sprintf("column %d, row %d: %q (%s) is shown for %q (%s)", x, y, p.Content, p.Style, q.Content, q.Style)
			}
		}
	}
	return "nothing"
}
