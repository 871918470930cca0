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
	"vpsdeck/model/query"
)

// headlessCommands returns the commands for cron and scripts.
func headlessCommands(do *runFunc, tm timing) []*cobra.Command {
	return []*cobra.Command{
		listCommand(do, tm), checkCommand(do, tm), snapshotCommand(do, tm), backupCommand(do, tm),
		restoreCommand(do, tm), deleteCommand(do, tm), pruneCommand(do, tm), metricsCommand(do, tm),
		reportCommand(do, tm),
	}
}

// setRun sets what a command will do. It is called once all flags are parsed.
func setRun(do *runFunc, act func(context.Context, runnerFunc) error, job runnerFunc) error {
	*do = func(ctx context.Context) error { return act(ctx, job) }
	return nil
}

// outputFlags adds --output and --no-headers to a command whose results have these fields, which may
// depend on other flags. What it returns reads them.
func outputFlags(cmd *cobra.Command, fields func() []string) func() (headless.Format, error) {
	name := cmd.Flags().StringP("output", "o", headless.Table.String(),
		"output format: "+strings.Join(headless.Formats(), ", "))
	noHeaders := cmd.Flags().Bool("no-headers", false, "no titles in tables and CSV")
	registerCompletion(cmd, "output", func(_ *cobra.Command, _ []string,
		prefix string) ([]cobra.Completion, cobra.ShellCompDirective) {
		directive := cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
		if strings.HasPrefix(prefix, "c") && prefix != headless.CSV.String() { // columns= goes on after it
			directive |= cobra.ShellCompDirectiveNoSpace
		}
		return headless.CompleteFormat(prefix, fields()), directive
	})
	return func() (headless.Format, error) {
		format, err := headless.ParseFormat(*name, fields())
		if *noHeaders {
			format = format.WithoutHeaders()
		}
		return format, withHelpHint(cmd, err)
	}
}

// withHelpHint adds a pointer to the help to a usage error.
func withHelpHint(cmd *cobra.Command, err error) error {
	if err == nil {
		return nil
	}
	return settings.Errorf(settings.ExitUsage, "%s; see %s --help", model.ErrorMessage(err), cmd.CommandPath())
}

func listCommand(do *runFunc, tm timing) *cobra.Command {
	list := &cobra.Command{
		Use:   "list",
		Short: "List servers, backups or snapshots",
		Long:  "List servers, backups or snapshots, as a table for people or as JSON or CSV for programs.",
		Example: lines(`
			# servers whose backups are overdue
			vpsdeck list servers --filter 'health:overdue'
			# the manual backups of the databases, as JSON
			vpsdeck list backups --server 'db-*' --filter type:manual -o json`),
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withHelpHint(cmd, settings.Errorf(settings.ExitUsage, "list what? servers, backups or snapshots"))
		},
	}
	list.AddCommand(
		newListCommand(do, tm, "servers", "List the servers, by name", query.ServerFields,
			headless.ServerFields, (*headless.Runner).ListServers),
		newListCommand(do, tm, "backups", "List the backups, newest first", query.PointFields,
			headless.PointFields, listPoints(model.Backup)),
		newListCommand(do, tm, "snapshots", "List the snapshots, newest first", query.PointFields,
			headless.PointFields, listPoints(model.Snapshot)),
	)
	return list
}

// listFunc prints one list.
type listFunc func(*headless.Runner, context.Context, headless.ListOptions) error

func listPoints(kind model.Kind) listFunc {
	return func(r *headless.Runner, ctx context.Context, opts headless.ListOptions) error {
		return r.ListPoints(ctx, kind, opts)
	}
}

func newListCommand(do *runFunc, tm timing, what, short string, fields query.FieldSet, columns func() []string,
	list listFunc) *cobra.Command {
	var opts headless.ListOptions
	var server string
	var common func() settings.Flags
	var output func() (headless.Format, error)
	cmd := &cobra.Command{
		Use: what, Short: short, Long: short + ". " + filterHelp(fields), Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if opts.Format, err = output(); err != nil {
				return err
			}
			opts.Server = flagIfSet(cmd, "server", &server)
			run := commandRun{cmd: cmd, flags: common(), timing: tm}
			return setRun(do, run.runReadOnly,
				func(ctx context.Context, r *headless.Runner) error { return list(r, ctx, opts) })
		},
	}
	cmd.Flags().StringVar(&server, "server", "", "only these servers: an ID, a name, or a pattern such as 'web-*'")
	cmd.Flags().StringVar(&opts.Filter, "filter", "",
		"only matching entries: words and fields, as with / in the dashboard")
	output, common = outputFlags(cmd, columns), commonFlags(cmd)
	registerCompletion(cmd, "server", completeServers(common, tm))
	return cmd
}

