package keymap

import "charm.land/bubbles/v2/key"

// Own are the bindings of the user's own commands, in the order in which they were added.
func (k KeyMap) Own() []Named { return k.own }

// AddOwn binds a key to a command of the user's own. It refuses a key that is none, or that something else has already; the map
// is then as it was.
func (k *KeyMap) AddOwn(name, pressed string) error {
	if err := check(name, pressed); err != nil {
		return err
	}
	next := *k
	binding := key.NewBinding(key.WithKeys(pressed), key.WithHelp(Label(pressed), name))
	next.own = append(append([]Named(nil), k.own...), Named{"command." + name, &binding})
	if err := next.conflict(); err != nil {
		return err
	}
	*k = next
	return nil
}
