package terminal

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// sendWhenIdle sends messages once the program is idle.
func (s *Session) sendWhenIdle(msgs ...tea.Msg) {
	if s.waitIdle() != nil {
		return
	}
	for _, msg := range msgs {
		s.send(msg)
	}
}

// Press presses keys one after the other, each when the program is idle. Names are those of key
// bindings: "s", "R", "enter", "ctrl+c", "shift+tab", "pgdown", "space".
func (s *Session) Press(keys ...string) {
	for _, name := range keys {
		key, err := keyPress(name)
		if err != nil {
			s.recordError(err)
			return
		}
		s.sendWhenIdle(key)
	}
}

// Type types a text, one key press per character.
func (s *Session) Type(text string) {
	for _, r := range text {
		s.sendWhenIdle(characterKey(string(r)))
	}
}

// Paste pastes a text.
func (s *Session) Paste(text string) {
	s.sendWhenIdle(tea.PasteStartMsg{}, tea.PasteMsg{Content: text}, tea.PasteEndMsg{})
}

// Click clicks with the left button on column x of row y, counted from 0. It is an error if the
// program has not enabled the mouse.
func (s *Session) Click(x, y int) {
	mouse := tea.Mouse{X: x, Y: y, Button: tea.MouseLeft}
	s.sendMouse(fmt.Sprintf("click at column %d, row %d", x, y), tea.MouseClickMsg(mouse), tea.MouseReleaseMsg(mouse))
}

// Wheel turns the wheel over column x of row y by a number of notches: down, or up if negative.
func (s *Session) Wheel(x, y, notches int) {
	mouse := tea.Mouse{X: x, Y: y, Button: tea.MouseWheelDown}
	if notches < 0 {
		mouse.Button, notches = tea.MouseWheelUp, -notches
	}
	for range notches {
		s.sendMouse(fmt.Sprintf("turn the wheel at column %d, row %d", x, y), tea.MouseWheelMsg(mouse))
	}
}

func (s *Session) sendMouse(what string, msgs ...tea.Msg) {
	if s.waitIdle() != nil || s.updateView() != nil {
		return
	}
	if view, _ := s.probe.lastView(); view.MouseMode == tea.MouseModeNone {
		s.recordError(fmt.Errorf("cannot %s: the program has not enabled the mouse (View.MouseMode)", what))
		return
	}
	s.sendWhenIdle(msgs...)
}

// Focus gives the terminal's window the focus.
func (s *Session) Focus() { s.sendFocus("focus", tea.FocusMsg{}) }

// Blur takes the focus from the terminal's window.
func (s *Session) Blur() { s.sendFocus("blur", tea.BlurMsg{}) }

func (s *Session) sendFocus(what string, msg tea.Msg) {
	if s.waitIdle() != nil || s.updateView() != nil {
		return
	}
	if view, _ := s.probe.lastView(); !view.ReportFocus {
		s.recordError(fmt.Errorf("cannot %s: the program has not enabled focus reports (View.ReportFocus)", what))
		return
	}
	s.sendWhenIdle(msg)
}

// Resize makes the terminal width columns wide and height rows high.
func (s *Session) Resize(width, height int) {
	if s.waitIdle() != nil {
		return
	}
	s.size = tea.WindowSizeMsg{Width: width, Height: height}
	s.screen.resize(width, height)
	s.sendWhenIdle(s.size)
}

// Advance moves the session's clock, see Clock.Advance.
func (s *Session) Advance(d time.Duration) {
	if s.waitIdle() == nil {
		s.clock.Advance(d)
	}
}

// Title is the window title that the program has set.
func (s *Session) Title() string {
	_ = s.updateView() // the error is kept
	view, _ := s.probe.lastView()
	return view.WindowTitle
}

// withBorder draws a border around a grid, so that blanks at its edges are visible.
func withBorder(g Grid) string {
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

// firstDifference describes the first cell in which two grids differ.
func firstDifference(a, b Grid) string {
	width, height := a.Size()
	if w, h := b.Size(); w != width || h != height {
		return fmt.Sprintf("size: %d×%d, not %d×%d", w, h, width, height)
	}
	for y := range height {
		for x := range width {
			if p, q := a.Cell(x, y), b.Cell(x, y); p != q {
				return fmt.Sprintf("column %d, row %d: %q (%s), not %q (%s)", x, y, p.Content, p.Style, q.Content,
					q.Style)
			}
		}
	}
	return "nothing"
}
