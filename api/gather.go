package api

import (
	"maps"
	"slices"

	"vpsdeck/model"
)

// gathered is a list as it was put together from its pages. Nobody writes to it.
type gathered[M any] struct {
	leaves  []*leaf[M] // in the order in which they came, those that were read again too
	upTo    []int      // how many items there were with each
	items   []M
	counted int64 // how many the API counts, those too that it gives twice; 0: it does not tell
	of      int64 // how many different ones that are
	more    bool  // the API said that there is more, which could not be read
}

// short says whether fewer things came than there are.
func (a *gathered[M]) short() bool { return a.more || int64(len(a.items)) < a.of }

// sameAs says whether two readings have the same things on the same pages.
func (a *gathered[M]) sameAs(b *gathered[M]) bool {
	return a == b || a.of == b.of && a.more == b.more && slices.EqualFunc(a.leaves, b.leaves, func(x, y *leaf[M]) bool {
		return x == y || slices.Equal(x.ids, y.ids)
	})
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

// end is the list, once its last page was taken: that of the last time where all pages were the same. count is how many the
// API counts, 0 where it does not tell, and more that it said that there are others.
func (g *gatherer[M]) end(count int64, more bool) *gathered[M] {
	g.now.of, g.now.more = count, more
	if n := g.len(); !g.differ && g.before != nil {
		if len(g.now.leaves) == len(g.before.leaves) && g.before.counted == count && g.before.more == more {
			return g.before
		}
		g.now.items = g.before.items[:n:n]
	}
	g.now.counted = count
	if int64(len(g.now.items)) < count {
		g.now.of = max(count-g.now.repeated(), 0)
	}
	return &g.now
}

// repeated is how often a page has a thing twice, as a join in the API's database makes it: it counts them so too [I].
func (a *gathered[M]) repeated() int64 {
	n := 0
	for _, l := range a.leaves {
		ids := make(map[model.ID]bool, len(l.ids))
		for _, id := range l.ids {
			ids[id] = true
		}
		n += len(l.ids) - len(ids)
	}
	return int64(n)
}

// has says whether all that is in another list is in this one, too.
func (g *gatherer[M]) has(other *gathered[M]) bool {
	if !g.differ {
		return g.len() == len(other.items)
	}
	for _, l := range other.leaves {
		for _, id := range l.ids {
			if !g.seen[id] {
				return false
			}
		}
	}
	return true
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
