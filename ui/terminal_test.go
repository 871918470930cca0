package ui_test

import (
	"testing"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/internal/lanes"
	"vpsdeck/ui"
)

func ctrl(code, base rune) tea.KeyPressMsg {
	return tea.KeyPressMsg{Code: code, BaseCode: base, Mod: tea.ModCtrl}
}

func TestControlKeysWorkUnderEveryLayout(t *testing.T) {
	t.Parallel()
	for name, press := range lanes.Table(map[string]tea.KeyPressMsg{
		"Latin":                     ctrl('c', 0),
		"Russian with base code":    ctrl('с', 'c'),
		"Russian without base code": ctrl('с', 0),
		"Greek without base code":   ctrl('ψ', 0),
		"Hebrew with base code":     ctrl('ב', 'c'),
		"Dvorak with base code i":   ctrl('c', 'i'),
		"Russian with caps lock":    ctrl('С', 0),
	}) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 80, 24)
			atServer("web-server-01", "s")(w)
			w.send(press)
			w.Wait()
		})
	}
	w := startApp(t, 80, 24)
	w.send(ctrl('j', 'c')) // Dvorak, where j is on the key c
	w.RequireText("db-server-02")
}

func TestUnknownTerminalSizeFallsBackToTheDefault(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		reported       tea.WindowSizeMsg
		columns, lines int
		want           tea.WindowSizeMsg
	}{
		{tea.WindowSizeMsg{}, 0, 0, tea.WindowSizeMsg{Width: 80, Height: 24}},
		{tea.WindowSizeMsg{}, 132, 50, tea.WindowSizeMsg{Width: 132, Height: 50}},
		{tea.WindowSizeMsg{Width: 100, Height: 30}, 132, 50, tea.WindowSizeMsg{Width: 100, Height: 30}},
		{tea.WindowSizeMsg{Width: 100}, -1, 0, tea.WindowSizeMsg{Width: 100, Height: 24}},
	} {
		if got := ui.Size(c.reported, c.columns, c.lines); got != c.want {
			t.Errorf("%v with COLUMNS %d and LINES %d: %v, want %v", c.reported, c.columns, c.lines, got, c.want)
		}
	}
}

func TestQuitKeyDoesNotCloseAHiddenForm(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24)
	atServer("web-server-01", "s")(w)
	w.Type("before")
	w.Resize(39, 9)
	w.Press("q")
	w.Resize(80, 24)
	w.RequireText("› before")
}

func TestAFormMadeNarrowAndWideAgainIsDrawnInOneLine(t *testing.T) {
	t.Parallel()
	w := startApp(t, 100, 30)
	atServer("web-server-01", "b")(w)
	w.Type("0123456789012345678901234567890123456789")
	w.Press("home")
	w.Resize(40, 12)
	w.Resize(100, 30)
	w.RequireText("› 0123456789012345678901234567890123456789")
}

func TestTerminalCursorIsAtTheInput(t *testing.T) {
	t.Parallel()
	w := startApp(t, 100, 30)
	if w.lastView().Cursor != nil {
		t.Error("there is a cursor without an input field")
	}
	for name, keys := range map[string][]string{"filter": {"/"}, "palette": {":"}, "form": {"b"},
		"confirm": {"3", "r"}} {
		atServer("web-server-01", keys...)(w)
		w.Type("wor")
		c := w.lastView().Cursor
		if c == nil {
			t.Errorf("%s: there is none", name)
		} else if line := []rune(w.Screen().Line(c.Y)); string(line[c.X-3:c.X]) != "wor" {
			t.Errorf("%s: it is at %d,%d in %q", name, c.X, c.Y, string(line))
		}
		w.Press("esc", "esc")
	}
}

func TestASidewaysWheelMovesNothing(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 12, withMouse)
	w.Wheel(5, 5, 1)
	w.requireCursor("mail-01")
	for _, side := range []tea.MouseButton{tea.MouseWheelLeft, tea.MouseWheelRight} {
		w.send(tea.MouseWheelMsg{X: 5, Y: 5, Button: side})
	}
	w.requireCursor("mail-01")
}

func TestLettersOfAnotherLayoutAreCommandsButTextInFields(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24)
	w.send(tea.KeyPressMsg{Code: 'ф', BaseCode: 'a', Text: "ф"})
	w.RequireText("all servers")
	w.Press("/")
	w.send(tea.KeyPressMsg{Code: 'ф', BaseCode: 'a', Text: "ф"})
	w.RequireText("/ф")
}

func TestEscapeTwiceInOneReadIsNotLost(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24)
	w.Press("?")
	w.send(tea.KeyPressMsg{Code: tea.KeyEscape, Mod: tea.ModAlt})
	w.RequireNoText("half a page up")
}
