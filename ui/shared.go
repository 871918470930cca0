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

// isShared says whether the account is polled elsewhere, for several users.
func (a *App) isShared() bool { return a.opts.Feed != nil }

// awaitView waits for a view with a number greater than after.
func (a *App) awaitView(after int) tea.Cmd {
	if !a.isShared() {
		return nil
	}
	return a.session.AwaitView(after)
}

// applySharedView applies a view from the shared poller, and waits for the next.
func (a *App) applySharedView(msg command.SharedViewMsg) tea.Cmd {
	if msg.Session != a.session.Number {
		return nil
	}
	cmds := []tea.Cmd{a.awaitView(msg.View.Number)}
	for _, o := range a.state.ApplyView(msg.View, msg.Others) {
		cmds = append(cmds, a.handleProgress(o))
	}
	a.poller.AllDue = msg.View.NextPoll
	a.poller.Failures = 0
	failure := a.state.Failure()
	if failure != nil {
		a.poller.Failures = 1 // so that the countdown is redrawn every second
	}
	if refused := errors.Is(failure, model.ErrUnauthorized); refused != a.login.tokenRefused {
		a.login.tokenRefused = refused
		a.notices.remove(tokenTopic)
		if refused {
			a.pushNotice(notice{severity: screen.Error, topic: tokenTopic,
				text: "the API refuses this server's token: its operator must replace it"})
		}
	}
	a.refreshPanes()
	return tea.Batch(append(cmds, a.resumeOperations(), a.sendBatch())...)
}

// reportOperations tells the other users of the account what is under way here, if that has
// changed.
func (a *App) reportOperations() tea.Cmd {
	if !a.isShared() || a.session == nil {
		return nil
	}
	open, upTo := a.state.OwnOperations()
	same := func(x, y model.Operation) bool {
		return x.Number == y.Number && x.Phase == y.Phase && x.Point.ID == y.Point.ID
	}
	if slices.EqualFunc(open, a.reportedOperations, same) {
		return nil
	}
	a.reportedOperations = open
	return a.session.ReportOperations(upTo, open)
}
