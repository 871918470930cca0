package headless

import (
	"context"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/command"
)

// FollowOptions are how long a command waits for its operations, and how it prints them.
type FollowOptions struct {
	Wait    bool          // until the operation has ended, not only until the API has accepted it
	Timeout time.Duration // maximum time to wait; 0: no limit
	Format  Format
}

// limits returns how many actions of a batch run at once, as in the dashboard. Few are being sent,
// so that the API is not flooded. With --wait enough run at once that a fleet is done within a day.
func (f FollowOptions) limits() model.Limits {
	if f.Wait {
		return model.Limits{Sending: 4, Running: 20}
	}
	return model.Limits{Sending: 4}
}

// errTimeout is the error when --timeout is reached.
var errTimeout = errors.New("the timeout was reached")

// watcher sends actions and follows operations until each is settled. It is the dashboard's loop
// without the screen: commands run in goroutines, their messages come through one channel, and only
// the loop changes the state.
type watcher struct {
	*Runner
	batch     *model.Batch                      // actions to send
	onBegin   func(item int, _ model.Operation) // called when an item is being sent
	isSettled func(model.Operation) bool        // reports whether an open operation needs no more watching
	// called on each step of an operation; the error is why its request failed
	onStep         func(model.Operation, error)
	stopReason     error // why the unsent actions are not sent
	pendingLists   int   // requests for lists under way
	waitingForPoll bool  // until the next poll of the lists
	interval       time.Duration
	failures       int   // polls that failed in a row
	lastFailure    error // of the latest poll
	deadline       time.Time
	messages       chan tea.Msg
	finished       chan struct{}
}

// pollDueMsg is sent when the next poll is due.
type pollDueMsg struct{}

// run loops until everything is sent and settled. It ends early when the context ends, at the
// timeout (errTimeout), or when the token may no longer read the account, but never while an
// action's request is under way.
func (w *watcher) run(ctx context.Context, timeout time.Duration) (why error) {
	w.messages, w.finished = make(chan tea.Msg), make(chan struct{})
	defer close(w.finished)
	waits := ctx
	if timeout > 0 {
		w.deadline = w.opts.Clock.Now().Add(timeout)
		bounded, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		waits = bounded
	}
	w.session.SetWaitContext(waits)
	interrupted := ctx.Done()
	for {
		w.updateClocks()
		if why = w.stopCause(ctx); why != nil {
			w.stopReason, interrupted = why, nil
		}
		w.send()
		if w.batch.Count(model.ItemSent) == 0 && (why != nil || w.isDone()) {
			return why
		}
		if why == nil && !w.waitingForPoll && w.pendingLists == 0 && w.needsPoll() {
			w.schedulePoll(ctx)
		}
		w.opts.Screen.show(w.state)
		select {
		case msg := <-w.messages:
			w.updateClocks()
			w.handle(msg)
		case <-interrupted:
		}
	}
}

// stopCause returns what ends the loop early, or nil.
func (w *watcher) stopCause(ctx context.Context) error {
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case !w.deadline.IsZero() && !w.state.Local.Before(w.deadline):
		return errTimeout
	case errors.Is(w.lastFailure, model.ErrUnauthorized), errors.Is(w.lastFailure, model.ErrForbidden):
		return w.lastFailure
	}
	return nil
}

// isDone reports whether nothing is left to send or wait for.
func (w *watcher) isDone() bool {
	if w.batch.Count(model.ItemWaiting) > 0 {
		return false
	}
	for _, o := range w.state.Operations() {
		if w.isAwaited(o) {
			return false
		}
	}
	return true
}

// isAwaited reports whether the loop still waits for an open operation. It does not wait for one
// that incomplete lists may hide: that stays open in the journal, and the next run looks for it.
func (w *watcher) isAwaited(o model.Operation) bool { return !w.isSettled(o) && !o.Hidden() }

// needsPoll reports whether the lists can show progress.
func (w *watcher) needsPoll() bool {
	for _, o := range w.state.Operations() {
		if o.Phase != model.PhaseSending && w.isAwaited(o) {
			return true
		}
	}
	return false
}

// runAsync runs a command in a goroutine. Its message is dropped if the loop has ended by then.
func (w *watcher) runAsync(cmd func() tea.Msg) {
	go func() {
		msg := cmd()
		select {
		case w.messages <- msg:
		case <-w.finished:
		}
	}()
}

// send sends the actions that may be sent now, or cancels all unsent ones if the loop is stopping.
func (w *watcher) send() {
	if w.stopReason != nil {
		w.batch.Stop()
	}
	for _, item := range w.batch.Next(func(in model.ActionRequest) bool {
		return w.state.Conflict(in.Action,
			in.Point) != ""
	}) {
		o := w.state.Begin(item.Request, w.opts.Run)
		w.batch.SetOperation(item.Number, o.Number)
		w.onBegin(item.Number, o)
		w.runAsync(w.session.Execute(o, w.newRecord(o)))
	}
}

// schedulePoll schedules the next poll: after a growing interval, or after failures as the API
// asks.
func (w *watcher) schedulePoll(ctx context.Context) {
	w.waitingForPoll = true
	w.interval = command.NextPollInterval(w.interval)
	wait := w.interval
	if w.failures > 0 {
		wait = command.RetryDelay(w.failures, w.lastFailure)
	}
	if !w.deadline.IsZero() {
		wait = min(wait, w.deadline.Sub(w.state.Local))
	}
	w.runAsync(func() tea.Msg {
		_ = w.opts.Clock.Wait(ctx, wait) // the loop checks the context itself
		return pollDueMsg{}
	})
}

// handle applies a message.
func (w *watcher) handle(msg tea.Msg) {
	switch msg := msg.(type) {
	case pollDueMsg:
		w.waitingForPoll = false
		w.lastFailure = nil
		for _, cmd := range w.session.RefreshRunning(w.state) {
			if cmd != nil {
				w.pendingLists++
				w.runAsync(cmd)
			}
		}
	case command.ActionResultMsg:
		w.interval = 0
		w.handleResult(msg)
	default:
		w.pendingLists--
		w.handleList(msg)
	}
}

// handleResult applies the result of an action's request. After an error that the next request
// would get too, the rest is not sent.
func (w *watcher) handleResult(msg command.ActionResultMsg) {
	o := w.state.ApplyResult(msg.Number, msg.Accepted, msg.Outcome)
	w.warnJournal(msg.JournalErr)
	err := msg.Outcome.Err
	if message := msg.Accepted.Message; err == nil && message != "" {
		w.notef("%s: the API says “%s”", o.Title(), message)
	}
	if errors.Is(err, model.ErrUnauthorized) || errors.Is(err, model.ErrRateLimited) {
		w.stopReason = err
	}
	w.reportStep(o, err)
}

// reportStep passes on the progress of an operation.
func (w *watcher) reportStep(o model.Operation, err error) {
	w.recordOperation(o)
	w.batch.ApplyOperation(o)
	w.onStep(o, err)
}

// handleList applies a list, and what it shows of operations.
func (w *watcher) handleList(msg tea.Msg) {
	changed, _, err := command.ApplyList(w.state, msg)
	if err != nil {
		w.lastFailure = err
	}
	if w.pendingLists == 0 {
		w.failures++
		if w.lastFailure == nil {
			w.failures = 0
		}
	}
	for _, o := range changed {
		w.reportStep(o, nil)
	}
}
