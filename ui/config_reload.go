package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/keymap"
	"vpsdeck/model"
	"vpsdeck/ui/command"
	"vpsdeck/ui/screen"
	"vpsdeck/ui/style"
)

// Config is the settings as they stand now.
type Config interface {
	// Reload reads them anew for the profile in use, if they have changed since the last look. The error says what is wrong
	// with them, once. It is never called twice at a time.
	Reload(profile string) (fresh Preferences, changed bool, err error)
}

// Preferences is settings that hold from now on.
type Preferences struct {
	Profile       command.Profile
	Accounts      command.Accounts
	Keys          keymap.KeyMap
	Theme         style.Theme
	Columns       screen.Columns
	SSH           model.SSHRules
	Commands      []model.CustomCommand // Keys has a binding for each
	Secrets       []string              // variables that no other program is given
	Announce      Announcement
	ASCII         bool
	Mouse         bool
	ReducedMotion bool
}

// reloadInterval is how often it is looked whether the settings have changed.
const reloadInterval = 2 * time.Second

// reloadDueMsg says that it is time for another look.
type reloadDueMsg struct{ number int }

// configReloadedMsg answers a look.
type configReloadedMsg struct {
	number      int
	profile     string // for which it was
	preferences Preferences
	changed     bool
	err         error
}

// scheduleReload waits for the next look at the settings, if they can change at all.
func (a *App) scheduleReload() tea.Cmd {
	if a.opts.Config == nil {
		return nil
	}
	a.reloadNumber++
	number := a.reloadNumber
	return a.opts.Clock.Tick(reloadInterval, func(time.Time) tea.Msg { return reloadDueMsg{number} })
}

// handleAccountOrConfig takes what is about the accounts and the settings.
func (a *App) handleAccountOrConfig(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case switchMsg:
		return a.switchTo(msg.profile)
	case command.SwitchedMsg:
		return a.finishSwitch(msg)
	case reloadDueMsg:
		if msg.number == a.reloadNumber {
			return reloadCmd(a.opts.Config, a.opts.Profile.Name, msg.number)
		}
	case configReloadedMsg:
		if msg.number == a.reloadNumber {
			a.applyReload(msg)
			return a.scheduleReload()
		}
	}
	return nil
}

// isInvisible says whether a message changes nothing that is on the screen. Time stands still in it, or the ages on the screen would
// be drawn anew each time.
func isInvisible(msg tea.Msg) bool {
	looked, ok := msg.(configReloadedMsg)
	_, due := msg.(reloadDueMsg)
	return due || ok && !looked.changed && looked.err == nil
}

// reloadCmd takes a look at the settings, aside.
func reloadCmd(config Config, profile string, number int) tea.Cmd {
	return func() tea.Msg {
		fresh, changed, err := config.Reload(profile)
		return configReloadedMsg{number, profile, fresh, changed, err}
	}
}

// applyReload takes over what has changed. What is wrong is said, and the settings stay as they were. Where another account was
// opened meanwhile, its own were read with it.
func (a *App) applyReload(msg configReloadedMsg) {
	switch {
	case msg.err != nil:
		a.notify(screen.Error, "the settings stay as they were: "+model.ErrorMessage(msg.err))
		return
	case !msg.changed:
		return
	}
	f := msg.preferences
	a.opts.Accounts, a.opts.Announce, a.opts.ASCII = f.Accounts, f.Announce, f.ASCII
	a.opts.Mouse, a.opts.ReducedMotion, a.opts.Theme = f.Mouse, f.ReducedMotion, f.Theme
	a.keys, a.env.Columns = f.Keys, f.Columns
	a.opts.Commands, a.opts.Secrets, a.opts.SSH, a.env.SSH = f.Commands, f.Secrets, f.SSH, f.SSH
	a.styles = style.ForTheme(f.Theme, a.dark)
	if msg.profile == a.opts.Profile.Name {
		a.applyProfile(f.Profile)
	} else {
		a.applyProfile(a.opts.Profile)
	}
	if a.session != nil {
		a.session.SetReadOnly(a.opts.ReadOnly)
	}
	a.servers.ApplyColumns()
	for _, p := range a.points {
		p.ApplyColumns()
	}
	a.refreshPanes()
	a.notify(screen.Info, "the settings have changed, and hold from now on")
}
