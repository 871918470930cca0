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
func (v *watcher) run(ctx context.Context, timeout time.Duration) (why error) {
	v.messages, v.finished = make(chan tea.Msg), make(chan struct{})
	defer close(v.finished)
	waits := ctx
	if timeout > 0 {
		v.deadline = v.opts.Clock.Now().Add(timeout)
		bounded, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		waits = bounded
	}
	v.session.SetWaitContext(waits)
	interrupted := ctx.Done()
	for {
		v.updateClocks()
		if why = v.stopCause(ctx); why != nil {
			v.stopReason, interrupted = why, nil
		}
		v.send()
		if v.batch.Count(model.ItemSent) == 0 && (why != nil || v.isDone()) {
			return why
		}
		if why == nil && !v.waitingForPoll && v.pendingLists == 0 && v.needsPoll() {
			v.schedulePoll(ctx)
		}
		v.opts.Screen.show(v.state)
		select {
		case msg := <-v.messages:
			v.updateClocks()
			v.handle(msg)
		case <-interrupted:
		}
	}
}

// stopCause is what ends the vigil early, or nil.
func (v *watcher) stopCause(ctx context.Context) error {
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case !v.deadline.IsZero() && !v.state.Local.Before(v.deadline):
		return errTimeout
	case errors.Is(v.lastFailure, model.ErrUnauthorized), errors.Is(v.lastFailure, model.ErrForbidden):
		return v.lastFailure
	}
	return nil
}

// isDone says whether nothing is left to be sent or waited for.
func (v *watcher) isDone() bool {
	if v.batch.Count(model.ItemWaiting) > 0 {
		return false
	}
	for _, o := range v.state.Operations() {
		if v.isAwaited(o) {
			return false
		}
	}
	return true
}

// isAwaited says whether the end of an open operation is still waited for. One of which incomplete lists do not tell is not: it stays
// open in the journal, and the next program looks for it.
func (v *watcher) isAwaited(o model.Operation) bool { return !v.isSettled(o) && !o.Hidden() }

// needsPoll says whether the lists have something to tell.
func (v *watcher) needsPoll() bool {
	for _, o := range v.state.Operations() {
		if o.Phase != model.PhaseSending && v.isAwaited(o) {
			return true
		}
	}
	return false
}

// runAsync runs a command aside. Its answer is dropped if the vigil has ended by then.
func (v *watcher) runAsync(cmd func() tea.Msg) {
	go func() {
		msg := cmd()
		select {
		case v.messages <- msg:
		case <-v.finished:
		}
	}()
}

// send lets those deeds leave that may, or gives up all that have not left.
func (v *watcher) send() {
	if v.stopReason != nil {
		v.batch.Stop()
	}
	for _, item := range v.batch.Next(func(in model.ActionRequest) bool { return v.state.Conflict(in.Action, in.Point) != "" }) {
		o := v.state.Begin(item.Request, v.opts.Run)
		v.batch.SetOperation(item.Number, o.Number)
		v.onBegin(item.Number, o)
		v.runAsync(v.session.Execute(o, v.newRecord(o)))
	}
}

// schedulePoll waits for the next look: longer each time, and after failures as the API wants it.
func (v *watcher) schedulePoll(ctx context.Context) {
	v.waitingForPoll = true
	v.interval = command.NextPollInterval(v.interval)
	wait := v.interval
	if v.failures > 0 {
		wait = command.RetryDelay(v.failures, v.lastFailure)
	}
	if !v.deadline.IsZero() {
		wait = min(wait, v.deadline.Sub(v.state.Local))
	}
	v.runAsync(func() tea.Msg {
		_ = v.opts.Clock.Wait(ctx, wait) // that the context has ended is seen by the loop
		return pollDueMsg{}
	})
}

// handle takes an answer in.
func (v *watcher) handle(msg tea.Msg) {
	switch msg := msg.(type) {
	case pollDueMsg:
		v.waitingForPoll = false
		v.lastFailure = nil
		for _, cmd := range v.session.RefreshRunning(v.state) {
			if cmd != nil {
				v.pendingLists++
				v.runAsync(cmd)
			}
		}
	case command.ActionResultMsg:
		v.interval = 0
		v.handleResult(msg)
	default:
		v.pendingLists--
		v.handleList(msg)
	}
}

// handleResult takes in how a deed's request went. Where the next one would fare no better, the rest is kept back.
func (v *watcher) handleResult(msg command.ActionResultMsg) {
	o := v.state.ApplyResult(msg.Number, msg.Accepted, msg.Outcome)
	v.warnJournal(msg.JournalErr)
	err := msg.Outcome.Err
	if words := msg.Accepted.Message; err == nil && words != "" {
		v.notef("%s: the API says “%s”", o.Title(), words)
	}
	if errors.Is(err, model.ErrUnauthorized) || errors.Is(err, model.ErrRateLimited) {
		v.stopReason = err
	}
	v.reportStep(o, err)
}

// reportStep hands on how far an operation has come.
func (v *watcher) reportStep(o model.Operation, err error) {
	v.recordOperation(o)
	v.batch.ApplyOperation(o)
	v.onStep(o, err)
}

// handleList takes in a list, and what it tells of operations.
func (v *watcher) handleList(msg tea.Msg) {
	changed, _, err := command.ApplyList(v.state, msg)
	if err != nil {
		v.lastFailure = err
	}
	if v.pendingLists == 0 {
		v.failures++
		if v.lastFailure == nil {
			v.failures = 0
		}
	}
	for _, o := range changed {
		v.reportStep(o, nil)
	}
}
