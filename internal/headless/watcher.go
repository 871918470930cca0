package headless

import (
	"context"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/internal/poll"
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
	onStep     func(model.Operation, error)
	stopReason error // why the unsent actions are not sent
	refusal    error // why the token may no longer read the account
	loop       *poll.Loop
}

// run loops until everything is sent and settled. It ends early when the context ends, at the
// timeout (errTimeout), or when the token may no longer read the account, but never while an
// action's request is under way.
func (w *watcher) run(ctx context.Context, timeout time.Duration) (why error) {
	finished := make(chan struct{})
	defer func() {
		close(finished)
		w.state.CancelPending() // the answers are dropped, so the next watcher must request them
	}()
	w.loop = poll.NewLoop(w.opts.Clock, finished)
	w.updateClocks()
	w.poller.PollSoon() // the lists were loaded just now
	waits := ctx
	if timeout > 0 {
		if w.deadline.IsZero() {
			w.deadline = w.state.Local.Add(timeout)
		}
		bounded, cancel := context.WithTimeout(ctx, w.deadline.Sub(w.state.Local))
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
		if why == nil && w.needsPoll() {
			w.poll()
		}
		w.opts.Screen.show(w.state)
		select {
		case msg := <-w.loop.Messages:
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
	}
	return w.refusal
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
		w.loop.Run(w.session.Execute(o, w.newRecord(o)))
	}
}

// poll sends the requests that are due. Once they are answered, it wakes the loop for the next.
func (w *watcher) poll() {
	for _, cmd := range w.poller.Due() {
		w.loop.Run(cmd)
	}
	if w.state.Busy() {
		return
	}
	next := w.poller.NextDue()
	if !w.deadline.IsZero() && w.deadline.Before(next) {
		next = w.deadline
	}
	w.loop.WakeAt(next)
}

// handle applies a message.
func (w *watcher) handle(msg tea.Msg) {
	if result, ok := msg.(command.ActionResultMsg); ok {
		w.poller.PollSoon()
		w.handleResult(result)
		return
	}
	advanced, _, err := w.poller.Apply(msg)
	if errors.Is(err, model.ErrUnauthorized) || errors.Is(err, model.ErrForbidden) {
		w.refusal = err
	}
	for _, o := range advanced {
		w.reportStep(o, nil)
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
