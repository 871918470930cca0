// Package poll decides when an account is polled, requests its lists, and applies the answers. The
// dashboard, serve and --wait all poll with it. They decide only what to do about a refused token.
package poll

import (
	"maps"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/command"
)

// Poller polls one account into its state, whose clocks it reads. It runs nothing: its owner runs
// the commands that it returns, passes their messages to Apply, and calls Due again at NextDue.
// Only one goroutine may use it. A list is requested only once at a time.
type Poller struct {
	// RefreshGap is the least time between the starts of a refresh and of one that is asked for.
	RefreshGap time.Duration

	session  *command.Session
	state    *model.State
	every    time.Duration
	schedule schedule
	wanted   bool      // a refresh was asked for
	allAt    time.Time // when everything was last requested
	turn     int       // of the servers with running operations; the same for both kinds of points
}

// New returns a poller. It polls everything each interval, and loads who owns the account. The
// interval 0 is for a command that waits for its operations: it polls everything only when asked,
// and running operations at their intervals even if answers are slow.
func New(session *command.Session, state *model.State, every time.Duration) *Poller {
	return &Poller{session: session, state: state, every: every, schedule: schedule{isAwaited: every == 0}}
}

// SetInterval changes how often everything is polled. If that is more often than before, lists that
// are too old are due at once. After a failure the retry schedule stays.
func (p *Poller) SetInterval(every time.Duration) {
	at, loaded := p.state.ListsAt()
	age := max(p.state.Local.Sub(at), 0)  // below 0 once this machine's clock was set back
	due := p.state.Local.Add(every - age) // unlike at, it follows the monotonic clock
	if every < p.every && loaded && p.state.Failure() == nil && due.Before(p.schedule.allDue) {
		p.schedule.allDue = due
	}
	p.every = every
}

// Due returns the requests that are due now.
func (p *Poller) Due() []tea.Cmd {
	isDue := func(at time.Time) bool { return !p.state.Local.Before(at) }
	switch {
	case !isDue(p.schedule.notBefore):
		return nil
	case p.wanted && isDue(p.earliestRefresh()), p.every > 0 && isDue(p.schedule.allDue):
		return p.requestAll()
	case p.HasRunning() && isDue(p.schedule.runningDue):
		return p.requestRunning()
	}
	return nil
}

