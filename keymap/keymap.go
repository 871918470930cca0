// Package keymap defines every key of the program: what it does, its name, how to remap it, and the
// table of keys in docs/KEYS.md.
package keymap

import (
	"slices"

	"charm.land/bubbles/v2/key"
)

// KeyMap is every binding. A binding's name is its group and its field in lower case:
// KeyMap.Action.Restore is "action.restore".
type KeyMap struct {
	Move   Move
	Pane   Pane
	View   View
	Action Action
	Mark   Mark
	Dialog Dialog
	custom []NamedBinding // custom commands
	views  []NamedBinding // saved views

	numbered int // how many saved views have a number for want of a key
}

// Move moves the cursor in the focused pane.
type Move struct{ Up, Down, Top, Bottom, PageUp, PageDown, NextPage, PreviousPage key.Binding }

// Pane moves the focus between panes.
type Pane struct{ Next, Previous, Servers, Backups, Snapshots key.Binding }

// View changes what is shown.
type View struct {
	Open, Back, Filter, Order, Reverse, Problems, Fleet, Refresh, Activity, Requests, Raw, Copy, Menu, SSH, Panel,
	Palette, Help, Repaint, Suspend, Quit key.Binding
}

// Action starts actions. Read-only mode disables them all.
type Action struct{ Snapshot, Backup, Restore, Delete, CleanUp key.Binding }

// Mark marks rows for bulk actions.
type Mark struct{ One, Range, All key.Binding }

// Dialog works in dialogs.
type Dialog struct{ Next, Previous, Confirm, Submit, Toggle, Yes, No, Kinds, Cancel key.Binding }

// Default returns the default bindings.
func Default() KeyMap {
	return KeyMap{
		Move: Move{
			Up:       bind("up", "k", "up"),
			Down:     bind("down", "j", "down"),
			Top:      bind("first", "g", "home"),
			Bottom:   bind("last", "G", "end"),
			PageUp:   bind("half a page up", "ctrl+u", "pgup"),
			PageDown: bind("half a page down", "ctrl+d", "pgdown"),

			NextPage:     bind("a page down", "ctrl+f"),
			PreviousPage: bind("a page up", "ctrl+b"),
		},
		Pane: Pane{
			Next:      bind("next pane", "tab", "l", "right"),
			Previous:  bind("previous pane", "shift+tab", "h", "left"),
			Servers:   bind("servers", "1"),
			Backups:   bind("backups", "2"),
			Snapshots: bind("snapshots", "3"),
		},
		View: View{
			Open:     bind("open", "enter"),
			Back:     bind("back", "esc"),
			Filter:   bind("filter", "/"),
			Order:    bind("order", "o"),
			Reverse:  bind("reverse order", "O"),
			Problems: bind("problems only", "w"),
			Fleet:    bind("all servers", "a"),
			Refresh:  bind("refresh now", "R"),
			Activity: bind("activity", "A"),
			Requests: bind("requests", "L"),
			Raw:      bind("raw JSON", "J"),
			Copy:     bind("copy", "y"),
			Menu:     bind("row's actions", "x"),
			SSH:      bind("ssh to the server", "S"),
			Panel:    bind("provider's panel", "W"),
			Palette:  bind("command palette", ":", "ctrl+p"),
			Help:     bind("help", "?"),
			Repaint:  bind("repaint", "ctrl+l"),
			Suspend:  bind("suspend", "ctrl+z"),
			Quit:     bind("quit", "q"),
		},
		Action: Action{
			Snapshot: bind("snapshot", "s"),
			Backup:   bind("back up", "b"),
			Restore:  bind("restore", "r"),
			Delete:   bind("delete", "d"),
			CleanUp:  bind("clean up", "c"),
		},
		Mark: Mark{
			One:   bind("mark", "space"),
			Range: bind("mark range", "V"),
			All:   bind("mark all shown", "*"),
		},
		Dialog: Dialog{
			Next:     bind("move", "tab", "down", "right"),
			Previous: bind("move back", "shift+tab", "up", "left"),
			Confirm:  bind("confirm", "enter"),
			Submit:   bind("submit a form", "ctrl+s"),
			Toggle:   bind("toggle", "space"),
			Yes:      bind(`focus "yes"`, "y"),
			No:       bind("no", "n"),
			Kinds:    bind("which kind?", "ctrl+o"),
			Cancel:   bind("cancel", "esc"),
		},
	}
}

// Interrupt quits, whatever is open. It cannot be remapped, so that a bad map always has a way out.
func Interrupt() key.Binding { return bind("quit, always", "ctrl+c") }

func bind(help string, keys ...string) key.Binding {
	return key.NewBinding(key.WithKeys(keys...), key.WithHelp(Label(keys...), help))
}

