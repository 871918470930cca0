package ui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/screen"
	"vpsdeck/ui/widget"
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

// stuckText says how long an operation usually takes, and what to do if it is stuck.
func stuckText(o model.Operation, usual model.Estimate) string {
	about := "server #" + string(o.Server.ID)
	if o.Point.ID != "" {
		about = fmt.Sprintf("%s #%s of %s", o.Point.Kind, o.Point.ID, about)
	}
	return fmt.Sprintf("Stuck: it usually takes %s%s. Check the provider's panel; if it is stuck there too, report "+
		"%s to their "+
		"support. vpsdeck keeps watching, and sends nothing again.", widget.FormatRange(usual.Min, usual.Max),
		durationSource(usual), about)
}

// durationSource says where the usual duration is from.
func durationSource(usual model.Estimate) string {
	if usual.Samples == 0 {
		return " (documented)"
	}
	return fmt.Sprintf(" (last %d here)", usual.Samples)
}
