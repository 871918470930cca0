package keymap

import (
	"fmt"
	"strings"
)

// keySymbols are signs that are shorter than the keys' names.
var keySymbols = map[string]string{"up": "↑", "down": "↓", "left": "←", "right": "→", "pgup": "pgup", "pgdown": "pgdn"}

// Label returns a binding's keys as they are shown: "k ↑".
func Label(keys ...string) string {
	shown := make([]string, len(keys))
	for i, k := range keys {
		shown[i] = k
		if sign, ok := keySymbols[k]; ok {
			shown[i] = sign
		}
	}
	return strings.Join(shown, " ")
}

// Markdown returns the table of keys in docs/KEYS.md, made from the bindings.
func (k *KeyMap) Markdown() string {
	var b strings.Builder
	b.WriteString("| | key | does | name |\n|---|---|---|---|\n")
	for _, g := range k.Groups() {
		title := g.Title
		for _, n := range g.Keys {
			fmt.Fprintf(&b, "| %s | `%s` | %s | `%s` |\n", title, strings.Join(n.Binding.Keys(), "` `"),
				n.Binding.Help().Desc, n.Name)
			title = ""
		}
	}
	last := Interrupt()
	fmt.Fprintf(&b, "| | `%s` | %s | |\n", strings.Join(last.Keys(), "` `"), last.Help().Desc)
	return b.String()
}
