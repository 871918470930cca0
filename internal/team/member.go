package team

import (
	"context"
	"slices"
	"time"

	"vpsdeck/model"
	"vpsdeck/ui/command"
)

// Scope is the servers that a person may see and change. The zero Scope is all of them.
type Scope struct {
	Name string                  // scopes with the same name are equal, and share one filtered fleet
	Has  func(model.Server) bool // nil: every server
}

// MemberOptions are the options of a member.
type MemberOptions struct {
	Actor    model.Actor
	Scope    Scope
	ReadOnly bool // every action is refused
}

// Member is one person's access to a hub: the feed for the screen, and the client that sends the
// actions. It refuses all actions of a read-only member, and actions on servers outside the scope,
// whatever the screen allows.
type Member struct {
	hub        *Hub
	options    MemberOptions
	turn       int                     // of the last report of operations
	viewTurn   time.Time               // when it may have the next view; only Next uses it; zero: not asked yet
	had        model.AccountView       // the view that it has
	refreshAt  time.Time               // when it requested a refresh whose lists it has not yet; zero: it did not
	work       map[int]model.Operation // open operations, by the session's own numbers
	ownNumbers map[int]bool            // the hub's numbers of all operations of this member, also finished ones
	ctx        context.Context         // ends when the member leaves
	cancel     context.CancelFunc
}

// A member is between a session and the account.
var (
	_ command.Feed   = (*Member)(nil)
	_ command.Client = (*Member)(nil)
)

// Join adds a member to the hub, until Leave. The first member requests a refresh, since the
// account may not have been polled for a while.
func (h *Hub) Join(options MemberOptions) *Member {
	m := &Member{hub: h, options: options, work: map[int]model.Operation{}, ownNumbers: map[int]bool{}}
	m.ctx, m.cancel = context.WithCancel(context.Background())
	h.mu.Lock()
	h.refreshWanted = h.refreshWanted || len(h.members) == 0
	h.members[m] = true
	h.mu.Unlock()
	h.wakeUp()
	return m
}

// Leave removes the member from the hub. Its operations continue at the provider, and belong to
// nobody.
func (m *Member) Leave() {
	m.cancel()
	m.hub.mu.Lock()
	m.hub.workChanged = m.hub.workChanged || len(m.work) > 0
	delete(m.hub.members, m)
	m.hub.mu.Unlock()
	m.hub.wakeUp()
}

// Next waits for a newer view; see [command.Feed]. In a crowd, members without operations of their
// own get it one after the other.
func (m *Member) Next(ctx context.Context, after int) (model.AccountView, []model.Operation, bool) {
	view, ok := m.hub.nextView(ctx, after, m)
	if !ok || after > 0 && !m.waitForTurn(ctx) {
		return view, nil, false
	}
	view = m.hub.latestView()
	view.Fleet = m.hub.fleetFor(view.Fleet, m.options.Scope)
	m.hub.mu.Lock()
	if m.had = view; !view.ListsAt().Before(m.refreshAt) {
		m.refreshAt = time.Time{}
	}
	others := slices.DeleteFunc(slices.Clone(view.Operations),
		func(o model.Operation) bool { return m.ownNumbers[o.Number] || !m.canSee(view.Fleet, o.Server.ID) })
	m.hub.mu.Unlock()
	view.Operations = nil
	return view, others, true
}

// viewInterval is how often a member of a crowd gets a view without news: for the age of its data, and
// because an answer that is like the one before may be what shows that an operation has ended.
// It is less than the time between two polls.
const viewInterval = 15 * time.Second

// wants reports whether the member waits for a view with a higher number than after. Each view makes
// its program draw, so a crowd that only watches does not get one for each list that is polled. The
// caller holds the lock.
func (m *Member) wants(view model.AccountView, after int) bool {
	return len(m.hub.members) <= crowdSize || m.hub.newsIn > after || len(m.work) > 0 || !m.refreshAt.IsZero() ||
		view.ListsAt().Sub(m.had.ListsAt()) >= viewInterval ||
		view.RequestedAt().Sub(m.had.RequestedAt()) >= viewInterval
}

