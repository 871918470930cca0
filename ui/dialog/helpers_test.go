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

var keyCodes = map[string]rune{
	"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "up": tea.KeyUp, "down": tea.KeyDown,
	"left":  tea.KeyLeft,
	"right": tea.KeyRight, "backspace": tea.KeyBackspace, "home": tea.KeyHome, "end": tea.KeyEnd,
	"pgdown": tea.KeyPgDown, "pgup": tea.KeyPgUp,
}

// keyPress returns the press of a key by name: "enter", "shift+tab", "ctrl+v", "space", "é".
func keyPress(name string) tea.KeyPressMsg {
	var mod tea.KeyMod
	for prefix, m := range map[string]tea.KeyMod{"ctrl+": tea.ModCtrl, "shift+": tea.ModShift} {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			name, mod = rest, m
		}
	}
	if code, ok := keyCodes[name]; ok {
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

// splitKeys splits a text into keys.
func splitKeys(text string) []string { return strings.Split(text, "") }

func testStyles() *style.Styles { return style.New(true) }

func testKeys() keymap.KeyMap { return keymap.Default() }

// plainView returns what a dialog shows, without styles.
func plainView(d Dialog) string { return ansi.Strip(d.View()) }

// checkSize fails the test unless the dialog fits and its lines have one width.
func checkSize(t *testing.T, d Dialog, width, height int) {
	t.Helper()
	lines := strings.Split(d.View(), "\n")
	if len(lines) > height {
		t.Errorf("%d lines in %d by %d cells:\n%s", len(lines), width, height, plainView(d))
	}
	for _, line := range lines {
		if w := widget.Width(line); w > width || w != widget.Width(lines[0]) {
			t.Errorf("%d by %d: a line is %d cells wide: %q", width, height, w, ansi.Strip(line))
		}
	}
}

// checkShown fails the test unless the dialog shows all texts.
func checkShown(t *testing.T, d Dialog, texts ...string) {
	t.Helper()
	screen := plainView(d)
	for _, text := range texts {
		if !strings.Contains(screen, text) {
			t.Errorf("%q is not shown:\n%s", text, screen)
		}
	}
}

// resultMsg is the result of a dialog.
type resultMsg struct{ text string }

func resultCmd(format string, args ...any) tea.Cmd {
	return func() tea.Msg { return resultMsg{fmt.Sprintf(format, args...)} }
}
