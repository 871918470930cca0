// Package screen implements the panes: what they show in each state, and what their keys do.
package screen

import (
	"time"

	"charm.land/bubbles/v2/help"
	tea "charm.land/bubbletea/v2"

	"vpsdeck/keymap"
	"vpsdeck/model"
	"vpsdeck/model/retention"
	"vpsdeck/ui/dialog"
	"vpsdeck/ui/style"
)

// Pane is a part of the screen that can have the focus.
type Pane interface {
	help.KeyMap
	// Title returns its name in the tabs.
	Title() string
	// SetSize sets its size in cells, border included.
	SetSize(width, height int)
	// SetFocus sets whether the keys go to it.
	SetFocus(on bool)
	// Typing reports whether it takes every key as text.
	Typing() bool
	// Refresh updates it from the state.
	Refresh()
	// Update handles a message for it.
	Update(msg tea.Msg) tea.Cmd
	// View draws it.
	View() string
}

// Env is what all panes share.
type Env struct {
	Host
	State  *model.State // read-only for the panes
	Keys   *keymap.KeyMap
	Styles func() *style.Styles

	SSH          model.SSHRules     // how to connect to the servers
	Policies     model.Policies     // what each server must have to be covered
	Retention    []retention.Policy // of the config, which restore points a cleanup keeps
	StrictDelete bool               // every deletion requires the server's name
	Columns      Columns            // the visible columns; nil: all

	Shared      bool    // another program polls the account
	OnePane     bool    // only one pane is on the screen, so it says everything itself
	PageSorting Sorting // the order of a server's page, kept for the next server
}

// Host is the program around the panes.
type Host interface {
	// OpenDialog opens a dialog over the panes. The next key already goes to it.
	OpenDialog(d dialog.Dialog) tea.Cmd
	// Notify shows a sentence in the notice line.
	Notify(severity Severity, text string)
	// OpenServer opens the page of a server.
	OpenServer(server model.ID)
	// OpenPoint opens the page of a server with the cursor on a restore point. Without an ID of the
	// point it is the page alone.
	OpenPoint(server model.ID, point model.Key)
	// ClipboardNote says where a text for the clipboard was sent.
	ClipboardNote() string
	// Start carries out a confirmed action.
	Start(request model.ActionRequest) tea.Cmd
	// StartAll carries out several actions that were confirmed together. leftOut names what they
	// leave out, each with the reason.
	StartAll(requests []model.ActionRequest, leftOut []string) tea.Cmd
	// RetryIn is how long it is until the account is polled again.
	RetryIn() time.Duration
}

// Severity is the severity of a notice.
type Severity int

// The severities.
const (
	Info    Severity = iota // worth knowing
	Success                 // something succeeded
	Warning                 // a key has no effect, or something is overdue
	Error                   // something failed
)
