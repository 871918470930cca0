package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"vpsdeck/internal/headless"
	"vpsdeck/internal/settings"
	"vpsdeck/model"
	"vpsdeck/ui/widget"
)

// registerCompletion adds completions to a flag.
func registerCompletion(cmd *cobra.Command, flag string, complete cobra.CompletionFunc) {
	_ = cmd.RegisterFlagCompletionFunc(flag, complete) // fails only for an unknown flag
}

// completeProfiles offers the config's profiles, and none.
func completeProfiles(account func() settings.Flags) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		s, err := settings.Load(sources(withProfile(account(), "")))
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return append(s.Profiles, settings.NoProfile), cobra.ShellCompDirectiveNoFileComp
	}
}

// completeServers offers the account's servers by name and, once a digit is typed, also by ID. It
// leaves out those already named.
func completeServers(common func() settings.Flags, tm timing) cobra.CompletionFunc {
	return completeServersBy(common, tm, true)
}

// completeServersBy offers servers by name, and with byID also by ID.
func completeServersBy(common func() settings.Flags, tm timing, byID bool) cobra.CompletionFunc {
	return completeFromAccount(common, tm, func(ctx context.Context, opts headless.Options, named []string,
		prefix string) []cobra.Completion {
		servers, err := opts.Client.Servers(ctx, model.ServerFilter{})
		if err != nil {
			return nil
		}
		var out []cobra.Completion
		for _, s := range servers {
			id := string(s.ID)
			if slices.Contains(named, s.Name) || slices.Contains(named, id) {
				continue
			}
			out = append(out, cobra.CompletionWithDesc(s.Name, "#"+id+", "+string(s.Status)))
			if byID && prefix != "" && strings.HasPrefix(id, prefix) {
				out = append(out, cobra.CompletionWithDesc(id, s.Name+", "+string(s.Status)))
			}
		}
		return out
	})
}

// pointChoice says which restore points a completion offers.
type pointChoice struct {
	kind   model.Kind
	server *string // the value of --server; empty: all servers
	fits   func(p model.Point, now time.Time) bool
}

// completePoints offers the IDs of restore points, newest first, each with its kind, server, age
// and size.
func completePoints(common func() settings.Flags, tm timing, choice pointChoice) cobra.CompletionFunc {
	return completeFromAccount(common, tm, func(ctx context.Context, opts headless.Options, _ []string,
		_ string) []cobra.Completion {
		list := func() ([]model.Point, error) { return opts.Client.Backups(ctx, model.BackupFilter{}) }
		if choice.kind == model.Snapshot {
			list = func() ([]model.Point, error) { return opts.Client.Snapshots(ctx, model.SnapshotFilter{}) }
		}
		points, err := list()
		if err != nil {
			return nil
		}
		points = slices.Clone(points)
		model.SortNewestFirst(points)
		var out []cobra.Completion
		for _, p := range points {
			if now := opts.Client.Now(); choice.offers(p, now) {
				out = append(out, cobra.CompletionWithDesc(string(p.ID), describeChoice(p, now)))
			}
		}
		return out
	})
}

// offers reports whether the restore point can be used, and is of the server that --server names.
func (c pointChoice) offers(p model.Point, now time.Time) bool {
	server := *c.server
	return c.fits(p, now) && (server == "" || server == p.Server.Name || server == string(p.Server.ID))
}

// describeChoice describes a restore point: "snapshot of web-01, 21 h ago, 5.0 GB: before-update".
func describeChoice(p model.Point, now time.Time) string {
	kind := p.Kind.String()
	if p.Type != "" {
		kind = string(p.Type) + " " + kind
	}
	text := fmt.Sprintf("%s of %s, %s, %s", kind, p.Server.Name, widget.CreatedAgo(&p, now), widget.SizeOf(&p))
	if p.Name != "" || p.Description != "" {
		text += ": " + p.Label()
	}
	return model.Clean(text)
}

// completer returns the possible completions of prefix, after the arguments named.
type completer func(ctx context.Context, opts headless.Options, named []string, prefix string) []cobra.Completion

// completeFromAccount asks the account in the background and for a short time, because even the
// keyring may wait for the user. If that fails, it offers nothing.
func completeFromAccount(common func() settings.Flags, tm timing, complete completer) cobra.CompletionFunc {
	return func(cmd *cobra.Command, named []string, prefix string) ([]cobra.Completion, cobra.ShellCompDirective) {
		ctx, cancel := context.WithTimeout(context.Background(), tm.completionTimeout)
		defer cancel()
		found := make(chan []cobra.Completion, 1)
		go func() {
			opts, _, err := commandRun{cmd: cmd, flags: common(), timing: tm}.openAccount(ctx)
			if err != nil {
				found <- nil
				return
			}
			found <- complete(ctx, opts, named, prefix)
		}()
		var out []cobra.Completion
		select {
		case out = <-found:
		case <-ctx.Done():
		}
		out = slices.DeleteFunc(out, func(c cobra.Completion) bool { return !strings.HasPrefix(c, prefix) })
		return out, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	}
}
