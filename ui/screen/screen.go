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

// Env is what every pane shares. The functions reach the program around it.
type Env struct {
	State  *model.State // to be read only
	Keys   *keymap.KeyMap
	Styles func() *style.Styles

	SSH          model.SSHRules // how one gets to the servers
	Policies     model.Policies // what each server must have to be covered
	StrictDelete bool           // every deletion wants its server's name typed
	Columns      Columns        // which are shown; nil: all

	PageSorting Sorting // the order of a server's page: it holds for the next server that is opened

	// OpenDialog lays a dialog over the panes; the very next key goes to it.
	OpenDialog func(dialog.Dialog) tea.Cmd
	// Notify shows a sentence in the notice line.
	Notify func(Severity, string)
	// OpenServer opens the page of a server.
	OpenServer func(model.ID)
	// ClipboardNote says what became of a text for the clipboard.
	ClipboardNote func() string
	// Start carries out a confirmed deed.
	Start func(model.ActionRequest) tea.Cmd
	// StartAll carries out several that were confirmed together.
	StartAll func([]model.ActionRequest) tea.Cmd
	// RetryIn is how long it is until the account is asked again by itself.
	RetryIn func() time.Duration
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
