// Package headless runs the commands for scripts and cron: it lists, checks coverage, and creates,
// restores and deletes restore points. It uses the same session, state and journal as the
// dashboard, without a screen.
//
// Results go to Out as data, problems to Notes as sentences. Errors are settings.Errors or API
// errors, and both have an exit code. An error without a message has already been printed.
package headless

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/internal/clock"
	"vpsdeck/internal/settings"
	"vpsdeck/model"
	"vpsdeck/model/retention"
	"vpsdeck/ui/command"
)

// Clock is this machine's clock. Tests use one on which no wait takes time.
type Clock interface {
	Now() time.Time
	// Wait waits for d. It returns an error if the context ends earlier.
	Wait(ctx context.Context, d time.Duration) error
}

// WallClock is the real clock.
type WallClock struct{}

// Now returns the time.
func (WallClock) Now() time.Time { return time.Now() }

// Wait waits for d or the end of the context.
func (WallClock) Wait(ctx context.Context, d time.Duration) error {
	return clock.Sleep(ctx, d)
}

// Options are the account, the outputs and the settings of the commands.
type Options struct {
	Client   command.Client
	Journal  command.Journal     // nil: nothing is logged
	Run      string              // names this run of the program in the journal
	Profile  string              // of the account; "": the account without a profile
	ReadOnly bool                // every action is refused
	Strict   bool                // every deletion needs its server's name
	Policies model.Policies      // nil: the default policy for all servers
	Retain   []retention.Policy  // of the config, for Prune
	Requests *command.RequestLog // of this run; nil: not counted
	Clock    Clock
	Out      io.Writer // for data
	Notes    io.Writer // for messages: what was not done, and warnings
	Screen   *Screen   // shows the progress; nil: none
}

// Runner runs one command. Only one goroutine may use it.
type Runner struct {
	opts          Options
	session       *command.Session
	state         *model.State
	journalWarned bool  // a journal error has been reported; it is reported once
	incomplete    error // a list was incomplete in the last fetch
}

// New returns a runner. It sends no request yet.
func New(opts Options) *Runner {
	session := command.NewSession(1, opts.Client, opts.Journal, opts.ReadOnly)
	session.Profile, session.RunID = opts.Profile, opts.Run
	return &Runner{opts: opts, session: session, state: &model.State{}}
}

// End cancels the requests under way.
func (r *Runner) End() { r.session.Close() }

// notef prints a message to Notes.
func (r *Runner) notef(format string, args ...any) {
	r.opts.Screen.clear()
	_, _ = fmt.Fprintf(r.opts.Notes, "vpsdeck: "+format+"\n", args...)
}

// updateClocks copies the machine's and the API's time into the state.
func (r *Runner) updateClocks() {
	r.state.Local, r.state.Now = r.opts.Clock.Now(), r.opts.Client.Now()
}

// load fetches all lists of the account.
func (r *Runner) load(ctx context.Context) error { return r.fetch(ctx, r.session.RefreshAll(r.state)) }

// fetch runs requests for lists in parallel and waits for all of them. A list that cannot be read
// is an error: what is missing must not look as if there were none. An incomplete list is accepted,
// and r.incomplete is set.
func (r *Runner) fetch(ctx context.Context, cmds []tea.Cmd) error {
	stop := context.AfterFunc(ctx, r.session.Close)
	defer stop()
	messages := make([]tea.Msg, len(cmds))
	var all sync.WaitGroup
	for i, cmd := range cmds {
		if cmd != nil {
			all.Go(func() { messages[i] = cmd() })
		}
	}
	all.Wait()
	r.updateClocks()
	for _, msg := range messages {
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

// causeOf returns why something failed: the cause of the context's end if that canceled it, else
// err.
func causeOf(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil && errors.Is(err, context.Canceled) {
		return cause
	}
	return err
}

// usageError is an error of the command line.
func usageError(format string, args ...any) error {
	return settings.Errorf(settings.ExitUsage, format, args...)
}
