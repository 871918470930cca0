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

// shared says whether the account is asked elsewhere, for several who look at it together.
func (a *App) shared() bool { return a.opts.Feed != nil }

// await waits for the next view of the account after the one of that number.
func (a *App) await(after int) tea.Cmd {
	if !a.shared() {
		return nil
	}
	return a.session.Await(after)
}

// toldOf takes over what the shared poller sees, and waits for the next.
func (a *App) toldOf(msg command.ToldMsg) tea.Cmd {
	if msg.Session != a.session.Number {
		return nil
	}
	cmds := []tea.Cmd{a.await(msg.View.Number)}
	for _, o := range a.state.Told(msg.View, msg.Others) {
		cmds = append(cmds, a.changed(o))
	}
	a.polls.All = msg.View.Again
	a.polls.Failures = 0
	failure := a.state.Failure()
	if failure != nil {
		a.polls.Failures = 1 // the countdown to the next try is shown by the second
	}
	if refused := errors.Is(failure, model.ErrUnauthorized); refused != a.login.refused {
		a.login.refused = refused
		a.notices.forget(theToken)
		if refused {
			a.tell(notice{tone: screen.Trouble, about: theToken,
				text: "the API refuses the token that this server has: whoever runs it must give it another"})
		}
	}
	a.news()
	return tea.Batch(append(cmds, a.resume(), a.pump())...)
}

// tellOthers tells those who share the account what is under way here, where that has changed.
func (a *App) tellOthers() tea.Cmd {
	if !a.shared() || a.session == nil {
		return nil
	}
	open, upTo := a.state.Mine()
	same := func(x, y model.Operation) bool {
		return x.Number == y.Number && x.Phase == y.Phase && x.Point.ID == y.Point.ID
	}
	if slices.EqualFunc(open, a.told, same) {
		return nil
	}
	a.told = open
	return a.session.Tell(upTo, open)
}
