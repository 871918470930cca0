package ui

import (
	"errors"
	"slices"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/command"
	"vpsdeck/ui/screen"
)

// NoticeMsg is a message from the host of the program to its user, such as that it is about to
// end.
type NoticeMsg struct{ Text string }

// awaitView waits for a view with a number greater than after.
func (p *poller) awaitView(after int) tea.Cmd {
	if !p.isShared() {
		return nil
	}
	return p.session.AwaitView(after, slices.Clone(p.env.Policies))
}

// applySharedView applies a view from the shared poller, and waits for the next.
func (a *actions) applySharedView(msg command.SharedViewMsg) tea.Cmd {
	if msg.Session != a.session.Number {
		return nil
	}
	cmds := []tea.Cmd{a.poller.awaitView(msg.View.Number)}
	for _, o := range a.state.ApplyView(msg.View, msg.Others) {
		cmds = append(cmds, a.handleProgress(o))
	}
	a.poller.viewNextPoll, a.poller.crowded = msg.View.NextPoll, msg.View.Crowded
	if refused := errors.Is(a.state.Failure(), model.ErrUnauthorized); refused != a.tokenRefused {
		a.tokenRefused = refused
		a.notices.remove(tokenTopic)
		if refused {
			a.pushNotice(notice{severity: screen.Error, topic: tokenTopic,
				text: "the API refuses this server's token: its operator must replace it"})
		}
	}
	a.panes.refresh()
	return tea.Batch(append(cmds, a.history.resumeOperations(), a.batch.send())...)
}

// reportOperations tells the other users of the account what is under way here, if that has
// changed.
func (a *actions) reportOperations() tea.Cmd {
	if !a.isShared() || a.session == nil {
		return nil
	}
	open, upTo := a.state.OwnOperations()
	if model.SameProgress(open, a.reported) {
		return nil
	}
	a.reported = open
	return a.session.ReportOperations(upTo, open)
}
