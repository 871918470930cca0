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

// startup is all that the dashboard begins with, checked.
type startup struct {
	flags         settings.Flags
	settings      settings.Settings
	preferences   ui.Preferences
	configWatcher *configWatcher // of the config file
	demo          bool
	tokens        *settings.Tokens // where a token that is entered can be kept
	token         settings.Token   // empty when none was found: the dashboard asks; empty in the demo, which needs none
}

// openDashboard makes sure of everything that the dashboard needs, and opens it. What is wrong comes out in this order:
// the settings, the token, the terminal.
func openDashboard(ctx context.Context, flags settings.Flags, demo bool) error {
	defer runtime.KeepAlive(app.TuneGC(app.GCPercentSingle))
	if demo { // an account of its own, whatever the environment says
		flags = withProfile(flags, "")
	}
	watched := newConfigWatcher(flags)
	s, err := settings.Load(sources(flags))
	if err != nil {
		return err
	}
	begin := startup{flags: flags, settings: s, configWatcher: watched, demo: demo, tokens: settings.NewTokens(s, os.Getenv)}
	if begin.preferences, err = preferencesFrom(s); err != nil {
		return err
	}
	missing := false
	if !demo {
		begin.token, err = begin.tokens.Find(ctx)
		missing = errors.Is(err, settings.ErrNoToken)
		if err != nil && !missing {
			return err
		}
	}
	if why := terminalProblem(); why != "" {
		if missing {
			why += "; there is no API token yet either: set VPS_API_TOKEN, or enter one when vpsdeck asks for it there"
		}
		return settings.Errorf(settings.ExitUsage, "%s", why)
	}
	return runDashboard(ctx, begin)
}

// terminalProblem is why no dashboard can be shown here, or "".
func terminalProblem() string {
	const instead = "vpsdeck is for one: start it in a terminal, over SSH with ssh -t"
	if !term.IsTerminal(int(os.Stdout.Fd())) {
		return "standard output is not a terminal, but " + instead
	}
	if !term.IsTerminal(int(os.Stdin.Fd())) {
		return "standard input is not a terminal, but " + instead
	}
	if columns, rows, err := term.GetSize(int(os.Stdout.Fd())); err == nil {
		if why := app.SizeProblem(columns, rows); why != "" {
			return why
		}
	}
	if runtime.GOOS == "windows" { // has no TERM
		return ""
	}
	const hint = "set it to what your terminal is, such as xterm-256color"
	switch os.Getenv("TERM") {
	case "":
		return "TERM is not set, so what this terminal can do is not known: " + hint
	case "dumb":
		return "TERM is dumb, a terminal on which no dashboard can be drawn: use another, or " + hint
	}
	return ""
}

// uiOptions are what the dashboard begins with wherever it is shown: on this terminal, or over SSH on another.
func uiOptions(w ui.Preferences) ui.Options {
	return ui.Options{
		Clock: command.WallClock{}, Dark: true, Profile: w.Profile, ReadOnly: w.Profile.ReadOnly, Policies: w.Profile.Policies,
		Keys: w.Keys, ASCII: w.ASCII, Mouse: w.Mouse, Theme: w.Theme, ReducedMotion: w.ReducedMotion, Columns: w.Columns, Announce: w.Announce,
	}
}

// notices are what the dashboard says first.
func (s startup) notices() []string {
	var out []string
	if s.settings.State == "" && !s.demo {
		out = append(out, noJournalWarning)
	}
	if silence := s.tokens.KeyringWarning(); silence != "" && s.token.Value.IsEmpty() {
		out = append(out, silence+", or enter a token")
	}
	return out
}

// firstFrameTime is how long the first frame takes to be drawn: a beat of Bubble Tea and what comes before it.
const firstFrameTime = 30 * time.Millisecond

// runDashboard shows the dashboard until the user leaves it, and then says what goes on at the provider.
func runDashboard(ctx context.Context, begin startup) error {
	demo := &simulatedAccount{}
	defer demo.Close()
	quiet := time.Now().Add(firstFrameTime)
	door := &access{settings: begin.settings, tokens: begin.tokens, log: &command.RequestLog{}, demo: demo, quietUntil: quiet}
	opts := uiOptions(begin.preferences)
	opts.Access, opts.Requests, opts.Demo, opts.CanSuspend = door, door.log, begin.demo, app.CanSuspend
	opts.SSH, opts.Commands, opts.Secrets = begin.preferences.SSH, begin.preferences.Commands, begin.preferences.Secrets
	others := &accounts{flags: begin.flags, profiles: begin.settings.Profiles, demo: demo}
	opts.Accounts = others
	if begin.configWatcher != nil {
		begin.configWatcher.accounts = others
		opts.Config = begin.configWatcher
	}
	if dir := begin.settings.State; dir != "" {
		book := journal.New(dir)
		run := book.StartRun(app.RunID(time.Now(), os.Getpid()))
		defer run.End()
		opts.Journal, opts.RunID = book, run.ID
	}
	opts.Notices = begin.notices()
	if dir := begin.settings.Cache; dir != "" {
		opts.Cache = cache.New(dir).BeforeLargeLoad(func() { time.Sleep(time.Until(quiet)) })
	}
	var err error
	switch {
	case begin.demo:
		opts.Client, err = door.Demo()
	case !begin.token.Value.IsEmpty():
		opts.Client, err = door.client(begin.token.Value)
	}
	if err != nil {
		return err
	}
	log.SetOutput(io.Discard) // net/http remarks on odd servers there, in the middle of our screen
	dashboard := ui.New(opts)
	err = app.Run(ctx, dashboard, begin.settings.State)
	for _, line := range dashboard.ExitMessages() {
		_, _ = fmt.Fprintln(os.Stderr, "vpsdeck: "+line)
	}
	return err
}
