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

// CheckOptions are the options of a check. Requirements that are not nil override the policies.
type CheckOptions struct {
	Server    *string // an ID, a name or a glob; nil: all
	Backups   RequirementOptions
	Snapshots RequirementOptions
	Format    Format
	Nagios    bool    // one line and the exit codes of a monitoring plugin
	Explain   *string // in place of Server: say which policy applies to each one, and why
}

// RequirementOptions override the policies' requirements for one kind.
type RequirementOptions struct {
	MaxAge *time.Duration // of the newest usable restore point; 0: any
	Min    *int           // minimum of usable restore points
}

// override returns the requirement with the options applied.
func (o RequirementOptions) override(w model.Requirement) model.Requirement {
	if o.MaxAge != nil {
		w.MaxAge = *o.MaxAge
	}
	if o.Min != nil {
		w.Min = *o.Min
	}
	return w
}

// The exit codes of a monitoring plugin, for CheckOptions.Nagios.
const (
	pluginWarning  settings.ExitCode = 1
	pluginCritical settings.ExitCode = 2
	pluginUnknown  settings.ExitCode = 3
)

// policy returns the policy for the server.
func (o CheckOptions) policy(s model.Server, policies model.Policies) model.Policy {
	p := policies.For(s)
	return model.Policy{Backups: o.Backups.override(p.Backups), Snapshots: o.Snapshots.override(p.Snapshots)}
}

// validate checks the options. Its error is a settings.Error with ExitUsage.
func (o CheckOptions) validate() error {
	if o.Nagios && !o.Format.isTable() {
		return usageError("--nagios and --output cannot be combined: a plugin prints one line")
	}
	if o.Explain != nil && (o.Server != nil || !o.Format.isTable() || o.Nagios ||
		o.Backups != RequirementOptions{} || o.Snapshots != RequirementOptions{}) {
		return usageError("--explain cannot be combined with --server, --output, --nagios or requirements: it " +
			"explains the config in words")
	}
	rule := model.PolicyRule{Policy: o.policy(model.Server{}, nil)}
	for _, p := range (model.Policies{rule}).Check() {
		_, why, _ := strings.Cut(p.Message, ": ") // without the rule's number, which means nothing here
		return usageError("%s", why)
	}
	return nil
}

// coverageReport is the result of a check, in its JSON form.
type coverageReport struct {
	Met        bool             `json:"met"`
	Error      string           `json:"error,omitempty"` // why nothing could be checked
	Servers    int              `json:"servers"`
	Wrong      int              `json:"wrong"`
	Warnings   int              `json:"warnings"`
	Results    []serverCoverage `json:"results"`
	clockDoubt string           // why the clock is in doubt, or ""
}

// serverCoverage is the coverage of one server.
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
	Automatic       bool      `json:"automatic_required"`
	Reasons         []string  `json:"reasons"`
	health          model.Health
}

