package api

import (
	"crypto/sha256"
	"sync"
)

// mostPages is how many pages are kept, which is enough for 250,000 things.
const mostPages = 2_500

// shelf keeps the pages that were read, each with the fingerprint of its bytes, and the lists that were put together from several:
// nearly all of a poll of a large fleet is what the poll before it has brought, and telling that takes a tenth of reading it again.
type shelf struct {
	mu    sync.Mutex
	pages map[string]readBefore // by address
	lists map[string]any        // by the address of the first page
}

// readBefore is a page as it was read, which nobody writes to, and of what.
type readBefore struct {
	sum  [sha256.Size]byte
	page any
}

// page is the page at an address if it was read of the same bytes, else nil.
func (s *shelf) page(at string, sum [sha256.Size]byte) any {
	s.mu.Lock()
	defer s.mu.Unlock()
	if kept, ok := s.pages[at]; ok && kept.sum == sum {
		return kept.page
	}
	return nil
}

// put keeps a page. Where there are too many, as after a look at thousands of servers one by one, it begins anew.
func (s *shelf) put(at string, sum [sha256.Size]byte, page any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pages == nil || len(s.pages) >= mostPages {
		s.pages, s.lists = map[string]readBefore{}, map[string]any{}
	}
	s.pages[at] = readBefore{sum, page}
}

// exchange puts a page that says the same in the place of one, if that is still the one at the address.
func (s *shelf) exchange(at string, old, page any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if kept, ok := s.pages[at]; ok && kept.page == old {
		s.pages[at] = readBefore{kept.sum, page}
	}
}

// list is the list that was put together last at an address, nil if there was none.
func (s *shelf) list(at string) any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lists[at]
}

func (s *shelf) putList(at string, list any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lists == nil {
		s.lists = map[string]any{}
	}
	s.lists[at] = list
}
