package ui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/screen"
	"vpsdeck/ui/widget"
)

// learnDurations takes over how long things took on this account, from the journal and from what was watched.
func (a *App) learnDurations() {
	if a.session != nil {
		a.state.LearnDurations(a.history.latest, a.session.Client.Host())
	}
}

// notifyStuck says once of each operation that has taken twice the usual that it has, and what to do.
func (a *App) notifyStuck() tea.Cmd {
	var cmds []tea.Cmd
	for _, o := range a.state.Operations() {
		if _, stuck := a.state.Stuck(o); !stuck || a.stuckNotified[o.Number] {
			continue
		}
		if a.stuckNotified == nil {
			a.stuckNotified = map[int]bool{}
		}
		a.stuckNotified[o.Number] = true
		a.notifyOperation(o, screen.Error, "stuck: look in the provider's panel; "+a.opts.Keys.View.Activity.Help().Key+" says more")
		cmds = append(cmds, a.announce(o, "stuck"))
	}
	return tea.Batch(cmds...)
}

// stuckText say what is usual, and what to do about an operation that is stuck.
func stuckText(o model.Operation, usual model.Estimate) string {
	about := "server #" + string(o.Server.ID)
	if o.Point.ID != "" {
		about = fmt.Sprintf("%s #%s of %s", o.Point.Kind, o.Point.ID, about)
	}
	return fmt.Sprintf("Stuck: it usually takes %s%s. Look at it in the provider's panel; if it stands still there too, tell their "+
		"support of %s. vpsdeck goes on watching, and sends nothing again.", widget.FormatRange(usual.Min, usual.Max), durationSource(usual), about)
}

// durationSource says how it is known what is usual.
func durationSource(usual model.Estimate) string {
	if usual.Samples == 0 {
		return " by the documents"
	}
	return fmt.Sprintf(" by the last %d here", usual.Samples)
}
