package model

import (
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
	durations  Durations
}

// Coverage is what a server can go back to.
type Coverage struct {
	Newest    time.Time // when its newest usable point was made; zero if it has none
	Backups   int       // all it has, whatever their status
	Snapshots int
	Failed    int // of both
	Running   int // of both
}

// Forget empties the state for another account. Operations go on being numbered, so that a late answer to an old one is not
// taken for that of a new one.
func (s *State) Forget() { *s = State{numbers: s.numbers, Now: s.Now, Local: s.Local} }

// Supersede gives up every request under way: it was sent with a token that is not in use any more.
func (s *State) Supersede() {
	s.Servers.Supersede()
	s.Backups.Supersede()
	s.Snapshots.Supersede()
	s.Account.Supersede()
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

// ServersArrived takes the answer to a request for all servers. It returns the operations that it showed to be over,
// and those whose lost answer was found.
func (s *State) ServersArrived(t Ticket, servers []Server, err error) []Operation {
	if !s.Servers.Finish(t, servers, err, s.Local) || err != nil {
		return nil
	}
	return s.follow(func(o *Operation) {
		if o.Deed == Restore && o.Phase != Sending {
			server, listed := s.Server(o.Server.ID)
			o.heardOfServer(server, listed, s.Servers.asked, s.Now)
		}
	}, s.findRestores)
}

// PointsArrived takes the answer to a request for points of one kind: those of one server, or all if server is empty. It
// returns the operations that it showed to be over, and those whose lost answer was found.
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
			o.heard(found, listed, remote.asked, s.Now)
		}
	}, func() { s.findCreates(kind) })
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
	slices.SortFunc(points, NewestFirst)
}
