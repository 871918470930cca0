package ui_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"vpsdeck/ui/dialog"
)

// glance is what the program wants to be shown, without waiting for the terminal to have shown it.
func (s *soak) glance() string {
	s.t.Helper()
	s.Advance(0) // comes back once the program is at rest
	return ansi.Strip(s.app.View().Content)
}

// chance is one in n.
func (s *soak) chance(n int) bool { return s.random.IntN(n) == 0 }

func (s *soak) one(of ...string) string { return of[s.random.IntN(len(of))] }

// label is a name that nothing else has.
func (s *soak) label(kind string) string {
	s.serial++
	return fmt.Sprintf("%s-%d", kind, s.serial)
}

// step is one thing that a person does.
func (s *soak) step() {
	s.t.Helper()
	if s.chance(12) {
		s.somebodyElse()
	}
	switch n := s.random.IntN(100); {
	case s.inDemo() && s.chance(8): // there is no way back from it but a new start
		s.end()
		s.begin()
	case s.chance(40):
		s.swap()
	case s.answer():
	case n < 40:
		s.goSomewhere()
		s.deed()
	case n < 45:
		s.several()
	case n < 62:
		s.Advance(time.Duration(1+s.random.IntN(25)) * time.Second)
	case n < 72:
		s.leap(time.Duration(1+s.random.IntN(20)) * time.Minute)
		s.Advance(time.Duration(1+s.random.IntN(12)) * time.Second)
	case n < 84:
		s.goSomewhere()
	case n < 88:
		s.filter()
	case n < 92:
		s.turnAway()
	case n < 98:
		s.Press(s.one("R", "o", "a", "?", "A", "enter", "esc"))
	case s.chance(6):
		s.end()
		s.begin()
	default:
		s.Screen() // and for once the terminal shows it
	}
}

// leap is what a machine sees that was asleep: it is suddenly later, whatever is under way.
func (s *soak) leap(d time.Duration) {
	s.Advance(0)
	s.advance(d)
}

// goSomewhere moves to another pane and another row.
func (s *soak) goSomewhere() {
	s.Press(s.one("1", "1", "2", "2", "3", "3", "tab"))
	for range s.random.IntN(5) {
		s.Press(s.one("j", "j", "j", "k", "g", "G"))
	}
}

func (s *soak) filter() {
	s.Press("/")
	s.Paste(s.one("web", "db", "0", "zebra", "\x1b[31m\u202e", "s-1"))
	s.Press(s.one("enter", "esc"))
	if s.chance(2) {
		s.Press("esc")
	}
}

// turnAway looks elsewhere, or makes the window another size, for a while.
func (s *soak) turnAway() {
	switch s.random.IntN(3) {
	case 0:
		s.Blur()
		s.Advance(time.Duration(s.random.IntN(90)) * time.Second)
		s.Focus()
	case 1:
		s.resize(size{20, 5})
		s.Press("s", "d", "enter")
		s.resize(usual)
	default:
		s.resize([]size{small, usual, large, usual}[s.random.IntN(4)])
	}
}

// deed presses the key of one, and sees it through or not.
func (s *soak) deed() {
	switch key := s.one("s", "s", "b", "d", "d", "d", "d", "r"); key {
	case "s", "b":
		s.Press(key)
		s.fill(key)
	default:
		s.Press(key)
		if s.chance(8) { // typed ahead, which confirms nothing
			s.Press("tab", "enter")
			if !strings.Contains(s.glance(), "Cancel") {
				return
			}
		}
		s.decide()
	}
}

// several marks some rows, and begins a deed on all of them at once; or clears up what is old.
func (s *soak) several() {
	switch s.random.IntN(5) {
	case 0:
		s.Press("c", "enter", "enter", "enter", "enter")
		s.decide()
	case 1, 2:
		s.Press("1", "g")
		s.mark()
		key := s.one("s", "b")
		s.Press(key)
		s.fill(key)
	default:
		s.Press(s.one("2", "3"), s.one("a", "g"))
		s.mark()
		s.Press("d")
		s.decide()
	}
	if !strings.Contains(s.glance(), "Several at once") {
		s.Press("esc") // nothing stays marked
	}
}

func (s *soak) mark() {
	for range 2 + s.random.IntN(3) {
		s.Press("space", "j", s.one("j", "k", "G"))
	}
}

// fill fills in the form of a create, if one has opened.
func (s *soak) fill(key string) {
	if !strings.Contains(s.glance(), "enter: ") {
		return
	}
	label := s.label(key)
	switch {
	case s.chance(12):
		s.Press("esc")
	case key == "b":
		s.Paste(label)
		s.Press("enter")
	default:
		if s.chance(8) { // a name that the API would not take
			s.Paste("no name: ")
			s.Press("enter", "ctrl+u")
		}
		s.Paste(label)
		s.Press("enter")
		if s.chance(2) {
			s.Paste("by hand")
		}
		s.Press("enter")
	}
}

// decide answers the question that is open, if one is, as it is to be answered, or wrongly, or not at all.
func (s *soak) decide() {
	text := s.glance()
	if !strings.Contains(text, "Cancel") {
		return
	}
	s.Advance(dialog.Quiet)
	switch {
	case s.chance(10):
		s.Press("esc")
		return
	case s.chance(10):
		s.Paste("another-server")
		s.Press("tab", "enter", "esc")
		return
	}
	s.Paste(toType(text))
	if strings.Contains(text, "[✓]") && s.chance(2) {
		s.Press("shift+tab", "space", "tab")
	}
	s.Press("tab", "enter")
}

// answer answers what the program asks by itself, and says whether it does: for another token, and whether to send again or
// go on with what was not finished. It closes what is open to be read.
func (s *soak) answer() bool {
	switch text := s.glance(); {
	case strings.Contains(text, "Open an account"):
		if s.chance(4) {
			s.Press("down")
		}
		s.Press("enter")
	case strings.Contains(text, "Token (hidden)"):
		if s.chance(4) {
			s.Paste("vps_mistyped")
		} else {
			s.Paste(liveToken)
		}
		s.Press("enter")
	case strings.Contains(text, "Keep the token?"):
		s.Press(s.one("down", "up"), "enter")
	case strings.Contains(text, "esc stops what has not been sent"):
		if s.chance(8) {
			s.Press("esc")
		}
		s.Advance(time.Duration(1+s.random.IntN(5)) * time.Second)
	case strings.Contains(text, "Cancel"):
		s.decide()
	case strings.Contains(text, "cancel"), strings.Contains(text, "enter: "):
		s.Press("esc")
	case strings.Contains(text, "token refused") && s.chance(4): // the way to another token was left
		s.Press("R")
	default:
		return false
	}
	return true
}
