package command

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
)

// Feed is an account that is asked once for several who look at it together. They are told of it and do not ask themselves.
type Feed interface {
	// Next waits for a view after the one of that number, and what the others have under way. It returns false when the
	// context ends, or when there will be no other view.
	Next(ctx context.Context, after int) (view model.View, others []model.Operation, ok bool)
	// Ask wants the account to be asked for everything soon. Many who want it at once are answered together.
	Ask()
	// Shown is the number of the latest view. What a deed did that was answered before is in it.
	Shown() int
	// Claim says that an operation is about to be sent, so that the others know, or why it must not be: somebody else is at
	// work on its server.
	Claim(o model.Operation) (busy string)
	// Tell says which operations of this session are under way, up to the one of that number. An older turn is not heard.
	Tell(turn, upTo int, open []model.Operation)
}

// ToldMsg answers Await.
type ToldMsg struct {
	Session int
	View    model.View
	Others  []model.Operation
}

// Await waits for what the shared poller sees next.
func (s *Session) Await(after int) tea.Cmd {
	return func() tea.Msg {
		view, others, ok := s.Feed.Next(s.ctx, after)
		if !ok {
			return nil
		}
		return ToldMsg{Session: s.Number, View: view, Others: others}
	}
}

// AskShared wants the shared poller to ask soon.
func (s *Session) AskShared() tea.Cmd {
	return func() tea.Msg {
		s.Feed.Ask()
		return nil
	}
}

// Tell says what is under way here, for the others: all of it up to the operation of that number.
func (s *Session) Tell(upTo int, open []model.Operation) tea.Cmd {
	s.told++
	turn := s.told
	return func() tea.Msg {
		s.Feed.Tell(turn, upTo, open)
		return nil
	}
}
