// Package team lets several people look at one account together: it is asked once for all of them, what one does appears for
// all at once, and each is told who is at work on what.
//
// Hub is the one poller. Seat is one person's place at it: what that person may see, and may do.
package team

import (
	"context"
	"slices"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/command"
)

// gap is how long after one round for everything another is not begun, however many want it.
const gap = time.Second

// Hub asks an account for all who look at it. Its methods may be called from any goroutine.
type Hub struct {
	client   command.Client
	clock    command.Clock
	session  *command.Session
	state    *model.State     // written by Run alone
	schedule command.Schedule // and so is this
	asked    time.Time        // when everything was asked for last, by this machine's clock
	armed    wait             // what wakes it up next
	answers  chan tea.Msg
	dones    chan done
	wake     chan struct{} // something has changed that Run must look at; holds one

	mu      sync.Mutex
	view    model.View
	changed chan struct{} // closed when there is a newer view
	over    chan struct{} // closed when Run has ended
	scoped  map[string]scoped
	seats   map[*Seat]bool
	wanted  bool // somebody wants everything to be asked for
	numbers int  // of what is under way, counted down from zero: apart from the sessions' own
}

// New makes the poller of an account. It asks nothing before it runs.
func New(client command.Client, clock command.Clock) *Hub {
	return &Hub{
		client: client, clock: clock, session: command.NewSession(1, client, nil, true), state: &model.State{},
		answers: make(chan tea.Msg), dones: make(chan done), wake: make(chan struct{}, 1),
		changed: make(chan struct{}), over: make(chan struct{}), scoped: map[string]scoped{}, seats: map[*Seat]bool{},
		view: model.View{Fleet: (&model.State{}).Fleet()},
	}
}

// done is a deed that the API has answered.
type done struct {
	deed     model.Deed
	point    model.Point
	accepted model.Accepted
	took     bool // the API took it on; else it is not known whether it did
	shown    chan struct{}
}

// wait is a sleep until something is due.
type wait struct {
	number int
	until  time.Time
	over   bool
}

// wokenMsg ends a wait.
type wokenMsg struct{ number int }

// Run asks until the context ends.
func (h *Hub) Run(ctx context.Context) {
	defer close(h.over) // and nobody is told anything any more
	stop := context.AfterFunc(ctx, h.session.End)
	defer stop()
	h.armed.over = true
	h.watchClocks()
	h.post(ctx, h.account())
	for {
		h.ask(ctx)
		h.sleep(ctx)
		select {
		case msg := <-h.answers:
			h.watchClocks()
			h.hear(msg)
		case d := <-h.dones:
			h.watchClocks()
			h.did(d)
		case <-h.wake:
			h.watchClocks()
			h.look()
		case <-ctx.Done():
			return
		}
	}
}

func (h *Hub) watchClocks() { h.state.Local, h.state.Now = h.clock.Now(), h.client.Now() }

// post runs a command aside. Its answer is dropped if the hub has ended by then.
func (h *Hub) post(ctx context.Context, cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	go func() {
		select {
		case h.answers <- cmd():
		case <-ctx.Done():
		}
	}()
}

func (h *Hub) account() tea.Cmd {
	t, ok := h.state.Account.Start(h.state.Now)
	if !ok {
		return nil
	}
	return h.session.LoadAccount(t)
}

// ask sends what is due: everything, or what runs.
func (h *Hub) ask(ctx context.Context) {
	now := h.state.Local
	var cmds []tea.Cmd
	switch {
	case h.state.Asking():
		return
	case h.wants(), !now.Before(h.schedule.All):
		h.schedule.Everything(h.state, h.interval())
		h.asked = now
		cmds = h.session.RefreshAll(h.state)
		if !h.state.Account.Loaded() {
			cmds = append(cmds, h.account())
		}
	case h.working() && !now.Before(h.schedule.Running):
		h.schedule.WhatRuns(h.state)
		cmds = h.session.RefreshRunning(h.state)
	}
	for _, cmd := range cmds {
		h.post(ctx, cmd)
	}
}

