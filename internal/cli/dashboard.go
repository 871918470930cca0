package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"runtime"
	"time"

	"golang.org/x/term"

	"vpsdeck/internal/app"
	"vpsdeck/internal/cache"
	"vpsdeck/internal/journal"
	"vpsdeck/internal/settings"
	"vpsdeck/model"
	"vpsdeck/ui"
	"vpsdeck/ui/command"
)

// startup is the validated input of the dashboard.
type startup struct {
	flags         settings.Flags
	access        *access
	preferences   ui.Preferences
	configWatcher *configWatcher
	demo          bool
	first         ui.Start
	// empty if none was found (the dashboard asks for one) and in the demo, which needs none
	token settings.Token
}

// openDashboard checks what the dashboard needs, then opens it. It reports the first problem in
// this order: settings, token, terminal.
func openDashboard(ctx context.Context, flags settings.Flags, demo bool, first ui.Start) error {
	app.TuneGC()
	if demo { // the demo has its own account; the environment does not apply
		flags = withProfile(flags, "")
	}
	watched := newConfigWatcher(flags)
	acc, err := newAccess(flags)
	if err != nil {
		return err
	}
	start := startup{flags: flags, access: acc, configWatcher: watched, demo: demo, first: first}
	if start.preferences, err = preferencesFrom(acc.settings); err != nil {
		return err
	}
	if err := checkStart(first, acc.settings.Views); err != nil {
		return err
	}
	missing := false
	if !demo {
		start.token, err = acc.tokens.Find(ctx)
		missing = errors.Is(err, settings.ErrNoToken)
		if err != nil && !missing {
			return err
		}
	}
	if why := terminalProblem(); why != "" {
		if first.Server != "" {
			why += fmt.Sprintf("; %q is no command, so vpsdeck would open that server", model.Clean(first.Server))
		}
		if missing {
			why += "; there is no API token either: set VPS_API_TOKEN, or enter one when vpsdeck asks for it"
		}
		return settings.Errorf(settings.ExitUsage, "%s", why)
	}
	return runDashboard(ctx, start)
}

// terminalProblem returns why the dashboard cannot be shown here, or "".
func terminalProblem() string {
	const hint = "start vpsdeck in a terminal (over SSH: ssh -t)"
	if !term.IsTerminal(int(os.Stdout.Fd())) {
		return "standard output is not a terminal: " + hint
	}
	if !term.IsTerminal(int(os.Stdin.Fd())) {
		return "standard input is not a terminal: " + hint
	}
	if columns, rows, err := term.GetSize(int(os.Stdout.Fd())); err == nil {
		if why := app.SizeProblem(columns, rows); why != "" {
			return why
		}
	}
	if runtime.GOOS == "windows" { // has no TERM
		return ""
	}
	const example = "set it to your terminal's type, such as xterm-256color"
	switch os.Getenv("TERM") {
	case "":
		return "TERM is not set: " + example
	case "dumb":
		return "TERM is dumb, and such a terminal cannot show the dashboard: use another, or " + example
	}
	return ""
}

// notices returns the notices that the dashboard shows first.
func (s startup) notices() []string {
	var out []string
	if s.access.settings.State == "" && !s.demo {
		out = append(out, noJournalWarning)
	}
	if warning := s.access.tokens.KeyringWarning(); warning != "" && s.token.Value.IsEmpty() {
		out = append(out, warning+", or enter a token")
	}
	return out
}

// firstFrameTime is how long drawing the first frame takes: the startup and one frame interval of
// Bubble Tea.
const firstFrameTime = 30 * time.Millisecond

// runDashboard shows the dashboard until the user quits, then prints which operations continue at
// the provider.
func runDashboard(ctx context.Context, start startup) error {
	acc := start.access
	defer acc.demo.Close()
	acc.quietUntil = time.Now().Add(firstFrameTime)
	accts := &accounts{flags: start.flags, profiles: acc.settings.Profiles, demo: acc.demo}
	opts := ui.Options{Preferences: start.preferences, Clock: command.WallClock{}, Dark: true, Access: acc,
		Requests: acc.log, Demo: start.demo, CanSuspend: app.CanSuspend,
		OpenURL: command.SystemOpener(runtime.GOOS, os.Getenv)}
	opts.Accounts = accts
	if start.configWatcher != nil {
		start.configWatcher.accounts = accts
		opts.Config = start.configWatcher
	}
	if dir := acc.settings.State; dir != "" {
		jrnl := journal.New(dir)
		run := jrnl.StartRun(app.RunID(time.Now(), os.Getpid()))
		defer run.End()
		opts.Journal, opts.RunID = jrnl, run.ID
	}
	opts.Notices, opts.Start = start.notices(), start.first
	last := newLastViews(acc.settings.State)
	if !start.demo {
		opts.LastView = last.load(acc.settings.Profile)
	}
	if dir := acc.settings.Cache; dir != "" {
		opts.Cache = cache.New(dir).BeforeLargeLoad(func() { time.Sleep(time.Until(acc.quietUntil)) })
	}
	var err error
	switch {
	case start.demo:
		opts.Client, err = acc.Demo()
	case !start.token.Value.IsEmpty():
		opts.Client, err = acc.client(start.token.Value)
	}
	if err != nil {
		return err
	}
	log.SetOutput(io.Discard) // net/http logs oddities of servers, which would land on our screen
	dashboard := ui.New(opts)
	err = app.Run(ctx, dashboard, acc.settings.State)
	last.save(dashboard.LastViews())
	for _, line := range dashboard.ExitMessages() {
		_, _ = fmt.Fprintln(os.Stderr, "vpsdeck: "+line)
	}
	return err
}
