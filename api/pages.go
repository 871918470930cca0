package api

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/url"
	"strconv"

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

// walk is a list while its pages are read.
type walk[W item[M], M any] struct {
	client *Client
	shelf  *shelf
	path   string
	query  url.Values
	ends   []int64 // how many items have come with each page and those before it
	high   int     // the highest page taken
	count  int64   // as the latest page told it
	backs  int     // how often pages were read again
	short  bool    // a page did not exist, and those before it were read again
	list   gatherer[M]
}

// mostBacks is how often the pages before one are read again; a list that goes on shrinking is then taken as it came.
const mostBacks = 10

// fewPages is how many pages a list may have to be read at once even while it should be quiet.
const fewPages = 2

// list reads all pages of a list, and gathers each thing once, in the API's order. Nobody may write to what it returns: while the API
// tells the same, it is the same slice.
func list[W item[M], M any](ctx context.Context, c *Client, path string, query url.Values) ([]M, error) {
	return listOn[W](ctx, c, &c.shelf, path, query)
}

// listOn is list, with what was read before on another shelf than the client's. It follows `next` where the API gives one, else asks for
// ?page=N while fewer came than the API counts [I]. It ends, with what it has, when a page brings nothing new or does not exist.
func listOn[W item[M], M any](ctx context.Context, c *Client, on *shelf, path string, query url.Values) ([]M, error) {
	ctx, cancel := c.limited(ctx)
	defer cancel()
	w := &walk[W, M]{client: c, shelf: on, path: path, query: query}
	whole := c.at(path, query).String()
	w.list.before, _ = on.list(whole).(*gathered[M])
	ahead := newAhead(ctx, w.ask)
	defer func() { ahead.end() }()
	for u := c.at(path, query); u != nil; {
		p, failure := ahead.get(u, len(w.ends)+1)
		if failure != nil && (len(w.ends) == 0 || !errors.Is(failure, model.ErrNotFound)) {
			return nil, failure
		}
		if n := w.slipped(p, failure); n > 0 && numbers(u, len(w.ends)+1) {
			ahead.end()
			ahead = newAhead(ctx, w.ask)
			u = w.back(u, n)
			continue
		}
		if failure != nil {
			break
		}
		if u, failure = w.take(p); failure != nil {
			return nil, failure
		}
		if u != nil && (len(w.ends) > 1 || p.next != "") { // that pages are heeded is shown by the second, or said by the first
			last := w.last(p)
			if d := c.quiet.Sub(c.now()); d > 0 && last > fewPages {
				_ = c.wait(ctx, d) // where it is given up meanwhile, the next page tells
			}
			ahead.start(u, len(w.ends)+1, last)
		}
	}
	all := w.list.end()
	if all != w.list.before && len(all.leaves) > 1 {
		keep(on, whole, all)
	}
	return all.items, nil
}

// slipped is how many pages before p must be read again, 0 for none: where p tells of fewer things than the page before it, or
// does not exist any more, some that stood in p have slipped to the pages before it.
func (w *walk[W, M]) slipped(p page[M], failure *Error) int {
	switch {
	case w.backs == mostBacks || failure != nil && w.short:
		return 0
	case failure != nil:
		w.short = true
		return 1
	case p.count == 0 || p.count >= w.count || len(p.items) == 0:
		return 0
	}
	pages := (w.count - p.count + int64(len(p.items)) - 1) / int64(len(p.items))
	return int(min(pages, int64(len(w.ends))))
}

// back returns to the page so many pages before the one at u.
func (w *walk[W, M]) back(u *url.URL, pages int) *url.URL {
	w.backs++
	w.count = 0
	w.ends = w.ends[:len(w.ends)-pages]
	if len(w.ends) == 0 {
		return w.client.at(w.path, w.query)
	}
	return numbered(u, len(w.ends)+1)
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
	a, failure := w.client.get(ctx, u)
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
	w.count = p.count
	limits := w.client.limits
	if len(w.ends) == 2 && w.backs == 0 { // the second page shows that there are more
		w.list.makeRoom(int(min(w.count, int64(limits.Items))))
	}
	before := w.list.len()
	if w.list.take(p.leaf); w.list.len() > limits.Items {
		return nil, w.client.badAnswer(p.answer, fmt.Sprintf("the list has more than %d items", limits.Items))
	}
	again := len(w.ends) <= w.high
	w.high = max(w.high, len(w.ends))
	if w.list.len() == before && !again {
		return nil, nil
	}
	next, failure := w.next(p)
	if next != nil && len(w.ends) >= limits.Pages {
		return nil, w.client.badAnswer(p.answer, fmt.Sprintf("the list has more than %d pages", limits.Pages))
	}
	return next, failure
}

// came is how many items have come up to the latest page, those that came twice too.
func (w *walk[W, M]) came() int64 {
	if len(w.ends) == 0 {
		return 0
	}
	return w.ends[len(w.ends)-1]
}

// next is the address of the page after p; nil when there is none.
func (w *walk[W, M]) next(p page[M]) (*url.URL, *Error) {
	if p.next != "" {
		u, err := p.from.Parse(p.next)
		if err != nil || !w.client.home(u) {
			return nil, w.client.badAnswer(p.answer, "its next page is said to be in another place, where the token must not go")
		}
		return u, nil
	}
	if w.came() >= p.count {
		return nil, nil
	}
	return numbered(w.client.at(w.path, w.query), len(w.ends)+1), nil
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
