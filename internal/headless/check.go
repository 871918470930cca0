package headless

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"vpsdeck/internal/settings"
	"vpsdeck/model"
	"vpsdeck/ui/command"
)

// CheckOptions is what coverage is judged by. What is not nil overrides the policies.
type CheckOptions struct {
	Server    *string // an ID, a name or a glob; nil: all
	Backups   RequirementOptions
	Snapshots RequirementOptions
	Format    Format
	Nagios    bool // one line and the exit codes of a monitoring plugin
}

// RequirementOptions is what is asked of one kind, in the place of what the policies say.
type RequirementOptions struct {
	MaxAge *time.Duration // of the newest usable one; 0: any
	Min    *int           // how many usable ones
}

// override is what is wanted once the ask has overridden it.
func (o RequirementOptions) override(w model.Requirement) model.Requirement {
	if o.MaxAge != nil {
		w.MaxAge = *o.MaxAge
	}
	if o.Min != nil {
		w.Min = *o.Min
	}
	return w
}

// The exit codes of a monitoring plugin, for CheckAsk.Nagios.
const (
	pluginWarning  settings.ExitCode = 1
	pluginCritical settings.ExitCode = 2
	pluginUnknown  settings.ExitCode = 3
)

// policy is what the server is judged by.
func (o CheckOptions) policy(s model.Server, policies model.Policies) model.Policy {
	p := policies.For(s)
	return model.Policy{Backups: o.Backups.override(p.Backups), Snapshots: o.Snapshots.override(p.Snapshots)}
}

// validate tells what is impossible in the ask. It is a Fault with ExitUsage.
func (o CheckOptions) validate() error {
	if o.Nagios && o.Format != Table {
		return usageError("--nagios and --output exclude each other: a plugin prints one line")
	}
	rule := model.PolicyRule{Policy: o.policy(model.Server{}, nil)}
	for _, p := range (model.Policies{rule}).Check() {
		_, why, _ := strings.Cut(p.Message, ": ") // after the rule's number, which is nobody's here
		return usageError("%s", why)
	}
	return nil
}

// coverageReport is what a check finds, as JSON writes it.
type coverageReport struct {
	Met        bool             `json:"met"`
	Error      string           `json:"error,omitempty"` // why nothing could be judged
	Servers    int              `json:"servers"`
	Wrong      int              `json:"wrong"`
	Warnings   int              `json:"warnings"`
	Results    []serverCoverage `json:"results"`
	clockDoubt string           // about the clock that it was judged by, or ""
}

// serverCoverage is how one server stands.
type serverCoverage struct {
	ServerID        model.ID  `json:"server_id"`
	Server          string    `json:"server"`
	Met             bool      `json:"met"`
	Health          string    `json:"health"`
	NewestBackup    timestamp `json:"newest_backup_at"`
	NewestSnapshot  timestamp `json:"newest_snapshot_at"`
	UsableBackups   int       `json:"usable_backups"`
	UsableSnapshots int       `json:"usable_snapshots"`
	BackupMaxAge    int64     `json:"backup_max_age_seconds"`
	SnapshotMaxAge  int64     `json:"snapshot_max_age_seconds"`
	MinBackups      int       `json:"min_backups"`
	MinSnapshots    int       `json:"min_snapshots"`
	Reasons         []string  `json:"reasons"`
	health          model.Health
}

// Check judges each server by its policy, writes what it found, and ends with ExitCoverage where one is not met. Where
// nothing can be judged the error is another one, which [CheckAsk.ReportUnchecked] puts in the place of the result.
func (r *Runner) Check(ctx context.Context, opts CheckOptions) error {
	if err := opts.validate(); err != nil {
		return err
	}
	servers, err := r.serversToCheck(ctx, opts)
	if err != nil {
		return err
	}
	if r.incomplete != nil { // what is missing may be what is not covered
		return r.incomplete
	}
	doubt := r.checkClocks()
	for _, p := range r.opts.Policies.Unmatched(r.state.Servers.Value) {
		r.notef("warning: %s", p.Message)
	}
	found := r.assess(servers, opts)
	found.clockDoubt = doubt
	if err := found.write(r.opts.Out, opts); err != nil {
		return err
	}
	switch {
	case opts.Nagios && !found.Met:
		return settings.SilentExit(pluginCritical)
	case opts.Nagios && found.hasWarnings():
		return settings.SilentExit(pluginWarning)
	case !found.Met:
		return settings.SilentExit(settings.ExitCoverage)
	}
	return nil
}

