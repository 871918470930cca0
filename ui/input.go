package ui

import (
	"unicode"

	tea "charm.land/bubbletea/v2"
)

// The size that is taken where a terminal does not tell its own, as serial consoles do not: that of a VT100.
const (
	defaultWidth  = 80
	defaultHeight = 24
)

// Size is the size to draw in. A terminal that tells none, 0×0, is taken for one of 80×24, or of what the variables COLUMNS
// and LINES say, as other programs do.
func Size(told tea.WindowSizeMsg, columns, lines int) tea.WindowSizeMsg {
	if told.Width <= 0 {
		if told.Width = defaultWidth; columns > 0 {
			told.Width = columns
		}
	}
	if told.Height <= 0 {
		if told.Height = defaultHeight; lines > 0 {
			told.Height = lines
		}
	}
	return told
}

// splitKeys are the keys that a message of the terminal stands for. Escape twice within one read comes as alt+esc, which no
// binding has; it is two presses.
func splitKeys(msg tea.KeyPressMsg) []tea.KeyPressMsg {
	if msg.Code == tea.KeyEscape && msg.Mod == tea.ModAlt {
		escape := tea.KeyPressMsg{Code: tea.KeyEscape}
		return []tea.KeyPressMsg{escape, escape}
	}
	return []tea.KeyPressMsg{latinChord(msg)}
}

// latinChord makes ctrl and a letter of a layout that is not Latin what the key is on a Latin one: ctrl+с of a Russian layout is
// ctrl+c. The terminal tells that key where it can (kitty's alternate keys). Of a Latin layout the letter counts, and not
// where it stands: Dvorak's ctrl+c is no ctrl+i.
func latinChord(msg tea.KeyPressMsg) tea.KeyPressMsg {
	if msg.Text != "" || msg.Mod&(tea.ModCtrl|tea.ModAlt) == 0 {
		return msg
	}
	base := msg.BaseCode
	msg.BaseCode = 0
	if !isNonLatin(msg.Code) {
		return msg
	}
	if base == 0 || base >= unicode.MaxASCII {
		base = latinKeys[unicode.ToLower(msg.Code)]
	}
	if base != 0 {
		msg.Code = base
	}
	return msg
}

// latinLetter makes a letter that is not Latin what its key is on a Latin layout, if the terminal tells that. It is for where
// keys are commands; in a field a letter stays what it is.
func latinLetter(msg tea.KeyPressMsg) (tea.KeyPressMsg, bool) {
	if msg.Text == "" || msg.Mod&^tea.ModShift != 0 || msg.BaseCode == 0 || msg.BaseCode >= unicode.MaxASCII || !isNonLatin(msg.Code) {
		return msg, false
	}
	code, text := msg.BaseCode, msg.BaseCode
	if msg.Mod&tea.ModShift != 0 {
		text = unicode.ToUpper(code)
	}
	return tea.KeyPressMsg{Code: code, Text: string(text), Mod: msg.Mod}, true
}

// isNonLatin says whether a key has a letter of a script that is not Latin.
func isNonLatin(r rune) bool { return unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r) }

// latinKeys is where the letters of the commonest layouts that are not Latin stand on a US keyboard: Russian, Ukrainian and
// Greek. It is for terminals that do not tell.
var latinKeys = buildLatinKeys(map[string]string{
	"йцукенгшщзхъфывапролджэячсмитьбю": "qwertyuiop[]asdfghjkl;'zxcvbnm,.",
	"їієґў": "]s'`o",
	"ςερτυθιοπασδφγηξκλζχψωβνμ": "wertyuiopasdfghjklzxcvbnm",
})

func buildLatinKeys(pairs map[string]string) map[rune]rune {
	out := map[rune]rune{}
	for letters, keys := range pairs {
		places := []rune(keys)
		for i, r := range []rune(letters) {
			out[r] = places[i]
		}
	}
	return out
}
