// Package team lets several people share one account: one poller serves all of them, each action
// appears for all at once, and everybody sees who works on which server.
//
// Hub is the poller. A Member is one person's access to it, limited to what that person may see and
// do.
package team

import (
	"context"
	"slices"
	"sync"
	"time"

	"vpsdeck/internal/poll"
	"vpsdeck/model"
	"vpsdeck/ui/command"
)

// minRefreshGap is the shortest time between two requested refreshes, however many members request
// them.
const minRefreshGap = time.Second

// Hub polls an account for all its members. Its methods may be called from any goroutine.
type Hub struct {
	client  command.Client
	clock   command.Clock
	session *command.Session
	state   *model.State // used only by Run
	poller  *poll.Poller // used only by Run
	results chan result
	wake    chan struct{} // signals Run to check for changes; buffers one

	mu            sync.Mutex
	view          model.AccountView
	newsIn        int           // number of the latest view with news
	changed       chan struct{} // closed when there is a newer view
	stopped       chan struct{} // closed when Run has ended
	scopedFleets  map[string]scopedFleet
	members       map[*Member]bool
	refreshWanted bool // a member has requested a full refresh
	turns         turns
	workChanged   bool // the open operations of a member have changed
	lastNumber    int  // of the members' operations; negative, so that it differs from the sessions' own numbers
}

// A view with news makes every screen draw. For hundreds at the same moment that would take the
// processors for a second, in which no key is answered. So only the first views of a burst go out at
// once, and the others at a rate.
const (
	turnInterval = 20 * time.Millisecond
	turnBurst    = 16
)

// crowdSize is how many members are a crowd, in which watchers get few views. A smaller team sees the
// progress of others as it is polled.
const crowdSize = turnBurst

// turns hands out the times at which members may have a view. They are on the real clock, because
// they spare the processors.
type turns struct{ last time.Time }

// next returns the next free turn.
func (t *turns) next(now time.Time) time.Time {
	t.last = t.last.Add(turnInterval)
	if earliest := now.Add(-turnBurst * turnInterval); t.last.Before(earliest) {
		t.last = earliest
	}
	return t.last
}

// New makes the hub of an account. It sends no request before Run.
func New(client command.Client, clock command.Clock) *Hub {
	session, state := command.NewSession(1, client, nil, true), &model.State{}
	poller := poll.New(session, state, poll.IntervalUnwatched)
	poller.RefreshGap = minRefreshGap
	return &Hub{
		client: client, clock: clock, session: session, state: state, poller: poller,
		results: make(chan result), wake: make(chan struct{}, 1),
		changed: make(chan struct{}), stopped: make(chan struct{}), scopedFleets: map[string]scopedFleet{},
		members: map[*Member]bool{},
		view:    model.AccountView{Fleet: state.Fleet()},
	}
}

// result is an action with the API's answer.
type result struct {
	action    model.Action
	point     model.Point
	accepted  model.ActionResult
	confirmed bool          // the API accepted it; false: the outcome is unknown
	shown     chan struct{} // closed once a published view includes it
}

// Run polls the account until the context ends.
func (h *Hub) Run(ctx context.Context) {
	defer close(h.stopped) // no view is published after this
	stop := context.AfterFunc(ctx, h.session.Close)
	defer stop()
	loop := poll.NewLoop(h.clock, ctx.Done())
	h.readClocks()
	for {
		h.poll(loop)
		select {
		case msg := <-loop.Messages:
			h.readClocks()
			if _, answered, _ := h.poller.Apply(msg); answered {
				h.publish()
			}
		case r := <-h.results:
			h.readClocks()
			h.handleResult(r)
		case <-h.wake:
			h.readClocks()
			h.syncWork()
		case <-ctx.Done():
			return
		}
	}
}

func (h *Hub) readClocks() { h.state.Local, h.state.Now = h.clock.Now(), h.client.Now() }

// poll sends the requests that are due, and wakes the hub up for the next.
func (h *Hub) poll(loop *poll.Loop) {
	h.mu.Lock()
	wanted, every := h.refreshWanted, poll.IntervalWatched
	if len(h.members) == 0 {
		every = poll.IntervalUnwatched
	}
	h.refreshWanted = false
	h.mu.Unlock()
	h.poller.SetInterval(every)
	if wanted {
		h.poller.RequestRefresh()
	}
	for _, cmd := range h.poller.Due() {
		loop.Run(cmd)
	}
	loop.WakeAt(h.poller.NextDue())
}

// handleResult applies the result of an action and publishes it. It discards lists requested
// before, because they show the old state.
func (h *Hub) handleResult(r result) {
	if h.state.Busy() { // the discarded lists must be requested again
		h.poller.RequestRefresh()
	}
	if r.confirmed {
		h.state.ApplyAccepted(r.action, r.point, r.accepted)
	}
	h.state.InvalidateLists(r.point.Kind)
	h.poller.PollSoon()
	h.publish()
	close(r.shown)
}

// syncWork collects the open operations of all members, if they have changed. A new view for
// everybody each time somebody joins would cost a crowd its square.
func (h *Hub) syncWork() {
	var work []model.Operation
	h.mu.Lock()
	changed := h.workChanged
	h.workChanged = false
	for member := range h.members {
		for _, o := range member.work {
			work = append(work, o)
		}
	}
	h.mu.Unlock()
	if !changed {
		return
	}
	hadRunning := h.poller.HasRunning()
	slices.SortFunc(work, func(a, b model.Operation) int { return b.Number - a.Number })
	h.state.SetTeamOperations(work)
	if !hadRunning && h.poller.HasRunning() {
		h.poller.PollSoon()
	}
	h.publish()
}

// publish makes a new view of the state for all members.
func (h *Hub) publish() {
	h.mu.Lock()
	defer h.mu.Unlock()
	view := h.state.AccountView(h.view.Number+1, h.poller.NextRefresh(), h.state.TeamOperations())
	view.Crowded = len(h.members) > crowdSize
	if view.HasNews(h.view) {
		h.newsIn = view.Number
	}
	if view.Fleet != h.view.Fleet { // a scope of nobody would keep the old one
		clear(h.scopedFleets)
	}
	h.view = view
	close(h.changed)
	h.changed = make(chan struct{})
}

// wakeUp makes Run check for changes.
func (h *Hub) wakeUp() {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// nextView waits for a view with a higher number, and that the member wants; nil: any. It returns
// false if the hub or the context ends first.
func (h *Hub) nextView(ctx context.Context, after int, m *Member) (model.AccountView, bool) {
	for {
		h.mu.Lock()
		view, changed := h.view, h.changed
		wanted := view.Number > after && (m == nil || m.wants(view, after))
		h.mu.Unlock()
		if wanted {
			return view, true
		}
		select {
		case <-changed:
		case <-h.stopped:
			return model.AccountView{}, false
		case <-ctx.Done():
			return model.AccountView{}, false
		}
	}
}

// latestView returns the latest published view.
func (h *Hub) latestView() model.AccountView {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.view
}
