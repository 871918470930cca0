package ui_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"vpsdeck/ui/dialog"
)

// viewText returns the text of the program's view, without waiting for the terminal to show it.
func (s *soakTest) viewText() string {
	s.t.Helper()
	s.Advance(0) // returns once the program is idle
	return ansi.Strip(s.app.View().Content)
}

// oneIn is true once in n times on average.
func (s *soakTest) oneIn(n int) bool { return s.random.IntN(n) == 0 }

func (s *soakTest) pickOne(of ...string) string { return of[s.random.IntN(len(of))] }

// uniqueName returns a name that nothing else has.
func (s *soakTest) uniqueName(kind string) string {
	s.nameCount++
	return fmt.Sprintf("%s-%d", kind, s.nameCount)
}

// randomStep does one thing that a user may do.
func (s *soakTest) randomStep() {
	s.t.Helper()
	if s.oneIn(12) {
		s.actAsOther()
	}
	switch n := s.random.IntN(100); {
	case s.inDemo() && s.oneIn(8): // only a restart leaves the demo
		s.killProgram()
		s.startProgram()
	case s.oneIn(40):
		s.switchProgram()
	case s.answerPrompt():
	case n < 40:
		s.moveRandomly()
		s.startRandomAction()
	case n < 45:
		s.startBulkAction()
	case n < 62:
		s.Advance(time.Duration(1+s.random.IntN(25)) * time.Second)
	case n < 72:
		s.jumpAhead(time.Duration(1+s.random.IntN(20)) * time.Minute)
		s.Advance(time.Duration(1+s.random.IntN(12)) * time.Second)
	case n < 84:
		s.moveRandomly()
	case n < 88:
		s.typeRandomFilter()
	case n < 92:
		s.blurOrResize()
	case n < 98:
		s.Press(s.pickOne("R", "o", "a", "?", "A", "enter", "esc"))
	case s.oneIn(6):
		s.killProgram()
		s.startProgram()
	default:
		s.Screen() // wait until the terminal shows it
	}
}

// jumpAhead makes the clock jump, as after a machine slept, whatever is running.
func (s *soakTest) jumpAhead(d time.Duration) {
	s.Advance(0)
	s.advance(d)
}

// moveRandomly moves to another pane and another row.
func (s *soakTest) moveRandomly() {
	s.Press(s.pickOne("1", "1", "2", "2", "3", "3", "tab"))
	for range s.random.IntN(5) {
		s.Press(s.pickOne("j", "j", "j", "k", "g", "G"))
	}
}

func (s *soakTest) typeRandomFilter() {
	s.Press("/")
	s.Paste(s.pickOne("web", "db", "0", "zebra", "\x1b[31m\u202e", "s-1"))
	s.Press(s.pickOne("enter", "esc"))
	if s.oneIn(2) {
		s.Press("esc")
	}
}

// blurOrResize takes the focus away or resizes the terminal for a while.
func (s *soakTest) blurOrResize() {
	switch s.random.IntN(3) {
	case 0:
		s.Blur()
		s.Advance(time.Duration(s.random.IntN(90)) * time.Second)
		s.Focus()
	case 1:
		s.resize(size{20, 5})
		s.Press("s", "d", "enter")
		s.resize(standard)
	default:
		s.resize([]size{small, standard, large, standard}[s.random.IntN(4)])
	}
}

// startRandomAction presses the key of an action, and completes it or not.
func (s *soakTest) startRandomAction() {
	switch key := s.pickOne("s", "s", "b", "d", "d", "d", "d", "r"); key {
	case "s", "b":
		s.Press(key)
		s.fillForm(key)
	default:
		s.Press(key)
		if s.oneIn(8) { // typed ahead, which confirms nothing
			s.Press("tab", "enter")
			if !strings.Contains(s.viewText(), "Cancel ") {
				return
			}
		}
		s.answerConfirm()
	}
}

// startBulkAction marks some rows and starts an action on all of them, or cleans up old points.
func (s *soakTest) startBulkAction() {
	switch s.random.IntN(5) {
	case 0:
		s.Press("c", "enter", "enter", "enter", "enter")
		s.answerConfirm()
	case 1, 2:
		s.Press("1", "g")
		s.markRandomRows()
		key := s.pickOne("s", "b")
		s.Press(key)
		s.fillForm(key)
	default:
		s.Press(s.pickOne("2", "3"), s.pickOne("a", "g"))
		s.markRandomRows()
		s.Press("d")
		s.answerConfirm()
	}
	if !strings.Contains(s.viewText(), "Bulk actions") {
		s.Press("esc") // clear the marks
	}
}

func (s *soakTest) markRandomRows() {
	for range 2 + s.random.IntN(3) {
		s.Press("space", "j", s.pickOne("j", "k", "G"))
	}
}

// fillForm fills in the form of a create, if one has opened.
func (s *soakTest) fillForm(key string) {
	if !strings.Contains(s.viewText(), "enter: ") {
		return
	}
	label := s.uniqueName(key)
	switch {
	case s.oneIn(12):
		s.Press("esc")
	case key == "b":
		s.Paste(label)
		s.Press("enter")
	default:
		if s.oneIn(8) { // a name that the API would not take
			s.Paste("no name: ")
			s.Press("enter", "ctrl+u")
		}
		s.Paste(label)
		s.Press("enter")
		if s.oneIn(2) {
			s.Paste("by hand")
		}
		s.Press("enter")
	}
}

// answerConfirm confirms the open dialog, if there is one, or answers it wrongly, or cancels it.
func (s *soakTest) answerConfirm() {
	text := s.viewText()
	if !strings.Contains(text, "Cancel ") {
		return
	}
	s.Advance(dialog.InputDelay)
	switch {
	case s.oneIn(10):
		s.Press("esc")
		return
	case s.oneIn(10):
		s.Paste("another-server")
		s.Press("tab", "enter", "esc")
		return
	}
	s.Paste(requiredInput(text))
	if strings.Contains(text, "[✓]") && s.oneIn(2) {
		s.Press("shift+tab", "space", "tab")
	}
	s.Press("tab", "enter")
}

// answerPrompt answers what the program asks unprompted: for a token, whether to send again, or
// whether to go on. It closes open sheets, and reports whether there was anything to do.
func (s *soakTest) answerPrompt() bool {
	switch text := s.viewText(); {
	case strings.Contains(text, "Open an account"):
		if s.oneIn(4) {
			s.Press("down")
		}
		s.Press("enter")
	case strings.Contains(text, "Token (hidden)"):
		if s.oneIn(4) {
			s.Paste("vps_mistyped")
		} else {
			s.Paste(liveToken)
		}
		s.Press("enter")
	case strings.Contains(text, "Keep the token?"):
		s.Press(s.pickOne("down", "up"), "enter")
	case strings.Contains(text, "esc cancels those not yet sent"):
		if s.oneIn(8) {
			s.Press("esc")
		}
		s.Advance(time.Duration(1+s.random.IntN(5)) * time.Second)
	case strings.Contains(text, "Cancel "):
		s.answerConfirm()
	case strings.Contains(text, "cancel"), strings.Contains(text, "enter: "):
		s.Press("esc")
	case strings.Contains(text, "token refused") && s.oneIn(4): // the token form was closed
		s.Press("R")
	default:
		return false
	}
	return true
}
