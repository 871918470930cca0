package model

import (
	"cmp"
	"slices"
	"time"
)

// State is all that the program knows. It has one writer, the root of the screens; everybody else reads.
type State struct {
	Servers   Remote[[]Server]
	Backups   Remote[[]Point]
	Snapshots Remote[[]Point]
	Account   Remote[Account]

	Now   time.Time // the API's clock, as of the last message
	Local time.Time // this machine's clock, as of the last message

	operations []Operation
	numbers    int
	fleet      map[ID]Coverage
	byServer   map[ID][]Point
}

// Coverage is what a server can go back to.
type Coverage struct {
	Newest    time.Time // when its newest usable point was made; zero if it has none
	Backups   int       // all it has, whatever their status
	Snapshots int
	Failed    int // of both
	Running   int // of both
}

// Points is what is known of one kind of restore point.
func (s *State) Points(kind Kind) *Remote[[]Point] {
	if kind == Snapshot {
		return &s.Snapshots
	}
	return &s.Backups
}

// Of returns a server's points, backups and snapshots, newest first.
func (s *State) Of(server ID) []Point { return s.byServer[server] }

// Coverage tells what the server can go back to.
func (s *State) Coverage(server ID) Coverage { return s.fleet[server] }

// Quota is how far the server has used its room for a kind of point.
func (s *State) Quota(kind Kind, server ID) Quota { return QuotaOf(kind, server, s.byServer[server]) }

// PointsKnown says whether both lists of points have arrived at least once, so that absence means something.
func (s *State) PointsKnown() bool { return s.Backups.Loaded() && s.Snapshots.Loaded() }

// Server finds a server by its ID.
func (s *State) Server(id ID) (Server, bool) {
	for _, server := range s.Servers.Value {
		if server.ID == id {
			return server, true
		}
	}
	return Server{}, false
}

// Point finds a restore point.
func (s *State) Point(k Key) (Point, bool) {
	for _, p := range s.Points(k.Kind).Value {
		if p.ID == k.ID {
			return p, true
		}
	}
	return Point{}, false
}

// ServersArrived takes the answer to a request for all servers. It returns the operations that it showed to be over.
func (s *State) ServersArrived(t Ticket, servers []Server, err error) []Operation {
	if !s.Servers.Finish(t, servers, err, s.Local) || err != nil {
		return nil
	}
	return s.follow(func(o *Operation) {
		if o.Deed == Restore && o.Phase != Sending {
			server, listed := s.Server(o.Server.ID)
			o.heardOfServer(server, listed, s.Now)
		}
	}, s.findRestores)
}

// PointsArrived takes the answer to a request for points of one kind: those of one server, or all if server is empty. It
// returns the operations that it showed to be over.
func (s *State) PointsArrived(kind Kind, server ID, t Ticket, points []Point, err error) []Operation {
	remote := s.Points(kind)
	taken := false
	if server == "" {
		taken = remote.Finish(t, points, err, s.Local)
	} else if taken = remote.Release(t, err); taken && err == nil {
		others := slices.DeleteFunc(slices.Clone(remote.Value), func(p Point) bool { return p.Server.ID == server })
		remote.Value = append(others, points...)
	}
	if !taken || err != nil {
		return nil
	}
	s.index()
	return s.follow(func(o *Operation) {
		if o.Point.Kind == kind && o.Deed != Restore && o.Phase != Sending && (server == "" || server == o.Server.ID) {
			found, listed := s.find(*o)
			o.heard(found, listed, s.Now)
		}
	}, func() { s.findCreates(kind) })
}

// find looks for the point that an operation works on; one whose answer was lost is found by what it asked for.
func (s *State) find(o Operation) (Point, bool) {
	if o.Point.ID != "" {
		return s.Point(o.Point.Key())
	}
	for _, p := range s.byServer[o.Server.ID] {
		if o.matches(p) {
			return p, true
		}
	}
	return Point{}, false
}

// follow lets every open operation hear the news, then looks for ones that others have begun, and returns those that
// ended by it.
func (s *State) follow(tell func(*Operation), findOthers func()) []Operation {
	var over []Operation
	for i := range s.operations {
		o := &s.operations[i]
		if o.Phase.Over() {
			continue
		}
		if tell(o); o.Phase.Over() {
			over = append(over, *o)
		}
	}
	findOthers()
	s.trim()
	return over
}

func (s *State) findCreates(kind Kind) {
	for _, p := range s.Points(kind).Value {
		if p.Status.Running() && !s.following(func(o Operation) bool { return o.Deed == Create && o.Point.Key() == p.Key() }) {
			s.add(Operation{Deed: Create, Point: p, Server: p.Server, Phase: Running, Started: p.CreatedAt, shown: true})
		}
	}
}

func (s *State) findRestores() {
	for _, server := range s.Servers.Value {
		if server.Status == ServerRestoring && !s.following(func(o Operation) bool { return o.Deed == Restore && o.Server.ID == server.ID }) {
			s.add(Operation{Deed: Restore, Server: server.Ref(), Phase: Running, Started: s.Now, AtLeast: true, shown: true})
		}
	}
}

func (s *State) following(is func(Operation) bool) bool {
	return slices.ContainsFunc(s.operations, func(o Operation) bool { return !o.Phase.Over() && is(o) })
}

