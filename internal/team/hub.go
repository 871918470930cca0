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

// minRefreshGap is how long after one round for everything another is not begun, however many want it.
const minRefreshGap = time.Second

// Hub asks an account for all who look at it. Its methods may be called from any goroutine.
type Hub struct {
	client      command.Client
	clock       command.Clock
	session     *command.Session
	state       *model.State     // written by Run alone
	schedule    command.Schedule // and so is this
	lastRefresh time.Time        // when everything was asked for last, by this machine's clock
	pending     wakeup           // what wakes it up next
	answers     chan tea.Msg
	results     chan result
	wake        chan struct{} // something has changed that Run must look at; holds one

	mu            sync.Mutex
	view          model.AccountView
	changed       chan struct{} // closed when there is a newer view
	stopped       chan struct{} // closed when Run has ended
	scopedFleets  map[string]scopedFleet
	members       map[*Member]bool
	refreshWanted bool // somebody wants everything to be asked for
	lastNumber    int  // of what is under way, counted down from zero: apart from the sessions' own
}

// New makes the poller of an account. It asks nothing before it runs.
func New(client command.Client, clock command.Clock) *Hub {
	return &Hub{
		client: client, clock: clock, session: command.NewSession(1, client, nil, true), state: &model.State{},
		answers: make(chan tea.Msg), results: make(chan result), wake: make(chan struct{}, 1),
		changed: make(chan struct{}), stopped: make(chan struct{}), scopedFleets: map[string]scopedFleet{}, members: map[*Member]bool{},
		view: model.AccountView{Fleet: (&model.State{}).Fleet()},
	}
}

// result is a deed that the API has answered.
type result struct {
	action    model.Action
	point     model.Point
	accepted  model.ActionResult
	confirmed bool // the API took it on; else it is not known whether it did
	shown     chan struct{}
}

// wakeup is a sleep until something is due.
type wakeup struct {
	number int
	until  time.Time
	fired  bool
}

// wakeupMsg ends a wait.
type wakeupMsg struct{ number int }

// Run asks until the context ends.
func (h *Hub) Run(ctx context.Context) {
	defer close(h.stopped) // and nobody is told anything any more
	stop := context.AfterFunc(ctx, h.session.Close)
	defer stop()
	h.pending.fired = true
	h.readClocks()
	h.runAsync(ctx, h.loadAccount())
	for {
		h.refresh(ctx)
		h.scheduleWakeup(ctx)
		select {
		case msg := <-h.answers:
			h.readClocks()
			h.handleAnswer(msg)
		case d := <-h.results:
			h.readClocks()
			h.handleResult(d)
		case <-h.wake:
			h.readClocks()
			h.syncWork()
		case <-ctx.Done():
			return
		}
	}
}

func (h *Hub) readClocks() { h.state.Local, h.state.Now = h.clock.Now(), h.client.Now() }

// runAsync runs a command aside. Its answer is dropped if the hub has ended by then.
func (h *Hub) runAsync(ctx context.Context, cmd tea.Cmd) {
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

func (h *Hub) loadAccount() tea.Cmd {
	t, ok := h.state.Account.Start(h.state.Now)
	if !ok {
		return nil
	}
	return h.session.LoadAccount(t)
}

// refresh sends what is due: everything, or what runs.
func (h *Hub) refresh(ctx context.Context) {
	now := h.state.Local
	var cmds []tea.Cmd
	switch {
	case h.state.Busy():
		return
	case h.takeRefreshRequest(), !now.Before(h.schedule.AllDue):
		h.schedule.ScheduleAll(h.state, h.interval())
		h.lastRefresh = now
		cmds = h.session.RefreshAll(h.state)
		if !h.state.Account.Loaded() {
			cmds = append(cmds, h.loadAccount())
		}
	case h.hasRunning() && !now.Before(h.schedule.RunningDue):
		h.schedule.ScheduleRunning(h.state)
		cmds = h.session.RefreshRunning(h.state)
	}
	for _, cmd := range cmds {
		h.runAsync(ctx, cmd)
	}
}

// takeRefreshRequest says whether somebody wants everything to be asked for, and it may be: not soon after the last time, nor while the API
// wants to be left alone.
func (h *Hub) takeRefreshRequest() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	wanted := h.refreshWanted && !h.state.Local.Before(h.earliestRefresh())
	if wanted || !h.state.Local.Before(h.schedule.AllDue) {
		h.refreshWanted = false
	}
	return wanted
}

