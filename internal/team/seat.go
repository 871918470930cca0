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

// Person is who sits down at a hub.
type Person struct {
	Actor    model.Actor
	Scope    Scope
	ReadOnly bool // every deed is refused
}

// Seat is one person's place at a hub: the feed that tells the screen, and the client by which its deeds are sent. Whatever the
// screen lets through, a seat refuses deeds of who may only look, and on servers that are not the person's.
type Seat struct {
	hub    *Hub
	person Person
	turn   int
	work   map[int]model.Operation // what is under way, by the session's own numbers
	own    map[int]bool            // the hub's numbers of all that was ever under way here
	left   context.Context         // ends when the person leaves
	leave  context.CancelFunc
}

// A seat stands between a session and the account.
var (
	_ command.Feed   = (*Seat)(nil)
	_ command.Client = (*Seat)(nil)
)

// Sit takes a place at the hub, until Leave. Where nobody sat, the account may not have been asked for a while, and is asked now.
func (h *Hub) Sit(p Person) *Seat {
	s := &Seat{hub: h, person: p, work: map[int]model.Operation{}, own: map[int]bool{}}
	s.left, s.leave = context.WithCancel(context.Background())
	h.mu.Lock()
	h.wanted = h.wanted || len(h.seats) == 0
	h.seats[s] = true
	h.mu.Unlock()
	h.nudge()
	return s
}

// Leave gives the place up. What is under way goes on at the provider, and is nobody's.
func (s *Seat) Leave() {
	s.leave()
	s.hub.mu.Lock()
	delete(s.hub.seats, s)
	s.hub.mu.Unlock()
	s.hub.nudge()
}

// Next waits for a newer view; see [command.Feed].
func (s *Seat) Next(ctx context.Context, after int) (model.View, []model.Operation, bool) {
	view, ok := s.hub.next(ctx, after)
	if !ok {
		return view, nil, false
	}
	view.Fleet = s.hub.fleetOf(view.Fleet, s.person.Scope)
	s.hub.mu.Lock()
	others := slices.DeleteFunc(slices.Clone(view.Work), func(o model.Operation) bool { return s.own[o.Number] || !s.sees(view.Fleet, o.Server.ID) })
	s.hub.mu.Unlock()
	view.Work = nil
	return view, others, true
}

// sees says whether the person may know of a server's operations.
func (s *Seat) sees(fleet *model.Fleet, server model.ID) bool {
	_, has := fleet.Server(server)
	return has || s.person.Scope.Has == nil
}

// Ask wants the account to be asked soon.
func (s *Seat) Ask() {
	s.hub.mu.Lock()
	s.hub.wanted = true
	s.hub.mu.Unlock()
	s.hub.nudge()
}

// Shown is the number of the latest view.
func (s *Seat) Shown() int { return s.hub.latest().Number }

// Claim notes that an operation is about to be sent, or says who is at work on its server. Of a server that is not the person's it
// says nothing: the request itself is refused.
func (s *Seat) Claim(o model.Operation) string {
	if s.barred(o.Server.ID) != nil {
		return ""
	}
	h := s.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	for other := range h.seats {
		for _, p := range other.work {
			if other != s && p.Forbids(o.Deed, o.Point) {
				return p.Blocks(s.person.Actor)
			}
		}
	}
	s.note(o)
	h.nudge()
	return ""
}

// note keeps an operation under a number of the hub's. It is called with the lock held.
func (s *Seat) note(o model.Operation) {
	was, known := s.work[o.Number]
	mine := o.Number
	if o.Number = was.Number; !known {
		s.hub.numbers--
		o.Number = s.hub.numbers
		s.own[o.Number] = true
	}
	o.Mine, o.By = false, s.person.Actor
	s.work[mine] = o
}

// Tell takes over what is under way at this seat; see [command.Feed].
func (s *Seat) Tell(turn, upTo int, open []model.Operation) {
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
		s.note(o)
	}
	for number := range s.work {
		if number <= upTo && !still[number] {
			delete(s.work, number)
		}
	}
	h.nudge()
}

// fleetOf is the part of a fleet that a scope has. It is made once for all who have the same.
func (h *Hub) fleetOf(all *model.Fleet, scope Scope) *model.Fleet {
	if scope.Has == nil {
		return all
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if kept, ok := h.scoped[scope.Name]; ok && kept.of == all {
		return kept.fleet
	}
	part := all.Only(scope.Has)
	h.scoped[scope.Name] = scoped{all, part}
	return part
}

// scoped is a part of a fleet.
type scoped struct{ of, fleet *model.Fleet }

// Now is the API's clock.
func (s *Seat) Now() time.Time { return s.hub.client.Now() }

// ClockDoubt is why that may be wrong, or "".
func (s *Seat) ClockDoubt() string { return command.ClockDoubt(s.hub.client) }

// Host is where the requests go.
func (s *Seat) Host() string { return s.hub.client.Host() }
