package keymap

import "charm.land/bubbles/v2/key"

// Custom are the bindings of the user's own commands, in the order in which they were added.
func (k KeyMap) Custom() []NamedBinding { return k.custom }

// AddCustom binds a key to a command of the user's own. It refuses a key that is none, or that something else has already; the map
// is then as it was.
func (k *KeyMap) AddCustom(name, pressed string) error {
	if err := checkKey(name, pressed); err != nil {
		return err
	}
	next := *k
	binding := key.NewBinding(key.WithKeys(pressed), key.WithHelp(Label(pressed), name))
	next.custom = append(append([]NamedBinding(nil), k.custom...), NamedBinding{"command." + name, &binding})
	if err := next.checkConflicts(); err != nil {
		return err
	}
	*k = next
	return nil
}
