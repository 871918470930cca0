package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/screen"
)

// reload checks the config and applies what has changed.
type reload struct {
	*core
	panes   *panes
	account *account
	number  int // of the expected check
}

// Update handles the checks of the config.
func (r *reload) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case reloadDueMsg:
		if msg.number == r.number {
			return reloadCmd(r.opts.Config, r.opts.Profile.Name, msg.number)
		}
	case configReloadedMsg:
		if msg.number == r.number {
			r.applyReload(msg)
			return r.schedule()
		}
	}
	return nil
}

// Config is the source of the preferences.
type Config interface {
	// Reload reads the preferences of a profile again, if they have changed since the last call.
	// The error says what is wrong with them, once. Reload is never called concurrently.
	Reload(profile string) (preferences Preferences, changed bool, err error)
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

// schedule schedules the next check of the config, if it can change at all.
func (r *reload) schedule() tea.Cmd {
	if r.opts.Config == nil {
		return nil
	}
	r.number++
	number := r.number
	return r.opts.Clock.Tick(reloadInterval, func(time.Time) tea.Msg { return reloadDueMsg{number} })
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
func (r *reload) applyReload(msg configReloadedMsg) {
	switch {
	case msg.err != nil:
		r.notify(screen.Error, "Config not applied: "+model.ErrorMessage(msg.err))
		return
	case !msg.changed:
		return
	}
	p := msg.preferences
	if msg.profile != r.opts.Profile.Name {
		p.Profile = r.opts.Profile
	}
	r.account.applyPreferences(p)
	if r.session != nil {
		r.session.SetReadOnly(p.Profile.ReadOnly)
	}
	r.panes.servers.ApplyColumns()
	for _, pane := range r.panes.points {
		pane.ApplyColumns()
	}
	r.panes.refresh()
	r.notify(screen.Info, "Config reloaded.")
}
