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
	"vpsdeck/ui"
	"vpsdeck/ui/command"
)

// startup is the validated input of the dashboard.
type startup struct {
	flags         settings.Flags
	settings      settings.Settings
	preferences   ui.Preferences
	configWatcher *configWatcher
	demo          bool
	tokens        *settings.Tokens // where an entered token can be saved
	// empty if none was found (the dashboard asks for one) and in the demo, which needs none
	token settings.Token
}

// openDashboard checks what the dashboard needs, then opens it. It reports the first problem in
// this order: settings, token, terminal.
func openDashboard(ctx context.Context, flags settings.Flags, demo bool) error {
	defer runtime.KeepAlive(app.TuneGC(app.GCPercentSingle))
	if demo { // the demo has its own account; the environment does not apply
		flags = withProfile(flags, "")
	}
	watched := newConfigWatcher(flags)
	s, err := settings.Load(sources(flags))
	if err != nil {
		return err
	}
	start := startup{flags: flags, settings: s, configWatcher: watched, demo: demo,
		tokens: settings.NewTokens(s, os.Getenv)}
	if start.preferences, err = preferencesFrom(s); err != nil {
		return err
	}
	missing := false
	if !demo {
		start.token, err = start.tokens.Find(ctx)
		missing = errors.Is(err, settings.ErrNoToken)
		if err != nil && !missing {
			return err
		}
	}
	if why := terminalProblem(); why != "" {
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

// uiOptions returns the options that are the same on this terminal and over SSH.
func uiOptions(prefs ui.Preferences) ui.Options {
	return ui.Options{
		Clock: command.WallClock{}, Dark: true, Profile: prefs.Profile, ReadOnly: prefs.Profile.ReadOnly,
		Policies: prefs.Profile.Policies,
		Keys:     prefs.Keys, ASCII: prefs.ASCII, Mouse: prefs.Mouse, Theme: prefs.Theme,
		ReducedMotion: prefs.ReducedMotion, Columns: prefs.Columns, Announce: prefs.Announce,
		ConfirmQuit: prefs.ConfirmQuit,
	}
}

// notices returns the notices that the dashboard shows first.
func (s startup) notices() []string {
	var out []string
	if s.settings.State == "" && !s.demo {
		out = append(out, noJournalWarning)
	}
	if warning := s.tokens.KeyringWarning(); warning != "" && s.token.Value.IsEmpty() {
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
	demo := &simulatedAccount{}
	defer demo.Close()
	quietUntil := time.Now().Add(firstFrameTime)
	acc := &access{settings: start.settings, tokens: start.tokens, log: &command.RequestLog{}, demo: demo,
		quietUntil: quietUntil}
	opts := uiOptions(start.preferences)
	opts.Access, opts.Requests, opts.Demo, opts.CanSuspend = acc, acc.log, start.demo, app.CanSuspend
	opts.SSH, opts.Commands, opts.Secrets = start.preferences.SSH, start.preferences.Commands, start.preferences.Secrets
	accts := &accounts{flags: start.flags, profiles: start.settings.Profiles, demo: demo}
	opts.Accounts = accts
	if start.configWatcher != nil {
		start.configWatcher.accounts = accts
		opts.Config = start.configWatcher
	}
	if dir := start.settings.State; dir != "" {
		jrnl := journal.New(dir)
		run := jrnl.StartRun(app.RunID(time.Now(), os.Getpid()))
		defer run.End()
		opts.Journal, opts.RunID = jrnl, run.ID
	}
	opts.Notices = start.notices()
	if dir := start.settings.Cache; dir != "" {
		opts.Cache = cache.New(dir).BeforeLargeLoad(func() { time.Sleep(time.Until(quietUntil)) })
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
	err = app.Run(ctx, dashboard, start.settings.State)
	for _, line := range dashboard.ExitMessages() {
		_, _ = fmt.Fprintln(os.Stderr, "vpsdeck: "+line)
	}
	return err
}
