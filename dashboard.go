package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/term"

	"vpsdeck/api"
	"vpsdeck/internal/journal"
	"vpsdeck/internal/settings"
	"vpsdeck/keymap"
	"vpsdeck/ui"
	"vpsdeck/ui/command"
)

// start is all that the dashboard begins with, checked.
type start struct {
	settings settings.Settings
	demo     bool
	tokens   *settings.Tokens // where a token that is entered can be kept
	token    settings.Token   // empty when none was found: the dashboard asks; empty in the demo, which needs none
}

// openDashboard makes sure of everything that the dashboard needs, and opens it. What is wrong comes out in this order:
// the settings, the token, the terminal.
func openDashboard(ctx context.Context, flags settings.Flags, demo bool) error {
	s, err := settings.Load(settings.Sources{Flags: flags, Getenv: os.Getenv, DefaultURL: api.DefaultURL})
	if err != nil {
		return err
	}
	begin := start{settings: s, demo: demo, tokens: settings.NewTokens(s, os.Getenv)}
	missing := false
	if !demo {
		begin.token, err = begin.tokens.Find()
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

// runDashboard shows the dashboard until the user leaves it, and then says what goes on at the provider.
func runDashboard(ctx context.Context, begin start) error {
	keys := keymap.Default()
	if err := keys.Remap(begin.settings.Keys); err != nil {
		return settings.Faultf(settings.ExitConfig, "the config's [keys]: %s", err)
	}
	for i, own := range begin.settings.Commands {
		if err := keys.AddOwn(own.Name, own.Key); err != nil {
			return settings.Faultf(settings.ExitConfig, "the config's [[command]] %d: %s", i+1, err)
		}
	}
	if !slices.Contains(ui.Announcements(), begin.settings.Notify) {
		return settings.Faultf(settings.ExitConfig, "the config's notify cannot be %q: there are %s",
			begin.settings.Notify, strings.Join(ui.Announcements(), ", "))
	}
	door := &access{settings: begin.settings, tokens: begin.tokens, log: &command.RequestLog{}}
	defer door.Close()
	opts := ui.Options{
		Access: door, Requests: door.log, Keys: keys, Clock: command.WallClock{}, Demo: begin.demo, ReadOnly: begin.settings.ReadOnly,
		ASCII: begin.settings.ASCII, Mouse: begin.settings.Mouse, Dark: true,
		Policies: begin.settings.Policies, Suspend: canSuspend, SSH: begin.settings.SSH, Commands: begin.settings.Commands,
		Announce: ui.Announcement(begin.settings.Notify),
	}
	if dir := begin.settings.State; dir != "" {
		book := journal.In(dir)
		run := book.Begin(runName(time.Now(), os.Getpid()))
		defer run.End()
		opts.Journal, opts.Run = book, run.ID
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
	app := ui.New(opts)
	err = show(ctx, app, begin.settings.State)
	for _, line := range app.Farewell() {
		_, _ = fmt.Fprintln(os.Stderr, "vpsdeck: "+line)
	}
	return err
}

// runName names this run of the program in the journal: no other on this machine has begun in the same moment under the same
// number.
func runName(now time.Time, pid int) string {
	return fmt.Sprintf("%s.%d", now.UTC().Format("20060102T150405.000"), pid)
}
