package api

import (
	"context"
	"net/url"
	"sync"
)

// prefetcher fetches the next pages while a page is being read. A long list then takes about a
// quarter of the time. The client's limit of concurrent requests applies to it too.
type prefetcher[P any] struct {
	fetch    func(ctx context.Context, u *url.URL, number int) (P, *Error)
	ctx      context.Context
	cancel   context.CancelFunc
	pending  map[string]chan fetchResult[P] // under way, by address
	disabled bool                           // the API gave an unexpected next address
	workers  sync.WaitGroup
}

// fetchResult is the result of fetching a page.
type fetchResult[P any] struct {
	page    P
	failure *Error
}

func newPrefetcher[P any](ctx context.Context, fetch func(context.Context, *url.URL, int) (P, *Error)) *prefetcher[P] {
	ctx, cancel := context.WithCancel(ctx)
	return &prefetcher[P]{fetch: fetch, ctx: ctx, cancel: cancel, pending: map[string]chan fetchResult[P]{}}
}

// get returns the page at the address, from a pending request or from a new one.
func (p *prefetcher[P]) get(u *url.URL, number int) (P, *Error) {
	if result, ok := p.pending[u.String()]; ok {
		delete(p.pending, u.String())
		r := <-result
		return r.page, r.failure
	}
	p.disabled = len(p.pending) > 0
	return p.fetch(p.ctx, u, number)
}

// start fetches the page at u and those after it, up to the last, but no more at once than the
// client allows. The address must have a page number; for others, only the API knows the next.
func (p *prefetcher[P]) start(u *url.URL, number, last int) {
	if !hasPageNumber(u, number) {
		return
	}
	for n := number; n <= last && n < number+maxInFlight && !p.disabled; n++ {
		at := withPageNumber(u, n)
		if _, asked := p.pending[at.String()]; asked {
			continue
		}
		result := make(chan fetchResult[P], 1)
		p.pending[at.String()] = result
		p.workers.Go(func() {
			page, failure := p.fetch(p.ctx, at, n)
			result <- fetchResult[P]{page, failure}
		})
	}
}

// stop cancels the pending requests, and waits until they have ended.
func (p *prefetcher[P]) stop() {
	p.cancel()
	p.workers.Wait()
}
