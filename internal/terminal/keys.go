package terminal

import (
	"fmt"
	"strings"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
)

var keyCodes = map[string]rune{
	"enter": tea.KeyEnter, "tab": tea.KeyTab, "esc": tea.KeyEscape, "space": tea.KeySpace,
	"backspace": tea.KeyBackspace,
	"up":        tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight, "home": tea.KeyHome,
	"end": tea.KeyEnd, "pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown, "insert": tea.KeyInsert, "delete": tea.KeyDelete,
	"f1": tea.KeyF1, "f2": tea.KeyF2, "f3": tea.KeyF3, "f4": tea.KeyF4, "f5": tea.KeyF5, "f6": tea.KeyF6,
	"f7": tea.KeyF7, "f8": tea.KeyF8, "f9": tea.KeyF9, "f10": tea.KeyF10, "f11": tea.KeyF11, "f12": tea.KeyF12,
}

var keyMods = map[string]tea.KeyMod{
	"ctrl": tea.ModCtrl, "alt": tea.ModAlt, "shift": tea.ModShift, "meta": tea.ModMeta, "super": tea.ModSuper,
}

// keyPress converts a key's name into the message that a terminal sends for it. Names are spelled
// as in key bindings: "a", "A", "ctrl+c", "shift+tab", "pgdown", "space".
func keyPress(name string) (tea.KeyPressMsg, error) {
	if utf8.RuneCountInString(name) == 1 {
		return characterKey(name), nil
	}
	var key tea.KeyPressMsg
	base := name
	for {
		word, rest, more := strings.Cut(base, "+")
		mod, known := keyMods[word]
		if !more || !known || rest == "" {
			break
		}
		key.Mod |= mod
		base = rest
	}
	if code, known := keyCodes[base]; known {
		key.Code = code
	} else {
		key.Code, _ = utf8.DecodeRuneInString(base)
	}
	if key.Code == tea.KeySpace && key.Mod == 0 {
		key.Text = " "
	}
	if key.String() != name {
		return key, fmt.Errorf("unknown key %q: use names of key bindings, such as enter, ctrl+c, shift+tab, pgdown",
			name)
	}
	return key, nil
}

// characterKey is the key press of a character, decoded as from a real terminal.
func characterKey(character string) tea.KeyPressMsg {
	var decoder uv.EventDecoder
	_, event := decoder.Decode([]byte(character))
	key, _ := event.(uv.KeyPressEvent)
	return tea.KeyPressMsg(key)
}
