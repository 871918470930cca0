package headless

import (
	"context"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/command"
)

// FollowOptions is how long a command stays with what it has begun, and how it tells of it.
type FollowOptions struct {
	Wait    bool          // until it has ended, and not only until the API took it on
	Timeout time.Duration // how long to stay at most; 0: as long as it takes
	Format  Format
}

// limits bound how much of several deeds goes on at once, as in the dashboard: few requests, so that the API is not flooded,
// and while one waits, so many running ones that a fleet is done before the day is over.
func (f FollowOptions) limits() model.Limits {
	if f.Wait {
		return model.Limits{Sending: 4, Running: 20}
	}
	return model.Limits{Sending: 4}
}

// errTimeout says that the time which was given is up.
var errTimeout = errors.New("the time is up")

// watcher sends deeds and follows operations until each of them is settled. It is the loop of the dashboard without the
// screen: commands run in goroutines, their answers come through one channel, and only the loop changes the state.
type watcher struct {
	*Runner
	batch          *model.Batch                      // what is to be sent
	onBegin        func(item int, _ model.Operation) // told when one of it is being sent
	isSettled      func(model.Operation) bool        // says whether nothing more is wanted of an open operation
	onStep         func(model.Operation, error)      // told each step of an operation; the error is why its request failed
	stopReason     error                             // why what is not sent is kept back
	pendingLists   int                               // requests for lists that are under way
	waitingForPoll bool                              // until the next look at the lists
	interval       time.Duration
	failures       int   // rounds of looks in a row
	lastFailure    error // of the latest such round
	deadline       time.Time
	messages       chan tea.Msg
	finished       chan struct{}
}

// pollDueMsg ends a rest between two looks.
type pollDueMsg struct{}

// run goes on until everything is sent and settled. It ends early when the context does, when the time is up (errTimeout),
// or when the account may not be read any more, but never while a deed is on its way.
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

// stopCause is what ends the vigil early, or nil.
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

// isDone says whether nothing is left to be sent or waited for.
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

// isAwaited says whether the end of an open operation is still waited for. One of which incomplete lists do not tell is not: it stays
// open in the journal, and the next program looks for it.
func (w *watcher) isAwaited(o model.Operation) bool { return !w.isSettled(o) && !o.Hidden() }

// needsPoll says whether the lists have something to tell.
func (w *watcher) needsPoll() bool {
	for _, o := range w.state.Operations() {
		if o.Phase != model.PhaseSending && w.isAwaited(o) {
			return true
		}
	}
	return false
}

// runAsync runs a command aside. Its answer is dropped if the vigil has ended by then.
func (w *watcher) runAsync(cmd func() tea.Msg) {
	go func() {
		msg := cmd()
		select {
		case w.messages <- msg:
		case <-w.finished:
		}
	}()
}

// send lets those deeds leave that may, or gives up all that have not left.
func (w *watcher) send() {
	if w.stopReason != nil {
		w.batch.Stop()
	}
	for _, item := range w.batch.Next(func(in model.ActionRequest) bool { return w.state.Conflict(in.Action, in.Point) != "" }) {
		o := w.state.Begin(item.Request, w.opts.Run)
		w.batch.SetOperation(item.Number, o.Number)
		w.onBegin(item.Number, o)
		w.runAsync(w.session.Execute(o, w.newRecord(o)))
	}
}

// schedulePoll waits for the next look: longer each time, and after failures as the API wants it.
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
		_ = w.opts.Clock.Wait(ctx, wait) // that the context has ended is seen by the loop
		return pollDueMsg{}
	})
}

// handle takes an answer in.
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

// handleResult takes in how a deed's request went. Where the next one would fare no better, the rest is kept back.
func (w *watcher) handleResult(msg command.ActionResultMsg) {
	o := w.state.ApplyResult(msg.Number, msg.Accepted, msg.Outcome)
	w.warnJournal(msg.JournalErr)
	err := msg.Outcome.Err
	if words := msg.Accepted.Message; err == nil && words != "" {
		w.notef("%s: the API says “%s”", o.Title(), words)
	}
	if errors.Is(err, model.ErrUnauthorized) || errors.Is(err, model.ErrRateLimited) {
		w.stopReason = err
	}
	w.reportStep(o, err)
}

// reportStep hands on how far an operation has come.
func (w *watcher) reportStep(o model.Operation, err error) {
	w.recordOperation(o)
	w.batch.ApplyOperation(o)
	w.onStep(o, err)
}

// handleList takes in a list, and what it tells of operations.
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
