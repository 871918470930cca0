package model

import "slices"

// index groups all points by server, newest first, and sums up each server's coverage: once for each change, so that drawing
// only looks things up. It grows with the number of points.
func (s *State) index() {
	s.version++
	count := make(map[ID]int, len(s.Servers.Value))
	lists := [][]Point{s.Backups.Value, s.Snapshots.Value}
	for _, list := range lists {
		for i := range list {
			count[list[i].Server.ID]++
		}
	}
	room := make([]Point, len(s.Backups.Value)+len(s.Snapshots.Value)) // all groups together: one piece of memory for ten thousand
	s.byServer = make(map[ID][]Point, len(count))
	for id, n := range count {
		s.byServer[id], room = room[:0:n], room[n:]
	}
	for _, list := range lists {
		for i := range list {
			id := list[i].Server.ID
			s.byServer[id] = append(s.byServer[id], list[i])
		}
	}
	s.fleet = make(map[ID]Coverage, len(count))
	for id, points := range s.byServer {
		SortNewestFirst(points)
		s.fleet[id] = cover(points)
	}
}

// replace puts the points of one kind that one server has in the place of those that it had. Where they are the same,
// nothing has changed.
func (s *State) replace(kind Kind, server ID, points []Point) {
	points = slices.DeleteFunc(slices.Clone(points), func(p Point) bool { return p.Server.ID != server })
	had := s.byServer[server]
	rest := slices.DeleteFunc(slices.Clone(had), func(p Point) bool { return p.Kind == kind })
	now := append(rest, points...)
	SortNewestFirst(now)
	if slices.Equal(had, now) {
		return
	}
	s.version++
	remote := s.Points(kind)
	others := slices.DeleteFunc(slices.Clone(remote.Value), func(p Point) bool { return p.Server.ID == server })
	remote.Value = append(others, points...)
	if s.byServer == nil {
		s.index()
		return
	}
	s.byServer[server], s.fleet[server] = now, cover(now)
	if len(now) == 0 {
		delete(s.byServer, server)
		delete(s.fleet, server)
	}
}

func cover(points []Point) Coverage {
	var c Coverage
	if newest, ok := Newest(points); ok {
		c.Newest = newest.CreatedAt
	}
	for i := range points {
		p := &points[i]
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
