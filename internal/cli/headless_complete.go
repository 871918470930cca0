package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"vpsdeck/internal/headless"
	"vpsdeck/internal/settings"
	"vpsdeck/model"
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
			if prefix != "" && strings.HasPrefix(id, prefix) {
				out = append(out, cobra.CompletionWithDesc(id, s.Name+", "+string(s.Status)))
			}
		}
		return out
	})
}

// completePoints offers the IDs of the account's restore points of a kind, newest first, each with
// a description.
func completePoints(common func() settings.Flags, tm timing, kind model.Kind) cobra.CompletionFunc {
	return completeFromAccount(common, tm, func(ctx context.Context, opts headless.Options, _ []string,
		_ string) []cobra.Completion {
		list := func() ([]model.Point, error) { return opts.Client.Backups(ctx, model.BackupFilter{}) }
		if kind == model.Snapshot {
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
			out = append(out, cobra.CompletionWithDesc(string(p.ID), p.Label()+" of "+p.Server.Name))
		}
		return out
	})
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
