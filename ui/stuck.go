package ui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/screen"
	"vpsdeck/ui/widget"
)

// learn takes over how long things took on this account, from the journal and from what was watched.
func (a *App) learn() {
	if a.session != nil {
		a.state.Learn(a.history.last, a.session.Client.Host())
	}
}

// tellStuck says once of each operation that has taken twice the usual that it has, and what to do.
func (a *App) tellStuck() tea.Cmd {
	var cmds []tea.Cmd
	for _, o := range a.state.Operations() {
		if _, stuck := a.state.Stuck(o); !stuck || a.stuck[o.Number] {
			continue
		}
		if a.stuck == nil {
			a.stuck = map[int]bool{}
		}
		a.stuck[o.Number] = true
		a.sayOf(o, screen.Trouble, "stuck: look in the provider's panel; "+a.opts.Keys.View.Activity.Help().Key+" says more")
		cmds = append(cmds, a.announce(o, "stuck"))
	}
	return tea.Batch(cmds...)
}

// stuckWords say what is usual, and what to do about an operation that is stuck.
func stuckWords(o model.Operation, usual model.Expectation) string {
	about := "server #" + string(o.Server.ID)
	if o.Point.ID != "" {
		about = fmt.Sprintf("%s #%s of %s", o.Point.Kind, o.Point.ID, about)
	}
	return fmt.Sprintf("Stuck: it usually takes %s%s. Look at it in the provider's panel; if it stands still there too, tell their "+
		"support of %s. vpsdeck goes on watching, and sends nothing again.", widget.Between(usual.Min, usual.Max), source(usual), about)
}

// source says how it is known what is usual.
func source(usual model.Expectation) string {
	if usual.Of == 0 {
		return " by the documents"
	}
	return fmt.Sprintf(" by the last %d here", usual.Of)
}
