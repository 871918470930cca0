package ui

import (
	tea "charm.land/bubbletea/v2"

	"vpsdeck/ui/screen"
)

// learnDurations learns how long actions take on this account, from the journal and from observed
// operations.
func (h *history) learnDurations() {
	if h.session != nil {
		h.state.LearnDurations(h.latest, h.session.Client.Host())
	}
}

// notifyStuck reports once each operation that has taken twice the usual time, and what to do
// about it.
func (a *actions) notifyStuck() tea.Cmd {
	var cmds []tea.Cmd
	for _, o := range a.state.Operations() {
		if _, stuck := a.state.Stuck(o); !stuck || a.stuckNotified[o.Number] {
			continue
		}
		if a.stuckNotified == nil {
			a.stuckNotified = map[int]bool{}
		}
		a.stuckNotified[o.Number] = true
		a.notifyOperation(o, screen.Error,
			"stuck: check the provider's panel; "+a.opts.Keys.View.Activity.Help().Key+" shows details")
		cmds = append(cmds, a.announce(o, "stuck"))
	}
	return tea.Batch(cmds...)
}
