package api

import (
	"cmp"
	"context"
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
	path    string
	query   url.Values
	ends    []int64 // how many items came up to and including each page
	count   int64   // as the latest page gave it
	shrank  bool    // the count fell during the reading, so an item may have moved to a page that was read before
	hasMore bool    // the list ended although the API announced more
	merger  merger[M]
}

// maxListReads is how often a list is read at most, until one reading has all items of the one
// before.
const maxListReads = 5

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
		p := &paginator[W, M]{client: c, path: path, query: query}
		p.merger.previous = last
		now, failure := p.readAll(newPageSource[W](ctx, c, &c.pageCache, n > 1))
		if failure != nil {
			return nil, failure
		}
		settled := p.isStable(now, last)
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

// isStable reports whether a list need not be read again. Between two pages an item may be deleted
// and another created. Then an item can move from one page to the other and be missed, though the
// count is right. So an item counts as gone only when two readings in a row lack it, and a list as
// short only when two readings agree.
func (p *paginator[W, M]) isStable(now, last *mergedList[M]) bool {
	switch {
	case last != nil && now.sameAs(last):
		return true
	case now.isShort() || p.shrank:
		return false
	case len(now.pages) == 1:
		return true
	}
	return last != nil && !last.isShort() && p.merger.containsAll(last)
}

// readAll reads the list once. It follows `next` if the API gives one, else asks for ?page=N while
// fewer items came than the API counts [I]. It ends, with what it has, when a page brings nothing
// new or does not exist. It stops the source.
func (p *paginator[W, M]) readAll(pages *pageSource[W, M]) (*mergedList[M], *Error) {
	defer pages.stop()
	c := p.client
	for u := c.urlFor(p.path, p.query); u != nil; {
		latest, failure := pages.get(u, len(p.ends)+1)
		if failure != nil && len(p.ends) > 0 && errors.Is(failure, model.ErrNotFound) {
			p.hasMore = true
			break
		}
		if failure != nil {
			return nil, c.firstPageError(failure)
		}
		if u, failure = p.addPage(latest); failure != nil {
			return nil, failure
		}
		// the second page, or a link in the first, shows that the API has pages
		if u != nil && (len(p.ends) > 1 || latest.nextAddress() != "") {
			pages.announce(u, len(p.ends)+1, p.lastPage(latest))
		}
	}
	return p.merger.finish(p.count, p.hasMore), nil
}

// firstPageError is the error of a list whose first page failed. If there is no such list, the
// address is wrong; it is not a server or a restore point that does not exist.
func (c *Client) firstPageError(failure *Error) *Error {
	if failure.Kind == model.ErrNotFound {
		failure.Kind = model.ErrBadAnswer
		_, theirs, said := strings.Cut(failure.message, apiMessagePrefix)
		failure.message = fmt.Sprintf("%s has no API at this address (status %d): check the API's address.", c.Host(),
			failure.Status)
		if said {
			failure.message += apiMessagePrefix + theirs
		}
	}
	return failure
}

// lastPage estimates the number of the last page from the size of the latest page. No page is
// fetched ahead that may not exist, or that the limits would not allow.
func (p *paginator[W, M]) lastPage(latest page[M]) int {
	limits, size := p.client.limits, len(latest.items)
	left := min(latest.count, int64(limits.Items)+1) - p.received()
	return min(len(p.ends)+int(left+int64(size)-1)/size, limits.Pages)
}

// addPage adds a page and returns the address of the next one, nil after the last.
func (p *paginator[W, M]) addPage(latest page[M]) (*url.URL, *Error) {
	p.ends = append(p.ends, p.received()+int64(len(latest.items)))
	p.shrank = p.shrank || latest.count < p.count
	p.count = latest.count
	limits := p.client.limits
	if len(p.ends) == 2 { // the second page shows that there are more
		p.merger.grow(int(min(p.count, int64(limits.Items))))
	}
	before := p.merger.len()
	if p.merger.add(latest.pageData); p.merger.len() > limits.Items {
		return nil, p.client.badResponse(latest.response, fmt.Sprintf("the list has more than %d items", limits.Items))
	}
	if p.merger.len() == before {
		p.hasMore = latest.nextAddress() != ""
		return nil, nil
	}
	next := p.nextURL(latest)
	if next != nil && len(p.ends) >= limits.Pages {
		return nil, p.client.badResponse(latest.response, fmt.Sprintf("the list has more than %d pages", limits.Pages))
	}
	return next, nil
}

// received returns how many items have come so far, duplicates included.
func (p *paginator[W, M]) received() int64 {
	if len(p.ends) == 0 {
		return 0
	}
	return p.ends[len(p.ends)-1]
}

// nextURL returns the address of the page after the latest; nil if there is none, or if the token
// must not be sent there.
func (p *paginator[W, M]) nextURL(latest page[M]) *url.URL {
	if next := latest.nextAddress(); next != "" {
		u, err := latest.finalURL.Parse(next)
		if err == nil {
			u = p.client.sameHostURL(u, latest.finalURL)
		}
		p.hasMore = u == nil || err != nil
		if p.hasMore {
			return nil
		}
		return u
	}
	if p.received() >= latest.count {
		return nil
	}
	return withPageNumber(p.client.urlFor(p.path, p.query), len(p.ends)+1)
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
