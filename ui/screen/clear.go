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

// Clear opens the form for clearing up: what is older than so long goes, but of each server so many stay. Nothing goes
// without the preview that comes next.
func (d Deeds) Clear() tea.Cmd { return d.once(aClearing, d.clear) }

func (d Deeds) clear() tea.Cmd {
	if why := d.unread(); why != "" {
		return d.refuse(aClearing, why, "")
	}
	return d.open(dialog.FormAsk{
		Title: "Clear up old restore points",
		Intro: []dialog.Intro{{Text: "A preview comes first. The newest usable point and the newest usable backup of a server always stay."}},
		Enter: "preview",
		Fields: []dialog.Field{
			{Key: "older", Title: "Older than", Value: "30d", Limit: 20, Check: func(text string) error { _, err := model.ParseAge(text); return err }},
			{Key: "keep", Title: "Keep of each server at least", Value: "3", Limit: 3, Check: checkCount},
			{Key: "servers", Title: "Servers (names, * for any; empty: all)", Limit: 200, Check: d.checkServers},
			{Key: "kinds", Title: "Of which", Choices: []dialog.Choice{
				{Value: "manual", Says: "manual backups and snapshots"},
				{Value: "snapshots", Says: "snapshots"},
				{Value: "backups", Says: "manual backups"},
				{Value: "all", Says: "everything, automatic backups too"},
			}},
		},
		Then: func(v dialog.Values) tea.Cmd { return d.preview(clearRule(v)) },
	})
}

func checkCount(text string) error {
	if n, err := strconv.Atoi(text); err != nil || n < 0 || n > 100 {
		return errors.New("a whole number, 0 to 100")
	}
	return nil
}

func (d Deeds) checkServers(text string) error {
	rule := model.ClearRule{Servers: strings.Fields(text)}
	if problems := rule.Unmatched(d.env.State.Servers.Value); len(problems) > 0 {
		return problems[0]
	}
	return nil
}

func clearRule(v dialog.Values) model.ClearRule {
	rule := model.ClearRule{Servers: strings.Fields(v["servers"])}
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

// preview names every item that goes, what each server keeps, and the space freed, and asks.
func (d Deeds) preview(rule model.ClearRule) tea.Cmd {
	plan := rule.Plan(d.allPoints(), d.env.State.Now)
	if len(plan.Items) == 0 {
		return d.refuse(aClearing, "no restore point is older than "+widget.Duration(rule.OlderThan)+" and not kept", "")
	}
	var lines []string
	at := 0
	for _, kept := range plan.Kept {
		lines = append(lines, fmt.Sprintf("%s loses %d, keeps %d, the newest %s", kept.Server.Said(), kept.Going, kept.Points,
			widget.Made(&kept.Newest, d.env.State.Now)))
		for range kept.Going {
			p := plan.Items[at]
			at++
			lines = append(lines, "  "+d.listed(p))
		}
	}
	ask := d.askDeleteMany(plan.Items, "Clear up")
	ask.List = lines
	ask.Facts = []dialog.Fact{{Label: "frees", Value: freed(plan.FreedMB, plan.UnknownSizes)}}
	ask.Then = func(bool) tea.Cmd { // what has changed since the preview stays
		return d.env.StartMany(d.deletes(plan.Still(d.allPoints()).Items))
	}
	return d.question(ask)
}

// freed words how much space goes, and how many points of unknown size come on top.
func freed(mb int64, unknown int) string {
	if unknown > 0 {
		return fmt.Sprintf("%s, and %d of unknown size", widget.Size(mb), unknown)
	}
	return widget.Size(mb)
}
