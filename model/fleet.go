package model

import (
	"cmp"
	"slices"
)

// Fleet is what the three lists say together: which points each server has, and what it can go back to. It is made once for
// each change and never changed after, so that any number of goroutines may read it, and many share one.
type Fleet struct {
	Servers   []Server // as the API lists them, and so below; nobody writes to them
	Backups   []Point
	Snapshots []Point

	byID    map[ID]int32
	groups  map[ID]group
	running [2][]int32 // the places of points that are being made, by kind
	board   board
}

// group is what is known of one server's points: their places, newest first, and what they amount to. A place is a number of a
// backup, or, below zero, the complement of that of a snapshot: the points themselves are large and stand in their lists alone.
type group struct {
	places []int32
	cover  Coverage
	quotas [2]Quota
}

// Coverage is how many restore points a server has. What they are worth at a time tells an [Assessment].
type Coverage struct {
	Backups   int // all it has, whatever their status
	Snapshots int
	Failed    int // of both
	Running   int // of both
}

// noFleet is what there is before anything is known.
var noFleet = newFleet(nil, nil, nil)

// newFleet groups all points by server, newest first, and sums up each server's coverage, so that drawing only looks things up.
// It grows with the number of points.
func newFleet(servers []Server, backups, snapshots []Point) *Fleet {
	f := &Fleet{Servers: servers, Backups: backups, Snapshots: snapshots}
	f.nameServers()
	count := make(map[ID]int, len(servers))
	for _, list := range [][]Point{backups, snapshots} {
		for i := range list {
			count[list[i].Server.ID]++
		}
	}
	room := make([]int32, len(backups)+len(snapshots)) // all groups together: one piece of memory for ten thousand
	groups := make(map[ID]*group, len(count))
	each := make([]group, 0, len(count))
	for id, n := range count {
		each = append(each, group{places: room[:0:n]})
		groups[id], room = &each[len(each)-1], room[n:]
	}
	for kind, list := range [][]Point{Backup: backups, Snapshot: snapshots} {
		for i := range list {
			place := int32(i)
			if Kind(kind) == Snapshot {
				place = ^place
			}
			g := groups[list[i].Server.ID]
			g.places = append(g.places, place)
			if list[i].Status.Running() {
				f.running[kind] = append(f.running[kind], int32(i))
			}
		}
	}
	f.groups = make(map[ID]group, len(count))
	for id, g := range groups {
		slices.SortFunc(g.places, f.newestFirst)
		f.cover(g, id)
		f.groups[id] = *g
	}
	return f
}

// with is the same points beside other servers.
func (f *Fleet) with(servers []Server) *Fleet {
	out := &Fleet{Servers: servers, Backups: f.Backups, Snapshots: f.Snapshots, groups: f.groups, running: f.running}
	out.nameServers()
	return out
}

// Only is the part of the fleet whose servers are wanted, with the points of those.
func (f *Fleet) Only(wanted func(Server) bool) *Fleet {
	servers := slices.DeleteFunc(slices.Clone(f.Servers), func(s Server) bool { return !wanted(s) })
	mine := make(map[ID]bool, len(servers))
	for i := range servers {
		mine[servers[i].ID] = true
	}
	of := func(points []Point) (out []Point) {
		for i := range points {
			if mine[points[i].Server.ID] {
				out = append(out, points[i])
			}
		}
		return out
	}
	return newFleet(servers, of(f.Backups), of(f.Snapshots))
}

func (f *Fleet) nameServers() {
	f.byID = make(map[ID]int32, len(f.Servers))
	for i := len(f.Servers) - 1; i >= 0; i-- { // the first counts, should an ID come twice
		f.byID[f.Servers[i].ID] = int32(i)
	}
}

// point is the one at a place.
func (f *Fleet) point(place int32) *Point {
	if place < 0 {
		return &f.Snapshots[^place]
	}
	return &f.Backups[place]
}

// newestFirst is [NewestFirst] by places.
func (f *Fleet) newestFirst(a, b int32) int {
	return cmp.Or(NewestFirst(f.point(a), f.point(b)), cmp.Compare(b, a))
}

// Points returns the list of one kind.
func (f *Fleet) Points(kind Kind) []Point {
	if kind == Snapshot {
		return f.Snapshots
	}
	return f.Backups
}

// Of returns a server's points, backups and snapshots, newest first, in a slice of its own.
func (f *Fleet) Of(server ID) []Point { return f.appendOf(nil, server) }

// appendOf is Of in the room that there is.
func (f *Fleet) appendOf(room []Point, server ID) []Point {
	g := f.groups[server]
	room = slices.Grow(room, len(g.places))
	for _, place := range g.places {
		room = append(room, *f.point(place))
	}
	return room
}

// Coverage counts what the server has.
func (f *Fleet) Coverage(server ID) Coverage { return f.groups[server].cover }

// Quota is how far the server has used its room for a kind of point.
func (f *Fleet) Quota(kind Kind, server ID) Quota {
	q := f.groups[server].quotas[kind]
	q.Limit = kind.Limit()
	return q
}

// Server finds a server by its ID.
func (f *Fleet) Server(id ID) (Server, bool) {
	i, ok := f.byID[id]
	if !ok {
		return Server{}, false
	}
	return f.Servers[i], true
}

// cover sums up what a server has.
func (f *Fleet) cover(g *group, server ID) {
	c := &g.cover
	for kind := range g.quotas {
		g.quotas[kind].Limit = Kind(kind).Limit()
	}
	for _, place := range g.places {
		p := f.point(place)
		g.quotas[p.Kind].count(p)
		if p.Kind == Snapshot {
			c.Snapshots++
		} else {
			c.Backups++
		}
		switch {
		case p.Status.Running():
			c.Running++
		case p.Status.Bad():
			c.Failed++
		}
	}
}
