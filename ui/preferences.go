package ui

import (
	"vpsdeck/keymap"
	"vpsdeck/model"
	"vpsdeck/model/query"
	"vpsdeck/ui/command"
	"vpsdeck/ui/screen"
	"vpsdeck/ui/style"
)

// Preferences is what the config and the flags say. When the config changes, all of it is replaced.
type Preferences struct {
	Profile       command.Profile  // of the open account
	Accounts      command.Accounts // nil: there are no profiles to switch between
	Keys          keymap.KeyMap
	Theme         style.Theme           // "": the default
	Colours       style.Palette         // replace those of the theme; nil colours: as in the theme
	Columns       screen.Columns        // to show; nil: all
	SSH           model.SSHRules        // how to connect to the servers
	Commands      []model.CustomCommand // custom commands; Keys has a binding for each, in the same order
	Views         []query.SavedView     // Keys has a binding for each, in the same order
	Announce      Announcement          // how the end of an operation is announced
	ASCII         bool                  // draw with ASCII characters only
	Mouse         bool
	ConfirmQuit   bool // the quit key asks first
	ReducedMotion bool // nothing is animated except clocks
	// environment variables with tokens, in addition to VPS_API_TOKEN; external commands do not get
	// them
	Secrets []string
}

// applyPreferences replaces all preferences.
func (a *account) applyPreferences(p Preferences) {
	a.opts.Preferences = p
	a.keys = p.Keys
	if a.isShared() {
		a.keys.DisableLocalCommands()
		a.keys.View.Requests.SetEnabled(a.opts.Requests != nil)
	}
	a.restyle()
	a.env.SSH, a.env.Columns = p.SSH, p.Columns
	a.applyProfile(p.Profile)
}
