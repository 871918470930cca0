package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/ui/command"
)

// remembered is what was kept for the next run.
type remembered struct {
	session int
	version int
	at      time.Time
}

// rememberEvery is how long the next run may be behind: a large fleet takes a while to write.
const rememberEvery = 10 * time.Minute

// recall looks up what the last run has seen, so that there is something to look at until the API answers.
func (a *App) recall() tea.Cmd {
	if a.opts.Demo {
		return nil
	}
	return a.session.Recall(a.opts.Memory)
}

// recalled shows it. The header says how old it is; deeds look up what they are about before they are sent, as always.
func (a *App) recalled(msg command.SeenMsg) {
	if msg.Session == a.session.Number && a.state.Recall(msg.Seen) {
		a.news()
	}
}

// remember keeps what is seen for the next run: as soon as it is whole, and then every while if it has changed.
func (a *App) remember() tea.Cmd {
	seen, whole := a.state.See()
	now := remembered{a.session.Number, a.state.Version(), a.state.Local}
	kept := a.memory.session == now.session && (a.memory.version == now.version || now.at.Sub(a.memory.at) < rememberEvery)
	if a.opts.Memory == nil || a.opts.Demo || !whole || kept {
		return nil
	}
	a.memory = now
	return a.session.Remember(a.opts.Memory, seen)
}
