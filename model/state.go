package model

import (
	"cmp"
	"errors"
	"slices"
	"time"
)

// State is everything the program knows of an account. Only the root of the screens writes to it;
// all others only read.
type State struct {
	Servers   Remote[[]Server]
	Backups   Remote[[]Point]
	Snapshots Remote[[]Point]
	Account   Remote[Account]

	Now   time.Time // the API's clock, as of the last message
	Local time.Time // this machine's clock, as of the last message

	Me Actor // the current user; the zero Actor is the only one

	operations    []Operation
	open          []Operation // those under way, sorted; nil: they may have changed
	lastNumber    int
	fleet         *Fleet // built from the three lists; nil before there are any
	version       int
	requestTimes  requestTimes
	shared        sharedState
	cachedAt      time.Time // when the cache was written; zero: no cache was loaded
	cachedAccount string
	durations     Durations
}

// Reset clears the state for another account. Numbers of operations continue, so that a late answer
// is not applied to a new operation.
func (s *State) Reset() {
	*s = State{lastNumber: s.lastNumber, Now: s.Now, Local: s.Local, version: s.version + 1, Me: s.Me}
}

// Version changes with the servers and points, and stays the same after a poll without changes.
// Data derived from them is rebuilt when it changes.
func (s *State) Version() int { return s.version }

// CancelPending cancels every request under way, because its token is no longer in use.
func (s *State) CancelPending() {
	s.Servers.CancelPending()
	s.Backups.CancelPending()
	s.Snapshots.CancelPending()
	s.Account.CancelPending()
}

// Busy reports whether a list is being requested.
func (s *State) Busy() bool { return s.Servers.Busy() || s.Backups.Busy() || s.Snapshots.Busy() }

// Failure returns why a list cannot be loaded completely, or nil.
func (s *State) Failure() error { return cmp.Or(s.Servers.Err, s.Backups.Err, s.Snapshots.Err) }

// ListsAt returns when the oldest of the three lists was loaded, by this machine's clock, and whether
// all have been loaded.
func (s *State) ListsAt() (at time.Time, loaded bool) {
	at = slices.MinFunc([]time.Time{s.Servers.At, s.Backups.At, s.Snapshots.At}, time.Time.Compare)
	return at, !at.IsZero()
}

// Points returns the list of one kind of restore point.
func (s *State) Points(kind Kind) *Remote[[]Point] {
	if kind == Snapshot {
		return &s.Snapshots
	}
	return &s.Backups
}

// Fleet returns the three lists combined.
func (s *State) Fleet() *Fleet {
	if s.fleet == nil {
		return emptyFleet
	}
	return s.fleet
}

// rebuildFleet rebuilds the fleet after a list of points has changed.
func (s *State) rebuildFleet() {
	s.version++
	before := s.Fleet()
	s.fleet = newFleet(s.Servers.Value, s.Backups.Value, s.Snapshots.Value)
	s.fleet.keepOrder(before)
}

// PointsOf returns a server's points, backups and snapshots, newest first, in a new slice.
func (s *State) PointsOf(server ID) []Point { return s.Fleet().PointsOf(server) }

// Quota returns how much of its quota for a kind of point the server uses.
func (s *State) Quota(kind Kind, server ID) Quota {
	q := s.Fleet().Quota(kind, server)
	q.Incomplete = !s.Points(kind).Complete()
	return q
}

// PointsComplete reports whether both lists of points have been loaded completely, so that what is
// missing from them does not exist.
func (s *State) PointsComplete() bool { return s.Backups.Complete() && s.Snapshots.Complete() }

// PointsLoaded reports whether both lists of points have been loaded, at least in part.
func (s *State) PointsLoaded() bool { return s.Backups.Loaded() && s.Snapshots.Loaded() }

// Complete reports whether all lists have been loaded completely, and the last answers were complete
// too.
func (s *State) Complete() bool {
	return s.Servers.Complete() && s.PointsComplete() && s.Incomplete() == nil
}

// AllPoints returns the restore points of all servers, backups first, in a new slice.
func (s *State) AllPoints() []Point { return slices.Concat(s.Backups.Value, s.Snapshots.Value) }

// Incomplete returns why a list is incomplete, as of the last answers. It returns nil if all are
// complete, or failed for another reason.
func (s *State) Incomplete() error {
	for _, err := range []error{s.Servers.Err, s.Backups.Err, s.Snapshots.Err} {
		if errors.Is(err, ErrIncomplete) {
			return err
		}
	}
	return nil
}

// Server returns the server with the ID.
func (s *State) Server(id ID) (Server, bool) { return s.Fleet().Server(id) }

// Point returns the restore point with the key.
func (s *State) Point(k Key) (Point, bool) {
	points := s.Points(k.Kind).Value
	for i := range points { // points are large
		if points[i].ID == k.ID {
			return points[i], true
		}
	}
	return Point{}, false
}

// ApplyServers applies the answer to a request for all servers. It returns the operations that it
// shows as ended, and those whose lost answer was found.
func (s *State) ApplyServers(t Ticket, servers []Server, err error) []Operation {
	listed := partialIDs(servers, err, serverID)
	if listed != nil && s.Servers.Complete() && !s.IsCached(s.Servers.At) {
		servers = mergeLists(s.Servers.Value, servers, serverID)
	}
	same := hasData(err) && s.Servers.Loaded() && sameList(s.Servers.Value, servers)
	if same { // what was derived from them is still valid
		servers = s.Servers.Value
	}
	known := s.Servers.Complete()
	if !s.Servers.Finish(t, servers, err, s.Local) || !hasData(err) {
		return nil
	}
	if listed != nil && s.IsCached(s.Servers.At) {
		s.Servers.setPartial(s.Local)
	}
	if !same || known != s.Servers.Complete() {
		s.version++
		s.fleet = s.Fleet().withServers(servers)
	}
	s.requestTimes.servers, s.requestTimes.listed = s.Servers.requestedAt, listed
	return s.updateFromServers(s.Servers.requestedAt, listed)
}

