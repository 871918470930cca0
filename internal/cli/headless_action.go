package cli

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"vpsdeck/internal/headless"
	"vpsdeck/internal/settings"
	"vpsdeck/model"
)

// defaultTimeout is how long a command waits for its operations unless --timeout is given.
const defaultTimeout = 2 * time.Hour

// followFlags adds --wait, --timeout and the output's flags to a command that changes something, and
// whose output has these fields. What it returns reads them.
func followFlags(cmd *cobra.Command, fields func() []string) func() (headless.FollowOptions, error) {
	var wait bool
	var timeout string
	cmd.Flags().BoolVar(&wait, "wait", false, "wait until the operation has ended")
	cmd.Flags().StringVar(&timeout, "timeout", "2h", "maximum time to wait")
	output := outputFlags(cmd, fields)
	return func() (headless.FollowOptions, error) {
		f := headless.FollowOptions{Wait: wait, Timeout: defaultTimeout}
		var err error
		if f.Format, err = output(); err != nil {
			return f, err
		}
		age, err := parseAgeFlag(cmd, "timeout", timeout)
		if age != nil {
			f.Timeout = *age
		}
		return f, err
	}
}

func snapshotCommand(do *runFunc, tm timing) *cobra.Command {
	opts := headless.CreateOptions{Kind: model.Snapshot}
	cmd := newCreateCommand(do, tm, &opts, &cobra.Command{
		Use:   "snapshot SERVER...",
		Short: "Create snapshots of servers",
		Long: paragraphs(`
			Create a snapshot of each server. A server is given by its ID, its name, or a pattern such as 'web-*'.
			Quotas and names are checked for all servers before the first request is sent. The name is a template
			with {server}, {id}, {location}, {date}, {time} and {n}; times are UTC.`),
		Example: lines(`
			# before an update of all web servers
			vpsdeck snapshot 'web-*' --name 'before-update-{date}' --wait
			# in a crontab, every hour: one a day, and never more than fit
			vpsdeck snapshot 'db-*' --if-older-than 20h --prune --yes`),
	})
	cmd.Flags().StringVar(&opts.Name, "name", model.DefaultNameTemplate, "name of the snapshot, a template")
	cmd.Flags().BoolVar(&opts.Prune, "prune", false,
		"if the quota is full, delete the oldest snapshot that the config's [[retention]] does not keep")
	cmd.Flags().BoolVar(&opts.Yes, "yes", false, "confirm what --prune deletes")
	return cmd
}

func backupCommand(do *runFunc, tm timing) *cobra.Command {
	opts := headless.CreateOptions{Kind: model.Backup}
	return newCreateCommand(do, tm, &opts, &cobra.Command{
		Use:   "backup SERVER...",
		Short: "Create backups of servers",
		Long: paragraphs(`
			Create a backup of each server. A server is given by its ID, its name, or a pattern such as 'web-*'.
			Quotas are checked for all servers before the first request is sent. The description is a template with
			{server}, {id}, {location}, {date}, {time} and {n}; times are UTC.`),
		Example: lines(`
			# in a crontab, every Sunday
			vpsdeck backup 'db-*' --description 'weekly' --wait`),
	})
}

// newCreateCommand adds flags and actions to a command that creates a restore point of each server.
func newCreateCommand(do *runFunc, tm timing, opts *headless.CreateOptions, cmd *cobra.Command) *cobra.Command {
	cmd.Flags().StringVar(&opts.Description, "description", "",
		"description, a template with the same placeholders as names")
	var older string
	cmd.Flags().StringVar(&older, "if-older-than", "", "only servers whose newest usable "+opts.Kind.String()+
		" is older, such as 20h; one that is being created counts")
	follow, common := followFlags(cmd, headless.ResultFields), commonFlags(cmd)
	cmd.ValidArgsFunction = completeServers(common, tm)
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		if opts.IfOlderThan, err = parseAgeFlag(cmd, "if-older-than", older); err != nil {
			return err
		}
		if opts.Yes && !opts.Prune {
			return withHelpHint(cmd, settings.Errorf(settings.ExitUsage,
				"--yes confirms what --prune deletes: give both"))
		}
		if len(args) == 0 {
			return withHelpHint(cmd, settings.Errorf(settings.ExitUsage, "%s of which servers? name at least one",
				opts.Kind))
		}
		opts.Servers = args
		if opts.Follow, err = follow(); err != nil {
			return err
		}
		run := commandRun{cmd, common(), tm, opts.Follow.Timeout}
		return setRun(do, run.runAction,
			func(ctx context.Context, r *headless.Runner) error { return r.Create(ctx, *opts) })
	}
	return cmd
}

