package ui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/keymap"
	"vpsdeck/model"
	"vpsdeck/ui/dialog"
	"vpsdeck/ui/screen"
	"vpsdeck/ui/widget"
)

// pressedMsg is a key that was picked by name in the palette.
type pressedMsg struct {
	session int // in which it was picked: another account's rows are under the cursor since
	key     string
}

// wentMsg is a server, or a restore point of it, that was picked in the palette.
type wentMsg struct {
	session int // in which it was picked
	server  model.ID
	point   model.Key // its ID is empty for the server itself
}

// openPalette offers every deed and view by name, and every server and restore point to go to.
func (a *App) openPalette() tea.Cmd {
	var entries []dialog.Entry
	for _, g := range a.opts.Keys.Groups() {
		if g.Name == "move" || g.Name == "dialog" {
			continue
		}
		for _, n := range g.Keys {
			entries = append(entries, a.entry(n)...)
		}
	}
	entries = append(entries, a.accountEntries()...)
	for _, s := range a.state.Servers.Value {
		entries = append(entries, dialog.Entry{Name: s.Ref().Short(), Note: "server #" + string(s.ID), ID: string(s.ID), Pick: wentMsg{session: a.number(), server: s.ID}})
	}
	for _, kind := range []model.Kind{model.Backup, model.Snapshot} {
		for _, p := range a.state.Points(kind).Value {
			entries = append(entries, dialog.Entry{
				Name: p.Label(), Note: fmt.Sprintf("%s #%s of %s", kind, p.ID, widget.Agreed(p.Server.Short())), ID: string(p.ID),
				Pick: wentMsg{session: a.number(), server: p.Server.ID, point: p.Key()},
			})
		}
	}
	return a.open(dialog.NewPalette(entries, a.opts.Keys, a.env.Look))
}

// entry is a binding that can be picked by name.
func (a *App) entry(n keymap.Named) []dialog.Entry {
	if !n.Binding.Enabled() || len(n.Binding.Keys()) == 0 {
		return nil
	}
	h := n.Binding.Help()
	return []dialog.Entry{{Name: h.Desc, Note: h.Key, Pick: pressedMsg{a.number(), n.Binding.Keys()[0]}}}
}

// pressed does what the key does that was picked.
func (a *App) pressed(msg pressedMsg) tea.Cmd {
	if msg.session != a.number() {
		return nil
	}
	return a.press(tea.KeyPressMsg{Text: msg.key})
}

// went opens the page of the server that was picked, with the cursor on the restore point that was.
func (a *App) went(msg wentMsg) {
	if msg.session != a.number() {
		return
	}
	page := screen.NewPage(a.env, msg.server)
	if msg.point.ID != "" {
		page.Point(msg.point)
	}
	a.page = page
}
