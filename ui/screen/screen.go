// Package screen holds the panes: what they show, in each of their states, and what their keys do.
package screen

import (
	"time"

	"charm.land/bubbles/v2/help"
	tea "charm.land/bubbletea/v2"

	"vpsdeck/keymap"
	"vpsdeck/model"
	"vpsdeck/ui/dialog"
	"vpsdeck/ui/style"
)

// Pane is a part of the screen that can have the focus.
type Pane interface {
	help.KeyMap
	// Title is its name in the tabs.
	Title() string
	// SetSize gives it its room, border included, in cells.
	SetSize(width, height int)
	// SetFocus tells whether the keys go to it.
	SetFocus(on bool)
	// Typing says whether it takes every key as text.
	Typing() bool
	// News tells it that the state has changed.
	News()
	// Update takes a message that is for it.
	Update(msg tea.Msg) tea.Cmd
	// View draws it.
	View() string
}

// Env is what every pane shares. The functions reach the program around it.
type Env struct {
	State *model.State // to be read only
	Keys  *keymap.KeyMap
	Look  func() *style.Styles

	SSH      model.SSHRules // how one gets to the servers
	Policies model.Policies // what each server must have to be covered
	Strict   bool           // every deletion wants its server's name typed
	Columns  Columns        // which are shown; nil: all

	PageSorting Sorting // the order of a server's page: it holds for the next server that is opened

	// Open lays a dialog over the panes; the very next key goes to it.
	Open func(dialog.Dialog) tea.Cmd
	// Say shows a sentence in the notice line.
	Say func(Tone, string)
	// Visit opens the page of a server.
	Visit func(model.ID)
	// Sent says what became of a text for the clipboard.
	Sent func() string
	// Start carries out a confirmed deed.
	Start func(model.Intent) tea.Cmd
	// StartMany carries out several that were confirmed together.
	StartMany func([]model.Intent) tea.Cmd
	// Again is how long it is until the account is asked again by itself.
	Again func() time.Duration
}

// Tone is how a notice is meant.
type Tone int

// The tones.
const (
	Neutral Tone = iota // what one may want to know
	Good                // something ended well
	Warning             // a key cannot act, something is late
	Trouble             // something went wrong
)
