package keymap

import (
	"fmt"

	"charm.land/bubbles/v2/key"
)

// Custom returns the bindings of the custom commands, in the order in which they were added.
func (k KeyMap) Custom() []NamedBinding { return k.custom }

// AddCustom binds a key to a custom command. An invalid or taken key is an error, and leaves the
// map unchanged.
func (k *KeyMap) AddCustom(name, pressed string) error {
	next := *k
	if err := addBinding(&next.custom, "command.", name, pressed); err != nil {
		return err
	}
	if err := next.checkConflicts(); err != nil {
		return err
	}
	*k = next
	return nil
}

// Views returns the bindings of the saved views, in the order in which they were added.
func (k KeyMap) Views() []NamedBinding { return k.views }

// viewKeys are the keys of saved views without a key of their own, in order. The numbers before
// them are the panes.
const viewKeys = "456789"

// AddView binds a key to a saved view; without one, the next number. An invalid or taken key is an
// error, and leaves the map unchanged.
func (k *KeyMap) AddView(name, pressed string) error {
	next := *k
	if pressed == "" {
		if k.numbered == len(viewKeys) {
			return fmt.Errorf("%s needs a key: the numbers up to 9 are used", name)
		}
		pressed = viewKeys[k.numbered : k.numbered+1]
		next.numbered++
	}
	if err := addBinding(&next.views, "views.", name, pressed); err != nil {
		return err
	}
	if err := next.checkConflicts(); err != nil {
		return err
	}
	*k = next
	return nil
}

// addBinding adds a binding to a copy of the list.
func addBinding(list *[]NamedBinding, group, name, pressed string) error {
	if err := checkKey(name, pressed); err != nil {
		return err
	}
	binding := key.NewBinding(key.WithKeys(pressed), key.WithHelp(Label(pressed), name))
	*list = append(append([]NamedBinding(nil), *list...), NamedBinding{group + name, &binding})
	return nil
}
