package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"vpsdeck/internal/headless"
	"vpsdeck/internal/settings"
	"vpsdeck/model"
)

// headlessCommands are the commands for cron and scripts.
func headlessCommands(do *runFunc, on timing) []*cobra.Command {
	return []*cobra.Command{
		listCommand(do, on), checkCommand(do, on), snapshotCommand(do, on), backupCommand(do, on),
		restoreCommand(do, on), deleteCommand(do, on),
	}
}

// setRun notes what a command is to do. The command's flags are all parsed by then.
func setRun(do *runFunc, act func(context.Context, runnerFunc) error, j runnerFunc) error {
	*do = func(ctx context.Context) error { return act(ctx, j) }
	return nil
}

// outputFlag gives a command its --output, and returns how to read it.
func outputFlag(cmd *cobra.Command) func() (headless.Format, error) {
	name := cmd.Flags().StringP("output", "o", string(headless.Table), "how to write: "+strings.Join(headless.Formats(), ", "))
	registerCompletion(cmd, "output", cobra.FixedCompletions(headless.Formats(), cobra.ShellCompDirectiveNoFileComp))
	return func() (headless.Format, error) {
		format, err := headless.ParseFormat(*name)
		return format, withHelpHint(cmd, err)
	}
}

// withHelpHint adds to a fault of usage where to read on.
func withHelpHint(cmd *cobra.Command, err error) error {
	if err == nil {
		return nil
	}
	return settings.Errorf(settings.ExitUsage, "%s; see %s --help", model.ErrorMessage(err), cmd.CommandPath())
}

func listCommand(do *runFunc, on timing) *cobra.Command {
	list := &cobra.Command{
		Use:   "list",
		Short: "List servers, backups or snapshots",
		Long:  "List servers, backups or snapshots: as a table for people, as JSON or CSV for programs.",
		Example: "# which servers are not covered\nvpsdeck list servers --filter 'health:overdue'\n" +
			"# the manual backups of the databases, as JSON\nvpsdeck list backups --server 'db-*' --filter type:manual -o json",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withHelpHint(cmd, settings.Errorf(settings.ExitUsage, "list what? there are servers, backups and snapshots"))
		},
	}
	list.AddCommand(
		newListCommand(do, on, "servers", "List the servers, by name", model.ServerFields, (*headless.Runner).ListServers),
		newListCommand(do, on, "backups", "List the backups, newest first", model.PointFields, listPoints(model.Backup)),
		newListCommand(do, on, "snapshots", "List the snapshots, newest first", model.PointFields, listPoints(model.Snapshot)),
	)
	return list
}

// listFunc writes one list.
type listFunc func(*headless.Runner, context.Context, headless.ListOptions) error

func listPoints(kind model.Kind) listFunc {
	return func(r *headless.Runner, ctx context.Context, ask headless.ListOptions) error {
		return r.ListPoints(ctx, kind, ask)
	}
}

func newListCommand(do *runFunc, on timing, what, short string, fields model.FieldSet, list listFunc) *cobra.Command {
	var ask headless.ListOptions
	var common func() settings.Flags
	var output func() (headless.Format, error)
	cmd := &cobra.Command{
		Use: what, Short: short, Long: short + ". " + filterHelp(fields), Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if ask.Format, err = output(); err != nil {
				return err
			}
			u := commandRun{cmd: cmd, flags: common(), timing: on}
			return setRun(do, u.runReadOnly, func(ctx context.Context, r *headless.Runner) error { return list(r, ctx, ask) })
		},
	}
	cmd.Flags().StringVar(&ask.Server, "server", "", "of which servers: an ID, a name, or a pattern such as 'web-*'")
	cmd.Flags().StringVar(&ask.Filter, "filter", "", "which of them: words and fields, as / takes them in the dashboard")
	output, common = outputFlag(cmd), commonFlags(cmd)
	registerCompletion(cmd, "server", completeServers(common, on))
	return cmd
}