// Check assesses each server by its policy and writes the result. Its error has ExitCoverage if a
// policy is not met. If nothing can be checked it returns another error, which
// [CheckOptions.ReportUnchecked] prints in place of the result.
func (r *Runner) Check(ctx context.Context, opts CheckOptions) error {
	if err := opts.validate(); err != nil {
		return err
	}
	servers, err := r.serversToCheck(ctx, opts)
	if err != nil {
		return err
	}
	if r.incomplete != nil { // the missing part may be what is not covered
		return r.incomplete
	}
	doubt := r.checkClocks()
	for _, p := range r.opts.Policies.Unmatched(r.state.Servers.Value) {
		r.notef("warning: %s", p.Message)
	}
	if opts.Explain != nil {
		return r.explain(servers)
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

// explain prints for each server which policy applies to it, why, and what it has.
func (r *Runner) explain(servers []model.Server) error {
	var out strings.Builder
	for _, s := range servers {
		a := model.Assess(s, r.state.PointsOf(s.ID), r.opts.Policies.For(s), r.state.Now)
		fmt.Fprintf(&out, "%s #%s: %s\n", s.Ref().SentenceName(), s.ID, a.Health)
		for _, line := range r.opts.Policies.Explain(s) {
			fmt.Fprintf(&out, "  %s\n", model.Clean(line))
		}
		for _, reason := range a.Reasons {
			fmt.Fprintf(&out, "  %s: %s\n", reason.Health, model.Clean(reason.Message))
		}
	}
	_, err := io.WriteString(r.opts.Out, out.String())
	return outputError(err)
}

// serversToCheck returns the servers to check. No servers is an error, because then nothing is
// covered.
func (r *Runner) serversToCheck(ctx context.Context, opts CheckOptions) ([]model.Server, error) {
	asked, flag := opts.Server, "--server"
	if opts.Explain != nil {
		asked, flag = opts.Explain, "--explain"
	}
	if asked != nil && strings.TrimSpace(*asked) == "" {
		return nil, uncheckedError(flag + " is empty: name a server, or leave it out to check all")
	}
	servers, err := r.loadServers(ctx, asked)
	if err == nil && len(servers) == 0 {
		err = uncheckedError("this account has no servers, so there is nothing to check")
	}
	return servers, err
}

// uncheckedError is the error of a check that cannot be made.
func uncheckedError(message string) error {
	return settings.Errorf(settings.ExitUnchecked, "%s", message)
}

// ReportUnchecked also prints to the output why a check could not be made, and turns its error into
// one with ExitUnchecked. It leaves the results of a check and usage errors unchanged, and those of
// a plugin to [ReportPluginError].
func (o CheckOptions) ReportUnchecked(w io.Writer, err error) error {
	message := model.ErrorMessage(err)
	if message == "" || o.Nagios || settings.CodeOf(err) == settings.ExitUsage {
		return err
	}
	switch {
	case o.Format.name == JSON.name:
		_ = writeJSON(w, coverageReport{Error: message, Results: []serverCoverage{}})
	case o.Format.isTable():
		_, _ = io.WriteString(w, unknownLine(message))
	}
	return uncheckedError(message)
}

// ReportPluginError reports any error of a monitoring plugin as UNKNOWN: one line on the output and
// exit code 3. It leaves the result of a check unchanged.
func ReportPluginError(w io.Writer, err error) error {
	message := model.ErrorMessage(err)
	if message == "" {
		return err
	}
	_, _ = io.WriteString(w, unknownLine(message))
	return settings.Errorf(pluginUnknown, "%s", message)
}

func unknownLine(message string) string {
	return "COVERAGE UNKNOWN: " + escapePipes(strings.ReplaceAll(message, "\n", " ")) + "\n"
}

// escapePipes replaces “|”, after which monitoring expects performance data.
func escapePipes(text string) string { return strings.ReplaceAll(text, "|", "¦") }

// checkClocks warns if the clocks disagree, and returns the reason, or "". It then uses the later
// clock, by which restore points are older, so that a wrong clock makes nothing look covered.
func (r *Runner) checkClocks() string {
	doubt := command.ClockDoubt(r.opts.Client)
	if doubt == "" {
		return ""
	}
	r.notef("warning: %s; coverage is checked by the later time: correct the wrong clock", doubt)
	if r.state.Local.After(r.state.Now) {
		r.state.Now = r.state.Local
	}
	return doubt
}

// assess returns the coverage of the servers, worst first.
func (r *Runner) assess(servers []model.Server, opts CheckOptions) coverageReport {
	assessments := make([]model.Assessment, len(servers))
	for i, s := range servers {
		assessments[i] = model.Assess(s, r.state.PointsOf(s.ID), opts.policy(s, r.opts.Policies), r.state.Now)
	}
	slices.SortFunc(assessments, model.WorstFirst)
	found := coverageReport{Servers: len(servers), Results: []serverCoverage{}}
	for _, a := range assessments {
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
		BackupMaxAge:   int64(a.Policy.Backups.MaxAge / time.Second),
		SnapshotMaxAge: int64(a.Policy.Snapshots.MaxAge / time.Second),
		MinBackups:     a.Policy.Backups.Need(), MinSnapshots: a.Policy.Snapshots.Need(),
		Automatic: a.Policy.Automatic, Reasons: []string{},
		health: a.Health,
	}
	for _, reason := range a.Reasons {
		c.Reasons = append(c.Reasons, reason.Message)
	}
	return c
}

// needingAttention returns the servers that are not fine.
func (c coverageReport) needingAttention() []serverCoverage {
	return slices.DeleteFunc(slices.Clone(c.Results), func(s serverCoverage) bool { return s.health == model.Fine })
}

func (c coverageReport) write(w io.Writer, opts CheckOptions) error {
	switch {
	case opts.Format.name == JSON.name:
		return outputError(writeJSON(w, c))
	case !opts.Format.isTable():
		return writeRows(w, opts.Format, c.Results, serverCoverageColumns)
	}
	text := c.summary()
	trouble := c.needingAttention()
	switch {
	case opts.Nagios && len(trouble) > 0:
		text += "; " + describeWorst(trouble)
	case len(trouble) > 0:
		table := renderTable(trouble, serverCoverageColumns, opts.Format.noHeaders)
		_, err := io.WriteString(w, text+c.perfData()+escapePipes(table))
		return outputError(err)
	}
	_, err := io.WriteString(w, text+c.perfData())
	return outputError(err)
}

// summary returns the result in one line.
func (c coverageReport) summary() string {
	word := "OK"
	if c.hasWarnings() {
		word = "WARNING"
	}
	text := fmt.Sprintf("COVERAGE %s: %d of %d covered", word, c.Servers, c.Servers)
	if !c.Met {
		text = fmt.Sprintf("COVERAGE CRITICAL: %d of %d not covered (%s)", c.Wrong, c.Servers,
			c.countByHealth(model.None, model.TooFew))
	}
	if c.Warnings > 0 {
		text += "; warnings: " + c.countByHealth(model.Expiring, model.BackupsFull)
	}
	if c.clockDoubt != "" { // in the first line, because monitoring reads no other
		text += "; " + escapePipes(c.clockDoubt)
	}
	return text
}

// hasWarnings reports whether there are warnings about covered servers or about the clock.
func (c coverageReport) hasWarnings() bool { return c.Warnings > 0 || c.clockDoubt != "" }

// perfData returns the numbers that monitoring records, after the “|” at the end of the first line.
func (c coverageReport) perfData() string {
	return fmt.Sprintf(" | servers=%d wrong=%d warnings=%d\n", c.Servers, c.Wrong, c.Warnings)
}

// describeWorst names the first few servers that need attention.
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

// countByHealth returns how many servers are in each state from worst to best.
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
	{field: "backup_max_age_seconds",
		value: func(s serverCoverage) string { return strconv.FormatInt(s.BackupMaxAge, 10) }},
	{field: "snapshot_max_age_seconds",
		value: func(s serverCoverage) string { return strconv.FormatInt(s.SnapshotMaxAge, 10) }},
	{field: "min_backups", value: func(s serverCoverage) string { return strconv.Itoa(s.MinBackups) }},
	{field: "min_snapshots", value: func(s serverCoverage) string { return strconv.Itoa(s.MinSnapshots) }},
	{field: "automatic_required", value: func(s serverCoverage) string { return strconv.FormatBool(s.Automatic) }},
	{title: "WHY", field: "reasons", value: func(s serverCoverage) string { return strings.Join(s.Reasons, "; ") }},
}
