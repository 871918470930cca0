// Package headless runs the commands for scripts and cron: it lists, checks coverage, and creates,
// restores and deletes restore points. It uses the same session, state and journal as the
// dashboard, without a screen.
//
// Results go to Out as data, problems to Notes as sentences. Errors are settings.Errors or API
// errors, and both have an exit code. An error without a message has already been printed.
package headless

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/internal/poll"
	"vpsdeck/internal/settings"
	"vpsdeck/model"
	"vpsdeck/model/retention"
	"vpsdeck/ui/command"
)

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
	Clock    command.Clock       // tests use one on which no wait takes time
	Out      io.Writer           // for data
	Notes    io.Writer           // for messages: what was not done, and warnings
	Screen   *Screen             // shows the progress; nil: none
}

// Runner runs one command. Only one goroutine may use it.
type Runner struct {
	opts          Options
	session       *command.Session
	state         *model.State
	poller        *poll.Poller
	journalWarned bool  // a journal error has been reported; it is reported once
	incomplete    error // a list was incomplete in the last fetch
	// when --timeout is reached, by this machine's clock: one time for all that a command waits for;
	// zero: it has not begun to wait
	deadline time.Time
}

// New returns a runner. It sends no request yet.
func New(opts Options) *Runner {
	session := command.NewSession(1, opts.Client, opts.Journal, opts.ReadOnly)
	session.Profile, session.RunID = opts.Profile, opts.Run
	state := &model.State{}
	return &Runner{opts: opts, session: session, state: state, poller: poll.New(session, state, 0)}
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
func (r *Runner) load(ctx context.Context) error {
	r.updateClocks()
	r.poller.RequestRefresh()
	return r.fetch(ctx)
}

// fetch runs the requests that are due in parallel and waits for all of them. A list that cannot be
// read is an error: what is missing must not look as if there were none. An incomplete list is
// accepted, and r.incomplete is set.
func (r *Runner) fetch(ctx context.Context) error {
	stop := context.AfterFunc(ctx, r.session.Close)
	defer stop()
	cmds := r.poller.Due()
	messages := make([]tea.Msg, len(cmds))
	var all sync.WaitGroup
	for i, cmd := range cmds {
		all.Go(func() { messages[i] = cmd() })
	}
	all.Wait()
	r.updateClocks()
	var failure error
	for _, msg := range messages {
		advanced, _, err := r.poller.Apply(msg)
		if !errors.Is(err, model.ErrIncomplete) {
			failure = cmp.Or(failure, err)
		}
		for _, o := range advanced {
			r.recordOperation(o)
		}
	}
	r.incomplete = r.state.Incomplete()
	return causeOf(ctx, failure)
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
