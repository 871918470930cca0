package api

import (
	"context"
	"net/url"
	"sync"
)

// ahead asks for the pages that come next while a page is being read, so that a long list takes as long as its longest
// quarter. The client's own limit on requests under way holds for it too.
type ahead[P any] struct {
	ask    func(ctx context.Context, u *url.URL, number int) (P, *Error)
	ctx    context.Context
	cancel context.CancelFunc
	under  map[string]chan taken[P] // way, by address
	off    bool                     // an address came otherwise than foreseen
	done   sync.WaitGroup
}

// taken is what became of asking for a page.
type taken[P any] struct {
	page    P
	failure *Error
}

func newAhead[P any](ctx context.Context, ask func(context.Context, *url.URL, int) (P, *Error)) *ahead[P] {
	ctx, cancel := context.WithCancel(ctx)
	return &ahead[P]{ask: ask, ctx: ctx, cancel: cancel, under: map[string]chan taken[P]{}}
}

// get is the page at the address, which was asked for before or is asked for now.
func (a *ahead[P]) get(u *url.URL, number int) (P, *Error) {
	if answer, ok := a.under[u.String()]; ok {
		delete(a.under, u.String())
		t := <-answer
		return t.page, t.failure
	}
	a.off = len(a.under) > 0
	return a.ask(a.ctx, u, number)
}

// start asks for the page at u and for those behind it, up to the last, no more at once than the client has under way. It
// takes an address that counts its pages; of others only the API knows the next.
func (a *ahead[P]) start(u *url.URL, number, last int) {
	if !numbers(u, number) {
		return
	}
	for n := number; n <= last && n < number+inFlight && !a.off; n++ {
		at := numbered(u, n)
		if _, asked := a.under[at.String()]; asked {
			continue
		}
		answer := make(chan taken[P], 1)
		a.under[at.String()] = answer
		a.done.Go(func() {
			p, failure := a.ask(a.ctx, at, n)
			answer <- taken[P]{p, failure}
		})
	}
}

// end gives up what nobody waits for any more.
func (a *ahead[P]) end() {
	a.cancel()
	a.done.Wait()
}
