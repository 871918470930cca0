package headless

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"vpsdeck/internal/report"
	"vpsdeck/model"
	"vpsdeck/ui/command"
)

// ReportOptions are the options of Report.
type ReportOptions struct {
	Format  string        // one of ReportFormats
	Since   time.Duration // length of the period; rounded up to whole days
	File    string        // written whole or not at all; "": standard output
	Program string        // the program's name and version, for the report
}

// reportWriters are the forms of a report.
var reportWriters = map[string]func(*report.Report, io.Writer) error{
	"html": (*report.Report).WriteHTML, "md": (*report.Report).WriteMarkdown, "csv": (*report.Report).WriteCSV,
}

// ReportFormats lists the forms of a report, the usual one first.
func ReportFormats() []string { return []string{"html", "md", "csv"} }

// DefaultReportPeriod is the period of a report if nothing else is asked for.
const DefaultReportPeriod = "30d"

// Validate checks the options. Its error is a settings.Error with ExitUsage.
func (o ReportOptions) Validate() error {
	const longest = report.MaxDays * 24 * time.Hour
	switch {
	case !slices.Contains(ReportFormats(), o.Format):
		return usageError("--format cannot be %q; valid: %s", model.Clean(o.Format),
			strings.Join(ReportFormats(), ", "))
	case slices.Contains(ReportFormats(), o.File):
		return usageError("--output names a file: write -o %s for the format, or ./%s for a file of that name", o.File,
			o.File)
	case o.Since <= 0 || o.Since > longest:
		return usageError("--since cannot be %s: write a period up to %dd, such as 30d", model.FormatDuration(o.Since),
			report.MaxDays)
	}
	return nil
}

// days returns the period in days, rounded up.
func (o ReportOptions) days() int { return int((o.Since + 24*time.Hour - 1) / (24 * time.Hour)) }

// Report writes a report on the account. If a list is incomplete the report says so, and is written;
// the error says it too. If a list cannot be read at all, nothing is written.
func (r *Runner) Report(ctx context.Context, opts ReportOptions) error {
	if err := opts.Validate(); err != nil {
		return err
	}
	if err := r.load(ctx); err != nil {
		return err
	}
	in := report.Input{
		State: r.state, Policies: r.opts.Policies, History: r.reportHistory(), Days: opts.days(),
		Host: r.opts.Client.Host(), Profile: r.opts.Profile, Program: opts.Program,
	}
	if account, err := r.opts.Client.Account(ctx); err == nil { // it is only a name: the report can go without it
		in.Account = account.Label()
	}
	if doubt := r.checkClocks(); doubt != "" {
		in.Doubts = []string{"A clock is wrong: " + model.Clean(doubt) + ". Coverage is assessed by the later time."}
	}
	var text bytes.Buffer
	if err := reportWriters[opts.Format](report.New(in), &text); err != nil {
		return err
	}
	return r.withIncomplete(r.writeWhole(opts.File, text.Bytes()))
}

// reportHistory reads the journal for a report. It writes nothing to it.
func (r *Runner) reportHistory() report.History {
	load := r.session.LoadHistory()
	if load == nil {
		return report.History{Problem: "there is no journal on this machine"}
	}
	msg := load().(command.HistoryLoadedMsg)
	return report.History{Records: msg.Latest, Unreadable: msg.Unreadable, Problem: model.ErrorMessage(msg.Err)}
}
