package ui

import (
	"errors"
	"slices"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/command"
	"vpsdeck/ui/screen"
)

// NoticeMsg is a sentence of whoever runs the program for this person, such as that it is about to end.
type NoticeMsg struct{ Text string }

// isShared says whether the account is asked elsewhere, for several who look at it together.
func (a *App) isShared() bool { return a.opts.Feed != nil }

// awaitView waits for the next view of the account after the one of that number.
func (a *App) awaitView(after int) tea.Cmd {
	if !a.isShared() {
		return nil
	}
	return a.session.AwaitView(after)
}

// applySharedView takes over what the shared poller sees, and waits for the next.
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
		a.poller.Failures = 1 // the countdown to the next try is shown by the second
	}
	if refused := errors.Is(failure, model.ErrUnauthorized); refused != a.login.tokenRefused {
		a.login.tokenRefused = refused
		a.notices.remove(tokenTopic)
		if refused {
			a.pushNotice(notice{severity: screen.Error, topic: tokenTopic,
				text: "the API refuses the token that this server has: whoever runs it must give it another"})
		}
	}
	a.refreshPanes()
	return tea.Batch(append(cmds, a.resumeOperations(), a.sendBatch())...)
}

// reportOperations tells those who share the account what is under way here, where that has changed.
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
