package command

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
)

// Feed polls an account once for several users. Their sessions get views from it and do not poll.
type Feed interface {
	// Next waits for a view with a number greater than after, and returns it with the operations
	// of the other users. It returns false when the context ends, or when there will be no other
	// view.
	Next(ctx context.Context, after int) (view model.AccountView, others []model.Operation, ok bool)
	// RequestRefresh asks for a full refresh soon. Requests that come at the same time share one
	// refresh.
	RequestRefresh()
	// LatestView is the number of the latest view. That view includes the effects of every action
	// that was answered before.
	LatestView() int
	// Reserve announces an operation that is about to be sent. If it must not be sent, because
	// another user is acting on its server, it returns why.
	Reserve(o model.Operation) (busy string)
	// ReportOperations reports the operations of this session that are under way, up to number
	// upTo. A report with an older turn is ignored.
	ReportOperations(turn, upTo int, open []model.Operation)
}

// SharedViewMsg answers AwaitView.
type SharedViewMsg struct {
	Session int
	View    model.AccountView
	Others  []model.Operation
}

// AwaitView waits for the next view from the shared poller, and assesses its servers.
func (s *Session) AwaitView(after int, policies model.Policies) tea.Cmd {
	return func() tea.Msg {
		view, others, ok := s.Feed.Next(s.ctx, after)
		if !ok {
			return nil
		}
		view.Assess(policies, s.Client.Now())
		return SharedViewMsg{Session: s.Number, View: view, Others: others}
	}
}

// RequestSharedRefresh asks the shared poller for a refresh soon.
func (s *Session) RequestSharedRefresh() tea.Cmd {
	return func() tea.Msg {
		s.Feed.RequestRefresh()
		return nil
	}
}

// ReportOperations reports the operations under way here to the other users, up to number upTo.
func (s *Session) ReportOperations(upTo int, open []model.Operation) tea.Cmd {
	s.reportCount++
	turn := s.reportCount
	return func() tea.Msg {
		s.Feed.ReportOperations(turn, upTo, open)
		return nil
	}
}
