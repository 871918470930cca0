package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"strconv"

	"vpsdeck/model"
)

// page is one answer of a list. The documents show count and results only [E]; next is what such APIs usually add [I].
type page struct {
	Count   loose  `json:"count"`
	Next    string `json:"next,omitempty"`
	Results loose  `json:"results"` // missing: this is no list; null: an empty one
}

// walk is a list while its pages are gathered.
type walk[W item[M], M any] struct {
	client *Client
	path   string
	query  url.Values
	pages  int
	seen   map[model.ID]bool
	items  []M
}

// list gathers all pages of a list. It follows `next` where the API gives one, else asks for ?page=N while fewer came
// than the API counts [I]. It ends, with what it has, when a page brings nothing new, repeats something (the list moved
// meanwhile, or pages are not heeded), or does not exist.
func list[W item[M], M any](ctx context.Context, c *Client, path string, query url.Values) ([]M, error) {
	ctx, cancel := c.limited(ctx)
	defer cancel()
	w := &walk[W, M]{client: c, path: path, query: query, seen: map[model.ID]bool{}}
	for u := c.at(path, query); u != nil; {
		a, failure := c.get(ctx, u)
		if failure != nil && w.pages > 0 && errors.Is(failure, model.ErrNotFound) {
			break
		}
		if failure != nil {
			return nil, failure
		}
		if u, failure = w.take(a); failure != nil {
			return nil, failure
		}
	}
	return w.items, nil
}

// take keeps what a page brought and says where the next one is; nil when this was the last.
func (w *walk[W, M]) take(a answer) (*url.URL, *Error) {
	w.pages++
	p, results, failure := w.read(a)
	if failure != nil {
		return nil, failure
	}
	before := len(w.items)
	for i, raw := range results {
		if failure := w.keep(a, i+1, raw); failure != nil {
			return nil, failure
		}
	}
	limits := w.client.limits
	if len(w.items) > limits.Items {
		return nil, w.client.badAnswer(a, fmt.Sprintf("the list has more than %d items", limits.Items))
	}
	if fresh := len(w.items) - before; fresh == 0 || fresh < len(results) {
		return nil, nil
	}
	next, failure := w.next(a, p)
	if next != nil && w.pages >= limits.Pages {
		return nil, w.client.badAnswer(a, fmt.Sprintf("the list has more than %d pages", limits.Pages))
	}
	return next, failure
}

// read takes a page apart; a bare array is a list without pages [I].
func (w *walk[W, M]) read(a answer) (p page, results []json.RawMessage, failure *Error) {
	if bytes.HasPrefix(bytes.TrimSpace(a.body), []byte("[")) {
		p.Results = a.body
	} else if err := json.Unmarshal(a.body, &p); err != nil {
		return p, nil, w.client.badAnswer(a, flawOf(a.body, err))
	}
	if p.Results == nil {
		return p, nil, w.client.badAnswer(a, "there is no list in it")
	}
	if err := json.Unmarshal(p.Results, &results); err != nil {
		return p, nil, w.client.badAnswer(a, flawOf(p.Results, err))
	}
	return p, results, nil
}

// keep takes one item, unless it came before.
func (w *walk[W, M]) keep(a answer, place int, raw json.RawMessage) *Error {
	var one W
	if err := json.Unmarshal(raw, &one); err != nil {
		return w.client.badAnswer(a, fmt.Sprintf("item %d of page %d: %s", place, w.pages, flawOf(raw, err)))
	}
	if one.key() == "" {
		return w.client.badAnswer(a, fmt.Sprintf("item %d of page %d has no id", place, w.pages))
	}
	if !w.seen[one.key()] {
		w.seen[one.key()] = true
		w.items = append(w.items, one.noun())
	}
	return nil
}

// next is the address of the page after p; nil when there is none.
func (w *walk[W, M]) next(a answer, p page) (*url.URL, *Error) {
	if p.Next != "" {
		u, err := a.from.Parse(p.Next)
		if err != nil || !w.client.home(u) {
			return nil, w.client.badAnswer(a, "its next page is said to be in another place, where the token must not go")
		}
		return u, nil
	}
	if int64(len(w.items)) >= whole(p.Count) {
		return nil, nil
	}
	query := url.Values{}
	maps.Copy(query, w.query)
	query.Set("page", strconv.Itoa(w.pages+1))
	return w.client.at(w.path, query), nil
}
