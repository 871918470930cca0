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

	Me Actor // who works with it; the zero Actor is alone

	operations []Operation
	numbers    int
	fleet      *Fleet // made of the three lists; nil before there are any
	version    int
	sights     sights
	told       told
	recalled   time.Time // when an earlier run saw what it left; zero: nothing was recalled
	recalledOf string
	durations  Durations
}

// Forget empties the state for another account. Operations go on being numbered, so that a late answer to an old one is not
// taken for that of a new one.
func (s *State) Forget() {
	*s = State{numbers: s.numbers, Now: s.Now, Local: s.Local, version: s.version + 1, Me: s.Me}
}

// Version tells what is made of the servers and the points whether it has to be made anew: it is another one whenever one of
// them has changed, and the same after a poll that has brought nothing new.
func (s *State) Version() int { return s.version }

// Supersede gives up every request under way: it was sent with a token that is not in use any more.
func (s *State) Supersede() {
	s.Servers.Supersede()
	s.Backups.Supersede()
	s.Snapshots.Supersede()
	s.Account.Supersede()
}

// Asking says whether a list is being asked for.
func (s *State) Asking() bool { return s.Servers.Busy() || s.Backups.Busy() || s.Snapshots.Busy() }

// Failure is why the account cannot be read whole, or nil.
func (s *State) Failure() error { return cmp.Or(s.Servers.Err, s.Backups.Err, s.Snapshots.Err) }

// Points is what is known of one kind of restore point.
func (s *State) Points(kind Kind) *Remote[[]Point] {
	if kind == Snapshot {
		return &s.Snapshots
	}
	return &s.Backups
}

// Fleet is what the lists say together.
func (s *State) Fleet() *Fleet {
	if s.fleet == nil {
		return noFleet
	}
	return s.fleet
}

// index makes it anew, after a change of a list of points.
func (s *State) index() {
	s.version++
	s.fleet = newFleet(s.Servers.Value, s.Backups.Value, s.Snapshots.Value)
}

// Of returns a server's points, backups and snapshots, newest first, in a slice of its own.
func (s *State) Of(server ID) []Point { return s.Fleet().Of(server) }

// Quota is how far the server has used its room for a kind of point.
func (s *State) Quota(kind Kind, server ID) Quota { return s.Fleet().Quota(kind, server) }

// PointsKnown says whether both lists of points have arrived at least once, so that absence means something.
func (s *State) PointsKnown() bool { return s.Backups.Loaded() && s.Snapshots.Loaded() }

// Server finds a server by its ID.
func (s *State) Server(id ID) (Server, bool) { return s.Fleet().Server(id) }

// Point finds a restore point.
func (s *State) Point(k Key) (Point, bool) {
	for _, p := range s.Points(k.Kind).Value {
		if p.ID == k.ID {
			return p, true
		}
	}
	return Point{}, false
}

// ServersArrived takes the answer to a request for all servers. It returns the operations that it showed to be over,
// and those whose lost answer was found.
func (s *State) ServersArrived(t Ticket, servers []Server, err error) []Operation {
	same := err == nil && s.Servers.Loaded() && equal(s.Servers.Value, servers)
	if same { // what was made of them is still good
		servers = s.Servers.Value
	}
	if !s.Servers.Finish(t, servers, err, s.Local) || err != nil {
		return nil
	}
	if !same {
		s.version++
		s.fleet = s.Fleet().with(servers)
	}
	s.sights.servers = s.Servers.asked
	return s.followServers(s.Servers.asked)
}

// followServers lets the operations hear what a list of servers shows that was asked for then.
func (s *State) followServers(asked time.Time) []Operation {
	return s.follow(func(o *Operation) {
		if o.Deed == Restore && o.Phase != Sending {
			server, listed := s.Server(o.Server.ID)
			o.heardOfServer(server, listed, asked, s.Now)
		}
	}, s.findRestores)
}

// PointsArrived takes the answer to a request for points of one kind: those of one server, or all if server is empty. It
// returns the operations that it showed to be over, and those whose lost answer was found.
func (s *State) PointsArrived(kind Kind, server ID, t Ticket, points []Point, err error) []Operation {
	remote := s.Points(kind)
	if server == "" {
		same := err == nil && remote.Loaded() && equal(remote.Value, points)
		if same {
			points = remote.Value
		}
		if !remote.Finish(t, points, err, s.Local) || err != nil {
			return nil
		}
		if !same {
			s.index()
		}
	} else {
		if !remote.Release(t, err) || err != nil {
			return nil
		}
		s.replace(kind, server, points)
	}
	s.sights.points[kind].note(server, remote.asked)
	return s.followPoints(kind, server, remote.asked)
}

// followPoints lets the operations hear what a list of points shows that was asked for then: of one server, or of all.
func (s *State) followPoints(kind Kind, server ID, asked time.Time) []Operation {
	return s.follow(func(o *Operation) {
		if o.Point.Kind == kind && o.Deed != Restore && o.Phase != Sending && (server == "" || server == o.Server.ID) {
			found, listed := s.find(*o)
			o.heard(found, listed, asked, s.Now)
		}
	}, func() { s.findCreates(kind) })
}

// replace puts the points of one kind that one server has in the place of those that it had. Where they are the same,
// nothing has changed.
func (s *State) replace(kind Kind, server ID, points []Point) {
	elsewhere := func(p Point) bool { return p.Server.ID != server }
	now := slices.DeleteFunc(slices.Clone(points), elsewhere)
	had := slices.DeleteFunc(s.Of(server), func(p Point) bool { return p.Kind != kind })
	sorted := slices.Clone(now)
	if SortNewestFirst(sorted); slices.Equal(had, sorted) {
		return
	}
	remote := s.Points(kind)
	others := slices.DeleteFunc(slices.Clone(remote.Value), func(p Point) bool { return !elsewhere(p) })
	remote.Value = append(others, now...)
	s.index()
}

// equal says whether two lists, which nobody writes to, say the same; at once where they are one.
func equal[T comparable](a, b []T) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0] || slices.Equal(a, b))
}

// SortNewestFirst orders points by creation time, then by ID, so that the order is total.
func SortNewestFirst(points []Point) {
	slices.SortFunc(points, func(a, b Point) int { return NewestFirst(&a, &b) })
}
