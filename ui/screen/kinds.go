package screen

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/ui/dialog"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// kindFact compares backups and snapshots in one respect.
type kindFact struct{ about, backup, snapshot string }

// kindFacts are the comparison of the provider's documentation.
var kindFacts = []kindFact{
	{"Purpose", "long-term protection, regular and automatic", "quick recovery, short-term rollback"},
	{"Best for", "disaster recovery, compliance", "before risky work"},
	{"Speed", "varies, slower than a snapshot", "create 3–10 minutes, restore 5–15"},
	{"Storage", "separate storage", "the same infrastructure as the server"},
	{"Limits", "10 manual ones per server", "5 per server"},
	{"Kept", "automatic ones 7–30 days, manual ones do not expire by themselves", "no expiry is given"},
}

// kindPractices are the practices that the provider's documentation recommends.
var kindPractices = []string{
	"Take a snapshot before a major update.",
	"Take snapshots while you test a configuration.",
	"Use both: snapshots for rollback, backups for disasters.",
	"Delete old snapshots afterwards.",
	"Stop the server first where consistency counts.",
}

// ShowKinds opens a sheet about which kind of restore point is for what.
func (a Actions) ShowKinds() tea.Cmd {
	return a.env.OpenDialog(dialog.NewSheet("Backup or snapshot?", kindLines, *a.env.Keys, a.env.Styles,
		a.env.Keys.Dialog.Kinds))
}

// The widths of the comparison, in cells.
const (
	kindLabelWidth = 10
	minKindColumns = 64 // from which the kinds stand side by side
)

func kindLines(s *style.Styles, width int) []string {
	out := wrapStyled(s.Muted, "As the provider's documentation says.", width)
	out = append(out, "")
	if width >= minKindColumns {
		out = append(out, kindTable(s, width)...)
	} else {
		out = append(out, kindLists(s, width)...)
	}
	out = append(out, "", style.Render(s.Strong, "Recommended"))
	for _, practice := range kindPractices {
		for i, l := range widget.Wrap(practice, width-2) {
			out = append(out, style.Render(s.Muted, []string{style.Dot, " "}[min(i, 1)])+" "+style.Render(s.Text, l))
		}
	}
	return out
}

// kindTable draws the kinds side by side.
func kindTable(s *style.Styles, width int) []string {
	column := min((width-kindLabelWidth-2)/2, 40)
	row := func(label, backup, snapshot string) string {
		return style.Render(s.Muted, widget.Fit(label, kindLabelWidth, false)) +
			style.Render(s.Text, widget.Fit(backup, column+2, false)) + style.Render(s.Text, snapshot)
	}
	out := []string{strings.Repeat(" ", kindLabelWidth) +
		style.Render(s.Strong, widget.Fit("Backup", column+2, false)+"Snapshot")}
	for _, f := range kindFacts {
		left, right := widget.Wrap(f.backup, column), widget.Wrap(f.snapshot, column)
		label := f.about
		for len(left) > 0 || len(right) > 0 {
			out = append(out, row(label, first(&left), first(&right)))
			label = ""
		}
	}
	return out
}

// first removes and returns the first line, or "".
func first(lines *[]string) string {
	if len(*lines) == 0 {
		return ""
	}
	l := (*lines)[0]
	*lines = (*lines)[1:]
	return l
}

// kindLists draws the kinds one below the other.
func kindLists(s *style.Styles, width int) []string {
	var out []string
	for i, title := range []string{"Backup", "Snapshot"} {
		if i > 0 {
			out = append(out, "")
		}
		out = append(out, style.Render(s.Strong, title))
		for _, f := range kindFacts {
			text := f.backup
			if i == 1 {
				text = f.snapshot
			}
			label := f.about
			for _, l := range widget.Wrap(text, max(width-kindLabelWidth, 8)) {
				label = widget.Fit(label, kindLabelWidth, false)
				out = append(out, style.Render(s.Muted, label)+style.Render(s.Text, l))
				label = ""
			}
		}
	}
	return out
}

func wrapStyled(st style.Style, text string, width int) []string {
	var out []string
	for _, l := range widget.Wrap(text, width) {
		out = append(out, style.Render(st, l))
	}
	return out
}
