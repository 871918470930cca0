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
	"vpsdeck/internal/journal"
	"vpsdeck/internal/lastseen"
	"vpsdeck/internal/settings"
	"vpsdeck/ui"
	"vpsdeck/ui/command"
)

// start is all that the dashboard begins with, checked.
type start struct {
	flags    settings.Flags
	settings settings.Settings
	wishes   ui.Fresh
	watch    *configWatch // of the config file
	demo     bool
	tokens   *settings.Tokens // where a token that is entered can be kept
	token    settings.Token   // empty when none was found: the dashboard asks; empty in the demo, which needs none
}

// openDashboard makes sure of everything that the dashboard needs, and opens it. What is wrong comes out in this order:
// the settings, the token, the terminal.
func openDashboard(ctx context.Context, flags settings.Flags, demo bool) error {
	defer runtime.KeepAlive(app.TuneGC(app.GarbageOfOne))
	if demo { // an account of its own, whatever the environment says
		flags = on(flags, "")
	}
	watched := newWatch(flags)
	s, err := settings.Load(sources(flags))
	if err != nil {
		return err
	}
	begin := start{flags: flags, settings: s, watch: watched, demo: demo, tokens: settings.NewTokens(s, os.Getenv)}
	if begin.wishes, err = wishes(s); err != nil {
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
	if why := noTerminal(); why != "" {
		if missing {
			why += "; there is no API token yet either: set VPS_API_TOKEN, or enter one when vpsdeck asks for it there"
		}
		return settings.Faultf(settings.ExitUsage, "%s", why)
	}
	return runDashboard(ctx, begin)
}

// noTerminal is why no dashboard can be shown here, or "".
func noTerminal() string {
	const instead = "vpsdeck is for one: start it in a terminal, over SSH with ssh -t"
	if !term.IsTerminal(int(os.Stdout.Fd())) {
		return "standard output is not a terminal, but " + instead
	}
	if !term.IsTerminal(int(os.Stdin.Fd())) {
		return "standard input is not a terminal, but " + instead
	}
	if columns, rows, err := term.GetSize(int(os.Stdout.Fd())); err == nil {
		if why := app.TooLarge(columns, rows); why != "" {
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

// options are what the dashboard begins with wherever it is shown: on this terminal, or over SSH on another.
func options(w ui.Fresh) ui.Options {
	return ui.Options{
		Clock: command.WallClock{}, Dark: true, Profile: w.Profile, ReadOnly: w.Profile.ReadOnly, Policies: w.Profile.Policies,
		Keys: w.Keys, ASCII: w.ASCII, Mouse: w.Mouse, Theme: w.Theme, Still: w.Still, Columns: w.Columns, Announce: w.Announce,
	}
}

// notices are what the dashboard says first.
func (s start) notices() []string {
	var out []string
	if s.settings.State == "" && !s.demo {
		out = append(out, noJournal)
	}
	if silence := s.tokens.Silence(); silence != "" && s.token.Value.Empty() {
		out = append(out, silence+", or enter a token")
	}
	return out
}

// firstFrame is how long the first frame takes to be drawn: a beat of Bubble Tea and what comes before it.
const firstFrame = 30 * time.Millisecond

// runDashboard shows the dashboard until the user leaves it, and then says what goes on at the provider.
func runDashboard(ctx context.Context, begin start) error {
	demo := &simulated{}
	defer demo.Close()
	quiet := time.Now().Add(firstFrame)
	door := &access{settings: begin.settings, tokens: begin.tokens, log: &command.RequestLog{}, demo: demo, quiet: quiet}
	opts := options(begin.wishes)
	opts.Access, opts.Requests, opts.Demo, opts.Suspend = door, door.log, begin.demo, app.CanSuspend
	opts.SSH, opts.Commands, opts.Secrets = begin.wishes.SSH, begin.wishes.Commands, begin.wishes.Secrets
	others := &accounts{flags: begin.flags, profiles: begin.settings.Profiles, demo: demo}
	opts.Accounts = others
	if begin.watch != nil {
		begin.watch.accounts = others
		opts.Config = begin.watch
	}
	if dir := begin.settings.State; dir != "" {
		book := journal.In(dir)
		run := book.Begin(app.RunName(time.Now(), os.Getpid()))
		defer run.End()
		opts.Journal, opts.Run = book, run.ID
	}
	opts.Notices = begin.notices()
	if dir := begin.settings.Cache; dir != "" {
		opts.Memory = lastseen.In(dir).Waiting(func() { time.Sleep(time.Until(quiet)) })
	}
	var err error
	switch {
	case begin.demo:
		opts.Client, err = door.Demo()
	case !begin.token.Value.Empty():
		opts.Client, err = door.client(begin.token.Value)
	}
	if err != nil {
		return err
	}
	log.SetOutput(io.Discard) // net/http remarks on odd servers there, in the middle of our screen
	dashboard := ui.New(opts)
	err = app.Show(ctx, dashboard, begin.settings.State)
	for _, line := range dashboard.Farewell() {
		_, _ = fmt.Fprintln(os.Stderr, "vpsdeck: "+line)
	}
	return err
}
