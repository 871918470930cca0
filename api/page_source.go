package api

import (
	"context"
	"crypto/sha256"
	"net/url"
)

// pageSource gets the pages of one reading of a list. For very large fleets it fetches pages ahead,
// and does not parse a page again that has not changed. See “Very large fleets” in
// docs/ARCHITECTURE.md.
type pageSource[W item[M], M any] struct {
	ctx    context.Context
	client *Client
	cache  *pageCache
	ahead  *prefetcher[page[M]]
	reread bool // this is not the first reading
}

func newPageSource[W item[M], M any](ctx context.Context, c *Client, cache *pageCache, reread bool) *pageSource[W, M] {
	s := &pageSource[W, M]{ctx: ctx, client: c, cache: cache, reread: reread}
	s.ahead = newPrefetcher(ctx, s.fetch)
	return s
}

// get returns the page at an address.
func (s *pageSource[W, M]) get(u *url.URL, number int) (page[M], *Error) {
	return s.ahead.get(u, number)
}

// maxQuietPages is the most pages of a list that is read at once even during a quiet start.
const maxQuietPages = 2

// announce says which page comes next and which last, so that they are fetched ahead. During a
// quiet start, a long list waits.
func (s *pageSource[W, M]) announce(u *url.URL, number, last int) {
	if d := s.client.quietUntil.Sub(s.client.now()); d > 0 && last > maxQuietPages {
		_ = s.client.wait(s.ctx, d) // if the context ends, the next page fails
	}
	s.ahead.start(u, number, last)
}

// stop cancels the pending requests, and waits until they have ended.
func (s *pageSource[W, M]) stop() { s.ahead.stop() }

// fetch fetches a page, and parses it unless it is unchanged since it was last read.
func (s *pageSource[W, M]) fetch(ctx context.Context, u *url.URL, number int) (page[M], *Error) {
	maxWait := s.client.maxWait()
	if number > 1 || s.reread {
		maxWait = maxPageWait
	}
	a, failure := s.client.getWithin(ctx, u, maxWait)
	if failure != nil {
		return page[M]{}, failure
	}
	at, sum := u.String(), sha256.Sum256(a.body)
	l, known := s.cache.page(at, sum).(*pageData[M])
	if !known {
		if l, failure = parsePage[W](s.client, a, number); failure != nil {
			return page[M]{}, failure
		}
		l.url = at
		s.cache.putPage(at, sum, l)
	}
	s.client.recycleBody(a.body)
	a.body = nil // its buffer is reused
	return page[M]{a, l}, nil
}