// updateFromServers updates the operations from a list of servers. asked is when it was requested.
// only is the servers in an incomplete list; nil: it is complete.
func (s *State) updateFromServers(asked time.Time, only map[ID]bool) []Operation {
	return s.updateOperations(func(o *Operation) {
		if o.Action != Restore || o.Phase == PhaseSending {
			return
		}
		if only != nil && !only[o.Server.ID] {
			o.applyPartialList(asked)
			return
		}
		server, listed := s.Server(o.Server.ID)
		o.applyServer(server, listed, asked, s.Now)
	}, s.findRestores)
}

// ApplyPoints applies the answer to a request for points of one kind: those of one server, or all
// if server is empty. It returns the operations that it shows as ended, and those whose lost answer
// was found.
func (s *State) ApplyPoints(kind Kind, server ID, t Ticket, points []Point, err error) []Operation {
	remote := s.Points(kind)
	listed := partialIDs(points, err, pointID)
	if server == "" {
		if listed != nil && remote.Complete() && !s.IsCached(remote.At) {
			points = mergeLists(remote.Value, points, pointID)
		}
		same := hasData(err) && remote.Loaded() && sameList(remote.Value, points)
		if same {
			points = remote.Value
		}
		known := remote.Complete()
		if !remote.Finish(t, points, err, s.Local) || !hasData(err) {
			return nil
		}
		if listed != nil && s.IsCached(remote.At) {
			remote.setPartial(s.Local)
		}
		if !same || known != remote.Complete() {
			s.rebuildFleet()
		}
	} else {
		if !remote.Release(t, err) || !hasData(err) {
			return nil
		}
		if listed == nil {
			s.replacePoints(kind, server, points)
		} else if merged := mergeLists(remote.Value, points, pointID); !sameList(remote.Value, merged) {
			remote.Value = merged
			s.rebuildFleet()
		}
	}
	s.requestTimes.points[kind].record(server, remote.requestedAt, listed)
	return s.updateFromPoints(kind, remote.requestedAt, listed, isServer(server))
}

// isServer returns whether an ID is that of a server; of any if it is empty.
func isServer(server ID) func(ID) bool {
	return func(id ID) bool { return server == "" || id == server }
}

// updateFromPoints updates the operations from a list of points of these servers. asked is when it
// was requested. only is the points in an incomplete list; nil: it is complete.
func (s *State) updateFromPoints(kind Kind, asked time.Time, only map[ID]bool, of func(server ID) bool) []Operation {
	return s.updateOperations(func(o *Operation) {
		if o.Point.Kind == kind && o.Action != Restore && o.Phase != PhaseSending && of(o.Server.ID) {
			found, listed := s.findPoint(*o)
			if only != nil && (!listed || !only[found.ID]) {
				o.applyPartialList(asked)
				return
			}
			o.applyPoint(found, listed, asked, s.Now)
		}
	}, func() { s.findCreates(kind) })
}

// hasData reports whether a list came with the error, at least in part.
func hasData(err error) bool { return err == nil || errors.Is(err, ErrIncomplete) }

func serverID(s Server) ID { return s.ID }
func pointID(p Point) ID   { return p.ID }

// partialIDs returns the IDs in an incomplete list; nil if the error is another one.
func partialIDs[T any](list []T, err error, id func(T) ID) map[ID]bool {
	if !errors.Is(err, ErrIncomplete) {
		return nil
	}
	ids := make(map[ID]bool, len(list))
	for _, one := range list {
		ids[id(one)] = true
	}
	return ids
}

// mergeLists updates a list with an incomplete newer one. It removes nothing.
func mergeLists[T any](had, part []T, id func(T) ID) []T {
	newer := make(map[ID]T, len(part))
	for _, one := range part {
		newer[id(one)] = one
	}
	out := slices.Clone(had)
	for i, one := range out {
		if now, ok := newer[id(one)]; ok {
			out[i] = now
			delete(newer, id(one))
		}
	}
	for _, one := range part {
		if now, ok := newer[id(one)]; ok {
			out = append(out, now)
			delete(newer, id(one))
		}
	}
	return out
}

// replacePoints replaces the points of one kind that a server has. If they are the same, nothing
// changes.
func (s *State) replacePoints(kind Kind, server ID, points []Point) {
	elsewhere := func(p Point) bool { return p.Server.ID != server }
	now := slices.DeleteFunc(slices.Clone(points), elsewhere)
	had := slices.DeleteFunc(s.PointsOf(server), func(p Point) bool { return p.Kind != kind })
	sorted := slices.Clone(now)
	if SortNewestFirst(sorted); slices.Equal(had, sorted) {
		return
	}
	remote := s.Points(kind)
	others := slices.DeleteFunc(slices.Clone(remote.Value), func(p Point) bool { return !elsewhere(p) })
	remote.Value = append(others, now...)
	s.rebuildFleet()
}

// sameList reports whether two lists are equal. It is fast if they share memory, which is safe
// because nobody writes to them.
func sameList[T comparable](a, b []T) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0] || slices.Equal(a, b))
}

// SortNewestFirst sorts points by creation time, then by kind and ID, so that the order is total.
func SortNewestFirst(points []Point) {
	slices.SortFunc(points, func(a, b Point) int { return NewestFirst(&a, &b) })
}
