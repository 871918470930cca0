package headless

import (
	"context"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/command"
)

// Follow is how long a command stays with what it has begun, and how it tells of it.
type Follow struct {
	Wait    bool          // until it has ended, and not only until the API took it on
	Timeout time.Duration // how long to stay at most; 0: as long as it takes
	Format  Format
}

// mostAtOnce is how many deeds are on their way at once: as many as the client sends requests.
const mostAtOnce = 4

// errTimeout says that the time which was given is up.
var errTimeout = errors.New("the time is up")

// vigil sends deeds and follows operations until each of them is settled. It is the loop of the dashboard without the
// screen: commands run in goroutines, their answers come through one channel, and only the loop changes the state.
type vigil struct {
	*Runner
	queue    []model.Intent               // what is still to be sent, in its order
	begun    func(model.Operation)        // told when one of them is being sent
	settled  func(model.Operation) bool   // says whether nothing more is wanted of an open operation
	told     func(model.Operation, error) // told each step of an operation; the error is why its request failed
	held     error                        // why the rest of the queue is kept back
	sending  int                          // deeds whose answer is not there yet
	asking   int                          // requests for lists that are under way
	resting  bool                         // until the next look at the lists
	pace     time.Duration
	failures int   // rounds of looks in a row
	failure  error // of the latest such round
	deadline time.Time
	answers  chan tea.Msg
	ended    chan struct{}
}

// wokenMsg ends a rest between two looks.
type wokenMsg struct{}

// run goes on until everything is sent and settled. It ends early when the context does, when the time is up (errTimeout),
// or when the account may not be read any more, but never while a deed is on its way.
func (v *vigil) run(ctx context.Context, timeout time.Duration) (why error) {
	v.answers, v.ended = make(chan tea.Msg), make(chan struct{})
	defer close(v.ended)
	if timeout > 0 {
		v.deadline = v.opts.Clock.Now().Add(timeout)
	}
	interrupted := ctx.Done()
	for {
		v.watchClocks()
		if why = v.why(ctx); why != nil {
			v.held, interrupted = why, nil
		}
		for v.held == nil && len(v.queue) > 0 && v.sending < mostAtOnce {
			v.send()
		}
		if v.sending == 0 && (why != nil || v.done()) {
			return why
		}
		if why == nil && !v.resting && v.asking == 0 && v.watching() {
			v.rest(ctx)
		}
		v.opts.Screen.show(v.state)
		select {
		case msg := <-v.answers:
			v.watchClocks()
			v.hear(msg)
		case <-interrupted:
		}
	}
}

// why is what ends the vigil early, or nil.
func (v *vigil) why(ctx context.Context) error {
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case !v.deadline.IsZero() && !v.state.Local.Before(v.deadline):
		return errTimeout
	case errors.Is(v.failure, model.ErrUnauthorized), errors.Is(v.failure, model.ErrForbidden):
		return v.failure
	}
	return nil
}

// done says whether nothing is left to be sent or waited for.
func (v *vigil) done() bool {
	if len(v.queue) > 0 && v.held == nil {
		return false
	}
	for _, o := range v.state.Operations() {
		if !v.settled(o) {
			return false
		}
	}
	return true
}

// watching says whether the lists have something to tell.
func (v *vigil) watching() bool {
	for _, o := range v.state.Operations() {
		if o.Phase != model.Sending && !v.settled(o) {
			return true
		}
	}
	return false
}

// post runs a command aside. Its answer is dropped if the vigil has ended by then.
func (v *vigil) post(cmd func() tea.Msg) {
	go func() {
		msg := cmd()
		select {
		case v.answers <- msg:
		case <-v.ended:
		}
	}()
}

// send lets the next deed leave.
func (v *vigil) send() {
	o := v.state.Begin(v.queue[0], v.opts.Run)
	v.queue = v.queue[1:]
	v.sending++
	v.begun(o)
	v.post(v.session.Do(o, v.record(o)))
}

// rest waits for the next look: longer each time, and after failures as the API wants it.
func (v *vigil) rest(ctx context.Context) {
	v.resting = true
	v.pace = command.Slower(v.pace)
	wait := v.pace
	if v.failures > 0 {
		wait = command.Retry(v.failures, v.failure)
	}
	if !v.deadline.IsZero() {
		wait = min(wait, v.deadline.Sub(v.state.Local))
	}
	v.post(func() tea.Msg {
		_ = v.opts.Clock.Wait(ctx, wait) // that the context has ended is seen by the loop
		return wokenMsg{}
	})
}

// hear takes an answer in.
func (v *vigil) hear(msg tea.Msg) {
	switch msg := msg.(type) {
	case wokenMsg:
		v.resting = false
		v.failure = nil
		for _, cmd := range v.session.RefreshRunning(v.state) {
			if cmd != nil {
				v.asking++
				v.post(cmd)
			}
		}
	case command.DeedAnsweredMsg:
		v.sending--
		v.pace = 0
		v.answered(msg)
	default:
		v.asking--
		v.listed(msg)
	}
}

// answered takes in how a deed's request went. Where the next one would fare no better, the rest is kept back.
func (v *vigil) answered(msg command.DeedAnsweredMsg) {
	o := v.state.Answered(msg.Number, msg.Accepted, msg.Outcome)
	v.unwritten(msg.Unwritten)
	v.writeDown(o)
	err := msg.Outcome.Err
	if errors.Is(err, model.ErrUnauthorized) || errors.Is(err, model.ErrRateLimited) {
		v.held = err
	}
	v.told(o, err)
}

// listed takes in a list, and what it tells of operations.
func (v *vigil) listed(msg tea.Msg) {
	changed, err := v.arrived(msg)
	if err != nil {
		v.failure = err
	}
	if v.asking == 0 {
		v.failures++
		if v.failure == nil {
			v.failures = 0
		}
	}
	for _, o := range changed {
		v.writeDown(o)
		v.told(o, nil)
	}
}
