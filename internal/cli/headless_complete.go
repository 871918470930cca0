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

// registerCompletion gives a flag its completions.
func registerCompletion(cmd *cobra.Command, flag string, by cobra.CompletionFunc) {
	_ = cmd.RegisterFlagCompletionFunc(flag, by) // fails for a flag that is not there
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

// completeServers offers the account's servers by name and, once a digit is typed, by ID too; not those that are named
// already.
func completeServers(common func() settings.Flags, on timing) cobra.CompletionFunc {
	return completeFromAccount(common, on, func(ctx context.Context, opts headless.Options, named []string, begun string) []cobra.Completion {
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
			if begun != "" && strings.HasPrefix(id, begun) {
				out = append(out, cobra.CompletionWithDesc(id, s.Name+", "+string(s.Status)))
			}
		}
		return out
	})
}

// completePoints offers the IDs of the account's restore points of a kind, newest first, each with what it is.
func completePoints(common func() settings.Flags, on timing, kind model.Kind) cobra.CompletionFunc {
	return completeFromAccount(common, on, func(ctx context.Context, opts headless.Options, _ []string, _ string) []cobra.Completion {
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

// completer finds what can stand where somebody types: after the arguments named, and with what has begun there.
type completer func(ctx context.Context, opts headless.Options, named []string, begun string) []cobra.Completion

// completeFromAccount asks the account, aside and for a short time: even the keyring may wait for somebody. What fails completes
// nothing.
func completeFromAccount(common func() settings.Flags, on timing, ask completer) cobra.CompletionFunc {
	return func(cmd *cobra.Command, named []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		ctx, cancel := context.WithTimeout(context.Background(), on.completionTimeout)
		defer cancel()
		found := make(chan []cobra.Completion, 1)
		go func() {
			opts, _, err := commandRun{cmd: cmd, flags: common(), timing: on}.openAccount(ctx)
			if err != nil {
				found <- nil
				return
			}
			found <- ask(ctx, opts, named, begun)
		}()
		var out []cobra.Completion
		select {
		case out = <-found:
		case <-ctx.Done():
		}
		out = slices.DeleteFunc(out, func(c cobra.Completion) bool { return !strings.HasPrefix(c, begun) })
		return out, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	}
}
