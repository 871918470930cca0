package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"vpsdeck/internal/app"
	"vpsdeck/internal/headless"
	"vpsdeck/internal/settings"
	"vpsdeck/model"
)

func reportCommand(do *runFunc, tm timing) *cobra.Command {
	opts := headless.ReportOptions{Program: "vpsdeck " + app.ReadBuild().Version}
	var since string
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Write a report for an audit or a manager",
		Long: paragraphs(`
			Write a report on the account as one file that loads nothing: who can be brought back, who is below
			policy and for how long, what failed, what was restored and by whom, what expires, and the space by kind.
			Restores come from the journal of this machine. If a list is incomplete, the report says so, and the exit
			code is 1. With --output the file is replaced whole or not at all.`),
		Example: lines(`
			# a page for a browser
			vpsdeck report --output report.html
			# a quarter, for a wiki
			vpsdeck report -o md --since 90d`),
		Args: cobra.NoArgs,
	}
	flags := cmd.Flags()
	flags.StringVarP(&opts.Format, "format", "o", headless.ReportFormats()[0],
		"format: "+strings.Join(headless.ReportFormats(), ", "))
	flags.StringVar(&since, "since", headless.DefaultReportPeriod,
		"period that the report covers, up to today, such as 30d or 12w")
	flags.StringVar(&opts.File, "output", "", "write to this FILE in place of standard output")
	registerCompletion(cmd, "format", cobra.FixedCompletions(headless.ReportFormats(),
		cobra.ShellCompDirectiveNoFileComp))
	common := commonFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) (err error) {
		if opts.Since, err = model.ParseAge(since); err != nil {
			return withHelpHint(cmd, settings.Errorf(settings.ExitUsage, "--since: %s", err))
		}
		if err := opts.Validate(); err != nil {
			return withHelpHint(cmd, err)
		}
		run := commandRun{cmd: cmd, flags: common(), timing: tm}
		return setRun(do, run.runReadOnlyWithJournal,
			func(ctx context.Context, r *headless.Runner) error { return r.Report(ctx, opts) })
	}
	return cmd
}
