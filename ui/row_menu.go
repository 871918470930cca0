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

// row is what can be done with the row under the cursor: a menu of its actions, its JSON, and copies
// of what it shows.
type row struct {
	*core
	panes   *panes
	raw     *raw
	copying *clipboard
}

// Update handles the answers for JSON.
func (r *row) Update(msg tea.Msg) tea.Cmd { return tea.Batch(r.raw.Update(msg), r.copying.Update(msg)) }

// openMenu lists what can be done with the row under the cursor, with the keys, and why some of
// it is not possible now. What is chosen is what the key does.
func (r *row) openMenu() tea.Cmd {
	pane := r.panes.focused()
	subject, ok := r.panes.selection()
	_, selects := pane.(screen.Selector)
	own, hasOwn := pane.(rowKeys)
	if selects && !ok && (!hasOwn || len(own.RowKeys()) == 0) {
		r.notify(screen.Warning, "there is no row under the cursor")
		return nil
	}
	title, items := pane.Title(), []dialog.MenuItem(nil)
	switch {
	case ok:
		title, items = r.title(subject), r.items(pane, subject)
	case hasOwn: // the row is about no server
		items = r.keyItems(own.RowKeys())
	default: // a list of something else
		items = r.keyItems(pane.ShortHelp())
	}
	items = slices.DeleteFunc(items, func(i dialog.MenuItem) bool { return i.Choose == nil })
	return r.openDialog(dialog.NewMenu(dialog.MenuOptions{Title: title, Items: items, Close: r.opts.Keys.View.Menu},
		r.opts.Keys, r.env.Styles))
}

// rowKeys is a pane whose rows have keys of their own besides actions.
type rowKeys interface{ RowKeys() []key.Binding }

// keyItems are the items of keys.
func (r *row) keyItems(keys []key.Binding) []dialog.MenuItem {
	var items []dialog.MenuItem
	for _, b := range keys {
		items = append(items, r.menuItem(b, ""))
	}
	return items
}

// title names a server or a restore point.
func (r *row) title(subject screen.Subject) string {
	name := ""
	if point, ok := r.state.Point(subject.Point); ok {
		name = point.Name
	} else if server, ok := r.state.Server(subject.Server); ok {
		name = server.Name
	}
	return strings.TrimPrefix(shorten(name)+" "+style.Dot+" "+subject.String(), " "+style.Dot+" ")
}

// items are the items for a server or a restore point.
func (r *row) items(pane screen.Pane, subject screen.Subject) []dialog.MenuItem {
	k := r.opts.Keys
	marked := 0
	if marking, ok := pane.(interface{ MarkCount() int }); ok {
		marked = marking.MarkCount()
	}
	var items []dialog.MenuItem
	for _, action := range screen.NewActions(r.env).ForRow(r.keys.Action, subject, marked) {
		if r.opts.Profile.ReadOnly {
			action.Why = "this session is read-only"
		}
		item := r.menuItem(action.Binding, action.Why)
		if marked > 0 && action.Marked && action.Why == "" {
			item.Note = fmt.Sprintf("the %d marked", marked)
		}
		items = append(items, item)
	}
	if own, ok := pane.(rowKeys); ok { // it is for reading first
		items = append(r.keyItems(own.RowKeys()), items...)
	} else {
		items = append(items, r.keyItems([]key.Binding{k.View.Open, k.Mark.One, k.View.Copy, k.View.Raw, k.View.SSH,
			k.View.Panel})...)
	}
	for i, n := range k.Custom() {
		why := ""
		if r.opts.Profile.ReadOnly && r.opts.Commands[i].Dangerous {
			why = "this session is read-only"
		}
		items = append(items, r.menuItem(*n.Binding, why))
	}
	return items
}

// menuItem is an item that does what a key does; it has no Choose if the key is disabled. Enter
// chooses the item under the cursor, so that it is not shown as a key of one.
func (r *row) menuItem(b key.Binding, why string) dialog.MenuItem {
	if len(b.Keys()) == 0 || !b.Enabled() && why == "" {
		return dialog.MenuItem{}
	}
	pressed := b.Keys()[0]
	chosen := r.panes.chosenKey(pressed)
	item := dialog.MenuItem{Key: pressed, Label: b.Help().Desc, Why: why,
		Choose: func() tea.Cmd { r.chosen = chosen; return nil }}
	if slices.Contains(r.opts.Keys.Dialog.Confirm.Keys(), pressed) {
		item.Key = ""
	}
	return item
}
