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
	// Refresh tells it that the state has changed.
	Refresh()
	// Update takes a message that is for it.
	Update(msg tea.Msg) tea.Cmd
	// View draws it.
	View() string
}

// Env is what every pane shares.
type Env struct {
	Host
	State  *model.State // to be read only
	Keys   *keymap.KeyMap
	Styles func() *style.Styles

	SSH          model.SSHRules // how one gets to the servers
	Policies     model.Policies // what each server must have to be covered
	StrictDelete bool           // every deletion wants its server's name typed
	Columns      Columns        // which are shown; nil: all

	PageSorting Sorting // the order of a server's page: it holds for the next server that is opened
}

// Host is the program around the panes.
type Host interface {
	// OpenDialog opens a dialog over the panes. The next key already goes to it.
	OpenDialog(d dialog.Dialog) tea.Cmd
	// Notify shows a sentence in the notice line.
	Notify(severity Severity, text string)
	// OpenServer opens the page of a server.
	OpenServer(server model.ID)
	// ClipboardNote says where a text for the clipboard was sent.
	ClipboardNote() string
	// Start carries out a confirmed action.
	Start(request model.ActionRequest) tea.Cmd
	// StartAll carries out several actions that were confirmed together.
	StartAll(requests []model.ActionRequest) tea.Cmd
	// RetryIn is how long it is until the account is polled again.
	RetryIn() time.Duration
}

// Severity is how a notice is meant.
type Severity int

// The tones.
const (
	Info    Severity = iota // what one may want to know
	Success                 // something ended well
	Warning                 // a key cannot act, something is late
	Error                   // something went wrong
)