// NamedBinding is a binding and its name.
type NamedBinding struct {
	Name    string
	Binding *key.Binding
}

// Group is a titled group of bindings.
type Group struct {
	Name  string // the first part of its bindings' names
	Title string
	Keys  []NamedBinding
}

// Groups lists every binding once, in the order of the help and docs/KEYS.md. The pointers point
// into the map, so a change through them changes the map.
func (k *KeyMap) Groups() []Group {
	groups := []Group{
		{"move", "Move", []NamedBinding{
			{"move.up", &k.Move.Up},
			{"move.down", &k.Move.Down},
			{"move.top", &k.Move.Top},
			{"move.bottom", &k.Move.Bottom},
			{"move.pageup", &k.Move.PageUp},
			{"move.pagedown", &k.Move.PageDown},
			{"move.nextpage", &k.Move.NextPage},
			{"move.previouspage", &k.Move.PreviousPage},
		}},
		{"pane", "Panes", []NamedBinding{
			{"pane.next", &k.Pane.Next},
			{"pane.previous", &k.Pane.Previous},
			{"pane.servers", &k.Pane.Servers},
			{"pane.backups", &k.Pane.Backups},
			{"pane.snapshots", &k.Pane.Snapshots},
		}},
		{"action", "Actions", []NamedBinding{
			{"action.snapshot", &k.Action.Snapshot},
			{"action.backup", &k.Action.Backup},
			{"action.restore", &k.Action.Restore},
			{"action.delete", &k.Action.Delete},
			{"action.cleanup", &k.Action.CleanUp},
		}},
		{"mark", "Bulk actions", []NamedBinding{
			{"mark.one", &k.Mark.One},
			{"mark.range", &k.Mark.Range},
			{"mark.all", &k.Mark.All},
		}},
		{"view", "View", []NamedBinding{
			{"view.open", &k.View.Open},
			{"view.back", &k.View.Back},
			{"view.filter", &k.View.Filter},
			{"view.order", &k.View.Order},
			{"view.reverse", &k.View.Reverse},
			{"view.problems", &k.View.Problems},
			{"view.fleet", &k.View.Fleet},
			{"view.refresh", &k.View.Refresh},
			{"view.activity", &k.View.Activity},
			{"view.requests", &k.View.Requests},
			{"view.raw", &k.View.Raw},
			{"view.copy", &k.View.Copy},
			{"view.menu", &k.View.Menu},
			{"view.ssh", &k.View.SSH},
			{"view.panel", &k.View.Panel},
			{"view.palette", &k.View.Palette},
			{"view.help", &k.View.Help},
			{"view.repaint", &k.View.Repaint},
			{"view.suspend", &k.View.Suspend},
			{"view.quit", &k.View.Quit},
		}},
		{"dialog", "In dialogs", []NamedBinding{
			{"dialog.next", &k.Dialog.Next},
			{"dialog.previous", &k.Dialog.Previous},
			{"dialog.confirm", &k.Dialog.Confirm},
			{"dialog.submit", &k.Dialog.Submit},
			{"dialog.toggle", &k.Dialog.Toggle},
			{"dialog.yes", &k.Dialog.Yes},
			{"dialog.no", &k.Dialog.No},
			{"dialog.kinds", &k.Dialog.Kinds},
			{"dialog.cancel", &k.Dialog.Cancel},
		}},
	}
	if len(k.custom) > 0 {
		groups = append(groups, Group{"command", "Custom commands", k.custom})
	}
	if len(k.views) > 0 {
		groups = append(groups, Group{"views", "Saved views", k.views})
	}
	return groups
}

// IsBound reports whether a key is bound to anything outside dialogs.
func (k *KeyMap) IsBound(pressed string) bool {
	for _, g := range k.Groups() {
		for _, n := range g.Keys {
			if g.Name != "dialog" && slices.Contains(n.Binding.Keys(), pressed) {
				return true
			}
		}
	}
	return false
}

// DisableActions disables every action: its key does nothing and is not shown.
func (k *KeyMap) DisableActions() {
	for _, b := range []*key.Binding{&k.Action.Snapshot, &k.Action.Backup, &k.Action.Restore, &k.Action.Delete,
		&k.Action.CleanUp} {
		b.SetEnabled(false)
	}
}

// DisableLocalCommands disables what would run on the program's machine: ssh, the shell and custom
// commands. Over SSH that is not the user's machine.
func (k *KeyMap) DisableLocalCommands() {
	k.custom = nil
	for _, b := range []*key.Binding{&k.View.SSH, &k.View.Suspend} {
		b.SetEnabled(false)
	}
}

// WithHelp returns a binding whose help says something else about the same keys.
func WithHelp(b key.Binding, text string) key.Binding {
	b.SetHelp(b.Help().Key, text)
	return b
}
