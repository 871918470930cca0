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
func (l *mergedList[M]) isShort() bool { return l.hasMore || int64(len(l.items)) < l.total }

// sameAs reports whether two readings have the same items on the same pages.
func (l *mergedList[M]) sameAs(b *mergedList[M]) bool {
	return l == b || l.total == b.total && l.hasMore == b.hasMore &&
		slices.EqualFunc(l.pages, b.pages, func(x, y *pageData[M]) bool {
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
func (m *merger[M]) len() int {
	if n := len(m.current.ends); n > 0 {
		return m.current.ends[n-1]
	}
	return 0
}

// add adds the items of the next page.
func (m *merger[M]) add(page *pageData[M]) {
	if at := len(m.current.pages); !m.diverged && m.previous != nil && at < len(m.previous.pages) &&
		m.previous.pages[at] == page {
		m.current.pages, m.current.ends = append(m.current.pages, page), append(m.current.ends, m.previous.ends[at])
		return
	}
	m.diverge()
	for i, id := range page.ids {
		if !m.seen[id] {
			m.seen[id] = true
			m.current.items = append(m.current.items, page.items[i])
		}
	}
	m.current.pages, m.current.ends = append(m.current.pages, page), append(m.current.ends, len(m.current.items))
}

// diverge stops sharing the items of the previous list, once this list differs.
func (m *merger[M]) diverge() {
	if m.diverged {
		return
	}
	m.diverged, m.seen = true, map[model.ID]bool{}
	if n := m.len(); n > 0 {
		m.current.items = append(make([]M, 0, len(m.previous.items)), m.previous.items[:n]...)
		for _, page := range m.current.pages {
			for _, id := range page.ids {
				m.seen[id] = true
			}
		}
	}
}

// grow allocates space for all items at once: append alone would leave twice the size of a large
// fleet's list as garbage.
func (m *merger[M]) grow(all int) {
	if !m.diverged || all <= len(m.current.items) {
		return
	}
	seen := make(map[model.ID]bool, all)
	maps.Copy(seen, m.seen)
	m.seen, m.current.items = seen, slices.Grow(m.current.items, all-len(m.current.items))
}

// finish returns the list after its last page; if all pages are the same, this is the previous
// list. count is the API's count, 0 if it does not say, and more is whether it announced more.
func (m *merger[M]) finish(count int64, more bool) *mergedList[M] {
	m.current.total, m.current.hasMore = count, more
	if n := m.len(); !m.diverged && m.previous != nil {
		if len(m.current.pages) == len(m.previous.pages) && m.previous.apiCount == count && m.previous.hasMore == more {
			return m.previous
		}
		m.current.items = m.previous.items[:n:n]
	}
	m.current.apiCount = count
	if int64(len(m.current.items)) < count {
		m.current.total = max(count-m.current.countRepeated(), 0)
	}
	return &m.current
}

// countRepeated returns how many items a page has twice, as a join in the API's database may cause.
// The API's count includes them too [I].
func (l *mergedList[M]) countRepeated() int64 {
	n := 0
	for _, page := range l.pages {
		ids := make(map[model.ID]bool, len(page.ids))
		for _, id := range page.ids {
			ids[id] = true
		}
		n += len(page.ids) - len(ids)
	}
	return int64(n)
}

// containsAll reports whether every item of another list is in this one too.
func (m *merger[M]) containsAll(other *mergedList[M]) bool {
	if !m.diverged {
		return m.len() == len(other.items)
	}
	for _, page := range other.pages {
		for _, id := range page.ids {
			if !m.seen[id] {
				return false
			}
		}
	}
	return true
}

// cacheList stores a list in the page cache. From then on its pages share their items with it, so
// that each item is in memory once.
func cacheList[M any](cache *pageCache, url string, list *mergedList[M]) {
	from := 0
	for i, page := range list.pages {
		if to := list.ends[i]; to-from == len(page.items) {
			shared := *page
			shared.items = list.items[from:to:to]
			cache.replacePage(page.url, page, &shared)
			list.pages[i] = &shared
		}
		from = list.ends[i]
	}
	cache.putList(url, list)
}
