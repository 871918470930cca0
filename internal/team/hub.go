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

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/command"
)

// minRefreshGap is the shortest time between two requested refreshes, however many members request
// them.
const minRefreshGap = time.Second

// Hub polls an account for all its members. Its methods may be called from any goroutine.
type Hub struct {
	client      command.Client
	clock       command.Clock
	session     *command.Session
	state       *model.State     // used only by Run
	schedule    command.Schedule // used only by Run
	lastRefresh time.Time        // start of the last full refresh, by this machine's clock
	pending     wakeup           // the next wakeup
	answers     chan tea.Msg
	results     chan result
	wake        chan struct{} // signals Run to check for changes; buffers one

	mu            sync.Mutex
	view          model.AccountView
	changed       chan struct{} // closed when there is a newer view
	stopped       chan struct{} // closed when Run has ended
	scopedFleets  map[string]scopedFleet
	members       map[*Member]bool
	refreshWanted bool // a member has requested a full refresh
	lastNumber    int  // of the members' operations; negative, so that it differs from the sessions' own numbers
}

// New makes the hub of an account. It sends no request before Run.
func New(client command.Client, clock command.Clock) *Hub {
	return &Hub{
		client: client, clock: clock, session: command.NewSession(1, client, nil, true), state: &model.State{},
		answers: make(chan tea.Msg), results: make(chan result), wake: make(chan struct{}, 1),
		changed: make(chan struct{}), stopped: make(chan struct{}), scopedFleets: map[string]scopedFleet{},
		members: map[*Member]bool{},
		view:    model.AccountView{Fleet: (&model.State{}).Fleet()},
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

// wakeup is a timer until something is due.
type wakeup struct {
	number int
	until  time.Time
	fired  bool
}

// wakeupMsg is the end of a wakeup's wait.
type wakeupMsg struct{ number int }

// Run polls the account until the context ends.
func (h *Hub) Run(ctx context.Context) {
	defer close(h.stopped) // no view is published after this
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

// runAsync runs a command in the background. Its answer is dropped if the hub has ended by then.
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
	ticket, ok := h.state.Account.Start(h.state.Now)
	if !ok {
		return nil
	}
	return h.session.LoadAccount(ticket)
}

// refresh sends the requests that are due: for all lists, or only for running operations.
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

// takeRefreshRequest reports whether a requested refresh is due, and clears the request. A refresh
// must not follow the last one too soon, or start while the API limits the rate.
func (h *Hub) takeRefreshRequest() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	due := h.refreshWanted && !h.state.Local.Before(h.earliestRefresh())
	if due || !h.state.Local.Before(h.schedule.AllDue) {
		h.refreshWanted = false
	}
	return due
}

// earliestRefresh returns when a requested refresh may start.
func (h *Hub) earliestRefresh() time.Time {
	if model.RetryAfter(h.state.Failure()) > 0 {
		return h.schedule.AllDue
	}
	return h.lastRefresh.Add(minRefreshGap)
}

// hasRunning reports whether there are operations to poll for.
func (h *Hub) hasRunning() bool {
	return slices.ContainsFunc(h.state.Operations(),
		func(o model.Operation) bool { return o.Phase != model.PhaseSending })
}

func (h *Hub) interval() time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.members) == 0 {
		return command.IntervalBlurred
	}
	return command.IntervalFocused
}

// scheduleWakeup wakes the hub when the next request is due.
func (h *Hub) scheduleWakeup(ctx context.Context) {
	if h.state.Busy() {
		return
	}
	due := h.schedule.AllDue
	if h.hasRunning() && h.schedule.RunningDue.Before(due) {
		due = h.schedule.RunningDue
	}
	h.mu.Lock()
	if earliest := h.earliestRefresh(); h.refreshWanted && earliest.Before(due) {
		due = earliest
	}
	h.mu.Unlock()
	if !h.pending.fired && !due.Before(h.pending.until) { // it wakes up earlier anyway
		return
	}
	h.pending = wakeup{number: h.pending.number + 1, until: due}
	number := h.pending.number
	h.runAsync(ctx, h.clock.Tick(max(due.Sub(h.state.Local), 0), func(time.Time) tea.Msg { return wakeupMsg{number} }))
}

// handleAnswer applies an answer to the state.
func (h *Hub) handleAnswer(msg tea.Msg) {
	_, isList, err := command.ApplyList(h.state, msg)
	if isList {
		h.schedule.HandleResult(h.state, err)
	}
	switch msg := msg.(type) {
	case command.AccountLoadedMsg:
		h.state.ApplyAccount(msg.Ticket, msg.Account, msg.Err)
	case wakeupMsg:
		h.pending.fired = h.pending.fired || msg.number == h.pending.number
		return
	case nil: // a wakeup whose clock was stopped
		return
	}
	h.publish()
}

// handleResult applies the result of an action and publishes it. It discards lists requested
// before, because they show the old state.
func (h *Hub) handleResult(r result) {
	if h.state.Busy() { // the discarded lists must be requested again
		h.mu.Lock()
		h.refreshWanted = true
		h.mu.Unlock()
	}
	if r.confirmed {
		h.state.ApplyAccepted(r.action, r.point, r.accepted)
	}
	h.state.InvalidateLists(r.point.Kind)
	h.schedule.PollSoon(h.state)
	h.publish()
	close(r.shown)
}

// syncWork collects the open operations of all members.
func (h *Hub) syncWork() {
	var work []model.Operation
	h.mu.Lock()
	for member := range h.members {
		for _, o := range member.work {
			work = append(work, o)
		}
	}
	h.mu.Unlock()
	hadRunning := h.hasRunning()
	slices.SortFunc(work, func(a, b model.Operation) int { return b.Number - a.Number })
	h.state.SetTeamOperations(work)
	if !hadRunning && h.hasRunning() {
		h.schedule.PollSoon(h.state)
	}
	h.publish()
}

// publish makes a new view of the state for all members.
func (h *Hub) publish() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.view = h.state.AccountView(h.view.Number+1, h.schedule.AllDue, h.state.TeamOperations())
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

// nextView waits for a view with a higher number. It returns false if the hub or the context ends
// first.
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

// latestView returns the latest published view.
func (h *Hub) latestView() model.AccountView {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.view
}