// earliestRefresh is when everything may be asked for again by somebody's wish.
func (h *Hub) earliestRefresh() time.Time {
	if model.RetryAfter(h.state.Failure()) > 0 {
		return h.schedule.AllDue
	}
	return h.lastRefresh.Add(minRefreshGap)
}

// hasRunning says whether something runs that is asked after by itself.
func (h *Hub) hasRunning() bool {
	return slices.ContainsFunc(h.state.Operations(), func(o model.Operation) bool { return o.Phase != model.PhaseSending })
}

func (h *Hub) interval() time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.members) == 0 {
		return command.IntervalBlurred
	}
	return command.IntervalFocused
}

// scheduleWakeup sees to it that the hub wakes up when something is due.
func (h *Hub) scheduleWakeup(ctx context.Context) {
	if h.state.Busy() {
		return
	}
	due := h.schedule.AllDue
	if h.hasRunning() && h.schedule.RunningDue.Before(due) {
		due = h.schedule.RunningDue
	}
	h.mu.Lock()
	if soon := h.earliestRefresh(); h.refreshWanted && soon.Before(due) {
		due = soon
	}
	h.mu.Unlock()
	if !h.pending.fired && !due.Before(h.pending.until) { // it wakes up before, and looks again
		return
	}
	h.pending = wakeup{number: h.pending.number + 1, until: due}
	number := h.pending.number
	h.runAsync(ctx, h.clock.Tick(max(due.Sub(h.state.Local), 0), func(time.Time) tea.Msg { return wakeupMsg{number} }))
}

// handleAnswer takes an answer in.
func (h *Hub) handleAnswer(msg tea.Msg) {
	_, list, err := command.ApplyList(h.state, msg)
	if list {
		h.schedule.HandleResult(h.state, err)
	}
	switch msg := msg.(type) {
	case command.AccountLoadedMsg:
		h.state.ApplyAccount(msg.Ticket, msg.Account, msg.Err)
	case wakeupMsg:
		h.pending.fired = h.pending.fired || msg.number == h.pending.number
		return
	case nil: // a wait that its clock gave up
		return
	}
	h.publish()
}

// handleResult shows what the API has taken on. Lists that were asked for before are given up: they show the world as it was.
func (h *Hub) handleResult(d result) {
	if h.state.Busy() { // what is given up must be asked for anew
		h.mu.Lock()
		h.refreshWanted = true
		h.mu.Unlock()
	}
	if d.confirmed {
		h.state.ApplyAccepted(d.action, d.point, d.accepted)
	}
	h.state.InvalidateLists(d.point.Kind)
	h.schedule.PollSoon(h.state)
	h.publish()
	close(d.shown)
}

// syncWork takes over what the seats have under way.
func (h *Hub) syncWork() {
	var work []model.Operation
	h.mu.Lock()
	for seat := range h.members {
		for _, o := range seat.work {
			work = append(work, o)
		}
	}
	h.mu.Unlock()
	before := h.hasRunning()
	slices.SortFunc(work, func(a, b model.Operation) int { return b.Number - a.Number })
	h.state.SetTeamOperations(work)
	if !before && h.hasRunning() {
		h.schedule.PollSoon(h.state)
	}
	h.publish()
}

// publish makes a view of what is known now, for all.
func (h *Hub) publish() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.view = h.state.AccountView(h.view.Number+1, h.schedule.AllDue, h.state.TeamOperations())
	close(h.changed)
	h.changed = make(chan struct{})
}

// wakeUp makes Run look again.
func (h *Hub) wakeUp() {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// nextView waits for a view after the one of that number.
func (h *Hub) nextView(ctx context.Context, after int) (model.AccountView, bool) {
	for {
		h.mu.Lock()
		view, changed := h.view, h.changed
		h.mu.Unlock()
		if view.Number > after {
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

// latestView is the view that everybody has, or is about to get.
func (h *Hub) latestView() model.AccountView {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.view
}
