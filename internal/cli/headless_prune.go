package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"vpsdeck/internal/headless"
	"vpsdeck/internal/settings"
	"vpsdeck/model"
	"vpsdeck/model/retention"
)

func pruneCommand(do *runFunc, tm timing) *cobra.Command {
	var opts headless.PruneOptions
	var policy retention.Policy
	var backups, snapshots bool
	var within string
	cmd := &cobra.Command{
		Use:   "prune [SERVER...]",
		Short: "Delete the restore points that the retention rules do not keep",
		Long: paragraphs(`
			Show which restore points the retention rules keep and which they remove, and why. Nothing is deleted
			without --yes. The rules come from the config's [[retention]] tables; rules on the command line replace
			them. The newest restore point and backup of a server, what its coverage policy needs, automatic backups
			unless --automatic, and points with [keep] in their name or description always stay.`),
		Example: lines(`
			# what would go
			vpsdeck prune --snapshots --keep-last 2 --keep-daily 7
			# in a crontab, by the rules of the config
			vpsdeck prune --yes`),
	}
	flags := cmd.Flags()
	flags.BoolVar(&backups, "backups", false, "only backups")
	flags.BoolVar(&snapshots, "snapshots", false, "only snapshots")
	flags.IntVar(&policy.Rules.Last, "keep-last", 0, "keep the newest N")
	flags.IntVar(&policy.Rules.Hourly, "keep-hourly", 0, "keep the newest of each of the last N hours that have one")
	flags.IntVar(&policy.Rules.Daily, "keep-daily", 0, "the same for days (UTC), N")
	flags.IntVar(&policy.Rules.Weekly, "keep-weekly", 0, "the same for ISO weeks, N")
	flags.IntVar(&policy.Rules.Monthly, "keep-monthly", 0, "the same for months, N")
	flags.IntVar(&policy.Rules.Yearly, "keep-yearly", 0, "the same for years, N")
	flags.StringVar(&within, "keep-within", "",
		"keep all that are at most AGE older than the newest, such as 36h or 7d")
	flags.StringArrayVar(&policy.Protect, "protect", nil, "keep points whose name or description matches the GLOB")
	flags.BoolVar(&policy.Automatic, "automatic", false, "automatic backups can go too")
	flags.BoolVar(&opts.Yes, "yes", false, "delete what the plan removes")
	follow, common := followFlags(cmd, func() []string {
		if opts.Yes {
			return headless.ResultFields()
		}
		return headless.PlanFields()
	}), commonFlags(cmd)
	cmd.ValidArgsFunction = completeServers(common, tm)
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		opts.Servers = args
		if opts.Follow, err = follow(); err != nil {
			return err
		}
		if backups && !snapshots {
			opts.Kinds = []model.Kind{model.Backup}
		}
		if snapshots && !backups {
			opts.Kinds = []model.Kind{model.Snapshot}
		}
		age, err := parseAgeFlag(cmd, "keep-within", within)
		if err != nil {
			return err
		}
		if age != nil {
			policy.Rules.Within = *age
		}
		if problems := policy.Rules.Check(); len(problems) > 0 {
			return withHelpHint(cmd, settings.Errorf(settings.ExitUsage, "%s", problems[0].Message))
		}
		given := false
		cmd.Flags().Visit(func(f *pflag.Flag) { given = given || strings.HasPrefix(f.Name, "keep-") })
		if !policy.Rules.IsZero() {
			opts.Policy = &policy
		} else if given {
			return withHelpHint(cmd, settings.Errorf(settings.ExitUsage,
				"0 is no rule: keep at least 1, or leave it out for the rules of the config"))
		} else if len(policy.Protect) > 0 || policy.Automatic {
			return withHelpHint(cmd, settings.Errorf(settings.ExitUsage,
				"--protect and --automatic need rules beside them, such as --keep-last 2"))
		}
		run := commandRun{cmd, common(), tm, opts.Follow.Timeout}
		job := func(ctx context.Context, r *headless.Runner) error { return r.Prune(ctx, opts) }
		if !opts.Yes {
			*do = func(ctx context.Context) error { return run.runReadOnly(ctx, job) }
			return nil
		}
		return setRun(do, run.runAction, job)
	}
	return cmd
}
