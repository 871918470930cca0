package api

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"vpsdeck/model"
)

// page is one response of a list, and its parsed content.
type page[M any] struct {
	response
	*pageData[M]
}

// pageData is the parsed content of a page. It is read-only, and while the page's bytes stay the
// same, it is the same pointer.
type pageData[M any] struct {
	url   string // the page's address
	count int64  // of the whole list; 0 if not given. The documents show only count and results [E]
	next  string // what such APIs usually add [I]
	ids   []model.ID
	items []M
}

// paginator reads a list once, page by page.
type paginator[W item[M], M any] struct {
	client  *Client
	cache   *pageCache
	path    string
	query   url.Values
	ends    []int64 // how many items came up to and including each page
	count   int64   // as the latest page gave it
	shrank  bool    // the count fell during the reading, so an item may have moved to a page that was read before
	reread  bool    // this is not the first reading
	hasMore bool    // the list ended although the API announced more
	merger  merger[M]
}

// maxListReads is how often a list is read at most, until one reading has all items of the one
// before.
const maxListReads = 5

// maxQuietPages is the most pages of a list that is read at once even during a quiet start.
const maxQuietPages = 2

// fetchList reads all pages of a list and merges them in the API's order, each item once. Callers
// must not write to the returned slice: it is the same slice while the API's data stays the same. A
// *model.IncompleteError comes with the items that could be read.
func fetchList[W item[M], M any](ctx context.Context, c *Client, path string, query url.Values) ([]M, error) {
	ctx, cancel := c.withTimeout(ctx)
	defer cancel()
	whole := c.urlFor(path, query).String()
	before, _ := c.pageCache.list(whole).(*mergedList[M])
	last := before
	for n := 1; ; n++ {
		w := newPaginator[W](c, &c.pageCache, path, query)
		w.merger.previous, w.reread = last, n > 1
		now, failure := w.readAll(ctx)
		if failure != nil {
			return nil, failure
		}
		settled := w.isStable(now, last)
		if !settled && n < maxListReads {
			last = now
			continue
		}
		if now != before && (len(now.pages) > 1 || now.isShort()) {
			cacheList(&c.pageCache, whole, now)
		}
		if !settled || now.isShort() {
			return now.items, &model.IncompleteError{Got: len(now.items), Total: int(now.total)}
		}
		return now.items, nil
	}
}

func newPaginator[W item[M], M any](c *Client, cache *pageCache, path string, query url.Values) *paginator[W, M] {
	return &paginator[W, M]{client: c, cache: cache, path: path, query: query}
}

// isStable reports whether a list need not be read again. Between two pages an item may be deleted
// and another created. Then an item can move from one page to the other and be missed, though the
// count is right. So an item counts as gone only when two readings in a row lack it, and a list as
// short only when two readings agree.
func (w *paginator[W, M]) isStable(now, last *mergedList[M]) bool {
	switch {
	case last != nil && now.sameAs(last):
		return true
	case now.isShort() || w.shrank:
		return false
	case len(now.pages) == 1:
		return true
	}
	return last != nil && !last.isShort() && w.merger.containsAll(last)
}

// readAll reads the list once. It follows `next` if the API gives one, else asks for ?page=N while
// fewer items came than the API counts [I]. It ends, with what it has, when a page brings nothing
// new or does not exist.
func (w *paginator[W, M]) readAll(ctx context.Context) (*mergedList[M], *Error) {
	c := w.client
	ahead := newPrefetcher(ctx, w.fetchPage)
	defer ahead.stop()
	for u := c.urlFor(w.path, w.query); u != nil; {
		p, failure := ahead.get(u, len(w.ends)+1)
		if failure != nil && len(w.ends) > 0 && errors.Is(failure, model.ErrNotFound) {
			w.hasMore = true
			break
		}
		if failure != nil {
			return nil, c.firstPageError(failure)
		}
		if u, failure = w.addPage(p); failure != nil {
			return nil, failure
		}
		if u != nil && (len(w.ends) > 1 || p.nextAddress() != "") { // the second page, or a link in the first, shows that the API has pages
			last := w.lastPage(p)
			if d := c.quietUntil.Sub(c.now()); d > 0 && last > maxQuietPages {
				_ = c.wait(ctx, d) // if the context ends, the next page fails
			}
			ahead.start(u, len(w.ends)+1, last)
		}
	}
	return w.merger.finish(w.count, w.hasMore), nil
}

