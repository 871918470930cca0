package ui

import (
	"unicode"

	tea "charm.land/bubbletea/v2"
)

// The size to use if a terminal does not report its own, as serial consoles do not: that of a
// VT100.
const (
	defaultWidth  = 80
	defaultHeight = 24
)

// Size is the size to draw in. A terminal that reports 0×0 gets the size from the variables
// COLUMNS and LINES, or 80×24, as in other programs.
func Size(reported tea.WindowSizeMsg, columns, lines int) tea.WindowSizeMsg {
	if reported.Width <= 0 {
		if reported.Width = defaultWidth; columns > 0 {
			reported.Width = columns
		}
	}
	if reported.Height <= 0 {
		if reported.Height = defaultHeight; lines > 0 {
			reported.Height = lines
		}
	}
	return reported
}

// splitKeys returns the keys in a key message. Escape pressed twice within one read comes as
// alt+esc, which no binding has, so it is split into two presses.
func splitKeys(msg tea.KeyPressMsg) []tea.KeyPressMsg {
	if msg.Code == tea.KeyEscape && msg.Mod == tea.ModAlt {
		escape := tea.KeyPressMsg{Code: tea.KeyEscape}
		return []tea.KeyPressMsg{escape, escape}
	}
	return []tea.KeyPressMsg{latinChord(msg)}
}

// latinChord translates ctrl with a letter of a non-Latin layout to the Latin key: ctrl+с on a
// Russian layout is ctrl+c. It uses the key that the terminal reports, if it can (kitty's
// alternate keys). On Latin layouts the letter counts, not the position: Dvorak's ctrl+c is not
// ctrl+i.
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

// latinLetter translates a non-Latin letter to its key on a Latin layout, if the terminal reports
// that key. It is for places where keys are commands; in a text field a letter stays as it is.
func latinLetter(msg tea.KeyPressMsg) (tea.KeyPressMsg, bool) {
	if msg.Text == "" || msg.Mod&^tea.ModShift != 0 || msg.BaseCode == 0 || msg.BaseCode >= unicode.MaxASCII ||
		!isNonLatin(msg.Code) {
		return msg, false
	}
	code, text := msg.BaseCode, msg.BaseCode
	if msg.Mod&tea.ModShift != 0 {
		text = unicode.ToUpper(code)
	}
	return tea.KeyPressMsg{Code: code, Text: string(text), Mod: msg.Mod}, true
}

// isNonLatin says whether a key is a letter of a non-Latin script.
func isNonLatin(r rune) bool { return unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r) }

// latinKeys maps the letters of the most common non-Latin layouts to the keys of a US keyboard:
// Russian, Ukrainian and Greek. It is for terminals that do not report the Latin key.
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
