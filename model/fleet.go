package model

import (
	"cmp"
	"slices"
	"sync"
)

// Fleet combines the three lists: which points each server has, and its coverage. A new one is
// built after each change and then never modified, so goroutines can share it.
type Fleet struct {
	Servers   []Server // in the API's order, as are the points below; never written to
	Backups   []Point
	Snapshots []Point

	byID        map[ID]int32
	groups      map[ID]group
	running     [2][]int32         // the indexes of points that are being created, by kind
	newest      [2]func() []*Point // by kind: all points, newest first; sorted when first used
	assessments assessmentCache
}

// group is what is known of one server's points: their indexes, newest first, and totals. An index
// of 0 or more is a backup; a negative one is the complement of a snapshot's index. Points are
// large, so they are stored only in their lists.
type group struct {
	indexes  []int32
	coverage Coverage
	quotas   [2]Quota
}

// Coverage is how many restore points a server has. An [Assessment] says whether they are enough.
type Coverage struct {
	Backups   int // all, regardless of status
	Snapshots int
	Failed    int // of both kinds
	Running   int // of both kinds
}

// emptyFleet is used before anything is loaded.
var emptyFleet = newFleet(nil, nil, nil)

// newFleet groups all points by server, newest first, and computes each server's totals, so that
// drawing needs only lookups. It takes time in proportion to the number of points.
func newFleet(servers []Server, backups, snapshots []Point) *Fleet {
	f := &Fleet{Servers: servers, Backups: backups, Snapshots: snapshots,
		newest: [2]func() []*Point{Backup: sortWhenUsed(backups), Snapshot: sortWhenUsed(snapshots)}}
	f.indexServers()
	count := make(map[ID]int, len(servers))
	for _, list := range [][]Point{backups, snapshots} {
		for i := range list {
			count[list[i].Server.ID]++
		}
	}
	room := make([]int32, len(backups)+len(snapshots)) // for all groups: one allocation instead of ten thousand
	groups := make(map[ID]*group, len(count))
	each := make([]group, 0, len(count))
	for id, n := range count {
		each = append(each, group{indexes: room[:0:n]})
		groups[id], room = &each[len(each)-1], room[n:]
	}
	for kind, list := range [][]Point{Backup: backups, Snapshot: snapshots} {
		for i := range list {
			place := int32(i)
			if Kind(kind) == Snapshot {
				place = ^place
			}
			g := groups[list[i].Server.ID]
			g.indexes = append(g.indexes, place)
			if list[i].Status.Running() {
				f.running[kind] = append(f.running[kind], int32(i))
			}
		}
	}
	f.groups = make(map[ID]group, len(count))
	for id, g := range groups {
		slices.SortFunc(g.indexes, f.newestFirst)
		f.summarize(g, id)
		f.groups[id] = *g
	}
	return f
}

// withServers returns a fleet with the same points and other servers.
func (f *Fleet) withServers(servers []Server) *Fleet {
	out := &Fleet{Servers: servers, Backups: f.Backups, Snapshots: f.Snapshots, groups: f.groups, running: f.running,
		newest: f.newest}
	out.indexServers()
	return out
}

// keepOrder takes over the order of lists that an earlier fleet has too.
func (f *Fleet) keepOrder(earlier *Fleet) {
	for kind := range f.newest {
		if now, before := f.Points(Kind(kind)), earlier.Points(Kind(kind)); len(now) > 0 && len(now) == len(before) &&
			&now[0] == &before[0] {
			f.newest[kind] = earlier.newest[kind]
		}
	}
}

// NewestFirst returns all points of one kind, the newest first. It must not be written to. All that
// share the fleet share it, so that in a crowd one of them sorts it.
func (f *Fleet) NewestFirst(kind Kind) []*Point { return f.newest[kind]() }

// PointersTo returns pointers to the points, because points are large and rows are moved. Nobody
// writes to the list.
func PointersTo(points []Point) []*Point {
	out := make([]*Point, len(points))
	for i := range points {
		out[i] = &points[i]
	}
	return out
}

// sortWhenUsed sorts pointers to the points at the first call.
func sortWhenUsed(points []Point) func() []*Point {
	return sync.OnceValue(func() []*Point {
		sorted := PointersTo(points)
		slices.SortFunc(sorted, NewestFirst)
		return sorted
	})
}

// Filter returns the part of the fleet with the wanted servers and their points.
func (f *Fleet) Filter(wanted func(Server) bool) *Fleet {
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

func (f *Fleet) indexServers() {
	f.byID = make(map[ID]int32, len(f.Servers))
	for i := len(f.Servers) - 1; i >= 0; i-- { // the first one wins if an ID is listed twice
		f.byID[f.Servers[i].ID] = int32(i)
	}
}

// pointAt returns the point at an index.
func (f *Fleet) pointAt(place int32) *Point {
	if place < 0 {
		return &f.Snapshots[^place]
	}
	return &f.Backups[place]
}

// newestFirst is [NewestFirst] for indexes.
func (f *Fleet) newestFirst(a, b int32) int {
	return cmp.Or(NewestFirst(f.pointAt(a), f.pointAt(b)), cmp.Compare(b, a))
}

// Points returns the list of one kind.
func (f *Fleet) Points(kind Kind) []Point {
	if kind == Snapshot {
		return f.Snapshots
	}
	return f.Backups
}

// PointsOf returns a server's points, backups and snapshots, newest first, in a new slice.
func (f *Fleet) PointsOf(server ID) []Point { return f.appendPointsOf(nil, server) }

// appendPointsOf appends a server's points to room.
func (f *Fleet) appendPointsOf(room []Point, server ID) []Point {
	g := f.groups[server]
	room = slices.Grow(room, len(g.indexes))
	for _, place := range g.indexes {
		room = append(room, *f.pointAt(place))
	}
	return room
}

// Coverage returns how many restore points the server has.
func (f *Fleet) Coverage(server ID) Coverage { return f.groups[server].coverage }

// Quota returns how much of its quota for a kind of point the server uses.
func (f *Fleet) Quota(kind Kind, server ID) Quota {
	q := f.groups[server].quotas[kind]
	q.Limit = kind.Limit()
	return q
}

// Server returns the server with the ID.
func (f *Fleet) Server(id ID) (Server, bool) {
	i, ok := f.byID[id]
	if !ok {
		return Server{}, false
	}
	return f.Servers[i], true
}

// summarize computes a server's totals.
func (f *Fleet) summarize(g *group, server ID) {
	c := &g.coverage
	for kind := range g.quotas {
		g.quotas[kind].Limit = Kind(kind).Limit()
	}
	for _, place := range g.indexes {
		p := f.pointAt(place)
		g.quotas[p.Kind].add(p)
		if p.Kind == Snapshot {
			c.Snapshots++
		} else {
			c.Backups++
		}
		switch {
		case p.Status.Running():
			c.Running++
		case p.Status.Failed():
			c.Failed++
		}
	}
}