// serversToCheck finds the servers that are to be judged. That there are none is an error: nothing is covered then.
func (r *Runner) serversToCheck(ctx context.Context, opts CheckOptions) ([]model.Server, error) {
	asked := ""
	if opts.Server != nil {
		if asked = *opts.Server; strings.TrimSpace(asked) == "" {
			return nil, uncheckedError("--server is empty: name a server, or leave it out to check all")
		}
	}
	servers, err := r.loadServers(ctx, asked)
	if err == nil && len(servers) == 0 {
		err = uncheckedError("this account has no servers, so there is nothing to check")
	}
	return servers, err
}

// uncheckedError is a Fault for a check that cannot be made.
func uncheckedError(words string) error { return settings.Errorf(settings.ExitUnchecked, "%s", words) }

// ReportUnchecked says on the output, too, why a check could not be made, and turns its error into one with ExitUnchecked. A
// check that was made, and a command line that is wrong, are left as they are; so is a plugin's, for [Plugin].
func (o CheckOptions) ReportUnchecked(w io.Writer, err error) error {
	words := model.ErrorMessage(err)
	if words == "" || o.Nagios || settings.CodeOf(err) == settings.ExitUsage {
		return err
	}
	switch o.Format {
	case JSON:
		_ = writeJSON(w, coverageReport{Error: words, Results: []serverCoverage{}})
	case Table:
		_, _ = io.WriteString(w, unknownLine(words))
	}
	return uncheckedError(words)
}

// ReportPluginError ends a run as a monitoring plugin: an error of whatever kind becomes UNKNOWN, in one line on the output and with the
// exit code 3. What the check found is left as it is.
func ReportPluginError(w io.Writer, err error) error {
	words := model.ErrorMessage(err)
	if words == "" {
		return err
	}
	_, _ = io.WriteString(w, unknownLine(words))
	return settings.Errorf(pluginUnknown, "%s", words)
}

func unknownLine(words string) string {
	return "COVERAGE UNKNOWN: " + escapePipes(strings.ReplaceAll(words, "\n", " ")) + "\n"
}

// escapePipes is a text without “|”, behind which monitoring reads numbers.
func escapePipes(text string) string { return strings.ReplaceAll(text, "|", "¦") }

// checkClocks says that the clocks disagree. Then the later one holds, by which restore points are older: nothing is covered by a
// wrong clock. It returns what is doubted, or "".
func (r *Runner) checkClocks() string {
	doubt := command.ClockDoubt(r.opts.Client)
	if doubt == "" {
		return ""
	}
	r.notef("warning: %s; restore points are judged by the later time: set the clock that is wrong", doubt)
	if r.state.Local.After(r.state.Now) {
		r.state.Now = r.state.Local
	}
	return doubt
}

// assess sums up how the servers stand, worst first.
func (r *Runner) assess(servers []model.Server, opts CheckOptions) coverageReport {
	judged := make([]model.Assessment, len(servers))
	for i, s := range servers {
		judged[i] = model.Assess(s, r.state.PointsOf(s.ID), opts.policy(s, r.opts.Policies), r.state.Now)
	}
	slices.SortFunc(judged, model.WorstFirst)
	found := coverageReport{Servers: len(servers), Results: []serverCoverage{}}
	for _, a := range judged {
		switch {
		case !a.Health.Met():
			found.Wrong++
		case a.Health != model.Fine:
			found.Warnings++
		}
		found.Results = append(found.Results, newServerCoverage(a))
	}
	found.Met = found.Wrong == 0
	return found
}

func newServerCoverage(a model.Assessment) serverCoverage {
	backups, snapshots := a.Kinds[model.Backup], a.Kinds[model.Snapshot]
	c := serverCoverage{
		ServerID: a.Server.ID, Server: a.Server.Name, Met: a.Health.Met(), Health: a.Health.String(),
		NewestBackup: timestamp(backups.Newest), NewestSnapshot: timestamp(snapshots.Newest),
		UsableBackups: backups.Usable, UsableSnapshots: snapshots.Usable,
		BackupMaxAge: int64(a.Policy.Backups.MaxAge / time.Second), SnapshotMaxAge: int64(a.Policy.Snapshots.MaxAge / time.Second),
		MinBackups: a.Policy.Backups.Need(), MinSnapshots: a.Policy.Snapshots.Need(), Reasons: []string{}, health: a.Health,
	}
	for _, reason := range a.Reasons {
		c.Reasons = append(c.Reasons, reason.Message)
	}
	return c
}

