package api

import (
	"context"
	"net/url"
	"sync"
)

// prefetcher asks for the pages that come next while a page is being read, so that a long list takes as long as its longest
// quarter. The client's own limit on requests under way holds for it too.
type prefetcher[P any] struct {
	fetch    func(ctx context.Context, u *url.URL, number int) (P, *Error)
	ctx      context.Context
	cancel   context.CancelFunc
	pending  map[string]chan fetchResult[P] // way, by address
	disabled bool                           // an address came otherwise than foreseen
	workers  sync.WaitGroup
}

// fetchResult is what became of asking for a page.
type fetchResult[P any] struct {
	page    P
	failure *Error
}

func newPrefetcher[P any](ctx context.Context, ask func(context.Context, *url.URL, int) (P, *Error)) *prefetcher[P] {
	ctx, cancel := context.WithCancel(ctx)
	return &prefetcher[P]{fetch: ask, ctx: ctx, cancel: cancel, pending: map[string]chan fetchResult[P]{}}
}

// get is the page at the address, which was asked for before or is asked for now.
func (a *prefetcher[P]) get(u *url.URL, number int) (P, *Error) {
	if answer, ok := a.pending[u.String()]; ok {
		delete(a.pending, u.String())
		t := <-answer
		return t.page, t.failure
	}
	a.disabled = len(a.pending) > 0
	return a.fetch(a.ctx, u, number)
}

// start asks for the page at u and for those behind it, up to the last, no more at once than the client has under way. It
// takes an address that counts its pages; of others only the API knows the next.
func (a *prefetcher[P]) start(u *url.URL, number, last int) {
	if !hasPageNumber(u, number) {
		return
	}
	for n := number; n <= last && n < number+maxInFlight && !a.disabled; n++ {
		at := withPageNumber(u, n)
		if _, asked := a.pending[at.String()]; asked {
			continue
		}
		answer := make(chan fetchResult[P], 1)
		a.pending[at.String()] = answer
		a.workers.Go(func() {
			p, failure := a.fetch(a.ctx, at, n)
			answer <- fetchResult[P]{p, failure}
		})
	}
}

// stop gives up what nobody waits for any more.
func (a *prefetcher[P]) stop() {
	a.cancel()
	a.workers.Wait()
}
