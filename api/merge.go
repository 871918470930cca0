package api

import (
	"maps"
	"slices"

	"vpsdeck/model"
)

// mergedList is a list as it was put together from its pages. Nobody writes to it.
type mergedList[M any] struct {
	pages    []*pageData[M] // in the order in which they came, those that were read again too
	ends     []int          // how many items there were with each
	items    []M
	apiCount int64 // how many the API counts, those too that it gives twice; 0: it does not tell
	total    int64 // how many different ones that are
	hasMore  bool  // the API said that there is more, which could not be read
}

// isShort says whether fewer things came than there are.
func (a *mergedList[M]) isShort() bool { return a.hasMore || int64(len(a.items)) < a.total }

// sameAs says whether two readings have the same things on the same pages.
func (a *mergedList[M]) sameAs(b *mergedList[M]) bool {
	return a == b || a.total == b.total && a.hasMore == b.hasMore && slices.EqualFunc(a.pages, b.pages, func(x, y *pageData[M]) bool {
		return x == y || slices.Equal(x.ids, y.ids)
	})
}

// merger puts a list together, each thing once. While its pages are those of the last time, which is nearly always, it makes nothing:
// the list of then is the beginning of this one, and mostly all of it.
type merger[M any] struct {
	previous *mergedList[M] // the last time; nil: there was none
	current  mergedList[M]
	diverged bool // a page is another than the last time: now has items of its own
	seen     map[model.ID]bool
}

// len is how many items there are so far.
func (g *merger[M]) len() int {
	if n := len(g.current.ends); n > 0 {
		return g.current.ends[n-1]
	}
	return 0
}

// add adds what the next page brought.
func (g *merger[M]) add(l *pageData[M]) {
	if at := len(g.current.pages); !g.diverged && g.previous != nil && at < len(g.previous.pages) && g.previous.pages[at] == l {
		g.current.pages, g.current.ends = append(g.current.pages, l), append(g.current.ends, g.previous.ends[at])
		return
	}
	g.diverge()
	for i, id := range l.ids {
		if !g.seen[id] {
			g.seen[id] = true
			g.current.items = append(g.current.items, l.items[i])
		}
	}
	g.current.pages, g.current.ends = append(g.current.pages, l), append(g.current.ends, len(g.current.items))
}

// diverge leaves the list of the last time, from where on this one differs.
func (g *merger[M]) diverge() {
	if g.diverged {
		return
	}
	g.diverged, g.seen = true, map[model.ID]bool{}
	if n := g.len(); n > 0 {
		g.current.items = append(make([]M, 0, len(g.previous.items)), g.previous.items[:n]...)
		for _, l := range g.current.pages {
			for _, id := range l.ids {
				g.seen[id] = true
			}
		}
	}
}

// grow makes room for so many at once and not bit by bit: a large fleet's list grown by itself leaves twice its size behind.
func (g *merger[M]) grow(all int) {
	if !g.diverged || all <= len(g.current.items) {
		return
	}
	seen := make(map[model.ID]bool, all)
	maps.Copy(seen, g.seen)
	g.seen, g.current.items = seen, slices.Grow(g.current.items, all-len(g.current.items))
}

// finish is the list, once its last page was taken: that of the last time where all pages were the same. count is how many the
// API counts, 0 where it does not tell, and more that it said that there are others.
func (g *merger[M]) finish(count int64, more bool) *mergedList[M] {
	g.current.total, g.current.hasMore = count, more
	if n := g.len(); !g.diverged && g.previous != nil {
		if len(g.current.pages) == len(g.previous.pages) && g.previous.apiCount == count && g.previous.hasMore == more {
			return g.previous
		}
		g.current.items = g.previous.items[:n:n]
	}
	g.current.apiCount = count
	if int64(len(g.current.items)) < count {
		g.current.total = max(count-g.current.countRepeated(), 0)
	}
	return &g.current
}

// countRepeated is how often a page has a thing twice, as a join in the API's database makes it: it counts them so too [I].
func (a *mergedList[M]) countRepeated() int64 {
	n := 0
	for _, l := range a.pages {
		ids := make(map[model.ID]bool, len(l.ids))
		for _, id := range l.ids {
			ids[id] = true
		}
		n += len(l.ids) - len(ids)
	}
	return int64(n)
}

// containsAll says whether all that is in another list is in this one, too.
func (g *merger[M]) containsAll(other *mergedList[M]) bool {
	if !g.diverged {
		return g.len() == len(other.items)
	}
	for _, l := range other.pages {
		for _, id := range l.ids {
			if !g.seen[id] {
				return false
			}
		}
	}
	return true
}

// cacheList puts a list on the shelf. Its pages share their items with it from then on, so that each is there once.
func cacheList[M any](on *pageCache, whole string, all *mergedList[M]) {
	from := 0
	for i, l := range all.pages {
		if to := all.ends[i]; to-from == len(l.items) {
			shared := *l
			shared.items = all.items[from:to:to]
			on.replacePage(l.url, l, &shared)
			all.pages[i] = &shared
		}
		from = all.ends[i]
	}
	on.putList(whole, all)
}
