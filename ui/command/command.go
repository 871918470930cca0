// Package command contains the Bubble Tea commands that reach outside the program, each next to
// its message. Commands capture their values when they are made and read nothing from the screens
// while they run.
package command

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
)

// Client is the part of the API that the screens need.
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

	Now() time.Time // the API's clock, as far as known
	Host() string   // where the requests go
}

// ClockSpeed is how many times faster than real time the account's clock runs: 1 except in the demo.
func ClockSpeed(c Client) float64 {
	if simulated, ok := c.(interface{ ClockSpeed() float64 }); ok {
		return simulated.ClockSpeed()
	}
	return 1
}

// ClockDoubt is why the client's times may be wrong, or "". It calls api.Client.ClockDoubt, if the
// client has it.
func ClockDoubt(c Client) string {
	if doubting, ok := c.(interface{ ClockDoubt() string }); ok {
		return doubting.ClockDoubt()
	}
	return ""
}

// RateLimit is how many more requests the API allows now, as far as its answers say. It calls
// api.Client.RateLimit, if the client has it.
func RateLimit(c Client) (remaining int, known bool) {
	if limited, ok := c.(interface{ RateLimit() (int, bool) }); ok {
		return limited.RateLimit()
	}
	return 0, false
}

// ItemURL is the address from which the API gives an item: a restore point of the server or, if its
// ID is empty, the server. It is "" if the client does not tell.
func ItemURL(c Client, server model.ID, point model.Key) string {
	if open, ok := c.(interface {
		ItemURL(model.ID, model.Key) string
	}); ok {
		return open.ItemURL(server, point)
	}
	return ""
}

// Session is one login to an account. Every message of its commands carries its number, so that
// answers for an account that was left can be dropped.
type Session struct {
	Number      int
	Client      Client
	Profile     string      // of the account; "": the one without a profile. It is in every journal record
	RunID       string      // of this run of the program, in the journal
	Feed        Feed        // polls the account for several users; nil: the session polls it
	journal     Journal     // nil: nothing is journaled
	pending     recordQueue // not yet in the journal
	readOnly    bool
	reportCount int             // number of reports to the other users
	ctx         context.Context // bounds every command; ends with the session
	waitCtx     context.Context // bounds the waits before a request is sent
	cancel      context.CancelFunc
}

// NewSession starts a session with an account. Its actions are written to the journal, if there is
// one. Read-only sessions also reject actions here, whatever the UI allows.
func NewSession(number int, client Client, journal Journal, readOnly bool) *Session {
	ctx, cancel := context.WithCancel(context.Background())
	return &Session{Number: number, Client: client, journal: journal, readOnly: readOnly, ctx: ctx, waitCtx: ctx,
		cancel: cancel}
}

// SetReadOnly changes whether actions are refused. It affects only actions that start later.
func (s *Session) SetReadOnly(on bool) { s.readOnly = on }

// SetWaitContext bounds what actions wait for before they send their request, such as another
// program that acts on the same server. Once it has ended, an action that is still being checked is
// not sent. It does not cancel a request that was sent.
func (s *Session) SetWaitContext(ctx context.Context) { s.waitCtx = ctx }

// Close cancels all requests of the session.
func (s *Session) Close() { s.cancel() }

// ServersLoadedMsg answers LoadServers.
type ServersLoadedMsg struct {
	Session int
	Ticket  model.Ticket
	Servers []model.Server
	Err     error
}

// LoadServers loads all servers.
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
	Server  model.ID // of these points; empty: all servers
	Points  []model.Point
	Err     error
}

// LoadPoints loads the restore points of one kind, for one server or, if server is empty, for all.
func (s *Session) LoadPoints(kind model.Kind, server model.ID, t model.Ticket) tea.Cmd {
	return func() tea.Msg {
		points, err := s.points(s.ctx, kind, server)
		return PointsLoadedMsg{Session: s.Number, Ticket: t, Kind: kind, Server: server, Points: points, Err: err}
	}
}

func (s *Session) points(ctx context.Context, kind model.Kind, server model.ID) ([]model.Point, error) {
	if kind == model.Snapshot {
		return s.Client.Snapshots(ctx, model.SnapshotFilter{Server: server})
	}
	return s.Client.Backups(ctx, model.BackupFilter{Server: server})
}

// AccountLoadedMsg answers LoadAccount.
type AccountLoadedMsg struct {
	Session int
	Ticket  model.Ticket
	Account model.Account
	Err     error
}

// LoadAccount loads the account that the token belongs to.
func (s *Session) LoadAccount(t model.Ticket) tea.Cmd {
	return func() tea.Msg {
		account, err := s.Client.Account(s.ctx)
		return AccountLoadedMsg{Session: s.Number, Ticket: t, Account: account, Err: err}
	}
}