// wants says whether somebody wants everything to be asked for, and it may be: not soon after the last time, nor while the API
// wants to be left alone.
func (h *Hub) wants() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	wanted := h.wanted && !h.state.Local.Before(h.soonest())
	if wanted || !h.state.Local.Before(h.schedule.All) {
		h.wanted = false
	}
	return wanted
}

// soonest is when everything may be asked for again by somebody's wish.
func (h *Hub) soonest() time.Time {
	if model.RetryAfter(h.state.Failure()) > 0 {
		return h.schedule.All
	}
	return h.asked.Add(gap)
}

// working says whether something runs that is asked after by itself.
func (h *Hub) working() bool {
	return slices.ContainsFunc(h.state.Operations(), func(o model.Operation) bool { return o.Phase != model.Sending })
}

func (h *Hub) interval() time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.seats) == 0 {
		return command.Seldom
	}
	return command.Often
}

// sleep sees to it that the hub wakes up when something is due.
func (h *Hub) sleep(ctx context.Context) {
	if h.state.Asking() {
		return
	}
	due := h.schedule.All
	if h.working() && h.schedule.Running.Before(due) {
		due = h.schedule.Running
	}
	h.mu.Lock()
	if soon := h.soonest(); h.wanted && soon.Before(due) {
		due = soon
	}
	h.mu.Unlock()
	if !h.armed.over && !due.Before(h.armed.until) { // it wakes up before, and looks again
		return
	}
	h.armed = wait{number: h.armed.number + 1, until: due}
	number := h.armed.number
	h.post(ctx, h.clock.Tick(max(due.Sub(h.state.Local), 0), func(time.Time) tea.Msg { return wokenMsg{number} }))
}

// hear takes an answer in.
func (h *Hub) hear(msg tea.Msg) {
	_, list, err := command.Arrived(h.state, msg)
	if list {
		h.schedule.Heard(h.state, err)
	}
	switch msg := msg.(type) {
	case command.AccountLoadedMsg:
		h.state.AccountArrived(msg.Ticket, msg.Account, msg.Err)
	case wokenMsg:
		h.armed.over = h.armed.over || msg.number == h.armed.number
		return
	case nil: // a wait that its clock gave up
		return
	}
	h.show()
}

// did shows what the API has taken on. Lists that were asked for before are given up: they show the world as it was.
func (h *Hub) did(d done) {
	if h.state.Asking() { // what is given up must be asked for anew
		h.mu.Lock()
		h.wanted = true
		h.mu.Unlock()
	}
	if d.took {
		h.state.Took(d.deed, d.point, d.accepted)
	}
	h.state.Outdate(d.point.Kind)
	h.schedule.Hasten(h.state)
	h.show()
	close(d.shown)
}

// look takes over what the seats have under way.
func (h *Hub) look() {
	var work []model.Operation
	h.mu.Lock()
	for seat := range h.seats {
		for _, o := range seat.work {
			work = append(work, o)
		}
	}
	h.mu.Unlock()
	before := h.working()
	slices.SortFunc(work, func(a, b model.Operation) int { return b.Number - a.Number })
	h.state.Attend(work)
	if !before && h.working() {
		h.schedule.Hasten(h.state)
	}
	h.show()
}

// show makes a view of what is known now, for all.
func (h *Hub) show() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.view = h.state.View(h.view.Number+1, h.schedule.All, h.state.Team())
	close(h.changed)
	h.changed = make(chan struct{})
}

// nudge makes Run look again.
func (h *Hub) nudge() {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// next waits for a view after the one of that number.
func (h *Hub) next(ctx context.Context, after int) (model.View, bool) {
	for {
		h.mu.Lock()
		view, changed := h.view, h.changed
		h.mu.Unlock()
		if view.Number > after {
			return view, true
		}
		select {
		case <-changed:
		case <-h.over:
			return model.View{}, false
		case <-ctx.Done():
			return model.View{}, false
		}
	}
}

// latest is the view that everybody has, or is about to get.
func (h *Hub) latest() model.View {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.view
}
