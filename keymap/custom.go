package keymap

import "charm.land/bubbles/v2/key"

// Custom returns the bindings of the custom commands, in the order in which they were added.
func (k KeyMap) Custom() []NamedBinding { return k.custom }

// AddCustom binds a key to a custom command. An invalid or taken key is an error, and leaves the
// map unchanged.
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
