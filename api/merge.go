package api

import (
	"maps"
	"slices"

	"vpsdeck/model"
)

// mergedList is a list that was put together from its pages. It is read-only.
type mergedList[M any] struct {
	pages    []*pageData[M] // in the order in which they came, including those read again
	ends     []int          // how many items there are up to and including each page
	items    []M
	apiCount int64 // how many the API counts, duplicates included; 0 if it does not say
	total    int64 // the same without duplicates
	hasMore  bool  // the API announced more, which could not be read
}

// isShort reports whether fewer items came than there are.
func (a *mergedList[M]) isShort() bool { return a.hasMore || int64(len(a.items)) < a.total }

// sameAs reports whether two readings have the same items on the same pages.
func (a *mergedList[M]) sameAs(b *mergedList[M]) bool {
	return a == b || a.total == b.total && a.hasMore == b.hasMore && slices.EqualFunc(a.pages, b.pages, func(x, y *pageData[M]) bool {
		return x == y || slices.Equal(x.ids, y.ids)
	})
}

// merger puts a list together, each item once. Its pages are nearly always those of the previous
// list. Then it allocates nothing, because the new list is a prefix of the previous one, and
// usually all of it.
type merger[M any] struct {
	previous *mergedList[M] // the list of the last reading; nil if there was none
	current  mergedList[M]
	diverged bool // a page differs from the previous list: current has its own items
	seen     map[model.ID]bool
}

// len returns how many items there are so far.
func (g *merger[M]) len() int {
	if n := len(g.current.ends); n > 0 {
		return g.current.ends[n-1]
	}
	return 0
}

// add adds the items of the next page.
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

// diverge stops sharing the items of the previous list, once this list differs.
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

// grow allocates space for all items at once: append alone would leave twice the size of a large
// fleet's list as garbage.
func (g *merger[M]) grow(all int) {
	if !g.diverged || all <= len(g.current.items) {
		return
	}
	seen := make(map[model.ID]bool, all)
	maps.Copy(seen, g.seen)
	g.seen, g.current.items = seen, slices.Grow(g.current.items, all-len(g.current.items))
}

// finish returns the list after its last page; if all pages are the same, this is the previous
// list. count is the API's count, 0 if it does not say, and more is whether it announced more.
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

// countRepeated returns how many items a page has twice, as a join in the API's database may cause.
// The API's count includes them too [I].
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

// containsAll reports whether every item of another list is in this one too.
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

// cacheList stores a list in the page cache. From then on its pages share their items with it, so
// that each item is in memory once.
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
