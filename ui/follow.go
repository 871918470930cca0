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
	// Look reads them anew for the profile in use, if they have changed since the last look. The error says what is wrong
	// with them, once. It is never called twice at a time.
	Look(profile string) (fresh Fresh, changed bool, err error)
}

// Fresh is settings that hold from now on.
type Fresh struct {
	Profile  command.Profile
	Accounts command.Accounts
	Keys     keymap.KeyMap
	Theme    style.Theme
	Columns  screen.Columns
	SSH      model.SSHRules
	Commands []model.OwnCommand // Keys has a binding for each
	Secrets  []string           // variables that no other program is given
	Announce Announcement
	ASCII    bool
	Mouse    bool
	Still    bool
}

// looks is how often it is looked whether the settings have changed.
const looks = 2 * time.Second

// configDueMsg says that it is time for another look.
type configDueMsg struct{ number int }

// configLookedMsg answers a look.
type configLookedMsg struct {
	number  int
	profile string // for which it was
	fresh   Fresh
	changed bool
	err     error
}

// awaitConfig waits for the next look at the settings, if they can change at all.
func (a *App) awaitConfig() tea.Cmd {
	if a.opts.Config == nil {
		return nil
	}
	a.looking++
	number := a.looking
	return a.opts.Clock.Tick(looks, func(time.Time) tea.Msg { return configDueMsg{number} })
}

// aside takes what is about the accounts and the settings.
func (a *App) aside(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case switchMsg:
		return a.switchTo(msg.profile)
	case command.SwitchedMsg:
		return a.switched(msg)
	case configDueMsg:
		if msg.number == a.looking {
			return lookAt(a.opts.Config, a.opts.Profile.Name, msg.number)
		}
	case configLookedMsg:
		if msg.number == a.looking {
			a.looked(msg)
			return a.awaitConfig()
		}
	}
	return nil
}

// unseen says whether a message changes nothing that is on the screen. Time stands still in it, or the ages on the screen would
// be drawn anew each time.
func unseen(msg tea.Msg) bool {
	looked, ok := msg.(configLookedMsg)
	_, due := msg.(configDueMsg)
	return due || ok && !looked.changed && looked.err == nil
}

// lookAt takes a look at the settings, aside.
func lookAt(config Config, profile string, number int) tea.Cmd {
	return func() tea.Msg {
		fresh, changed, err := config.Look(profile)
		return configLookedMsg{number, profile, fresh, changed, err}
	}
}

// looked takes over what has changed. What is wrong is said, and the settings stay as they were. Where another account was
// opened meanwhile, its own were read with it.
func (a *App) looked(msg configLookedMsg) {
	switch {
	case msg.err != nil:
		a.say(screen.Trouble, "the settings stay as they were: "+model.Words(msg.err))
		return
	case !msg.changed:
		return
	}
	f := msg.fresh
	a.opts.Accounts, a.opts.Announce, a.opts.ASCII = f.Accounts, f.Announce, f.ASCII
	a.opts.Mouse, a.opts.Still, a.opts.Theme = f.Mouse, f.Still, f.Theme
	a.keys, a.env.Columns = f.Keys, f.Columns
	a.opts.Commands, a.opts.Secrets, a.opts.SSH, a.env.SSH = f.Commands, f.Secrets, f.SSH, f.SSH
	a.styles = style.For(f.Theme, a.dark)
	if msg.profile == a.opts.Profile.Name {
		a.adopt(f.Profile)
	} else {
		a.adopt(a.opts.Profile)
	}
	if a.session != nil {
		a.session.SetReadOnly(a.opts.ReadOnly)
	}
	a.servers.Restyle()
	for _, p := range a.points {
		p.Restyle()
	}
	a.news()
	a.say(screen.Neutral, "the settings have changed, and hold from now on")
}
