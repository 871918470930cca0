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

// limits bound how much of several deeds goes on at once, as in the dashboard: few requests, so that the API is not flooded,
// and while one waits, so many running ones that a fleet is done before the day is over.
func (f Follow) limits() model.Limits {
	if f.Wait {
		return model.Limits{Sending: 4, Running: 20}
	}
	return model.Limits{Sending: 4}
}

// errTimeout says that the time which was given is up.
var errTimeout = errors.New("the time is up")

// vigil sends deeds and follows operations until each of them is settled. It is the loop of the dashboard without the
// screen: commands run in goroutines, their answers come through one channel, and only the loop changes the state.
type vigil struct {
	*Runner
	batch    *model.Batch                      // what is to be sent
	begun    func(item int, _ model.Operation) // told when one of it is being sent
	settled  func(model.Operation) bool        // says whether nothing more is wanted of an open operation
	told     func(model.Operation, error)      // told each step of an operation; the error is why its request failed
	held     error                             // why what is not sent is kept back
	asking   int                               // requests for lists that are under way
	resting  bool                              // until the next look at the lists
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
	waits := ctx
	if timeout > 0 {
		v.deadline = v.opts.Clock.Now().Add(timeout)
		bounded, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		waits = bounded
	}
	v.session.WaitWhile(waits)
	interrupted := ctx.Done()
	for {
		v.watchClocks()
		if why = v.why(ctx); why != nil {
			v.held, interrupted = why, nil
		}
		v.send()
		if v.batch.Count(model.ItemSent) == 0 && (why != nil || v.done()) {
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
	if v.batch.Count(model.ItemWaiting) > 0 {
		return false
	}
	for _, o := range v.state.Operations() {
		if v.wanted(o) {
			return false
		}
	}
	return true
}

// wanted says whether the end of an open operation is still waited for. One of which incomplete lists do not tell is not: it stays
// open in the journal, and the next program looks for it.
func (v *vigil) wanted(o model.Operation) bool { return !v.settled(o) && !o.Hidden() }

// watching says whether the lists have something to tell.
func (v *vigil) watching() bool {
	for _, o := range v.state.Operations() {
		if o.Phase != model.Sending && v.wanted(o) {
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

// send lets those deeds leave that may, or gives up all that have not left.
func (v *vigil) send() {
	if v.held != nil {
		v.batch.Stop()
	}
	for _, item := range v.batch.Next(func(in model.Intent) bool { return v.state.Conflict(in.Deed, in.Point) != "" }) {
		o := v.state.Begin(item.Intent, v.opts.Run)
		v.batch.Began(item.Number, o.Number)
		v.begun(item.Number, o)
		v.post(v.session.Do(o, v.record(o)))
	}
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
	err := msg.Outcome.Err
	if words := msg.Accepted.Message; err == nil && words != "" {
		v.note("%s: the API says “%s”", o.Title(), words)
	}
	if errors.Is(err, model.ErrUnauthorized) || errors.Is(err, model.ErrRateLimited) {
		v.held = err
	}
	v.step(o, err)
}

// step hands on how far an operation has come.
func (v *vigil) step(o model.Operation, err error) {
	v.writeDown(o)
	v.batch.Heard(o)
	v.told(o, err)
}

// listed takes in a list, and what it tells of operations.
func (v *vigil) listed(msg tea.Msg) {
	changed, _, err := command.Arrived(v.state, msg)
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
		v.step(o, nil)
	}
}
