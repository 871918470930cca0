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

// page is one answer of a list, and what was read off it.
type page[M any] struct {
	answer
	*leaf[M]
}

// leaf is what was read off a page. Nobody writes to it, and while the page's bytes stay the same it is the same one.
type leaf[M any] struct {
	at    string // the page's address
	count int64  // of the whole list, 0: not told. The documents show count and results only [E]
	next  string // what such APIs usually add [I]
	ids   []model.ID
	items []M
}

// walk is one reading of a list, page by page.
type walk[W item[M], M any] struct {
	client *Client
	shelf  *shelf
	path   string
	query  url.Values
	ends   []int64 // how many items have come with each page and those before it
	count  int64   // as the latest page told it
	moved  bool    // the count fell while it was read, so that something may have slipped to a page that was read before
	again  bool    // the list was read before
	more   bool    // it ended although the API said that there is more
	list   gatherer[M]
}

// mostReadings is how often a list is read until one reading has all that the one before it had.
const mostReadings = 5

// fewPages is how many pages a list may have to be read at once even while it should be quiet.
const fewPages = 2

// list reads all pages of a list, and gathers each thing once, in the API's order. Nobody may write to what it returns: while the API
// tells the same, it is the same slice. With a *model.Incomplete comes what could be read.
func list[W item[M], M any](ctx context.Context, c *Client, path string, query url.Values) ([]M, error) {
	ctx, cancel := c.limited(ctx)
	defer cancel()
	whole := c.at(path, query).String()
	before, _ := c.shelf.list(whole).(*gathered[M])
	last := before
	for n := 1; ; n++ {
		w := newWalk[W](c, &c.shelf, path, query)
		w.list.before, w.again = last, n > 1
		now, failure := w.read(ctx)
		if failure != nil {
			return nil, failure
		}
		settled := w.settled(now, last)
		if !settled && n < mostReadings {
			last = now
			continue
		}
		if now != before && (len(now.leaves) > 1 || now.short()) {
			keep(&c.shelf, whole, now)
		}
		if !settled || now.short() {
			return now.items, &model.Incomplete{Got: len(now.items), Of: int(now.of)}
		}
		return now.items, nil
	}
}

func newWalk[W item[M], M any](c *Client, on *shelf, path string, query url.Values) *walk[W, M] {
	return &walk[W, M]{client: c, shelf: on, path: path, query: query}
}

// settled says whether a reading needs no other. Between two pages something may be deleted and something else be made: then
// one item slips from one page to the next unseen, though the count is right. So nothing that was there counts as gone before
// two readings in a row lack it, and a short list as short before two show the same.
func (w *walk[W, M]) settled(now, last *gathered[M]) bool {
	switch {
	case last != nil && now.sameAs(last):
		return true
	case now.short() || w.moved:
		return false
	case len(now.leaves) == 1:
		return true
	}
	return last != nil && !last.short() && w.list.has(last)
}

// read reads the list once. It follows `next` where the API gives one, else asks for ?page=N while fewer came than the API
// counts [I]. It ends, with what it has, when a page brings nothing new or does not exist.
func (w *walk[W, M]) read(ctx context.Context) (*gathered[M], *Error) {
	c := w.client
	ahead := newAhead(ctx, w.ask)
	defer ahead.end()
	for u := c.at(w.path, w.query); u != nil; {
		p, failure := ahead.get(u, len(w.ends)+1)
		if failure != nil && len(w.ends) > 0 && errors.Is(failure, model.ErrNotFound) {
			w.more = true
			break
		}
		if failure != nil {
			return nil, c.astray(failure)
		}
		if u, failure = w.take(p); failure != nil {
			return nil, failure
		}
		if u != nil && (len(w.ends) > 1 || p.following() != "") { // that pages are heeded is shown by the second, or said by the first
			last := w.last(p)
			if d := c.quiet.Sub(c.now()); d > 0 && last > fewPages {
				_ = c.wait(ctx, d) // where it is given up meanwhile, the next page tells
			}
			ahead.start(u, len(w.ends)+1, last)
		}
	}
	return w.list.end(w.count, w.more), nil
}