func restoreCommand(do *runFunc, tm timing) *cobra.Command {
	var opts headless.PointOptions
	act := pointAction{
		run:        (*headless.Runner).Restore,
		fits:       func(p model.Point, now time.Time) bool { return p.Usable(now) },
		serverHelp: "exact name of the server to overwrite; its ID if the name cannot be typed",
	}
	cmd := newPointCommand(do, tm, &opts, act, &cobra.Command{
		Use:   "restore",
		Short: "Restore a server from a backup or a snapshot",
		Long: paragraphs(`
			Restore a server from one of its backups or snapshots. This overwrites the server's whole disk and cannot
			be undone, so the server's exact name and --yes are required. Without --yes it prints what would be lost
			and exits with 6. --latest takes the newest usable restore point of the server, and --before the newest
			one from before a time. Both refuse to choose if a list is incomplete.`),
		Example: lines(`
			vpsdeck restore --snapshot 801 --server web-server-01 --yes --wait
			# what would the newest restore point lose?
			vpsdeck restore --latest --server web-server-01
			# the newest from before a bad release
			vpsdeck restore --before '2025-01-15 18:30' --server web-server-01 --yes`),
	})
	cmd.Flags().BoolVar(&opts.Newest, "latest", false, "the newest usable restore point of the server")
	cmd.Flags().String("before", "",
		"the newest usable restore point from before a time (UTC), or before an age such as 36h")
	return cmd
}

func deleteCommand(do *runFunc, tm timing) *cobra.Command {
	var opts headless.PointOptions
	act := pointAction{
		run:  (*headless.Runner).Delete,
		fits: func(p model.Point, _ time.Time) bool { return p.CannotDelete() == "" },
		serverHelp: "exact name of its server; its ID if the name cannot be typed; required if the config has " +
			"confirm = \"strict\"",
	}
	cmd := newPointCommand(do, tm, &opts, act, &cobra.Command{
		Use:   "delete",
		Short: "Delete a backup or a snapshot",
		Long: paragraphs(`
			Delete a backup or a snapshot for good. Without --yes it prints what would be deleted and exits with 6.
			Deleting the last usable restore point of a server, or its last usable backup, also needs --last-point.`),
		Example: "vpsdeck delete --backup 499 --yes",
	})
	cmd.Flags().BoolVar(&opts.LastPoint, "last-point", false,
		"allow deleting the server's last restore point or last backup")
	return cmd
}

// pointAction restores or deletes one restore point.
type pointAction struct {
	run        func(*headless.Runner, context.Context, headless.PointOptions) error
	fits       func(p model.Point, now time.Time) bool // reports whether the shell offers the restore point
	serverHelp string                                  // of --server
}

// newPointCommand adds flags and actions to a command about one restore point.
func newPointCommand(do *runFunc, tm timing, opts *headless.PointOptions, act pointAction,
	cmd *cobra.Command) *cobra.Command {
	var backup, snapshot string
	flags := cmd.Flags()
	flags.StringVar(&backup, "backup", "", "backup ID")
	flags.StringVar(&snapshot, "snapshot", "", "snapshot ID")
	flags.BoolVar(&opts.Yes, "yes", false, "confirm the action")
	follow, common := followFlags(cmd, headless.ResultFields), commonFlags(cmd)
	flags.StringVar(&opts.Server, "server", "", act.serverHelp)
	for _, kind := range []model.Kind{model.Backup, model.Snapshot} {
		registerCompletion(cmd, kind.String(), completePoints(common, tm, pointChoice{kind, &opts.Server, act.fits}))
	}
	registerCompletion(cmd, "server", completeServersBy(common, tm, false))
	cmd.Args = cobra.NoArgs
	cmd.RunE = func(cmd *cobra.Command, _ []string) (err error) {
		if err := readBefore(cmd, opts); err != nil {
			return withHelpHint(cmd, err)
		}
		if chosen := countTrue(backup != "", snapshot != "", opts.Newest); chosen != 1 {
			return withHelpHint(cmd, settings.Errorf(settings.ExitUsage,
				"%s what? use either --backup ID or --snapshot ID%s", cmd.Name(), newestHint(cmd)))
		}
		opts.Point = model.Key{Kind: model.Backup, ID: model.ID(backup)}
		if snapshot != "" {
			opts.Point = model.Key{Kind: model.Snapshot, ID: model.ID(snapshot)}
		}
		if cmd.Flags().Changed("server") && opts.Server == "" { // probably a variable that a script did not set
			return withHelpHint(cmd, settings.Errorf(settings.ExitUsage,
				"--server is empty: give the exact name of the server"))
		}
		if opts.Follow, err = follow(); err != nil {
			return err
		}
		run := commandRun{cmd, common(), tm, opts.Follow.Timeout}
		return setRun(do, run.runAction,
			func(ctx context.Context, r *headless.Runner) error { return act.run(r, ctx, *opts) })
	}
	return cmd
}

// readBefore reads --before of a command that has it. It implies --latest.
func readBefore(cmd *cobra.Command, opts *headless.PointOptions) error {
	if !cmd.Flags().Changed("before") {
		return nil
	}
	moment, err := headless.ParseMoment(cmd.Flags().Lookup("before").Value.String())
	opts.Newest, opts.Before = true, &moment
	return err
}

// newestHint names the other ways to choose a restore point, if the command has them.
func newestHint(cmd *cobra.Command) string {
	if cmd.Flags().Lookup("latest") == nil {
		return ""
	}
	return ", or --latest or --before TIME"
}

// countTrue counts the conditions that hold.
func countTrue(conditions ...bool) int {
	n := 0
	for _, c := range conditions {
		if c {
			n++
		}
	}
	return n
}
