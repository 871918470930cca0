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

// Config is the source of the preferences.
type Config interface {
	// Reload reads the preferences of a profile again, if they have changed since the last call.
	// The error says what is wrong with them, once. Reload is never called concurrently.
	Reload(profile string) (preferences Preferences, changed bool, err error)
}

// Preferences is what the config and the flags say.
type Preferences struct {
	Profile       command.Profile
	Accounts      command.Accounts
	Keys          keymap.KeyMap
	Theme         style.Theme
	Columns       screen.Columns
	SSH           model.SSHRules
	Commands      []model.CustomCommand // Keys has a binding for each
	Secrets       []string              // environment variables that external commands do not get
	Announce      Announcement
	ASCII         bool
	Mouse         bool
	ReducedMotion bool
}

// reloadInterval is how often the config is checked for changes.
const reloadInterval = 2 * time.Second

// reloadDueMsg says that it is time to check the config.
type reloadDueMsg struct{ number int }

// configReloadedMsg answers reloadCmd.
type configReloadedMsg struct {
	number      int
	profile     string // that was reloaded
	preferences Preferences
	changed     bool
	err         error
}

// scheduleReload schedules the next check of the config, if it can change at all.
func (a *App) scheduleReload() tea.Cmd {
	if a.opts.Config == nil {
		return nil
	}
	a.reloadNumber++
	number := a.reloadNumber
	return a.opts.Clock.Tick(reloadInterval, func(time.Time) tea.Msg { return reloadDueMsg{number} })
}

// handleAccountOrConfig handles the messages about accounts and the config.
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

// isInvisible says whether a message changes nothing on the screen. The clocks do not advance for
// it; otherwise the ages on the screen would be redrawn each time.
func isInvisible(msg tea.Msg) bool {
	reloaded, ok := msg.(configReloadedMsg)
	_, due := msg.(reloadDueMsg)
	return due || ok && !reloaded.changed && reloaded.err == nil
}

// reloadCmd checks the config in the background.
func reloadCmd(config Config, profile string, number int) tea.Cmd {
	return func() tea.Msg {
		preferences, changed, err := config.Reload(profile)
		return configReloadedMsg{number, profile, preferences, changed, err}
	}
}

// applyReload applies changed preferences. If the config is invalid it says so, and the
// preferences stay. If another account was opened in the meantime, its own profile was read with
// it and stays.
func (a *App) applyReload(msg configReloadedMsg) {
	switch {
	case msg.err != nil:
		a.notify(screen.Error, "Config not applied: "+model.ErrorMessage(msg.err))
		return
	case !msg.changed:
		return
	}
	p := msg.preferences
	a.opts.Accounts, a.opts.Announce, a.opts.ASCII = p.Accounts, p.Announce, p.ASCII
	a.opts.Mouse, a.opts.ReducedMotion, a.opts.Theme = p.Mouse, p.ReducedMotion, p.Theme
	a.keys, a.env.Columns = p.Keys, p.Columns
	a.opts.Commands, a.opts.Secrets, a.opts.SSH, a.env.SSH = p.Commands, p.Secrets, p.SSH, p.SSH
	a.styles = style.ForTheme(p.Theme, a.dark)
	if msg.profile == a.opts.Profile.Name {
		a.applyProfile(p.Profile)
	} else {
		a.applyProfile(a.opts.Profile)
	}
	if a.session != nil {
		a.session.SetReadOnly(a.opts.ReadOnly)
	}
	a.servers.ApplyColumns()
	for _, pane := range a.points {
		pane.ApplyColumns()
	}
	a.refreshPanes()
	a.notify(screen.Info, "Config reloaded.")
}