// filterHelp tells which fields a filter can ask for.
func filterHelp(fields model.FieldSet) string {
	var examples []string
	for _, f := range fields.Fields() {
		examples = append(examples, f.Example)
	}
	return "A filter takes words and fields: " + strings.Join(examples, ", ") + "."
}

func checkCommand(do *runFunc, on timing) *cobra.Command {
	var ask headless.CheckOptions
	var common func() settings.Flags
	var output func() (headless.Format, error)
	var backups, snapshots func(*cobra.Command) (headless.RequirementOptions, error)
	var server string
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check that every server has recent backups",
		Long: "Check that every server has recent backups: for cron and monitoring. It exits with 0 when each server meets its " +
			"policy, with 9 when one does not, and with 11 when that could not be judged. The first line sums up, the others are what " +
			"is wrong. Policies come from the config's [[policy]] tables; without them, one usable backup of the last 26 hours is " +
			"wanted. Flags override them. With --nagios it is a monitoring plugin: one line, and the exit codes 0, 1, 2 and 3.",
		Example: "# in a crontab: mail comes only when something is wrong\nout=$(vpsdeck check) || echo \"$out\"\n" +
			"# the databases must have three backups, one of the last 12 hours\nvpsdeck check --server 'db-*' --backup-max-age 12h --min-backups 3\n" +
			"# as a plugin of Nagios, Icinga and others\nvpsdeck check --nagios",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if ask.Format, err = output(); err != nil {
				return err
			}
			if ask.Backups, err = backups(cmd); err != nil {
				return err
			}
			if ask.Snapshots, err = snapshots(cmd); err != nil {
				return err
			}
			ask.Server = flagIfSet(cmd, "server", &server)
			u := commandRun{cmd: cmd, flags: common(), timing: on}
			*do = func(ctx context.Context) error {
				return ask.ReportUnchecked(cmd.OutOrStdout(), u.runReadOnly(ctx, func(ctx context.Context, r *headless.Runner) error { return r.Check(ctx, ask) }))
			}
			return nil
		},
	}
	backups, snapshots = requirementFlags(cmd, model.Backup), requirementFlags(cmd, model.Snapshot)
	cmd.Flags().BoolVar(&ask.Nagios, "nagios", false, "print one line and exit as a monitoring plugin: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN")
	cmd.Flags().StringVar(&server, "server", "", "which servers: an ID, a name, or a pattern such as 'web-*'")
	output, common = outputFlag(cmd), commonFlags(cmd)
	registerCompletion(cmd, "server", completeServers(common, on))
	return cmd
}

// requirementFlags gives a command the flags that say what is wanted of a kind, and returns how to read them.
func requirementFlags(cmd *cobra.Command, kind model.Kind) func(*cobra.Command) (headless.RequirementOptions, error) {
	ageName, minName := kind.String()+"-max-age", "min-"+kind.String()+"s"
	age := cmd.Flags().String(ageName, "", fmt.Sprintf("how old the newest usable %s may be, such as 26h or 7d; 0h: any age", kind))
	least := cmd.Flags().Int(minName, 0, fmt.Sprintf("how many usable %ss there must be", kind))
	return func(cmd *cobra.Command) (ask headless.RequirementOptions, err error) {
		ask.Min = flagIfSet(cmd, minName, least)
		ask.MaxAge, err = parseAgeFlag(cmd, ageName, *age)
		return ask, err
	}
}

// parseAgeFlag reads a length of time; nil if the command line has none.
func parseAgeFlag(cmd *cobra.Command, name, text string) (*time.Duration, error) {
	if !cmd.Flags().Changed(name) {
		return nil, nil
	}
	age, err := model.ParseAge(text)
	if err != nil {
		return nil, withHelpHint(cmd, settings.Errorf(settings.ExitUsage, "--%s: %s", name, err))
	}
	return &age, nil
}