// needingAttention are the servers of which something is to be said.
func (c coverageReport) needingAttention() []serverCoverage {
	return slices.DeleteFunc(slices.Clone(c.Results), func(s serverCoverage) bool { return s.health == model.Fine })
}

func (c coverageReport) write(w io.Writer, opts CheckOptions) error {
	switch opts.Format {
	case JSON:
		return outputError(writeJSON(w, c))
	case CSV:
		return writeRows(w, CSV, c.Results, serverCoverageColumns)
	}
	text := c.summary()
	trouble := c.needingAttention()
	switch {
	case opts.Nagios && len(trouble) > 0:
		text += "; " + describeWorst(trouble)
	case len(trouble) > 0:
		_, err := io.WriteString(w, text+c.perfData()+escapePipes(renderTable(trouble, serverCoverageColumns)))
		return outputError(err)
	}
	_, err := io.WriteString(w, text+c.perfData())
	return outputError(err)
}

// summary is the verdict, and what it is about, in one line.
func (c coverageReport) summary() string {
	word := "OK"
	if c.hasWarnings() {
		word = "WARNING"
	}
	text := fmt.Sprintf("COVERAGE %s: %d of %d covered", word, c.Servers, c.Servers)
	if !c.Met {
		text = fmt.Sprintf("COVERAGE CRITICAL: %d of %d not covered (%s)", c.Wrong, c.Servers, c.countByHealth(model.None, model.TooFew))
	}
	if c.Warnings > 0 {
		text += "; warnings: " + c.countByHealth(model.Expiring, model.BackupsFull)
	}
	if c.clockDoubt != "" { // monitoring reads the first line alone
		text += "; " + escapePipes(c.clockDoubt)
	}
	return text
}

// hasWarnings says whether something is to be said of servers that meet their policies, or of the clock.
func (c coverageReport) hasWarnings() bool { return c.Warnings > 0 || c.clockDoubt != "" }

// perfData are what monitoring records, behind the “|” at the end of the first line.
func (c coverageReport) perfData() string {
	return fmt.Sprintf(" | servers=%d wrong=%d warnings=%d\n", c.Servers, c.Wrong, c.Warnings)
}

// describeWorst names the first few servers of which something is to be said.
func describeWorst(trouble []serverCoverage) string {
	const most = 5
	var names []string
	for i, s := range trouble {
		if i == most {
			names = append(names, fmt.Sprintf("and %d more", len(trouble)-most))
			break
		}
		name := model.Clean(s.Server)
		if strings.TrimSpace(name) == "" {
			name = "#" + string(s.ServerID)
		}
		names = append(names, escapePipes(name)+" "+s.Health)
	}
	return strings.Join(names, ", ")
}

// countByHealth tells how many servers are in each of the states from the worst to the best.
func (c coverageReport) countByHealth(worst, best model.Health) string {
	var counts []string
	for health := worst; health >= best; health-- {
		n := 0
		for _, s := range c.Results {
			if s.health == health {
				n++
			}
		}
		if n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, health))
		}
	}
	return strings.Join(counts, ", ")
}

var serverCoverageColumns = []column[serverCoverage]{
	{title: "COVERAGE", field: "health", value: func(s serverCoverage) string { return s.Health }},
	{title: "ID", field: "server_id", value: func(s serverCoverage) string { return string(s.ServerID) }},
	{title: "SERVER", field: "server", value: func(s serverCoverage) string { return s.Server }},
	{field: "met", value: func(s serverCoverage) string { return strconv.FormatBool(s.Met) }},
	{field: "newest_backup_at", value: func(s serverCoverage) string { return s.NewestBackup.String() }},
	{field: "newest_snapshot_at", value: func(s serverCoverage) string { return s.NewestSnapshot.String() }},
	{field: "usable_backups", value: func(s serverCoverage) string { return strconv.Itoa(s.UsableBackups) }},
	{field: "usable_snapshots", value: func(s serverCoverage) string { return strconv.Itoa(s.UsableSnapshots) }},
	{field: "backup_max_age_seconds", value: func(s serverCoverage) string { return strconv.FormatInt(s.BackupMaxAge, 10) }},
	{field: "snapshot_max_age_seconds", value: func(s serverCoverage) string { return strconv.FormatInt(s.SnapshotMaxAge, 10) }},
	{field: "min_backups", value: func(s serverCoverage) string { return strconv.Itoa(s.MinBackups) }},
	{field: "min_snapshots", value: func(s serverCoverage) string { return strconv.Itoa(s.MinSnapshots) }},
	{title: "WHY", field: "reasons", value: func(s serverCoverage) string { return strings.Join(s.Reasons, "; ") }},
}