// filterHelp lists the fields of a filter.
func filterHelp(fields query.FieldSet) string {
	var examples []string
	for _, f := range fields.Fields() {
		examples = append(examples, f.Example)
	}
	return "A filter takes words and fields: " + strings.Join(examples, ", ") + "."
}

func checkCommand(do *runFunc, tm timing) *cobra.Command {
	var opts headless.CheckOptions
	var common func() settings.Flags
	var output func() (headless.Format, error)
	var backups, snapshots func(*cobra.Command) (headless.RequirementOptions, error)
	var server, explain string
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check that every server has recent backups",
		Long: paragraphs(`
			Check that every server has recent backups, for cron and monitoring. It exits with 0 if each server meets
			its policy, with 9 if one does not, and with 11 if coverage could not be checked. The first line is a
			summary; the others list the problems. Policies come from the config's [[policy]] tables. Without them,
			each server needs one usable backup of the last 26 hours. Flags override both. With --nagios it is a
			monitoring plugin: one line, and the exit codes 0, 1, 2 and 3.`),
		Example: lines(`
			# in a crontab: mail only if there is a problem
			out=$(vpsdeck check) || echo "$out"
			# the databases need three backups, one of the last 12 hours
			vpsdeck check --server 'db-*' --backup-max-age 12h --min-backups 3
			# as a plugin for Nagios, Icinga and others
			vpsdeck check --nagios`),
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if opts.Format, err = output(); err != nil {
				return err
			}
			if opts.Backups, err = backups(cmd); err != nil {
				return err
			}
			if opts.Snapshots, err = snapshots(cmd); err != nil {
				return err
			}
			opts.Server, opts.Explain = flagIfSet(cmd, "server", &server), flagIfSet(cmd, "explain", &explain)
			run := commandRun{cmd: cmd, flags: common(), timing: tm}
			*do = func(ctx context.Context) error {
				return opts.ReportUnchecked(cmd.OutOrStdout(),
					run.runReadOnly(ctx, func(ctx context.Context, r *headless.Runner) error {
						return r.Check(ctx,
							opts)
					}))
			}
			return nil
		},
	}
	backups, snapshots = requirementFlags(cmd, model.Backup), requirementFlags(cmd, model.Snapshot)
	cmd.Flags().StringVar(&explain, "explain", "", "say which policy applies to this SERVER, and why")
	cmd.Flags().BoolVar(&opts.Nagios, "nagios", false,
		"print one line and exit as a monitoring plugin: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN")
	cmd.Flags().StringVar(&server, "server", "", "only these servers: an ID, a name, or a pattern such as 'web-*'")
	output, common = outputFlags(cmd, headless.CoverageFields), commonFlags(cmd)
	registerCompletion(cmd, "server", completeServers(common, tm))
	return cmd
}

// requirementFlags adds the flags that say what is required of a kind. What it returns reads them.
func requirementFlags(cmd *cobra.Command, kind model.Kind) func(*cobra.Command) (headless.RequirementOptions, error) {
	ageName, minName := kind.String()+"-max-age", "min-"+kind.String()+"s"
	age := cmd.Flags().String(ageName, "",
		fmt.Sprintf("maximum age of the newest usable %s, such as 26h or 7d; 0h: any age", kind))
	least := cmd.Flags().Int(minName, 0, fmt.Sprintf("minimum number of usable %ss", kind))
	return func(cmd *cobra.Command) (opts headless.RequirementOptions, err error) {
		opts.Min = flagIfSet(cmd, minName, least)
		opts.MaxAge, err = parseAgeFlag(cmd, ageName, *age)
		return opts, err
	}
}

// parseAgeFlag reads a duration. It returns nil if the command line has none.
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
