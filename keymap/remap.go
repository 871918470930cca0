package keymap

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"charm.land/bubbles/v2/key"
)

// Remap gives bindings other keys, by name: {"action.restore": {"R"}}. An empty list of keys
// disables a binding. An error is one sentence that names what is wrong, and leaves the map
// unchanged. These are errors:
//   - an unknown name or key
//   - a key that two bindings would share, in dialogs or outside them
//   - disabling a binding that dialogs need
func (k *KeyMap) Remap(keys map[string][]string) error {
	next := *k
	byName := map[string]*key.Binding{}
	var names []string
	for _, g := range next.Groups() {
		for _, n := range g.Keys {
			byName[n.Name] = n.Binding
			names = append(names, n.Name)
		}
	}
	for _, name := range sortedNames(keys) {
		b, ok := byName[name]
		if !ok {
			return fmt.Errorf("unknown key name %q; valid: %s", name, strings.Join(names, ", "))
		}
		if len(keys[name]) == 0 && slices.Contains(requiredBindings, name) {
			return fmt.Errorf("%s needs a key: dialogs do not work without it", name)
		}
		for _, pressed := range keys[name] {
			if err := checkKey(name, pressed); err != nil {
				return err
			}
		}
		b.SetKeys(append([]string(nil), keys[name]...)...) // nil for an empty list, which disables the binding
		b.SetHelp(Label(keys[name]...), b.Help().Desc)
	}
	if err := next.checkConflicts(); err != nil {
		return err
	}
	*k = next
	return nil
}

// requiredBindings are the bindings that dialogs need.
var requiredBindings = []string{"dialog.next", "dialog.confirm", "dialog.cancel"}

func sortedNames(keys map[string][]string) []string {
	var names []string
	for name := range keys {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// namedKeys are the keys with a name instead of a character.
var namedKeys = []string{
	"enter", "esc", "tab", "space", "backspace", "delete", "insert", "up", "down", "left", "right", "home", "end",
	"pgup", "pgdown", "f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "f10", "f11", "f12",
}

// checkKey returns why a key cannot be bound.
func checkKey(name, pressed string) error {
	if slices.Contains(Interrupt().Keys(), pressed) {
		return fmt.Errorf("%s cannot be bound to %s: it always quits", pressed, name)
	}
	if rest, ok := strings.CutPrefix(pressed, "shift+"); ok && len([]rune(rest)) == 1 {
		return fmt.Errorf("%q of %s is not a key: write the character that shift makes, such as A", pressed, name)
	}
	base := pressed
	for _, prefix := range []string{"ctrl+", "alt+", "shift+"} {
		base = strings.TrimPrefix(base, prefix)
	}
	if isTypeable(base) || slices.Contains(namedKeys, base) {
		return nil
	}
	return fmt.Errorf("%q of %s is not a key: use a character, or ctrl+, alt+ or shift+ before one of %s",
		pressed, name, strings.Join(namedKeys, ", "))
}

// isTypeable reports whether the text is one character that a key can type and the help can show.
// Control characters, blanks and combining marks are not.
func isTypeable(text string) bool {
	r, size := utf8.DecodeRuneInString(text)
	return size == len(text) && r != utf8.RuneError && unicode.IsGraphic(r) && !unicode.IsSpace(r) && !unicode.IsMark(r)
}

// checkConflicts finds two bindings with one key. Dialogs have keys of their own; all other
// bindings share theirs.
func (k *KeyMap) checkConflicts() error {
	screen, dialog := map[string]string{}, map[string]string{}
	for _, g := range k.Groups() {
		taken := screen
		if g.Name == "dialog" {
			taken = dialog
		}
		for _, n := range g.Keys {
			for _, pressed := range n.Binding.Keys() {
				if other, ok := taken[pressed]; ok && other != n.Name {
					return fmt.Errorf("%s is both %s and %s: give one of them another key", pressed, other, n.Name)
				}
				taken[pressed] = n.Name
			}
		}
	}
	return nil
}
