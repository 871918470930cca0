package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"vpsdeck/internal/clock"
	"vpsdeck/internal/event"
	"vpsdeck/internal/hook"
	"vpsdeck/internal/journal"
	"vpsdeck/internal/monitor"
	"vpsdeck/internal/settings"
	"vpsdeck/internal/team"
	"vpsdeck/model"
	"vpsdeck/ui/command"
)

// The formats of watch.
const (
	watchText  = "text"
	watchJSONL = "jsonl"
)

func watchCommand(do *runFunc) *cobra.Command {
	var flags func() settings.Flags
	var output string
	cmd := &cobra.Command{
		Use:   "watch",
		Short: "Print what happens on the account, and tell the hooks",
		Long: paragraphs(`
			Watch the account without a screen: print one line for each event, and tell the hooks of the config. An
			event is a backup, snapshot or restore that failed, is stuck or has ended, or a server that no longer
			meets its policy, or does so again. Each is told once, also over a restart. What was so at the first
			start is not told. docs/MONITORING.md explains the events and the hooks.`),
		Example: lines(`
			# print the events as JSON, one a line
			vpsdeck watch -o jsonl`),
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if output != watchText && output != watchJSONL {
				return withHelpHint(cmd, settings.Errorf(settings.ExitUsage, "--output cannot be %q; valid: %s, %s",
					model.Clean(output), watchText, watchJSONL))
			}
			w := &eventPrinter{json: output == watchJSONL, out: cmd.OutOrStdout(), notes: cmd.ErrOrStderr()}
			*do = func(ctx context.Context) error { return w.run(ctx, flags()) }
			return nil
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", watchText, "output format: "+watchText+", "+watchJSONL)
	registerCompletion(cmd, "output", cobra.FixedCompletions([]string{watchText, watchJSONL},
		cobra.ShellCompDirectiveNoFileComp))
	flags = accountFlags(cmd)
	return cmd
}

// eventPrinter is a run of watch.
type eventPrinter struct {
	json       bool
	out, notes io.Writer
	hooks      int
	host       string
	policies   model.Policies
	client     command.Client
	wrong      error  // writing to out failed
	stop       func() // ends the run
	reading    readingNotes
	wasRead    bool
}

// run watches until a signal ends it, which is no error.
func (w *eventPrinter) run(ctx context.Context, flags settings.Flags) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	w.stop, w.reading.note = stop, w.note
	acc, err := newAccess(flags)
	if err != nil {
		return err
	}
	if err := checkHooks(acc.settings); err != nil {
		return err
	}
	if w.client, err = acc.open(ctx); err != nil {
		if ctx.Err() != nil { // a signal during the start
			return nil
		}
		return err
	}
	shared := &sharedAccount{client: w.client, log: acc.log}
	account := newMonitored(acc.settings, shared)
	w.hooks, w.host, w.policies = len(acc.settings.Hooks), acc.settings.Host, acc.settings.Policies
	file := monitor.StateFile(acc.settings.State, account)
	unlock, err := lockEvents(file)
	if err != nil {
		return err
	}
	defer unlock()
	if file == "" {
		w.note(noEventsFileWarning)
	}
	hub := team.New(w.client, command.WallClock{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		hub.Run(ctx)
	}()
	monitor.NewTeller(monitor.TellerOptions{
		Account: account, File: file, Hooks: hookOptions(acc.settings.Hooks, acc.settings.TokenVariables, w.report),
		OnEvent: w.print, OnView: w.noteReading, OnSaveError: w.note,
	}).Run(ctx, hub.Next)
	stop()
	<-ended
	return stdoutError(w.wrong)
}

func (w *eventPrinter) note(text string) { _, _ = fmt.Fprintln(w.notes, "vpsdeck: "+text) }

// print prints an event.
func (w *eventPrinter) print(e event.Event) {
	line := fmt.Sprintf("%s  %-9s  %s", e.Time.Format(time.RFC3339), e.Kind, e.Text)
	if w.json {
		text, err := json.Marshal(e)
		if err != nil {
			w.note("an event is no JSON: " + e.ID)
			return
		}
		line = string(text)
	}
	if _, err := fmt.Fprintln(w.out, line); err != nil && w.wrong == nil {
		w.wrong = err
		w.stop()
	}
}

// noteReading prints once that the account was read, and whenever it cannot be read, or can again.
func (w *eventPrinter) noteReading(view model.AccountView) {
	if w.wasRead || !isWhole(view) {
		w.reading.update(view)
		return
	}
	w.wasRead, w.reading = true, readingNotes{note: w.note}
	servers, hooks := model.Pluralize(len(view.Fleet.Servers), "server"), model.Pluralize(w.hooks, "hook")
	w.note(fmt.Sprintf("watching %s: %s, %d not covered; %s", w.host, servers, w.countUncovered(view), hooks))
}

// isWhole reports whether the view has complete lists, and the last requests for them succeeded.
func isWhole(view model.AccountView) bool {
	for _, list := range view.Lists() {
		if !list.Complete() {
			return false
		}
	}
	return true
}

// readingNotes notes when the account cannot be read, and when it can again.
type readingNotes struct {
	note    func(string)
	failing bool
	refused bool // the token is refused
}

// update notes what a view shows. Why the account cannot be read may change. That the token is refused
// is noted then too, because it does not pass.
func (n *readingNotes) update(view model.AccountView) {
	var failure error
	for _, list := range view.Lists() {
		failure = cmp.Or(list.Err, failure)
	}
	refused := errors.Is(failure, model.ErrUnauthorized)
	switch {
	case failure != nil && (!n.failing || n.refused != refused):
		n.failing, n.refused = true, refused
		n.note("the account cannot be read, so nothing is told until it can: " + model.ErrorMessage(failure))
	case n.failing && isWhole(view):
		n.failing = false
		n.note("the account can be read again")
	}
}

func (w *eventPrinter) countUncovered(view model.AccountView) int {
	n := 0
	for _, row := range view.Fleet.Assess(w.policies, true, w.client.Now()) {
		if !row.Assessment.Health.Met() {
			n++
		}
	}
	return n
}

// report prints what has gone wrong with a hook.
func (w *eventPrinter) report(r hook.Report) {
	switch r.Result {
	case hook.Failed, hook.Dropped:
		w.note(fmt.Sprintf("hook %s was not told of event %s: %s", r.Hook, r.Event.ID, r.Why))
	case hook.Retrying:
		w.note(fmt.Sprintf("hook %s: %s; event %s is sent again in %s", r.Hook, r.Why, r.Event.ID,
			model.FormatDuration(r.Again)))
	}
}

// noEventsFileWarning is shown if there is no directory for what was told.
const noEventsFileWarning = "there is no state directory: what happens between two runs is not told; set HOME, " +
	"XDG_STATE_HOME or systemd's StateDirectory="

// lockEvents makes this program the only one that tells the events of an account, by the path of its
// file; "" needs no lock.
func lockEvents(file string) (unlock func(), err error) {
	if file == "" {
		return func() {}, nil
	}
	unlock, taken, err := journal.TryLock(file + ".lock")
	if err != nil {
		return nil, err
	}
	if !taken {
		return nil, settings.Errorf(settings.ExitLimited,
			"another vpsdeck (watch or serve) already tells the events of this account: end it first")
	}
	return unlock, nil
}

// checkHooks checks that the programs and the secrets of the hooks can be found.
func checkHooks(s settings.Settings) error {
	for i, h := range s.Hooks {
		if why := h.CheckSource(os.Getenv); why != "" {
			return settings.Errorf(settings.ExitConfig, "%s: hook %d: %s", s.TablePosition("hook", i+1), i+1, why)
		}
	}
	return nil
}

func hookOptions(hooks []hook.Hook, secrets []string, report func(hook.Report)) hook.Options {
	return hook.Options{Hooks: hooks, Getenv: os.Getenv, Secrets: secrets, Now: time.Now, Wait: clock.Sleep,
		Report: report}
}

// newMonitored returns an account for monitoring. From the journal it learns how long operations
// usually take.
func newMonitored(s settings.Settings, shared *sharedAccount) monitor.Account {
	out := monitor.Account{Client: shared.client, Clock: command.WallClock{}, Profile: s.Profile, Policies: s.Policies,
		Requests: shared.log}
	if s.State != "" {
		out.Records, _, _ = journal.New(s.State).Read() // without it there are the documented durations
	}
	return out
}
