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
	Next(ctx context.Context, after int) (view model.AccountView, others []model.Operation, ok bool)
	// RequestRefresh wants the account to be asked for everything soon. Many who want it at once are answered together.
	RequestRefresh()
	// LatestView is the number of the latest view. What a deed did that was answered before is in it.
	LatestView() int
	// Reserve says that an operation is about to be sent, so that the others know, or why it must not be: somebody else is at
	// work on its server.
	Reserve(o model.Operation) (busy string)
	// ReportOperations says which operations of this session are under way, up to the one of that number. An older turn is not heard.
	ReportOperations(turn, upTo int, open []model.Operation)
}

// SharedViewMsg answers Await.
type SharedViewMsg struct {
	Session int
	View    model.AccountView
	Others  []model.Operation
}

// AwaitView waits for what the shared poller sees next.
func (s *Session) AwaitView(after int) tea.Cmd {
	return func() tea.Msg {
		view, others, ok := s.Feed.Next(s.ctx, after)
		if !ok {
			return nil
		}
		return SharedViewMsg{Session: s.Number, View: view, Others: others}
	}
}

// RequestSharedRefresh wants the shared poller to ask soon.
func (s *Session) RequestSharedRefresh() tea.Cmd {
	return func() tea.Msg {
		s.Feed.RequestRefresh()
		return nil
	}
}

// ReportOperations says what is under way here, for the others: all of it up to the operation of that number.
func (s *Session) ReportOperations(upTo int, open []model.Operation) tea.Cmd {
	s.reportCount++
	turn := s.reportCount
	return func() tea.Msg {
		s.Feed.ReportOperations(turn, upTo, open)
		return nil
	}
}
