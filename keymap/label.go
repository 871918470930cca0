package keymap

import (
	"fmt"
	"strings"
)

// keySymbols are the keys that have a shorter sign than their name.
var keySymbols = map[string]string{"up": "↑", "down": "↓", "left": "←", "right": "→", "pgup": "pgup", "pgdown": "pgdn"}

// Label is how a binding's keys are shown: "k ↑".
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

// Markdown is the table of keys for the README, made from the bindings.
func (k *KeyMap) Markdown() string {
	var b strings.Builder
	b.WriteString("| | key | does | name |\n|---|---|---|---|\n")
	for _, g := range k.Groups() {
		title := g.Title
		for _, n := range g.Keys {
			fmt.Fprintf(&b, "| %s | `%s` | %s | `%s` |\n", title, strings.Join(n.Binding.Keys(), "` `"), n.Binding.Help().Desc, n.Name)
			title = ""
		}
	}
	last := Interrupt()
	fmt.Fprintf(&b, "| | `%s` | %s | |\n", strings.Join(last.Keys(), "` `"), last.Help().Desc)
	return b.String()
}
