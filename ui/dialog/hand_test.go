package dialog

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"vpsdeck/keymap"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

var named = map[string]rune{
	"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft,
	"right": tea.KeyRight, "backspace": tea.KeyBackspace, "home": tea.KeyHome, "end": tea.KeyEnd, "pgdown": tea.KeyPgDown, "pgup": tea.KeyPgUp,
}

// pressed is a key as the terminal tells it: "enter", "shift+tab", "ctrl+v", "space", "é".
func pressed(name string) tea.KeyPressMsg {
	var mod tea.KeyMod
	for prefix, m := range map[string]tea.KeyMod{"ctrl+": tea.ModCtrl, "shift+": tea.ModShift} {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			name, mod = rest, m
		}
	}
	if code, ok := named[name]; ok {
		return tea.KeyPressMsg{Code: code, Mod: mod}
	}
	if name == "space" {
		name = " "
	}
	key := tea.KeyPressMsg{Code: []rune(name)[0], Mod: mod}
	if mod == 0 {
		key.Text = name
	}
	return key
}

// typing is a text as single keys.
func typing(text string) []string { return strings.Split(text, "") }

func look() *style.Styles { return style.New(true) }

func keys() keymap.KeyMap { return keymap.Default() }

// drawn is what a dialog shows, without its styles.
func drawn(d Dialog) string { return ansi.Strip(d.View()) }

// checkSize fails the test unless the dialog keeps within its room and its lines have one width.
func checkSize(t *testing.T, d Dialog, width, height int) {
	t.Helper()
	lines := strings.Split(d.View(), "\n")
	if len(lines) > height {
		t.Errorf("%d lines in a room of %d by %d:\n%s", len(lines), width, height, drawn(d))
	}
	for _, line := range lines {
		if w := widget.Width(line); w > width || w != widget.Width(lines[0]) {
			t.Errorf("%d by %d: a line is %d cells wide: %q", width, height, w, ansi.Strip(line))
		}
	}
}

// show fails the test unless the dialog shows all the texts.
func show(t *testing.T, d Dialog, texts ...string) {
	t.Helper()
	screen := drawn(d)
	for _, text := range texts {
		if !strings.Contains(screen, text) {
			t.Errorf("%q is not shown:\n%s", text, screen)
		}
	}
}

// answer is what a dialog did when it was done.
type answer struct{ what string }

func says(format string, args ...any) tea.Cmd {
	return func() tea.Msg { return answer{fmt.Sprintf(format, args...)} }
}
