package api

import (
	"maps"
	"slices"

	"vpsdeck/model"
)

// gathered is a list as it was put together from its pages. Nobody writes to it.
type gathered[M any] struct {
	leaves []*leaf[M] // in the order in which they came, those that were read again too
	upTo   []int      // how many items there were with each
	items  []M
}

// gatherer puts a list together, each thing once. While its pages are those of the last time, which is nearly always, it makes nothing:
// the list of then is the beginning of this one, and mostly all of it.
type gatherer[M any] struct {
	before *gathered[M] // the last time; nil: there was none
	now    gathered[M]
	differ bool // a page is another than the last time: now has items of its own
	seen   map[model.ID]bool
}

// len is how many items there are so far.
func (g *gatherer[M]) len() int {
	if n := len(g.now.upTo); n > 0 {
		return g.now.upTo[n-1]
	}
	return 0
}

// take adds what the next page brought.
func (g *gatherer[M]) take(l *leaf[M]) {
	if at := len(g.now.leaves); !g.differ && g.before != nil && at < len(g.before.leaves) && g.before.leaves[at] == l {
		g.now.leaves, g.now.upTo = append(g.now.leaves, l), append(g.now.upTo, g.before.upTo[at])
		return
	}
	g.part()
	for i, id := range l.ids {
		if !g.seen[id] {
			g.seen[id] = true
			g.now.items = append(g.now.items, l.items[i])
		}
	}
	g.now.leaves, g.now.upTo = append(g.now.leaves, l), append(g.now.upTo, len(g.now.items))
}

// part leaves the list of the last time, from where on this one differs.
func (g *gatherer[M]) part() {
	if g.differ {
		return
	}
	g.differ, g.seen = true, map[model.ID]bool{}
	if n := g.len(); n > 0 {
		g.now.items = append(make([]M, 0, len(g.before.items)), g.before.items[:n]...)
		for _, l := range g.now.leaves {
			for _, id := range l.ids {
				g.seen[id] = true
			}
		}
	}
}

// makeRoom makes room for so many at once and not bit by bit: a large fleet's list grown by itself leaves twice its size behind.
func (g *gatherer[M]) makeRoom(all int) {
	if !g.differ || all <= len(g.now.items) {
		return
	}
	seen := make(map[model.ID]bool, all)
	maps.Copy(seen, g.seen)
	g.seen, g.now.items = seen, slices.Grow(g.now.items, all-len(g.now.items))
}

// end is the list, once its last page was taken: that of the last time where all pages were the same.
func (g *gatherer[M]) end() *gathered[M] {
	if n := g.len(); !g.differ && g.before != nil {
		if len(g.now.leaves) == len(g.before.leaves) {
			return g.before
		}
		g.now.items = g.before.items[:n:n]
	}
	return &g.now
}

// keep puts a list on the shelf. Its pages share their items with it from then on, so that each is there once.
func keep[M any](on *shelf, whole string, all *gathered[M]) {
	from := 0
	for i, l := range all.leaves {
		if to := all.upTo[i]; to-from == len(l.items) {
			shared := *l
			shared.items = all.items[from:to:to]
			on.exchange(l.at, l, &shared)
			all.leaves[i] = &shared
		}
		from = all.upTo[i]
	}
	on.putList(whole, all)
}
