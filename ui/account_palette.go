package ui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/keymap"
	"vpsdeck/model"
	"vpsdeck/ui/dialog"
	"vpsdeck/ui/widget"
)

// keyChosenMsg is a key that was chosen by name in the palette.
type keyChosenMsg struct {
	session int // in which it was chosen: after a switch the rows are of another account
	key     string
}

// itemChosenMsg is a server or a restore point that was chosen in the palette.
type itemChosenMsg struct {
	session int // in which it was chosen
	server  model.ID
	point   model.Key // its ID is empty for the server itself
}

// openPalette offers every action and view by name, and every server and restore point.
func (a *account) openPalette() tea.Cmd {
	var entries []dialog.Entry
	for _, g := range a.opts.Keys.Groups() {
		if g.Name == "move" || g.Name == "dialog" {
			continue
		}
		for _, n := range g.Keys {
			entries = append(entries, a.paletteEntry(n)...)
		}
	}
	entries = append(entries, a.accountEntries()...)
	for _, s := range a.state.Servers.Value {
		entries = append(entries, dialog.Entry{Name: s.Ref().ShortLabel(), Note: "server #" + string(s.ID),
			ID: string(s.ID), Msg: itemChosenMsg{session: a.sessionNumber(), server: s.ID}})
	}
	for _, kind := range []model.Kind{model.Backup, model.Snapshot} {
		for _, p := range a.state.Points(kind).Value {
			entries = append(entries, dialog.Entry{
				Name: p.Label(), Note: fmt.Sprintf("%s #%s of %s", kind, p.ID,
					widget.NormalizeWidth(p.Server.ShortLabel())), ID: string(p.ID),
				Msg: itemChosenMsg{session: a.sessionNumber(), server: p.Server.ID, point: p.Key()},
			})
		}
	}
	return a.openDialog(dialog.NewPalette(entries, a.opts.Keys, a.env.Styles))
}

// paletteEntry is the entry of a binding; there is none if the binding is disabled.
func (a *account) paletteEntry(n keymap.NamedBinding) []dialog.Entry {
	if !n.Binding.Enabled() || len(n.Binding.Keys()) == 0 {
		return nil
	}
	h := n.Binding.Help()
	return []dialog.Entry{{Name: h.Desc, Note: h.Key, Msg: keyChosenMsg{a.sessionNumber(), n.Binding.Keys()[0]}}}
}

// handleKeyChosen does what the chosen key does.
func (a *App) handleKeyChosen(msg keyChosenMsg) tea.Cmd {
	if msg.session != a.sessionNumber() {
		return nil
	}
	return a.handleKey(tea.KeyPressMsg{Text: msg.key})
}
