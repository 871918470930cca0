package api

import (
	"crypto/sha256"
	"sync"
)

// maxCachedPages is how many pages are kept, which is enough for 250,000 things.
const maxCachedPages = 2_500

// pageCache keeps the pages that were read, each with the fingerprint of its bytes, and the lists that were put together from several:
// nearly all of a poll of a large fleet is what the poll before it has brought, and telling that takes a tenth of reading it again.
type pageCache struct {
	mu    sync.Mutex
	pages map[string]cachedPage // by address
	lists map[string]any        // by the address of the first page
}

// cachedPage is a page as it was read, which nobody writes to, and of what.
type cachedPage struct {
	sum  [sha256.Size]byte
	page any
}

// page is the page at an address if it was read of the same bytes, else nil.
func (s *pageCache) page(at string, sum [sha256.Size]byte) any {
	s.mu.Lock()
	defer s.mu.Unlock()
	if kept, ok := s.pages[at]; ok && kept.sum == sum {
		return kept.page
	}
	return nil
}

// putPage keeps a page. Where there are too many, as after a look at thousands of servers one by one, it begins anew.
func (s *pageCache) putPage(at string, sum [sha256.Size]byte, page any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pages == nil || len(s.pages) >= maxCachedPages {
		s.pages, s.lists = map[string]cachedPage{}, map[string]any{}
	}
	s.pages[at] = cachedPage{sum, page}
}

// replacePage puts a page that says the same in the place of one, if that is still the one at the address.
func (s *pageCache) replacePage(at string, old, page any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if kept, ok := s.pages[at]; ok && kept.page == old {
		s.pages[at] = cachedPage{kept.sum, page}
	}
}

// list is the list that was put together last at an address, nil if there was none.
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
