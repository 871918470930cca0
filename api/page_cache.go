package api

import (
	"crypto/sha256"
	"sync"
)

// maxCachedPages is enough for 250,000 items.
const maxCachedPages = 2_500

// pageCache keeps the pages that were read, each with the hash of its bytes, and the lists that
// were put together from several pages. In a poll of a large fleet, nearly every page is unchanged
// since the poll before. Comparing hashes takes a tenth of the time of parsing the page again.
type pageCache struct {
	mu    sync.Mutex
	pages map[string]cachedPage // by address
	lists map[string]any        // by the address of the first page
}

// cachedPage is a parsed page, which is read-only, and the hash of its bytes.
type cachedPage struct {
	sum  [sha256.Size]byte
	page any
}

// page returns the page at an address if it was parsed from the same bytes, else nil.
func (s *pageCache) page(at string, sum [sha256.Size]byte) any {
	s.mu.Lock()
	defer s.mu.Unlock()
	if kept, ok := s.pages[at]; ok && kept.sum == sum {
		return kept.page
	}
	return nil
}

// putPage stores a page. If there are too many, as after opening thousands of servers one by one,
// it empties the cache first.
func (s *pageCache) putPage(at string, sum [sha256.Size]byte, page any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pages == nil || len(s.pages) >= maxCachedPages {
		s.pages, s.lists = map[string]cachedPage{}, map[string]any{}
	}
	s.pages[at] = cachedPage{sum, page}
}

// replacePage replaces a page with an equal one, if it is still the one at the address.
func (s *pageCache) replacePage(at string, old, page any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if kept, ok := s.pages[at]; ok && kept.page == old {
		s.pages[at] = cachedPage{kept.sum, page}
	}
}

// list returns the last list that was stored for an address, or nil.
func (s *pageCache) list(at string) any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lists[at]
}

func (s *pageCache) putList(at string, list any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lists == nil {
		s.lists = map[string]any{}
	}
	s.lists[at] = list
}