// waitForTurn waits until the member may have a view. It returns false if the context ends first;
// the turn remains.
func (m *Member) waitForTurn(ctx context.Context) bool {
	h := m.hub
	h.mu.Lock()
	now := time.Now()
	if len(m.work) > 0 {
		m.viewTurn = now
	} else if m.viewTurn.IsZero() {
		m.viewTurn = h.turns.next(now)
	}
	wait := m.viewTurn.Sub(now)
	h.mu.Unlock()
	if wait > 0 {
		turn := time.NewTimer(wait)
		defer turn.Stop()
		select {
		case <-turn.C:
		case <-ctx.Done():
			return false
		}
	}
	m.viewTurn = time.Time{}
	return true
}

// canSee reports whether the member may see a server's operations.
func (m *Member) canSee(fleet *model.Fleet, server model.ID) bool {
	_, has := fleet.Server(server)
	return has || m.options.Scope.Has == nil
}

// RequestRefresh requests a refresh of the account.
func (m *Member) RequestRefresh() {
	m.hub.mu.Lock()
	m.hub.refreshWanted = true
	m.refreshAt = m.hub.clock.Now()
	m.hub.mu.Unlock()
	m.hub.wakeUp()
}

// LatestView returns the number of the latest view.
func (m *Member) LatestView() int { return m.hub.latestView().Number }

// Reserve registers an operation that is about to be sent, or returns why another member's
// operation blocks it. For a server outside the scope it returns "": the request itself is refused.
func (m *Member) Reserve(o model.Operation) string {
	if m.checkServer(o.Server.ID) != nil {
		return ""
	}
	h := m.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	for other := range h.members {
		for _, p := range other.work {
			if other != m && p.Forbids(o.Action, o.Point) {
				return p.BlockReason(m.options.Actor)
			}
		}
	}
	m.track(o)
	h.wakeUp()
	return ""
}

// track stores an operation under a number of the hub. The caller holds the lock.
func (m *Member) track(o model.Operation) {
	m.hub.workChanged = true
	previous, known := m.work[o.Number]
	ownNumber := o.Number
	if o.Number = previous.Number; !known {
		m.hub.lastNumber--
		o.Number = m.hub.lastNumber
		m.ownNumbers[o.Number] = true
	}
	o.Mine, o.By = false, m.options.Actor
	m.work[ownNumber] = o
}

// ReportOperations replaces the member's open operations; see [command.Feed].
func (m *Member) ReportOperations(turn, upTo int, open []model.Operation) {
	h := m.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	if turn < m.turn {
		return
	}
	m.turn = turn
	isOpen := map[int]bool{}
	for _, o := range open {
		isOpen[o.Number] = true
		m.track(o)
	}
	for number := range m.work {
		if number <= upTo && !isOpen[number] {
			delete(m.work, number)
			h.workChanged = true
		}
	}
	h.wakeUp()
}

// fleetFor returns the part of a fleet in a scope. Members with the same scope share it.
func (h *Hub) fleetFor(all *model.Fleet, scope Scope) *model.Fleet {
	if scope.Has == nil {
		return all
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if cached, ok := h.scopedFleets[scope.Name]; ok && cached.source == all {
		return cached.fleet
	}
	part := all.Filter(scope.Has)
	h.scopedFleets[scope.Name] = scopedFleet{all, part}
	return part
}

// scopedFleet is a part of a fleet, with the whole fleet that it was made from.
type scopedFleet struct{ source, fleet *model.Fleet }

// Now returns the time of the API's clock.
func (m *Member) Now() time.Time { return m.hub.client.Now() }

// ClockSpeed returns how many times faster than real time that clock runs.
func (m *Member) ClockSpeed() float64 { return command.ClockSpeed(m.hub.client) }

// ClockDoubt returns why that time may be wrong, or "".
func (m *Member) ClockDoubt() string { return command.ClockDoubt(m.hub.client) }

// Host returns the API's host.
func (m *Member) Host() string { return m.hub.client.Host() }
