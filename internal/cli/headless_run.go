package cli

import (
	"context"
	"errors"
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

// runnerFunc is what a command without a screen does with an account.
type runnerFunc func(context.Context, *headless.Runner) error

// timing is how time passes for the commands without a screen.
type timing struct {
	clock             headless.Clock
	completionTimeout time.Duration // how long a shell's tab key may take; what does not come in time completes nothing
}

// commandRun is a command without a screen on its way: it opens the account as the dashboard does.
type commandRun struct {
	cmd         *cobra.Command
	flags       settings.Flags
	timing      timing
	lockTimeout time.Duration // how long it may wait for what others hold, 0: until it is ended; for what changes something
}

// openAccount finds the settings and the token.
func (u commandRun) openAccount(ctx context.Context) (headless.Options, settings.Settings, error) {
	s, err := settings.Load(sources(u.flags))
	if err != nil {
		return headless.Options{}, s, err
	}
	tokens := settings.NewTokens(s, os.Getenv)
	token, err := tokens.Find(ctx)
	if errors.Is(err, settings.ErrNoToken) { // it cannot be asked for here
		err = tokens.MissingError()
	}
	if err != nil {
		return headless.Options{}, s, err
	}
	door := &access{settings: s, log: &command.RequestLog{}}
	client, err := door.client(token.Value, api.WithClock(u.timing.clock.Now), api.WithWait(u.timing.clock.Wait), api.WithRateLimitObserver(func(d time.Duration) {
		_, _ = fmt.Fprintf(u.cmd.ErrOrStderr(), "vpsdeck: the API limits requests: waiting for %s\n", widget.FormatDuration(d))
	}))
	return headless.Options{
		Client: client, Profile: s.Profile, ReadOnly: s.ReadOnly, Strict: s.StrictConfirm, Policies: s.Policies, Clock: u.timing.clock,
		Out: u.cmd.OutOrStdout(), Notes: u.cmd.ErrOrStderr(), Screen: progressScreen(),
	}, s, err
}

// runReadOnly does a job that changes nothing.
func (u commandRun) runReadOnly(ctx context.Context, do runnerFunc) error {
	opts, _, err := u.openAccount(ctx)
	if err != nil {
		return err
	}
	r := headless.New(opts)
	defer r.End()
	return do(ctx, r)
}

// noJournalWarning is said where there is no directory for the journal.
const noJournalWarning = "there is no journal, so nothing is written down and an earlier run's actions are not known: " +
	"set HOME, XDG_STATE_HOME or systemd's StateDirectory="

// runAction does a job that changes something: it is written down, and an interrupt ends it in order.
func (u commandRun) runAction(ctx context.Context, do runnerFunc) error {
	opts, s, err := u.openAccount(ctx)
	if err != nil {
		return err
	}
	// A reader that goes away, as head does, must not end us between a request and its answer.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := withInterrupt(ctx)
	defer stop()
	if s.State != "" {
		book := journal.New(s.State).WithLockWait(ctx, u.lockTimeout, u.timing.clock.Wait)
		run := book.StartRun(app.RunID(time.Now(), os.Getpid()))
		defer run.End()
		opts.Journal, opts.Run = book, run.ID
	} else {
		_, _ = fmt.Fprintln(u.cmd.ErrOrStderr(), "vpsdeck: "+noJournalWarning)
	}
	r := headless.New(opts)
	defer r.End()
	return do(ctx, r)
}

// withInterrupt is a context that the first signal ends, with a Fault that says so as its cause. The second signal ends the
// program as usual.
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

// progressScreen is standard error, if that is a terminal that can draw over a line; else nil.
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
