package cli

import (
	"context"

	"github.com/spf13/cobra"

	"vpsdeck/internal/headless"
)

func metricsCommand(do *runFunc, tm timing) *cobra.Command {
	var opts headless.MetricsOptions
	cmd := &cobra.Command{
		Use:   "metrics",
		Short: "Print the account's metrics for Prometheus",
		Long: paragraphs(`
			Print the metrics of the account in Prometheus's text format: the newest backup and snapshot of each
			server, usable restore points, coverage, quotas and operations. With --output the file is replaced whole
			or not at all, for the textfile collector of the node exporter.`),
		Example: lines(`
			# in a crontab, every five minutes
			vpsdeck metrics --output /var/lib/prometheus/node-exporter/vpsdeck.prom`),
		Args: cobra.NoArgs,
	}
	cmd.Flags().StringVar(&opts.File, "output", "", "write to this FILE in place of standard output")
	common := commonFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		run := commandRun{cmd: cmd, flags: common(), timing: tm}
		*do = func(ctx context.Context) error {
			return run.runReadOnly(ctx, func(ctx context.Context, r *headless.Runner) error {
				return r.Metrics(ctx,
					opts)
			})
		}
		return nil
	}
	return cmd
}
