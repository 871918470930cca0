package keymap

import (
	"strings"
	"testing"
	"unicode"
)

// A key name from a config is either bound or rejected in one sentence, which leaves the map
// unchanged. Both can be shown.
func FuzzKeyNameIsBoundOrRefused(f *testing.F) {
	for _, pressed := range []string{
		"R", "ctrl+r", "alt+shift+f5", "shift+a", "ctrl+c", "enter", "space", " ", "", "ctrl+", "+", "ctrl++", "é", "世",
		"\x1b", "\u009b",
		"\u202e", "\u200b", "\u0301", "a\nb", "\xff", "ctrl+\x07", "f13", "ctrl+ctrl+a",
	} {
		f.Add("action.restore", pressed)
	}
	f.Add("dialog.yes", "enter")
	f.Add("action.\x1b[2J", "R")
	f.Fuzz(func(t *testing.T, name, pressed string) {
		k, untouched := Default(), Default()
		shown := ""
		if err := k.Remap(map[string][]string{name: {pressed}}); err != nil {
			shown = err.Error()
			if b := k.bindingsByName()["action.restore"]; strings.Join(b.Keys(),
				" ") != strings.Join(untouched.bindingsByName()["action.restore"].Keys(), " ") {
				t.Errorf("the name was rejected, but %v is bound", b.Keys())
			}
		} else {
			h := k.bindingsByName()[name].Help()
			shown = h.Key + h.Desc
		}
		if strings.ContainsFunc(shown, func(r rune) bool { return !unicode.IsGraphic(r) }) ||
			strings.ContainsRune(shown, unicode.ReplacementChar) {
			t.Errorf("%q: %q is shown as %q", name, pressed, shown)
		}
	})
}
