// Package monitor follows an account for those who do not look at a screen: it answers Prometheus
// and load balancers, and tells hooks of events.
package monitor

import (
	"context"
	"fmt"
	"sync"
	"time"

	"vpsdeck/internal/metrics"
	"vpsdeck/model"
	"vpsdeck/ui/command"
)

// Source is where views come from: a hub. It waits for a view with a higher number, and returns
// false if the hub or the context ends first.
type Source func(ctx context.Context, after int) (model.AccountView, bool)

// each calls a function with each new view, until it returns false, or the source or the context ends.
func (next Source) each(ctx context.Context, apply func(model.AccountView) bool) {
	for number := 0; ; {
		view, ok := next(ctx, number)
		if !ok || !apply(view) {
			return
		}
		number = view.Number
	}
}

// Account is the account that is followed.
type Account struct {
	Client   command.Client
	Clock    command.Clock
	Profile  string // "": the account without a profile
	Policies model.Policies
	Requests *command.RequestLog
	Records  []model.Record // of the journal: how long operations usually take
}

// Reading is the latest reading of an account. Its methods may be called from any goroutine.
type Reading struct {
	account Account
	maxAge  time.Duration

	mu    sync.Mutex
	state *model.State
	view  model.AccountView
}

// NewReading returns the reading of an account before the first one. After maxAge a reading is too
// old to be ready.
func NewReading(account Account, maxAge time.Duration) *Reading {
	return &Reading{account: account, maxAge: maxAge, state: &model.State{}}
}

// Run follows the account until the source or the context ends.
func (r *Reading) Run(ctx context.Context, next Source) {
	next.each(ctx, func(view model.AccountView) bool {
		r.apply(view)
		return true
	})
}

func (r *Reading) apply(view model.AccountView) {
	r.mu.Lock()
	defer r.mu.Unlock()
	first := !r.state.Servers.Loaded() && !view.Servers.At.IsZero()
	r.readClocks()
	r.view = view
	if ended := r.state.ApplyView(view, view.Operations); first || len(ended) > 0 {
		r.state.LearnDurations(r.account.Records, r.account.Client.Host())
	}
}

func (r *Reading) readClocks() {
	r.state.Now, r.state.Local = r.account.Client.Now(), r.account.Clock.Now()
}

// Metrics returns what is measured of the account. Before all lists were read completely, there are
// no metrics of servers: what is missing must not look as if there were none.
func (r *Reading) Metrics() metrics.Account {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.readClocks()
	var out metrics.Account
	if readAt := r.readAt(); !readAt.IsZero() {
		out = metrics.FromState(r.state, r.account.Policies)
		out.LastSuccess = readAt
	}
	out.Requests = r.account.Requests.Counts()
	if left, known := command.RateLimit(r.account.Client); known {
		out.RateLimit = &left
	}
	return out
}

// readAt returns when the account was last read completely: when the oldest of its lists was; zero:
// never.
func (r *Reading) readAt() time.Time {
	oldest := r.view.Servers.At
	for _, list := range r.view.Lists() {
		if list.Partial || list.At.IsZero() {
			return time.Time{}
		}
		if list.At.Before(oldest) {
			oldest = list.At
		}
	}
	return oldest
}

// NotReady returns why the account is not known well enough to show it, as a sentence; "" if it is.
func (r *Reading) NotReady() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	why := ""
	for _, list := range r.view.Lists() {
		if list.Err != nil {
			why = ": " + model.ErrorMessage(list.Err)
			break
		}
	}
	at := r.readAt()
	if at.IsZero() {
		return "the account has not been read completely yet" + why
	}
	if age := r.account.Clock.Now().Sub(at); age > r.maxAge {
		return fmt.Sprintf("the account was last read completely %s ago, at most %s is allowed%s",
			model.FormatDuration(age), model.FormatDuration(r.maxAge), why)
	}
	return ""
}