// firstPageError is the error of a list whose first page failed. If there is no such list, the
// address is wrong; it is not a server or a restore point that does not exist.
func (c *Client) firstPageError(failure *Error) *Error {
	if failure.Kind == model.ErrNotFound {
		failure.Kind = model.ErrBadAnswer
		_, theirs, said := strings.Cut(failure.message, apiMessagePrefix)
		failure.message = fmt.Sprintf("%s has no API at this address (status %d): check the API's address.", c.Host(), failure.Status)
		if said {
			failure.message += apiMessagePrefix + theirs
		}
	}
	return failure
}

// lastPage estimates the number of the last page from the size of p, the latest one. No page is
// fetched ahead that may not exist, or that the limits would not allow.
func (w *paginator[W, M]) lastPage(p page[M]) int {
	limits, size := w.client.limits, len(p.items)
	left := min(p.count, int64(limits.Items)+1) - w.received()
	return min(len(w.ends)+int(left+int64(size)-1)/size, limits.Pages)
}

// fetchPage fetches a page, and parses it unless it is unchanged since it was last read.
func (w *paginator[W, M]) fetchPage(ctx context.Context, u *url.URL, number int) (page[M], *Error) {
	maxWait := w.client.maxWait()
	if number > 1 || w.reread {
		maxWait = maxPageWait
	}
	a, failure := w.client.getWithin(ctx, u, maxWait)
	if failure != nil {
		return page[M]{}, failure
	}
	at, sum := u.String(), sha256.Sum256(a.body)
	l, known := w.cache.page(at, sum).(*pageData[M])
	if !known {
		if l, failure = parsePage[W](w.client, a, number); failure != nil {
			return page[M]{}, failure
		}
		l.url = at
		w.cache.putPage(at, sum, l)
	}
	w.client.recycleBody(a.body)
	a.body = nil // its buffer is reused
	return page[M]{a, l}, nil
}

// addPage adds a page and returns the address of the next one, nil after the last.
func (w *paginator[W, M]) addPage(p page[M]) (*url.URL, *Error) {
	w.ends = append(w.ends, w.received()+int64(len(p.items)))
	w.shrank = w.shrank || p.count < w.count
	w.count = p.count
	limits := w.client.limits
	if len(w.ends) == 2 { // the second page shows that there are more
		w.merger.grow(int(min(w.count, int64(limits.Items))))
	}
	before := w.merger.len()
	if w.merger.add(p.pageData); w.merger.len() > limits.Items {
		return nil, w.client.badResponse(p.response, fmt.Sprintf("the list has more than %d items", limits.Items))
	}
	if w.merger.len() == before {
		w.hasMore = p.nextAddress() != ""
		return nil, nil
	}
	next := w.nextURL(p)
	if next != nil && len(w.ends) >= limits.Pages {
		return nil, w.client.badResponse(p.response, fmt.Sprintf("the list has more than %d pages", limits.Pages))
	}
	return next, nil
}

// received returns how many items have come so far, duplicates included.
func (w *paginator[W, M]) received() int64 {
	if len(w.ends) == 0 {
		return 0
	}
	return w.ends[len(w.ends)-1]
}

// nextURL returns the address of the page after p; nil if there is none, or if the token must not
// be sent there.
func (w *paginator[W, M]) nextURL(p page[M]) *url.URL {
	if next := p.nextAddress(); next != "" {
		u, err := p.finalURL.Parse(next)
		if err == nil {
			u = w.client.sameHostURL(u, p.finalURL)
		}
		w.hasMore = u == nil || err != nil
		if w.hasMore {
			return nil
		}
		return u
	}
	if w.received() >= p.count {
		return nil
	}
	return withPageNumber(w.client.urlFor(w.path, w.query), len(w.ends)+1)
}

// nextAddress returns the address of the next page as the API gives it, in the body or in the
// header; "" for none.
func (p page[M]) nextAddress() string { return cmp.Or(p.next, p.nextLink) }

// sameHostURL returns the address if it has the API's scheme, host and port. Behind a proxy, an API
// may give its internal host, or http, or no port. If such an address has the path of the page that
// contains it, the known host is asked instead. Otherwise the result is nil.
func (c *Client) sameHostURL(u, from *url.URL) *url.URL {
	if c.isAPIHost(u) {
		return u
	}
	if u.User != nil || u.Scheme != "http" && u.Scheme != "https" || u.EscapedPath() != from.EscapedPath() {
		return nil
	}
	known := *from
	known.RawQuery = u.RawQuery
	return &known
}

// hasPageNumber reports whether the address has this page number. For other addresses, only the API
// knows the next.
func hasPageNumber(u *url.URL, number int) bool { return u.Query().Get("page") == strconv.Itoa(number) }

// withPageNumber returns the address of a page by its number.
func withPageNumber(u *url.URL, number int) *url.URL {
	query := u.Query()
	query.Set("page", strconv.Itoa(number))
	to := *u
	to.RawQuery = query.Encode()
	return &to
}