// Begin notes that a deed's request is about to leave, and returns the operation's number.
func (s *State) Begin(deed Deed, p Point, after *Point) int {
	o := Operation{Deed: deed, Point: p, Server: p.Server, Mine: true, Started: s.Now, After: after, known: map[ID]bool{}}
	for _, q := range s.byServer[p.Server.ID] {
		if q.Kind == p.Kind {
			o.known[q.ID] = true
		}
	}
	return s.add(o)
}

// Answered takes the API's answer to a deed. Requests for lists that were sent before it are given up: they show the
// world as it was.
func (s *State) Answered(number int, a Accepted, err Outcome) Operation {
	i := slices.IndexFunc(s.operations, func(o Operation) bool { return o.Number == number })
	if i < 0 {
		return Operation{}
	}
	o := &s.operations[i]
	switch {
	case err.Err == nil:
		s.accepted(o, a)
	case err.Lost:
		o.Phase, o.Words = Unknown, Words(err.Err)
	default:
		o.end(Refused, s.Now, Words(err.Err))
	}
	s.Servers.Supersede()
	s.Points(o.Point.Kind).Supersede()
	return *o
}

// Outcome is how a deed's request ended.
type Outcome struct {
	Err  error // nil: the API took it on
	Lost bool  // the answer was lost, so that it may have happened all the same
}

func (s *State) accepted(o *Operation, a Accepted) {
	switch o.Deed {
	case Create:
		o.settle(a.Point, s.Now)
		s.put(a.Point)
	case Delete:
		o.end(Done, s.Now, "")
		s.drop(o.Point.Key())
	case Restore:
		o.Phase = Running
		for i := range s.Servers.Value {
			if server := &s.Servers.Value[i]; server.ID == o.Server.ID && a.ServerStatus != "" {
				server.Status = a.ServerStatus
				o.shown = a.ServerStatus == ServerRestoring
			}
		}
	}
}

// put adds or replaces a point that an answer held.
func (s *State) put(p Point) {
	s.drop(p.Key())
	r := s.Points(p.Kind)
	r.Value = append(slices.Clone(r.Value), p)
	s.index()
}

func (s *State) drop(k Key) {
	r := s.Points(k.Kind)
	r.Value = slices.DeleteFunc(slices.Clone(r.Value), func(p Point) bool { return p.ID == k.ID })
	s.index()
}

// CallOff ends an operation that was to follow another one and now will not be sent.
func (s *State) CallOff(first Operation, why string) Operation {
	o := Operation{Deed: Restore, Point: *first.After, Server: first.Server, Mine: true, Started: s.Now}
	o.end(CalledOff, s.Now, why)
	o.Number = s.add(o)
	return o
}

// Operations returns those that are under way, in the order in which they began.
func (s *State) Operations() []Operation {
	var open []Operation
	for _, o := range s.operations {
		if !o.Phase.Over() {
			open = append(open, o)
		}
	}
	slices.SortStableFunc(open, func(a, b Operation) int { return a.Started.Compare(b.Started) })
	return open
}

// Busy is why no further deed may start on the server now, or "": two never run on one server at once from this program.
// What others have begun there is no reason: the API knows what goes together.
func (s *State) Busy(server ID) string {
	for _, o := range s.Operations() {
		if o.Mine && o.Server.ID == server {
			if o.Phase == Unknown {
				return "it is not yet known what became of “" + o.Title() + "”"
			}
			return "“" + o.Title() + "” is still running"
		}
	}
	return ""
}

func (s *State) add(o Operation) int {
	s.numbers++
	o.Number = s.numbers
	s.operations = append(s.operations, o)
	return o.Number
}

// keep is how many ended operations are remembered.
const keep = 200

func (s *State) trim() {
	if len(s.operations) <= 2*keep {
		return
	}
	over := 0
	s.operations = slices.DeleteFunc(s.operations, func(o Operation) bool {
		if o.Phase.Over() {
			over++
		}
		return o.Phase.Over() && over <= keep
	})
}

// index groups the points by server, newest first, and sums up each server's coverage: once for each piece of news, so
// that drawing only looks things up.
func (s *State) index() {
	s.byServer = make(map[ID][]Point, len(s.Servers.Value))
	for _, list := range [][]Point{s.Backups.Value, s.Snapshots.Value} {
		for _, p := range list {
			s.byServer[p.Server.ID] = append(s.byServer[p.Server.ID], p)
		}
	}
	s.fleet = make(map[ID]Coverage, len(s.byServer))
	for id, points := range s.byServer {
		SortNewestFirst(points)
		s.fleet[id] = cover(points)
	}
}

func cover(points []Point) Coverage {
	var c Coverage
	if newest, ok := Newest(points); ok {
		c.Newest = newest.CreatedAt
	}
	for _, p := range points {
		if p.Kind == Snapshot {
			c.Snapshots++
		} else {
			c.Backups++
		}
		if p.Status.Running() {
			c.Running++
		}
		if p.Status.Bad() {
			c.Failed++
		}
	}
	return c
}

// SortNewestFirst orders points by creation time, then by ID, so that the order is total.
func SortNewestFirst(points []Point) {
	slices.SortFunc(points, func(a, b Point) int {
		if c := b.CreatedAt.Compare(a.CreatedAt); c != 0 {
			return c
		}
		if c := cmp.Compare(a.Kind, b.Kind); c != 0 {
			return c
		}
		if a.ID.Less(b.ID) {
			return 1
		}
		if b.ID.Less(a.ID) {
			return -1
		}
		return 0
	})
}
