package api

import (
	"crypto/sha256"
	"net/url"
	"sync"
)

// mostPages is how many pages are kept, which is enough for 250,000 things.
const mostPages = 2_500

// shelf keeps the pages that were read, each with the fingerprint of its bytes: nearly all of a poll of a large fleet is what
// the poll before it has brought, and telling that takes a tenth of reading it again.
type shelf struct {
	mu    sync.Mutex
	pages map[string]readBefore
}

// readBefore is a page as it was read, which nobody writes to, and of what.
type readBefore struct {
	sum  [sha256.Size]byte
	page any
}

// get is the page at an address if it was read of the same bytes, else nil.
func (s *shelf) get(u *url.URL, sum [sha256.Size]byte) any {
	s.mu.Lock()
	defer s.mu.Unlock()
	if kept, ok := s.pages[u.String()]; ok && kept.sum == sum {
		return kept.page
	}
	return nil
}

// put keeps a page. Where there are too many, as after a look at thousands of servers one by one, it begins anew.
func (s *shelf) put(u *url.URL, sum [sha256.Size]byte, page any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pages == nil || len(s.pages) >= mostPages {
		s.pages = map[string]readBefore{}
	}
	s.pages[u.String()] = readBefore{sum, page}
}
