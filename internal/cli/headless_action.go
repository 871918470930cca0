package cli

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"vpsdeck/internal/headless"
	"vpsdeck/internal/settings"
	"vpsdeck/model"
)

// defaultTimeout is how long a command stays with what it has begun, unless it is told.
const defaultTimeout = 2 * time.Hour

// followFlags gives a command that changes something its --wait, --timeout and --output, and returns how to read them.
func followFlags(cmd *cobra.Command) func() (headless.FollowOptions, error) {
	var wait bool
	var timeout string
	cmd.Flags().BoolVar(&wait, "wait", false, "wait until it has ended")
	cmd.Flags().StringVar(&timeout, "timeout", "2h", "how long to wait at most")
	output := outputFlag(cmd)
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

func snapshotCommand(do *runFunc, on timing) *cobra.Command {
	ask := headless.CreateOptions{Kind: model.Snapshot}
	cmd := newCreateCommand(do, on, &ask, &cobra.Command{
		Use:   "snapshot SERVER...",
		Short: "Make a snapshot of servers",
		Long: "Make a snapshot of each of the servers. A server is named by its ID, its name, or a pattern such as 'web-*'. Quotas " +
			"and names are checked for all of them before the first request leaves. The name is a template with {server}, {id}, " +
			"{location}, {date}, {time} and {n}; times are UTC.",
		Example: "# before an update of all web servers\nvpsdeck snapshot 'web-*' --name 'before-update-{date}' --wait",
	})
	cmd.Flags().StringVar(&ask.Name, "name", "", "the snapshot's name, a template such as '{server}-{date}'")
	return cmd
}

func backupCommand(do *runFunc, on timing) *cobra.Command {
	ask := headless.CreateOptions{Kind: model.Backup}
	return newCreateCommand(do, on, &ask, &cobra.Command{
		Use:   "backup SERVER...",
		Short: "Make a backup of servers",
		Long: "Make a backup of each of the servers. A server is named by its ID, its name, or a pattern such as 'web-*'. Quotas " +
			"are checked for all of them before the first request leaves. The description is a template with {server}, {id}, " +
			"{location}, {date}, {time} and {n}; times are UTC.",
		Example: "# in a crontab, every Sunday\nvpsdeck backup 'db-*' --description 'weekly' --wait",
	})
}

// newCreateCommand completes a command that makes a point of each server.
func newCreateCommand(do *runFunc, on timing, ask *headless.CreateOptions, cmd *cobra.Command) *cobra.Command {
	cmd.Flags().StringVar(&ask.Description, "description", "", "what is written with it; a template, as names are")
	follow, common := followFlags(cmd), commonFlags(cmd)
	cmd.ValidArgsFunction = completeServers(common, on)
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		if len(args) == 0 {
			return withHelpHint(cmd, settings.Errorf(settings.ExitUsage, "%s of which servers? name at least one", ask.Kind))
		}
		ask.Servers = args
		if ask.Follow, err = follow(); err != nil {
			return err
		}
		u := commandRun{cmd, common(), on, ask.Follow.Timeout}
		return setRun(do, u.runAction, func(ctx context.Context, r *headless.Runner) error { return r.Create(ctx, *ask) })
	}
	return cmd
}

func restoreCommand(do *runFunc, on timing) *cobra.Command {
	var ask headless.PointOptions
	cmd := newPointCommand(do, on, &ask, (*headless.Runner).Restore, &cobra.Command{
		Use:   "restore",
		Short: "Restore a server from a backup or a snapshot",
		Long: "Restore a server from one of its backups or snapshots. It overwrites the server's whole disk and cannot be undone, so " +
			"the server's exact name and --yes are wanted. Without --yes it says what would be lost, and exits with 6.",
		Example: "vpsdeck restore --snapshot 801 --server web-server-01 --yes --wait",
	})
	cmd.Flags().StringVar(&ask.Server, "server", "", "the exact name of the server that is overwritten; its ID if the name cannot be typed")
	return cmd
}

func deleteCommand(do *runFunc, on timing) *cobra.Command {
	var ask headless.PointOptions
	cmd := newPointCommand(do, on, &ask, (*headless.Runner).Delete, &cobra.Command{
		Use:   "delete",
		Short: "Delete a backup or a snapshot",
		Long: "Delete a backup or a snapshot, for good. Without --yes it says what would go, and exits with 6. The last usable restore " +
			"point of a server, or its last usable backup, is only deleted with --last-point too.",
		Example: "vpsdeck delete --backup 499 --yes",
	})
	cmd.Flags().StringVar(&ask.Server, "server", "", "the exact name of its server, or its ID if the name cannot be typed; wanted where the config has confirm = \"strict\"")
	cmd.Flags().BoolVar(&ask.LastPoint, "last-point", false, "allow deleting the server's last restore point or last backup")
	return cmd
}

// pointFunc does something with one restore point.
type pointFunc func(*headless.Runner, context.Context, headless.PointOptions) error

// newPointCommand completes a command about one restore point.
func newPointCommand(do *runFunc, on timing, ask *headless.PointOptions, act pointFunc, cmd *cobra.Command) *cobra.Command {
	var backup, snapshot string
	flags := cmd.Flags()
	flags.StringVar(&backup, "backup", "", "the backup's ID")
	flags.StringVar(&snapshot, "snapshot", "", "the snapshot's ID")
	flags.BoolVar(&ask.Yes, "yes", false, "it is meant")
	follow, common := followFlags(cmd), commonFlags(cmd)
	registerCompletion(cmd, "backup", completePoints(common, on, model.Backup))
	registerCompletion(cmd, "snapshot", completePoints(common, on, model.Snapshot))
	cmd.Args = cobra.NoArgs
	cmd.RunE = func(cmd *cobra.Command, _ []string) (err error) {
		if (backup == "") == (snapshot == "") {
			return withHelpHint(cmd, settings.Errorf(settings.ExitUsage, "%s what? name it by either --backup ID or --snapshot ID", cmd.Name()))
		}
		ask.Point = model.Key{Kind: model.Backup, ID: model.ID(backup)}
		if snapshot != "" {
			ask.Point = model.Key{Kind: model.Snapshot, ID: model.ID(snapshot)}
		}
		if ask.Follow, err = follow(); err != nil {
			return err
		}
		u := commandRun{cmd, common(), on, ask.Follow.Timeout}
		return setRun(do, u.runAction, func(ctx context.Context, r *headless.Runner) error { return act(r, ctx, *ask) })
	}
	return cmd
}
