package hook

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"vpsdeck/internal/event"
	"vpsdeck/model"
)

const (
	// giveUpAfter is how long an event is tried to be delivered to an address.
	giveUpAfter = 24 * time.Hour
	minRetry    = time.Second
	maxRetry    = 5 * time.Minute
	// stopGrace is how long a delivery under way may go on after the program is told to end.
	stopGrace = 5 * time.Second
	// maxQueue is how many events wait for one hook. Of more, the oldest are dropped.
	maxQueue = 1000
)

// Result is the result of an attempt to deliver an event.
type Result string

// The results.
const (
	Delivered Result = "delivered"
	Retrying  Result = "retrying" // it failed, and is tried again
	Failed    Result = "failed"   // it failed, and is not tried again
	Dropped   Result = "dropped"  // too many events wait for the hook
)

// Results lists all results.
func Results() []Result { return []Result{Delivered, Retrying, Failed, Dropped} }

// Report is what has become of an attempt.
type Report struct {
	Hook   string // its name
	Event  event.Event
	Result Result
	Why    string        // it failed; "": it did not
	Again  time.Duration // with Retrying: until the next attempt
}

// Delivery is an event that waits for a hook, as it is saved.
type Delivery struct {
	Hook  string      `json:"hook"`  // identifies the hook by its target
	Since time.Time   `json:"since"` // by this machine's clock
	Event event.Event `json:"event"`
}

// Options are the options of a Sender. All but Secrets and Report are required.
type Options struct {
	Hooks   []Hook
	Getenv  func(string) string
	Secrets []string // environment variables that programs do not get, in addition to VPS_API_TOKEN
	Now     func() time.Time
	Wait    func(context.Context, time.Duration) error
	Report  func(Report) // called from any goroutine
}

// Sender delivers events, to each hook one after the other. Its methods may be called from any
// goroutine, and none but Run waits.
type Sender struct {
	opts    Options
	client  *http.Client
	queues  []*queue
	settled chan struct{} // signals that fewer events wait; buffers one
}

// queue is the events that wait for a hook.
type queue struct {
	hook Hook
	key  string
	wake chan struct{} // buffers one

	mu    sync.Mutex
	items []Delivery
}

// New returns a sender. It delivers nothing before Run.
func New(opts Options) *Sender {
	if opts.Report == nil {
		opts.Report = func(Report) {}
	}
	s := &Sender{opts: opts, client: newClient(), settled: make(chan struct{}, 1)}
	for _, h := range opts.Hooks {
		s.queues = append(s.queues, &queue{hook: h, key: h.key(), wake: make(chan struct{}, 1)})
	}
	return s
}

// Plan returns the deliveries of new events. They can be saved before Add.
func (s *Sender) Plan(events []event.Event) []Delivery {
	var out []Delivery
	for _, e := range events {
		for i, q := range s.queues {
			twice := slices.ContainsFunc(s.queues[:i],
				func(o *queue) bool { return o.key == q.key && o.hook.Wants(e.Kind) })
			if q.hook.Wants(e.Kind) && !twice {
				out = append(out, Delivery{Hook: q.key, Since: s.opts.Now(), Event: e})
			}
		}
	}
	return out
}

// Add queues deliveries. Those of hooks that are no longer in the config are dropped.
func (s *Sender) Add(deliveries []Delivery) {
	for _, d := range deliveries {
		if i := slices.IndexFunc(s.queues, func(q *queue) bool { return q.key == d.Hook }); i >= 0 {
			s.queues[i].add(d, s.opts.Report)
		}
	}
}

func (q *queue) add(d Delivery, report func(Report)) {
	q.mu.Lock()
	var dropped []Delivery
	if len(q.items) >= maxQueue { // the first may be under way
		dropped = append(dropped, q.items[1])
		q.items = slices.Delete(q.items, 1, 2)
	}
	q.items = append(q.items, d)
	q.mu.Unlock()
	for _, d := range dropped {
		report(Report{Hook: q.hook.Name(), Event: d.Event, Result: Dropped, Why: "too many events wait for it"})
	}
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// Pending returns what is not delivered yet.
func (s *Sender) Pending() []Delivery {
	var out []Delivery
	for _, q := range s.queues {
		q.mu.Lock()
		out = append(out, q.items...)
		q.mu.Unlock()
	}
	return out
}

// Settled receives a value when fewer events are pending.
func (s *Sender) Settled() <-chan struct{} { return s.settled }

// Run delivers until the context ends, and returns when the deliveries under way have ended too.
// What is pending then stays so.
func (s *Sender) Run(ctx context.Context) {
	var all sync.WaitGroup
	for _, q := range s.queues {
		all.Go(func() { s.work(ctx, q) })
	}
	all.Wait()
}

// work delivers the events of one hook.
func (s *Sender) work(ctx context.Context, q *queue) {
	for {
		q.mu.Lock()
		var next Delivery
		waiting := len(q.items) > 0
		if waiting {
			next = q.items[0]
		}
		q.mu.Unlock()
		switch {
		case ctx.Err() != nil:
			return
		case !waiting:
			select {
			case <-q.wake:
			case <-ctx.Done():
			}
			continue
		}
		if !s.settle(ctx, q.hook, next) {
			return
		}
		q.mu.Lock()
		q.items = q.items[1:]
		q.mu.Unlock()
		select {
		case s.settled <- struct{}{}:
		default:
		}
	}
}

// settle tries until the event is delivered or given up. It returns false if the context ends first.
func (s *Sender) settle(ctx context.Context, h Hook, d Delivery) bool {
	for pause := minRetry; ; pause = min(2*pause, maxRetry) {
		err := s.attempt(ctx, h, d.Event)
		var again *retryError
		report := Report{Hook: h.Name(), Event: d.Event, Result: Delivered}
		if err != nil {
			report.Result, report.Why = Failed, model.Clean(err.Error())
		}
		if !errors.As(err, &again) {
			s.opts.Report(report)
			return true
		}
		report.Why = again.why
		wait := max(pause, again.after)
		if s.opts.Now().Add(wait).Sub(d.Since) > giveUpAfter {
			report.Why += "; it was tried for " + model.FormatDuration(giveUpAfter)
			s.opts.Report(report)
			return true
		}
		if ctx.Err() != nil {
			return false
		}
		report.Result, report.Again = Retrying, wait
		s.opts.Report(report)
		if s.opts.Wait(ctx, wait) != nil {
			return false
		}
	}
}

// attempt delivers once. After the end of the context it goes on for a moment. A program that fails
// then is run at the next start.
func (s *Sender) attempt(ctx context.Context, h Hook, e event.Event) error {
	bounded, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stop := context.AfterFunc(ctx, func() {
		timer := time.AfterFunc(stopGrace, cancel)
		<-bounded.Done()
		timer.Stop()
	})
	defer stop()
	err := s.deliver(bounded, h, e)
	if err != nil && h.URL == "" && ctx.Err() != nil { // systemd, too, ends the program with us
		return &retryError{why: err.Error()}
	}
	return err
}
