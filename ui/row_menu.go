package ui

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"vpsdeck/ui/dialog"
	"vpsdeck/ui/screen"
	"vpsdeck/ui/style"
)

// openRowMenu lists what can be done with the row under the cursor, with the keys, and why some of
// it is not possible now. What is chosen is what the key does.
func (a *App) openRowMenu() tea.Cmd {
	pane := a.panes.focused()
	subject, ok := a.panes.selection()
	if _, selects := pane.(screen.Selector); selects && !ok {
		a.notify(screen.Warning, "there is no row under the cursor")
		return nil
	}
	title, items := pane.Title(), []dialog.MenuItem(nil)
	if !ok { // a list of something else
		for _, b := range pane.ShortHelp() {
			items = append(items, a.menuItem(b, ""))
		}
	} else {
		title, items = a.rowTitle(subject), a.rowItems(pane, subject)
	}
	items = slices.DeleteFunc(items, func(i dialog.MenuItem) bool { return i.Choose == nil })
	return a.openDialog(dialog.NewMenu(dialog.MenuOptions{Title: title, Items: items, Close: a.opts.Keys.View.Menu},
		a.opts.Keys, a.env.Styles))
}

// rowTitle names a server or a restore point.
func (a *App) rowTitle(subject screen.Subject) string {
	name := ""
	if point, ok := a.state.Point(subject.Point); ok {
		name = point.Name
	} else if server, ok := a.state.Server(subject.Server); ok {
		name = server.Name
	}
	return strings.TrimPrefix(shorten(name)+" "+style.Dot+" "+subject.String(), " "+style.Dot+" ")
}

// rowItems are the items for a server or a restore point.
func (a *App) rowItems(pane screen.Pane, subject screen.Subject) []dialog.MenuItem {
	k := a.opts.Keys
	marked := 0
	if marking, ok := pane.(interface{ MarkCount() int }); ok {
		marked = marking.MarkCount()
	}
	var items []dialog.MenuItem
	for _, action := range screen.NewActions(a.env).ForRow(a.keys.Action, subject, marked) {
		if a.opts.Profile.ReadOnly {
			action.Why = "this session is read-only"
		}
		item := a.menuItem(action.Binding, action.Why)
		if marked > 0 && action.Marked && action.Why == "" {
			item.Note = fmt.Sprintf("the %d marked", marked)
		}
		items = append(items, item)
	}
	for _, b := range []key.Binding{k.View.Open, k.Mark.One, k.View.Copy, k.View.Raw, k.View.SSH, k.View.Panel} {
		items = append(items, a.menuItem(b, ""))
	}
	for i, n := range k.Custom() {
		why := ""
		if a.opts.Profile.ReadOnly && a.opts.Commands[i].Dangerous {
			why = "this session is read-only"
		}
		items = append(items, a.menuItem(*n.Binding, why))
	}
	return items
}

// menuItem is an item that does what a key does; it has no Choose if the key is disabled. Enter
// chooses the item under the cursor, so that it is not shown as a key of one.
func (a *App) menuItem(b key.Binding, why string) dialog.MenuItem {
	if len(b.Keys()) == 0 || !b.Enabled() && why == "" {
		return dialog.MenuItem{}
	}
	pressed := b.Keys()[0]
	chosen := keyChosenMsg{a.sessionNumber(), pressed}
	item := dialog.MenuItem{Key: pressed, Label: b.Help().Desc, Why: why,
		Choose: func() tea.Cmd { return func() tea.Msg { return chosen } }}
	if slices.Contains(a.opts.Keys.Dialog.Confirm.Keys(), pressed) {
		item.Key = ""
	}
	return item
}