// NextDue returns when Due next has requests, if no message comes before. It is zero if there is
// nothing to poll.
func (p *Poller) NextDue() time.Time {
	var next time.Time
	sooner := func(polled bool, at time.Time) {
		if at = later(at, p.schedule.notBefore); polled && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	sooner(p.wanted, p.earliestRefresh())
	sooner(p.every > 0, p.schedule.allDue)
	sooner(p.HasRunning(), p.schedule.runningDue)
	return next
}

// NextRefresh returns when everything is polled next.
func (p *Poller) NextRefresh() time.Time { return later(p.schedule.allDue, p.schedule.notBefore) }

// RateLimit returns how long the API still asks to wait, or 0.
func (p *Poller) RateLimit() time.Duration { return max(p.schedule.notBefore.Sub(p.state.Local), 0) }

// RequestRefresh makes everything due, as soon as it may be requested.
func (p *Poller) RequestRefresh() { p.wanted = true }

// earliestRefresh returns when a refresh that is asked for may start.
func (p *Poller) earliestRefresh() time.Time { return p.allAt.Add(p.RefreshGap) }

// RequestRunning makes running operations due now.
func (p *Poller) RequestRunning() { p.schedule.runningDue = p.state.Local }

// PollSoon polls running operations soon, and often again. It is called when an action was
// answered.
func (p *Poller) PollSoon() { p.schedule.pollSoon(p.state.Local) }

// HasRunning reports whether there are operations to poll for.
func (p *Poller) HasRunning() bool {
	return slices.ContainsFunc(p.state.Operations(),
		func(o model.Operation) bool { return o.Phase != model.PhaseSending })
}

// Apply applies the answer to one of the requests; answered is false for any other message, and for
// answers of another session. It returns the operations that the answer has advanced, and the error
// of the request.
func (p *Poller) Apply(msg tea.Msg) (advanced []model.Operation, answered bool, err error) {
	switch msg := msg.(type) {
	case command.ServersLoadedMsg:
		if msg.Session == p.session.Number {
			advanced = p.state.ApplyServers(msg.Ticket, msg.Servers, msg.Err)
			return advanced, true, p.finishRequest(msg.Err)
		}
	case command.PointsLoadedMsg:
		if msg.Session == p.session.Number {
			advanced = p.state.ApplyPoints(msg.Kind, msg.Server, msg.Ticket, msg.Points, msg.Err)
			return advanced, true, p.finishRequest(msg.Err)
		}
	case command.AccountLoadedMsg:
		if msg.Session == p.session.Number {
			p.state.ApplyAccount(msg.Ticket, msg.Account, msg.Err)
			return nil, true, msg.Err
		}
	}
	return nil, false, nil
}

// finishRequest adjusts the schedule to the result of a request for a list, and returns its error.
func (p *Poller) finishRequest(err error) error {
	p.schedule.finishRequest(p.state.Local, p.state.Busy(), err, p.state.Failure())
	return err
}

// requestAll requests everything.
func (p *Poller) requestAll() []tea.Cmd {
	p.wanted, p.allAt = false, p.state.Local
	p.schedule.startAll(p.state.Local, p.state.Busy(), p.every)
	cmds := slices.Concat(p.loadServers(), p.loadPoints(model.Backup, ""), p.loadPoints(model.Snapshot, ""))
	if p.every > 0 && !p.state.Account.Loaded() {
		cmds = append(cmds, p.LoadAccount()...)
	}
	return cmds
}

// requestRunning requests what the operations under way need. That is the servers if one is being
// restored, and the points of one server if only that one has an operation. For several servers it
// is all points if they fit on a page, otherwise those of one server after the other.
func (p *Poller) requestRunning() []tea.Cmd {
	p.schedule.startRunning(p.state.Local, p.state.Busy())
	p.turn++
	restores := false
	servers := [2]map[model.ID]bool{{}, {}}
	for _, o := range p.state.Operations() {
		switch {
		case o.Phase == model.PhaseSending:
		case o.Action == model.Restore:
			restores = true
		default:
			servers[o.Point.Kind][o.Server.ID] = true
		}
	}
	var cmds []tea.Cmd
	if restores {
		cmds = p.loadServers()
	}
	for kind, ids := range servers {
		if len(ids) > 0 {
			kind := model.Kind(kind)
			cmds = append(cmds, p.loadPoints(kind, p.pickServer(ids, len(p.state.Points(kind).Value)))...)
		}
	}
	return cmds
}

// pageSize is how many points come with one request.
const pageSize = 100

// pickServer returns the server whose points to load now. It is empty, for all servers, if several
// have operations and all points fit on a page.
func (p *Poller) pickServer(servers map[model.ID]bool, points int) model.ID {
	if len(servers) > 1 && points <= pageSize {
		return ""
	}
	ids := slices.SortedFunc(maps.Keys(servers),
		func(a, b model.ID) int { return strings.Compare(string(a), string(b)) })
	return ids[p.turn%len(ids)]
}

// LoadAccount returns the request for who owns the account.
func (p *Poller) LoadAccount() []tea.Cmd {
	return request(&p.state.Account, p.state.Now, p.session.LoadAccount)
}

func (p *Poller) loadServers() []tea.Cmd {
	return request(&p.state.Servers, p.state.Now, p.session.LoadServers)
}

func (p *Poller) loadPoints(kind model.Kind, server model.ID) []tea.Cmd {
	remote := p.state.Points(kind)
	if !remote.Loaded() {
		server = "" // a partial list needs a full list to merge into
	}
	return request(remote, p.state.Now, func(t model.Ticket) tea.Cmd { return p.session.LoadPoints(kind, server, t) })
}

// request returns the request for something, or nothing while one is under way.
func request[T any](r *model.Remote[T], now time.Time, load func(model.Ticket) tea.Cmd) []tea.Cmd {
	ticket, ok := r.Start(now)
	if !ok {
		return nil
	}
	return []tea.Cmd{load(ticket)}
}
