package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"vpsdeck/api"
	"vpsdeck/internal/app"
	"vpsdeck/internal/headless"
	"vpsdeck/internal/journal"
	"vpsdeck/internal/settings"
	"vpsdeck/ui/command"
	"vpsdeck/ui/widget"
)

// runnerFunc is the job of a command without a screen.
type runnerFunc func(context.Context, *headless.Runner) error

// timing is the clock and the timeout of the commands without a screen.
type timing struct {
	clock             command.Clock
	wait              func(context.Context, time.Duration) error // on that clock
	completionTimeout time.Duration                              // of a shell completion; after it nothing is offered
}

// commandRun is one run of a command without a screen. It opens the account as the dashboard does.
type commandRun struct {
	cmd         *cobra.Command
	flags       settings.Flags
	timing      timing
	lockTimeout time.Duration // how long an action may wait for locks of other programs; 0: no limit
}

// openAccount finds the settings and the token.
func (c commandRun) openAccount(ctx context.Context) (headless.Options, settings.Settings, error) {
	acc, err := newAccess(c.flags)
	if err != nil {
		return headless.Options{}, settings.Settings{}, err
	}
	s := acc.settings
	token, err := acc.requireToken(ctx)
	if err != nil {
		return headless.Options{}, s, err
	}
	client, err := acc.client(token, api.WithClock(c.timing.clock.Now), api.WithWait(c.timing.wait),
		api.WithRateLimitObserver(func(d time.Duration) {
			_, _ = fmt.Fprintf(c.cmd.ErrOrStderr(), "vpsdeck: rate limited by the API: retrying in %s\n",
				widget.FormatDuration(d))
		}))
	return headless.Options{
		Client: client, Profile: s.Profile, ReadOnly: s.ReadOnly, Strict: s.StrictConfirm, Policies: s.Policies,
		Retain: s.Retention, Requests: acc.log,
		Clock: c.timing.clock,
		Out:   c.cmd.OutOrStdout(), Notes: c.cmd.ErrOrStderr(), Screen: progressScreen(),
	}, s, err
}

// runReadOnly runs a job that changes nothing.
func (c commandRun) runReadOnly(ctx context.Context, do runnerFunc) error {
	opts, _, err := c.openAccount(ctx)
	if err != nil {
		return err
	}
	r := headless.New(opts)
	defer r.End()
	return do(ctx, r)
}

// runReadOnlyWithJournal is runReadOnly for a job that reads the journal too. It writes nothing to
// it.
func (c commandRun) runReadOnlyWithJournal(ctx context.Context, do runnerFunc) error {
	opts, s, err := c.openAccount(ctx)
	if err != nil {
		return err
	}
	if s.State != "" {
		opts.Journal = journal.New(s.State)
	}
	r := headless.New(opts)
	defer r.End()
	return do(ctx, r)
}

// noJournalWarning is shown if there is no directory for the journal.
const noJournalWarning = "there is no journal: actions are not logged, and those of earlier runs are not known; set " +
	"HOME, XDG_STATE_HOME or systemd's StateDirectory="

// runAction runs a job that changes something: it is logged in the journal, and an interrupt ends
// it in order.
func (c commandRun) runAction(ctx context.Context, do runnerFunc) error {
	opts, s, err := c.openAccount(ctx)
	if err != nil {
		return err
	}
	// A reader that exits early, such as head, must not kill us between a request and its response.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := withInterrupt(ctx)
	defer stop()
	if s.State != "" {
		jrnl := journal.New(s.State).WithLockWait(ctx, c.lockTimeout, c.timing.wait)
		run := jrnl.StartRun(app.RunID(time.Now(), os.Getpid()))
		defer run.End()
		opts.Journal, opts.Run = jrnl, run.ID
	} else {
		_, _ = fmt.Fprintln(c.cmd.ErrOrStderr(), "vpsdeck: "+noJournalWarning)
	}
	r := headless.New(opts)
	defer r.End()
	return do(ctx, r)
}

// withInterrupt returns a context that the first signal cancels, with app.SignalError as its cause.
// The second signal ends the program as usual.
func withInterrupt(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	go func() {
		select {
		case s := <-signals:
			signal.Stop(signals)
			cancel(app.SignalError(s))
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		cancel(nil)
	}
}

// progressScreen returns standard error if that is a terminal that can redraw a line, else nil.
func progressScreen() *headless.Screen {
	fd := int(os.Stderr.Fd())
	if !term.IsTerminal(fd) || os.Getenv("TERM") == "dumb" {
		return nil
	}
	return &headless.Screen{W: os.Stderr, Width: func() int {
		if width, _, err := term.GetSize(fd); err == nil {
			return width
		}
		return 80
	}}
}
