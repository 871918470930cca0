package team

import (
	"context"
	"slices"
	"time"

	"vpsdeck/model"
	"vpsdeck/ui/command"
)

// Scope is which servers a person may see and work on. The zero Scope is all of them.
type Scope struct {
	Name string                  // equal scopes have the same, and share what is made of them
	Has  func(model.Server) bool // nil: every server
}

// MemberOptions is who sits down at a hub.
type MemberOptions struct {
	Actor    model.Actor
	Scope    Scope
	ReadOnly bool // every deed is refused
}

// Member is one person's place at a hub: the feed that tells the screen, and the client by which its deeds are sent. Whatever the
// screen lets through, a seat refuses deeds of who may only look, and on servers that are not the person's.
type Member struct {
	hub        *Hub
	options    MemberOptions
	turn       int
	work       map[int]model.Operation // what is under way, by the session's own numbers
	ownNumbers map[int]bool            // the hub's numbers of all that was ever under way here
	ctx        context.Context         // ends when the person leaves
	cancel     context.CancelFunc
}

// A seat stands between a session and the account.
var (
	_ command.Feed   = (*Member)(nil)
	_ command.Client = (*Member)(nil)
)

// Join takes a place at the hub, until Leave. Where nobody sat, the account may not have been asked for a while, and is asked now.
func (h *Hub) Join(p MemberOptions) *Member {
	s := &Member{hub: h, options: p, work: map[int]model.Operation{}, ownNumbers: map[int]bool{}}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	h.mu.Lock()
	h.refreshWanted = h.refreshWanted || len(h.members) == 0
	h.members[s] = true
	h.mu.Unlock()
	h.wakeUp()
	return s
}

// Leave gives the place up. What is under way goes on at the provider, and is nobody's.
func (s *Member) Leave() {
	s.cancel()
	s.hub.mu.Lock()
	delete(s.hub.members, s)
	s.hub.mu.Unlock()
	s.hub.wakeUp()
}

// Next waits for a newer view; see [command.Feed].
func (s *Member) Next(ctx context.Context, after int) (model.AccountView, []model.Operation, bool) {
	view, ok := s.hub.nextView(ctx, after)
	if !ok {
		return view, nil, false
	}
	view.Fleet = s.hub.fleetFor(view.Fleet, s.options.Scope)
	s.hub.mu.Lock()
	others := slices.DeleteFunc(slices.Clone(view.Operations), func(o model.Operation) bool { return s.ownNumbers[o.Number] || !s.canSee(view.Fleet, o.Server.ID) })
	s.hub.mu.Unlock()
	view.Operations = nil
	return view, others, true
}

// canSee says whether the person may know of a server's operations.
func (s *Member) canSee(fleet *model.Fleet, server model.ID) bool {
	_, has := fleet.Server(server)
	return has || s.options.Scope.Has == nil
}

// RequestRefresh wants the account to be asked soon.
func (s *Member) RequestRefresh() {
	s.hub.mu.Lock()
	s.hub.refreshWanted = true
	s.hub.mu.Unlock()
	s.hub.wakeUp()
}

// LatestView is the number of the latest view.
func (s *Member) LatestView() int { return s.hub.latestView().Number }

// Reserve notes that an operation is about to be sent, or says who is at work on its server. Of a server that is not the person's it
// says nothing: the request itself is refused.
func (s *Member) Reserve(o model.Operation) string {
	if s.checkServer(o.Server.ID) != nil {
		return ""
	}
	h := s.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	for other := range h.members {
		for _, p := range other.work {
			if other != s && p.Forbids(o.Action, o.Point) {
				return p.BlockReason(s.options.Actor)
			}
		}
	}
	s.track(o)
	h.wakeUp()
	return ""
}

// track keeps an operation under a number of the hub's. It is called with the lock held.
func (s *Member) track(o model.Operation) {
	was, known := s.work[o.Number]
	mine := o.Number
	if o.Number = was.Number; !known {
		s.hub.lastNumber--
		o.Number = s.hub.lastNumber
		s.ownNumbers[o.Number] = true
	}
	o.Mine, o.By = false, s.options.Actor
	s.work[mine] = o
}

// ReportOperations takes over what is under way at this seat; see [command.Feed].
func (s *Member) ReportOperations(turn, upTo int, open []model.Operation) {
	h := s.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	if turn < s.turn {
		return
	}
	s.turn = turn
	still := map[int]bool{}
	for _, o := range open {
		still[o.Number] = true
		s.track(o)
	}
	for number := range s.work {
		if number <= upTo && !still[number] {
			delete(s.work, number)
		}
	}
	h.wakeUp()
}

// fleetFor is the part of a fleet that a scope has. It is made once for all who have the same.
func (h *Hub) fleetFor(all *model.Fleet, scope Scope) *model.Fleet {
	if scope.Has == nil {
		return all
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if kept, ok := h.scopedFleets[scope.Name]; ok && kept.source == all {
		return kept.fleet
	}
	part := all.Filter(scope.Has)
	h.scopedFleets[scope.Name] = scopedFleet{all, part}
	return part
}

// scopedFleet is a part of a fleet.
type scopedFleet struct{ source, fleet *model.Fleet }

// Now is the API's clock.
func (s *Member) Now() time.Time { return s.hub.client.Now() }

// ClockDoubt is why that may be wrong, or "".
func (s *Member) ClockDoubt() string { return command.ClockDoubt(s.hub.client) }

// Host is where the requests go.
func (s *Member) Host() string { return s.hub.client.Host() }
