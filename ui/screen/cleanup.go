package screen

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/model/retention"
	"vpsdeck/ui/dialog"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// CleanUp opens the form for a cleanup, which deletes what the retention rules do not keep. A
// preview must be confirmed first.
//
// It waits for the lists if they are those of the last run: other points may be there by now, and the
// rules would keep others.
func (a Actions) CleanUp() tea.Cmd {
	return a.whenKnown(cleanupTitles, func() string { return a.missingLists(false) }, a.cleanUp)
}

// usualRules are the rules that the form begins with if the config has none.
var usualRules = retention.Rules{Last: 3, Daily: 7, Weekly: 4}

// The choices of the form.
const (
	rulesOfConfig = "config"
	rulesTyped    = "typed"

	includeRules     = "rules"
	includeManual    = "manual"
	includeSnapshots = "snapshots"
	includeBackups   = "backups"
	includeAll       = "all"
)

func (a Actions) cleanUp() tea.Cmd {
	why := a.listError()
	if why == "" {
		why = a.env.bulkProblem()
	}
	if why == "" && a.env.State.UsesCache() { // a list failed
		why = "the lists are still those of the last run, because they cannot be read now"
	}
	if why != "" {
		return a.refuse(cleanupTitles, why, "")
	}
	rules := usualRules
	include := []dialog.Choice{
		{Value: includeManual, Label: "manual backups and snapshots"},
		{Value: includeSnapshots, Label: "snapshots"},
		{Value: includeBackups, Label: "manual backups"},
		{Value: includeAll, Label: "everything, including automatic backups"},
	}
	var fields []dialog.Field
	if config := a.env.Retention; len(config) > 0 {
		if !config[0].Rules.IsZero() {
			rules = config[0].Rules
		}
		fields = append(fields, dialog.Field{Key: "rules", Title: "Rules", Choices: []dialog.Choice{
			{Value: rulesOfConfig, Label: "of the config (" + model.Pluralize(len(config), "rule") + ")"},
			{Value: rulesTyped, Label: "as written here"},
		}})
		include = append([]dialog.Choice{{Value: includeRules, Label: "what the rules cover"}}, include...)
	}
	return a.openForm(dialog.FormOptions{
		Title: "Clean up old restore points",
		Intro: []dialog.IntroLine{{Text: "A preview comes first. What coverage needs and what is protected always " +
			"stays."}},
		SubmitLabel: "preview",
		Fields: append(fields,
			dialog.Field{Key: "keep", Title: "Keep (last, hourly, daily, weekly, monthly, yearly, within)",
				Value: rules.Words(), Replace: true, Limit: 200,
				Check: func(text string) error { _, err := retention.ParseRules(text); return err }},
			dialog.Field{Key: "servers", Title: "Servers (globs; empty = all)", Limit: 200, Check: a.checkServers},
			dialog.Field{Key: "kinds", Title: "Include", Choices: include}),
		OnSubmit: func(v dialog.Values) tea.Cmd { return a.previewCleanup(a.parseCleanup(v)) },
	})
}

func (a Actions) checkServers(text string) error {
	policy := retention.Policy{Servers: strings.Fields(text)}
	if problems := policy.Unmatched(a.env.State.Servers.Value); len(problems) > 0 {
		return problems[0]
	}
	return nil
}

// cleanup is what the form asks for.
type cleanup struct {
	policies []retention.Policy
	servers  []string // IDs, or globs for names; empty: all
}

// parseCleanup reads the form, which has checked its values. What the config protects stays
// protected from typed rules too.
func (a Actions) parseCleanup(v dialog.Values) cleanup {
	policies := slices.Clone(a.env.Retention)
	if v["rules"] != rulesOfConfig {
		typed := retention.Policy{}
		typed.Rules, _ = retention.ParseRules(v["keep"])
		for _, p := range policies {
			typed.Protect = append(typed.Protect, p.Protect...)
		}
		policies = []retention.Policy{typed}
	}
	switch v["kinds"] {
	case includeSnapshots:
		policies = retention.OnlyKind(policies, model.Snapshot)
	case includeBackups:
		policies = retention.OnlyKind(policies, model.Backup)
	}
	if v["kinds"] != includeRules {
		for i := range policies {
			policies[i].Automatic = v["kinds"] == includeAll
		}
	}
	return cleanup{policies: policies, servers: strings.Fields(v["servers"])}
}

// input returns what a plan for the cleanup is made from now.
func (a Actions) input(c cleanup) retention.Input {
	return retention.Input{
		Servers: a.env.State.Servers.Value, Points: a.env.State.AllPoints(), Now: a.env.State.Now,
		Coverage: a.env.Policies,
		Retain:   c.policies,
		Selected: func(s model.ServerRef) bool {
			return len(c.servers) == 0 || slices.ContainsFunc(c.servers,
				func(asked string) bool { return retention.MatchesServer(asked, s) })
		},
	}
}

