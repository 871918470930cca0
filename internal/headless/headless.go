// Package headless does for scripts and cron what the dashboard does for a person: it lists, judges coverage, and makes,
// restores and deletes restore points, with the same session, state and journal, and without a screen.
//
// What was asked for goes to Out as data, what went wrong to Notes as sentences. Errors are Faults of internal/settings,
// or failures of the API, which carry their exit code either way; one without words has been told already.
package headless

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/internal/settings"
	"vpsdeck/model"
	"vpsdeck/ui/command"
)

// Clock is this machine's clock. Tests have one on which no wait takes time.
type Clock interface {
	Now() time.Time
	// Wait waits for d, or returns an error when the context ends before.
	Wait(ctx context.Context, d time.Duration) error
}

// WallClock is the real one.
type WallClock struct{}

// Now is the time.
func (WallClock) Now() time.Time { return time.Now() }

// Wait waits.
func (WallClock) Wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Options is what the commands work with.
type Options struct {
	Client   command.Client
	Journal  command.Journal // nil: nothing is written down
	Run      string          // names this run of the program in the journal
	Profile  string          // whose account it is; "": the one without a profile
	ReadOnly bool            // every deed is refused
	Strict   bool            // every deletion wants its server's name
	Policies model.Policies  // what each server must have to be covered; nil: the default for all
	Clock    Clock
	Out      io.Writer // for data
	Notes    io.Writer // for sentences: what was not done, and warnings
	Screen   *Screen   // where progress is shown; nil: nowhere
}

// Runner carries out one command. It is made for one, and used by one goroutine.
type Runner struct {
	opts          Options
	session       *command.Session
	state         *model.State
	journalWarned bool  // of trouble with the journal, which is told once
	incomplete    error // a list is incomplete, as of the last time it was asked for
}

// New makes a runner. It asks for nothing yet.
func New(opts Options) *Runner {
	session := command.NewSession(1, opts.Client, opts.Journal, opts.ReadOnly)
	session.Profile, session.RunID = opts.Profile, opts.Run
	return &Runner{opts: opts, session: session, state: &model.State{}}
}

// End gives up what is under way.
func (r *Runner) End() { r.session.Close() }

// notef tells a sentence beside the data.
func (r *Runner) notef(format string, args ...any) {
	r.opts.Screen.clear()
	_, _ = fmt.Fprintf(r.opts.Notes, "vpsdeck: "+format+"\n", args...)
}

// updateClocks takes over the time, the machine's and the API's.
func (r *Runner) updateClocks() {
	r.state.Local, r.state.Now = r.opts.Clock.Now(), r.opts.Client.Now()
}

// load asks for all that the account has.
func (r *Runner) load(ctx context.Context) error { return r.fetch(ctx, r.session.RefreshAll(r.state)) }

// fetch carries out a round of requests for lists, and waits for all of them. A part that cannot be read is an error: what is
// missing must not look like nothing. Of incomplete lists what came is taken, and cut says so.
func (r *Runner) fetch(ctx context.Context, cmds []tea.Cmd) error {
	stop := context.AfterFunc(ctx, r.session.Close)
	defer stop()
	answers := make([]tea.Msg, len(cmds))
	var all sync.WaitGroup
	for i, cmd := range cmds {
		if cmd != nil {
			all.Go(func() { answers[i] = cmd() })
		}
	}
	all.Wait()
	r.updateClocks()
	for _, msg := range answers {
		changed, _, err := command.ApplyList(r.state, msg)
		if err != nil && !errors.Is(err, model.ErrIncomplete) {
			return causeOf(ctx, err)
		}
		for _, o := range changed {
			r.recordOperation(o)
		}
	}
	r.incomplete = r.state.Incomplete()
	return nil
}

// causeOf is why something failed: the end of the context, if that is what made it.
func causeOf(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil && errors.Is(err, context.Canceled) {
		return cause
	}
	return err
}

// usageError is a fault of the command line.
func usageError(format string, args ...any) error {
	return settings.Errorf(settings.ExitUsage, format, args...)
}