// astray is the failure to read the first page of a list. Where there is no such list, it is not a server or a restore point that
// does not exist.
func (c *Client) astray(failure *Error) *Error {
	if failure.Kind == model.ErrNotFound {
		failure.Kind = model.ErrBadAnswer
		_, theirs, said := strings.Cut(failure.words, itSays)
		failure.words = fmt.Sprintf("%s has no API at this address (status %d): check the API's address.", c.Host(), failure.Status)
		if said {
			failure.words += itSays + theirs
		}
	}
	return failure
}

// last is the number of the page that should be the last, going by the size of p, the latest: no page is asked for before
// its time that may not exist, or that the limits would not let through.
func (w *walk[W, M]) last(p page[M]) int {
	limits, size := w.client.limits, len(p.items)
	left := min(p.count, int64(limits.Items)+1) - w.came()
	return min(len(w.ends)+int(left+int64(size)-1)/size, limits.Pages)
}

// ask asks for a page and reads it, unless it has not changed since it was read for the last time.
func (w *walk[W, M]) ask(ctx context.Context, u *url.URL, number int) (page[M], *Error) {
	patience := w.client.patience()
	if number > 1 || w.again {
		patience = pagePause
	}
	a, failure := w.client.getIn(ctx, u, patience)
	if failure != nil {
		return page[M]{}, failure
	}
	at, sum := u.String(), sha256.Sum256(a.body)
	l, known := w.shelf.page(at, sum).(*leaf[M])
	if !known {
		if l, failure = readPage[W](w.client, a, number); failure != nil {
			return page[M]{}, failure
		}
		l.at = at
		w.shelf.put(at, sum, l)
	}
	w.client.release(a.body)
	a.body = nil // it is read
	return page[M]{a, l}, nil
}

// take keeps what a page brought and says where the next one is; nil when this was the last.
func (w *walk[W, M]) take(p page[M]) (*url.URL, *Error) {
	w.ends = append(w.ends, w.came()+int64(len(p.items)))
	w.moved = w.moved || p.count < w.count
	w.count = p.count
	limits := w.client.limits
	if len(w.ends) == 2 { // the second page shows that there are more
		w.list.makeRoom(int(min(w.count, int64(limits.Items))))
	}
	before := w.list.len()
	if w.list.take(p.leaf); w.list.len() > limits.Items {
		return nil, w.client.badAnswer(p.answer, fmt.Sprintf("the list has more than %d items", limits.Items))
	}
	if w.list.len() == before {
		w.more = p.following() != ""
		return nil, nil
	}
	next := w.next(p)
	if next != nil && len(w.ends) >= limits.Pages {
		return nil, w.client.badAnswer(p.answer, fmt.Sprintf("the list has more than %d pages", limits.Pages))
	}
	return next, nil
}

// came is how many items have come up to the latest page, those that came twice too.
func (w *walk[W, M]) came() int64 {
	if len(w.ends) == 0 {
		return 0
	}
	return w.ends[len(w.ends)-1]
}

// next is the address of the page after p; nil when there is none, or none where the token may go.
func (w *walk[W, M]) next(p page[M]) *url.URL {
	if next := p.following(); next != "" {
		u, err := p.from.Parse(next)
		if err == nil {
			u = w.client.athome(u, p.from)
		}
		w.more = u == nil || err != nil
		if w.more {
			return nil
		}
		return u
	}
	if w.came() >= p.count {
		return nil
	}
	return numbered(w.client.at(w.path, w.query), len(w.ends)+1)
}

// following is the address of the next page as the API gives it, in the body or in the header; "" for none.
func (p page[M]) following() string { return cmp.Or(p.next, p.link) }

// athome is the address if it is at the API's own scheme, host and port. Behind a proxy an API may name its inner host, or
// http, or no port: where the path is that of the page which tells of it, the known host is asked for it. Else it is nil.
func (c *Client) athome(u, from *url.URL) *url.URL {
	if c.home(u) {
		return u
	}
	if u.User != nil || u.Scheme != "http" && u.Scheme != "https" || u.EscapedPath() != from.EscapedPath() {
		return nil
	}
	known := *from
	known.RawQuery = u.RawQuery
	return &known
}

// numbers says whether the address counts its pages, and is that of this one; of others only the API knows the next.
func numbers(u *url.URL, number int) bool { return u.Query().Get("page") == strconv.Itoa(number) }

// numbered is the address of a page by its number.
func numbered(u *url.URL, number int) *url.URL {
	query := u.Query()
	query.Set("page", strconv.Itoa(number))
	to := *u
	to.RawQuery = query.Encode()
	return &to
}
