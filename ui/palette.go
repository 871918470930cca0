package ui

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"vpsdeck/keymap"
	"vpsdeck/model"
	"vpsdeck/ui/dialog"
	"vpsdeck/ui/screen"
	"vpsdeck/ui/widget"
)

// palette finds servers, restore points, actions and views by name, and runs commands with
// arguments.
type palette struct {
	*core
	panes   *panes
	account *account
	recent  []string // what was chosen last, newest first; the IDs are of one account
}

// Update runs the commands that were chosen.
func (p *palette) Update(msg tea.Msg) tea.Cmd {
	if msg, ok := msg.(commandChosenMsg); ok && msg.session == p.sessionNumber() {
		return p.run(msg)
	}
	return nil
}

// reset forgets what was chosen, for another account.
func (p *palette) reset() { p.recent = nil }

// keyChosenMsg is a key that was chosen by name in the palette or in a row's menu.
type keyChosenMsg struct {
	session int            // in which it was chosen: after a switch the rows are of another account
	row     screen.Subject // under the cursor when it was offered
	key     string
}

// itemChosenMsg is a server or a restore point that was chosen in the palette.
type itemChosenMsg struct {
	session int // in which it was chosen
	server  model.ID
	point   model.Key // its ID is empty for the server itself
}

// open offers every server and restore point, then every action and view, by name.
func (p *palette) open() tea.Cmd {
	entries := append(p.recentCommands(), p.places()...)
	var actions, views []dialog.Entry
	for _, g := range p.opts.Keys.Groups() {
		for _, n := range g.Keys {
			switch {
			case g.Name == "action" || g.Name == "mark" || g.Name == "command":
				actions = append(actions, p.keyEntry(n)...)
			case g.Name == "view" || g.Name == "views" || g.Name == "pane" && !isMovement(n.Name):
				views = append(views, p.keyEntry(n)...)
			}
		}
	}
	entries = append(append(append(entries, actions...), views...), p.account.accountEntries()...)
	entries = append(entries, dialog.Entry{Name: "theme", Note: "theme NAME", Typed: "theme "})
	return p.openDialog(dialog.NewPalette(dialog.PaletteOptions{
		Entries: entries, Arguments: p.arguments, Recent: p.recent, OnChoose: p.choose,
	}, p.opts.Keys, p.env.Styles))
}

// isMovement says whether a binding only moves the focus: in the palette it would be no use.
func isMovement(name string) bool { return name == "pane.next" || name == "pane.previous" }

// places are all servers and restore points.
func (p *palette) places() []dialog.Entry {
	var entries []dialog.Entry
	for _, s := range p.state.Servers.Value {
		entries = append(entries, dialog.Entry{Name: s.Ref().ShortLabel(), Note: "server #" + string(s.ID),
			ID: string(s.ID), Recall: "server #" + string(s.ID),
			Msg: itemChosenMsg{session: p.sessionNumber(), server: s.ID}})
	}
	for _, kind := range []model.Kind{model.Backup, model.Snapshot} {
		for _, point := range p.state.Points(kind).Value {
			id := fmt.Sprintf("%s #%s", kind, point.ID)
			entries = append(entries, dialog.Entry{
				Name: point.Label(), Note: id + " of " + widget.NormalizeWidth(point.Server.ShortLabel()),
				ID: string(point.ID), Recall: id,
				Msg: itemChosenMsg{session: p.sessionNumber(), server: point.Server.ID, point: point.Key()},
			})
		}
	}
	return entries
}

// commandsOfKeys are the texts that begin the commands of the keys that take arguments.
var commandsOfKeys = map[string]string{"action.snapshot": "snapshot ", "action.backup": "backup ",
	"action.restore": "restore ", "view.filter": "filter "}

// keyEntry is the entry of a binding; there is none if the binding is disabled.
func (p *palette) keyEntry(n keymap.NamedBinding) []dialog.Entry {
	if !n.Binding.Enabled() || len(n.Binding.Keys()) == 0 {
		return nil
	}
	h := n.Binding.Help()
	return []dialog.Entry{{Name: h.Desc, Note: h.Key, Typed: commandsOfKeys[n.Name], Recall: n.Name,
		Msg: p.panes.chosenKey(n.Binding.Keys()[0])}}
}

// maxRecent is how many choices are remembered.
const maxRecent = 10

// choose notes what was chosen, for now and for the next time.
func (p *palette) choose(e dialog.Entry) {
	p.chosen = e.Msg
	if e.Recall == "" {
		return
	}
	p.recent = slices.DeleteFunc(p.recent, func(old string) bool { return old == e.Recall })
	p.recent = append([]string{e.Recall}, p.recent...)
	p.recent = p.recent[:min(len(p.recent), maxRecent)]
}

// recentCommands are the commands with arguments that were run last, as far as they still mean
// something.
func (p *palette) recentCommands() []dialog.Entry {
	var out []dialog.Entry
	for _, name := range p.recent {
		typed, isCommand := strings.CutPrefix(name, recallCommand)
		if !isCommand {
			continue
		}
		entries, _ := p.arguments(typed)
		isTyped := func(e dialog.Entry) bool { return e.Typed == typed && e.Msg != nil }
		if i := slices.IndexFunc(entries, isTyped); i >= 0 {
			entries[i].Recall = name
			out = append(out, entries[i])
		}
	}
	return out
}

// recallCommand is before a command with arguments among what was chosen last.
const recallCommand = "run "

// chosenKey is the message that chooses a key for the row under the cursor.
func (p *panes) chosenKey(pressed string) keyChosenMsg {
	row, _ := p.selection()
	return keyChosenMsg{p.sessionNumber(), row, pressed}
}

// handleKeyChosen does what the chosen key does. A refresh may have removed the row that it was
// offered for, and put the cursor on another one: then a key for a row does nothing.
func (a *App) handleKeyChosen(msg keyChosenMsg) tea.Cmd {
	if msg.session != a.sessionNumber() {
		return nil
	}
	press := tea.KeyPressMsg{Text: msg.key}
	if now, _ := a.panes.selection(); now != msg.row && msg.row.Server != "" && a.actsOnRow(press) {
		a.notify(screen.Warning, msg.row.String()+" is no longer under the cursor: nothing was done")
		return nil
	}
	if key.Matches(press, a.opts.Keys.View.Quit) { // by its name it quits from a page too
		return a.terminal.quitOrAsk()
	}
	return a.handleKey(press)
}

// actsOnRow says whether a key is for the row under the cursor.
func (a *App) actsOnRow(press tea.KeyPressMsg) bool {
	k := a.opts.Keys
	isCustom := func(n keymap.NamedBinding) bool { return key.Matches(press, *n.Binding) }
	return key.Matches(press, k.Action.Snapshot, k.Action.Backup, k.Action.Restore, k.Action.Delete, k.Mark.One,
		k.Mark.Range, k.View.Open, k.View.Raw, k.View.Copy, k.View.Menu, k.View.SSH, k.View.Panel) ||
		slices.ContainsFunc(k.Custom(), isCustom)
}