// previewCleanup asks for confirmation. It shows what stays and what goes, day by day and point by
// point, and why.
func (a Actions) previewCleanup(c cleanup) tea.Cmd {
	plan := retention.New(a.input(c))
	removals := plan.Removals()
	if len(removals) == 0 {
		why := "the rules keep every restore point"
		if len(plan.Decisions) == 0 {
			why = "there is no restore point that the rules cover"
		}
		return a.refuse(cleanupTitles, why, "")
	}
	shown, losing := a.remainingAfter(removals), plan.Losing()
	lines, minor := a.planLines(plan)
	options := a.deleteManyOptions(removals, "Clean up")
	options.Question = fmt.Sprintf("Delete %d of %s of %s?", plan.Removed,
		model.Pluralize(len(losing.Decisions), "restore point"), model.Pluralize(len(shown), "server"))
	options.Picture = func(s *style.Styles, width, rows int) []string { return calendarLines(s, losing, width, rows) }
	options.List, options.Minor = lines, func(i int) bool { return minor[i] }
	options.Details = append([]dialog.Detail{{Label: "Frees", Value: freedText(plan.FreedMB, plan.UnknownSizes)}},
		a.coverageDetails(removals, model.ServerRef.SentenceName)...)
	options.OnConfirm = func(bool) tea.Cmd { // skips what has changed since the preview
		if a.env.bulkProblem() != "" {
			return a.cleanUp() // says so
		}
		left := plan.Recheck(a.input(c))
		if len(left) == 0 {
			return a.refuse(cleanupTitles, "the restore points have changed since the preview: none can go now", "")
		}
		return a.env.StartAll(deleteRequests(left, shown), changedPoints(removals, left))
	}
	return a.openConfirm(options)
}

// changedPoints names the points of a preview that are not among those which can still go.
func changedPoints(shown, left []model.Point) []string {
	var changed []string
	for _, p := range shown {
		if !slices.ContainsFunc(left, func(q model.Point) bool { return q.Key() == p.Key() }) {
			changed = append(changed, fmt.Sprintf("%s #%s of %s (changed since the preview)", p.Kind, p.ID,
				p.Server.SentenceName()))
		}
	}
	return changed
}

// planLines returns a line for each server and each of its points, and which of them stay. Servers
// that lose nothing come last. What goes comes first, in the order in which it is deleted.
func (a Actions) planLines(plan retention.Plan) (lines []string, minor []bool) {
	type line struct {
		text  string
		minor bool
	}
	var losing, others []line
	for _, mine := range byServer(plan.Decisions) {
		goes, stays := splitDecisions(mine)
		into := &losing
		if len(goes) == 0 {
			into = &others
		}
		*into = append(*into, line{fmt.Sprintf("%s: delete %d, keep %d", mine[0].Point.Server.SentenceName(),
			len(goes), len(stays)), len(goes) == 0})
		for _, d := range goes {
			*into = append(*into, line{"  delete " + a.decisionText(d), false})
		}
		for _, d := range stays {
			*into = append(*into, line{"  keep   " + a.decisionText(d), true})
		}
	}
	for _, l := range append(losing, others...) {
		lines, minor = append(lines, l.text), append(minor, l.minor)
	}
	return lines, minor
}

// byServer splits decisions into those of each server, which stand together.
func byServer(all []retention.Decision) [][]retention.Decision {
	var out [][]retention.Decision
	for i := range all {
		if i == 0 || all[i].Point.Server.ID != all[i-1].Point.Server.ID {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], all[i])
	}
	return out
}

// splitDecisions splits what goes, oldest first, from what stays, newest first.
func splitDecisions(all []retention.Decision) (goes, stays []retention.Decision) {
	for _, d := range all {
		if d.Remove {
			goes = append(goes, d)
		} else {
			stays = append(stays, d)
		}
	}
	newestFirst := func(a, b retention.Decision) int { return b.Point.CreatedAt.Compare(a.Point.CreatedAt) }
	slices.SortStableFunc(stays, newestFirst)
	slices.SortStableFunc(goes, func(a, b retention.Decision) int { return newestFirst(b, a) })
	return goes, stays
}

// decisionText describes a point and why it stays or goes. What matters less comes last, where
// space may be short. Of a point that goes, the words that somebody gave it matter most: they may
// say that it must stay.
func (a Actions) decisionText(d retention.Decision) string {
	p := &d.Point
	reason, words := []string{d.Why, widget.SizeOf(p)}, []string{p.Name, p.Description}
	parts := []string{fmt.Sprintf("%s #%s", p.Kind, p.ID), widget.CreatedAgo(p, a.env.State.Now)}
	if d.Remove {
		parts = slices.Concat(parts, words, reason)
	} else {
		parts = slices.Concat(parts, reason, words)
	}
	parts = slices.DeleteFunc(parts, func(part string) bool { return part == "" })
	return strings.Join(parts, " "+style.Dot+" ")
}

// freedText describes the freed space, and the number of points of unknown size.
func freedText(mb int64, unknown int) string {
	if unknown > 0 {
		return fmt.Sprintf("%s, and %d of unknown size", widget.Size(mb), unknown)
	}
	return widget.Size(mb)
}
