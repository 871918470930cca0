package keymap

import (
	"strings"
	"testing"
	"unicode"
)

// Whatever a config calls a key, it is bound, and then it can be shown, or it is refused in one sentence that can be shown too,
// and the map is as it was.
func FuzzKeyNameIsBoundOrRefused(f *testing.F) {
	for _, pressed := range []string{
		"R", "ctrl+r", "alt+shift+f5", "shift+a", "ctrl+c", "enter", "space", " ", "", "ctrl+", "+", "ctrl++", "é", "世", "\x1b", "\u009b",
		"\u202e", "\u200b", "\u0301", "a\nb", "\xff", "ctrl+\x07", "f13", "ctrl+ctrl+a",
	} {
		f.Add("action.restore", pressed)
	}
	f.Add("dialog.yes", "enter")
	f.Add("deed.\x1b[2J", "R")
	f.Fuzz(func(t *testing.T, name, pressed string) {
		k, untouched := Default(), Default()
		shown := ""
		if err := k.Remap(map[string][]string{name: {pressed}}); err != nil {
			shown = err.Error()
			if b := k.bindingsByName()["action.restore"]; strings.Join(b.Keys(), " ") != strings.Join(untouched.bindingsByName()["action.restore"].Keys(), " ") {
				t.Errorf("it was refused, and yet %v is bound", b.Keys())
			}
		} else {
			h := k.bindingsByName()[name].Help()
			shown = h.Key + h.Desc
		}
		if strings.ContainsFunc(shown, func(r rune) bool { return !unicode.IsGraphic(r) }) || strings.ContainsRune(shown, unicode.ReplacementChar) {
			t.Errorf("%q: %q is shown as %q", name, pressed, shown)
		}
	})
}
