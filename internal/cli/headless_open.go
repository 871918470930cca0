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

// job is what a command without a screen does with an account.
type job func(context.Context, *headless.Runner) error

// machine is how time passes for the commands without a screen.
type machine struct {
	clock headless.Clock
	tab   time.Duration // how long a shell's tab key may take; what does not come in time completes nothing
}

// unattended is a command without a screen on its way: it opens the account as the dashboard does.
type unattended struct {
	cmd   *cobra.Command
	flags settings.Flags
	on    machine
	limit time.Duration // how long it may wait for what others hold, 0: until it is ended; for what changes something
}

// open finds the settings and the token.
func (u unattended) open(ctx context.Context) (headless.Options, settings.Settings, error) {
	s, err := settings.Load(sources(u.flags))
	if err != nil {
		return headless.Options{}, s, err
	}
	tokens := settings.NewTokens(s, os.Getenv)
	token, err := tokens.Find(ctx)
	if errors.Is(err, settings.ErrNoToken) { // it cannot be asked for here
		err = tokens.Missing()
	}
	if err != nil {
		return headless.Options{}, s, err
	}
	door := &access{settings: s, log: &command.RequestLog{}}
	client, err := door.client(token.Value, api.WithClock(u.on.clock.Now), api.WithWait(u.on.clock.Wait), api.WithRest(func(d time.Duration) {
		_, _ = fmt.Fprintf(u.cmd.ErrOrStderr(), "vpsdeck: the API limits requests: waiting for %s\n", widget.Duration(d))
	}))
	return headless.Options{
		Client: client, Profile: s.Profile, ReadOnly: s.ReadOnly, Strict: s.Strict, Policies: s.Policies, Clock: u.on.clock,
		Out: u.cmd.OutOrStdout(), Notes: u.cmd.ErrOrStderr(), Screen: progressScreen(),
	}, s, err
}

// look does a job that changes nothing.
func (u unattended) look(ctx context.Context, do job) error {
	opts, _, err := u.open(ctx)
	if err != nil {
		return err
	}
	r := headless.New(opts)
	defer r.End()
	return do(ctx, r)
}

// noJournal is said where there is no directory for the journal.
const noJournal = "there is no journal, so nothing is written down and an earlier run's actions are not known: " +
	"set HOME, XDG_STATE_HOME or systemd's StateDirectory="

// change does a job that changes something: it is written down, and an interrupt ends it in order.
func (u unattended) change(ctx context.Context, do job) error {
	opts, s, err := u.open(ctx)
	if err != nil {
		return err
	}
	// A reader that goes away, as head does, must not end us between a request and its answer.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := interruptible(ctx)
	defer stop()
	if s.State != "" {
		book := journal.In(s.State).Waiting(ctx, u.limit, u.on.clock.Wait)
		run := book.Begin(app.RunName(time.Now(), os.Getpid()))
		defer run.End()
		opts.Journal, opts.Run = book, run.ID
	} else {
		_, _ = fmt.Fprintln(u.cmd.ErrOrStderr(), "vpsdeck: "+noJournal)
	}
	r := headless.New(opts)
	defer r.End()
	return do(ctx, r)
}

// interruptible is a context that the first signal ends, with a Fault that says so as its cause. The second signal ends the
// program as usual.
func interruptible(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	go func() {
		select {
		case s := <-signals:
			signal.Stop(signals)
			cancel(app.SignalFault(s))
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
