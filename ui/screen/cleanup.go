package screen

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/dialog"
	"vpsdeck/ui/widget"
)

// CleanUp opens the form for a cleanup, which deletes old points but keeps some per server. A
// preview must be confirmed first.
func (a Actions) CleanUp() tea.Cmd { return a.whenLoaded(cleanupTitles, a.cleanUp) }

func (a Actions) cleanUp() tea.Cmd {
	why := a.listError()
	if why == "" {
		why = a.env.bulkProblem()
	}
	if why != "" {
		return a.refuse(cleanupTitles, why, "")
	}
	return a.openForm(dialog.FormOptions{
		Title: "Clean up old restore points",
		Intro: []dialog.IntroLine{{Text: "A preview comes first. Each server always keeps its newest usable " +
			"point and its newest usable backup."}},
		SubmitLabel: "preview",
		Fields: []dialog.Field{
			{Key: "older", Title: "Older than", Value: "30d", Limit: 20,
				Check: func(text string) error { _, err := model.ParseAge(text); return err }},
			{Key: "keep", Title: "Keep at least, per server", Value: "3", Limit: 3, Check: checkCount},
			{Key: "servers", Title: "Servers (globs; empty = all)", Limit: 200, Check: a.checkServers},
			{Key: "kinds", Title: "Include", Choices: []dialog.Choice{
				{Value: "manual", Label: "manual backups and snapshots"},
				{Value: "snapshots", Label: "snapshots"},
				{Value: "backups", Label: "manual backups"},
				{Value: "all", Label: "everything, including automatic backups"},
			}},
		},
		OnSubmit: func(v dialog.Values) tea.Cmd { return a.previewCleanup(parseCleanupRule(v)) },
	})
}

func checkCount(text string) error {
	if n, err := strconv.Atoi(text); err != nil || n < 0 || n > 100 {
		return errors.New("a whole number, 0 to 100")
	}
	return nil
}

func (a Actions) checkServers(text string) error {
	rule := model.CleanupRule{Servers: strings.Fields(text)}
	if problems := rule.Unmatched(a.env.State.Servers.Value); len(problems) > 0 {
		return problems[0]
	}
	return nil
}

func parseCleanupRule(v dialog.Values) model.CleanupRule {
	rule := model.CleanupRule{Servers: strings.Fields(v["servers"])}
	rule.OlderThan, _ = model.ParseAge(v["older"]) // the form has checked both
	rule.KeepAtLeast, _ = strconv.Atoi(v["keep"])
	switch v["kinds"] {
	case "manual":
		rule.Types = []model.BackupType{model.Manual}
	case "snapshots":
		rule.Kinds = []model.Kind{model.Snapshot}
	case "backups":
		rule.Kinds, rule.Types = []model.Kind{model.Backup}, []model.BackupType{model.Manual}
	}
	return rule
}

// previewCleanup asks for confirmation. It lists every point to delete, what each server keeps, and
// the freed space.
func (a Actions) previewCleanup(rule model.CleanupRule) tea.Cmd {
	plan := rule.Plan(a.allPoints(), a.env.State.Now)
	if len(plan.Items) == 0 {
		return a.refuse(cleanupTitles,
			"no restore point is older than "+widget.FormatDuration(rule.OlderThan)+", apart from those to keep", "")
	}
	var lines []string
	at := 0
	for _, kept := range plan.Kept {
		lines = append(lines, fmt.Sprintf("%s: delete %d, keep %d (newest %s)", kept.Server.SentenceName(),
			kept.DeleteCount, kept.Points,
			widget.CreatedAgo(&kept.Newest, a.env.State.Now)))
		for range kept.DeleteCount {
			p := plan.Items[at]
			at++
			lines = append(lines, "  "+a.pointSummary(p))
		}
	}
	shown := a.remainingAfter(plan.Items)
	options := a.deleteManyOptions(plan.Items, "Clean up")
	options.List = lines
	options.Details = append([]dialog.Detail{{Label: "Frees", Value: freedText(plan.FreedMB, plan.UnknownSizes)}},
		a.coverageDetails(plan.Items)...)
	options.OnConfirm = func(bool) tea.Cmd { // skips what has changed since the preview
		return a.env.StartAll(a.deleteRequests(plan.Recheck(a.allPoints()).Items, shown))
	}
	return a.openConfirm(options)
}

// freedText describes the freed space, and the number of points of unknown size.
func freedText(mb int64, unknown int) string {
	if unknown > 0 {
		return fmt.Sprintf("%s, and %d of unknown size", widget.Size(mb), unknown)
	}
	return widget.Size(mb)
}
