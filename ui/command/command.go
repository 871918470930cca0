// Package command holds everything that reaches outside: each command stands beside the message that it answers with.
// Commands capture their values when they are made; nothing is read from the screens while they run.
package command

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
)

// Client is what the screens need of the API.
type Client interface {
	Servers(context.Context, model.ServerFilter) ([]model.Server, error)
	Backups(context.Context, model.BackupFilter) ([]model.Point, error)
	Snapshots(context.Context, model.SnapshotFilter) ([]model.Point, error)
	Account(context.Context) (model.Account, error)
	Raw(ctx context.Context, server model.ID, point model.Key) (string, error)

	CreateBackup(ctx context.Context, server model.ID, description string) (model.ActionResult, error)
	CreateSnapshot(ctx context.Context, server model.ID, name, description string) (model.ActionResult, error)
	RestoreBackup(ctx context.Context, server, backup model.ID) (model.ActionResult, error)
	RestoreSnapshot(ctx context.Context, snapshot model.ID) (model.ActionResult, error)
	DeleteBackup(ctx context.Context, backup model.ID) error
	DeleteSnapshot(ctx context.Context, snapshot model.ID) error

	Now() time.Time // the API's clock, as far as it is known
	Host() string   // where the requests go
}

// ClockDoubt is why the client's times may be wrong, or "": as api.Client tells it, where the client is one.
func ClockDoubt(c Client) string {
	if doubting, ok := c.(interface{ ClockDoubt() string }); ok {
		return doubting.ClockDoubt()
	}
	return ""
}

// Session is one account that one is logged in to. Its number is in every message that its commands answer with, so that
// answers from an account that was left are known and dropped.
type Session struct {
	Number      int
	Client      Client
	Profile     string      // whose account it is; "": the one without a profile. It goes with every line of the journal
	RunID       string      // this run of the program, as the journal names it
	Feed        Feed        // where the account is asked for several at once; nil: the session asks by itself
	journal     Journal     // nil: nothing is written down
	pending     recordQueue // on their way to it
	readOnly    bool
	serverTurn  int             // of the servers on which something runs
	reportCount int             // how often the others were told
	ctx         context.Context // it bounds every command of the session, and ends with it
	waitCtx     context.Context // it bounds what is waited for before a request is sent
	cancel      context.CancelFunc
}

// NewSession begins a session with an account. What is done in it is written to the journal, if there is one. In a read-only one every deed is refused here too, whatever the screens let
// through.
func NewSession(number int, client Client, journal Journal, readOnly bool) *Session {
	ctx, cancel := context.WithCancel(context.Background())
	return &Session{Number: number, Client: client, journal: journal, readOnly: readOnly, ctx: ctx, waitCtx: ctx, cancel: cancel}
}

// SetReadOnly changes whether deeds are refused. It holds for those that are asked for from then on.
func (s *Session) SetReadOnly(on bool) { s.readOnly = on }

// SetWaitContext bounds what actions wait for before their request is sent, such as another program that acts on the same server. What
// has been sent is not given up by it.
func (s *Session) SetWaitContext(ctx context.Context) { s.waitCtx = ctx }

// Close gives up every request of the session that is under way.
func (s *Session) Close() { s.cancel() }

// ServersLoadedMsg answers LoadServers.
type ServersLoadedMsg struct {
	Session int
	Ticket  model.Ticket
	Servers []model.Server
	Err     error
}

// LoadServers asks for all servers.
func (s *Session) LoadServers(t model.Ticket) tea.Cmd {
	return func() tea.Msg {
		servers, err := s.Client.Servers(s.ctx, model.ServerFilter{})
		return ServersLoadedMsg{Session: s.Number, Ticket: t, Servers: servers, Err: err}
	}
}

// PointsLoadedMsg answers LoadPoints.
type PointsLoadedMsg struct {
	Session int
	Ticket  model.Ticket
	Kind    model.Kind
	Server  model.ID // whose points these are; empty: everybody's
	Points  []model.Point
	Err     error
}

// LoadPoints asks for the restore points of one kind, those of one server or, if server is empty, all.
func (s *Session) LoadPoints(kind model.Kind, server model.ID, t model.Ticket) tea.Cmd {
	return func() tea.Msg {
		points, err := s.points(kind, server)
		return PointsLoadedMsg{Session: s.Number, Ticket: t, Kind: kind, Server: server, Points: points, Err: err}
	}
}

func (s *Session) points(kind model.Kind, server model.ID) ([]model.Point, error) {
	if kind == model.Snapshot {
		return s.Client.Snapshots(s.ctx, model.SnapshotFilter{Server: server})
	}
	return s.Client.Backups(s.ctx, model.BackupFilter{Server: server})
}

// ApplyList takes the answer to LoadServers or LoadPoints into the state, and says whether the message is one. It returns the operations
// that the list has moved on, and why there is none.
func ApplyList(state *model.State, msg tea.Msg) (changed []model.Operation, list bool, err error) {
	switch msg := msg.(type) {
	case ServersLoadedMsg:
		return state.ApplyServers(msg.Ticket, msg.Servers, msg.Err), true, msg.Err
	case PointsLoadedMsg:
		return state.ApplyPoints(msg.Kind, msg.Server, msg.Ticket, msg.Points, msg.Err), true, msg.Err
	}
	return nil, false, nil
}

// AccountLoadedMsg answers LoadAccount.
type AccountLoadedMsg struct {
	Session int
	Ticket  model.Ticket
	Account model.Account
	Err     error
}

// LoadAccount asks whose token it is.
func (s *Session) LoadAccount(t model.Ticket) tea.Cmd {
	return func() tea.Msg {
		account, err := s.Client.Account(s.ctx)
		return AccountLoadedMsg{Session: s.Number, Ticket: t, Account: account, Err: err}
	}
}
