package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"vpsdeck/model"
)

// WriteMarkdown writes the report as Markdown with tables. Texts of the account stand in code spans,
// where they can be no link, no markup and no end of a cell. Long lists are cut, and counted.
func (r *Report) WriteMarkdown(w io.Writer) error {
	m := &markdown{Writer: bufio.NewWriter(w)}
	m.linef("# Backup report: %s\n", code(r.Name()))
	m.linef("- Period: %s", r.Period())
	m.linef("- Account read: %s", r.ReadText())
	m.linef("- From: %s", code(r.Source()))
	if len(r.Doubts) > 0 {
		heading := "This report may be wrong."
		if !r.Whole {
			heading = "This report is incomplete."
		}
		m.linef("\n> **%s**", heading)
		for _, doubt := range r.Doubts {
			m.linef(">\n> %s", span(doubt))
		}
	}
	m.linef("\n**%s**\n", r.Verdict())
	m.row("", "")
	m.row("---", "---:")
	for _, tile := range r.Tiles() {
		m.row(tile.Label, tile.Value)
	}
	m.attention(r)
	m.below(r)
	m.coverage(r)
	m.events("What failed", r.Failures, r.nothing("Nothing that is listed or in the journal."))
	m.events("What was restored, and by whom", r.Restores, r.noRestores())
	for _, note := range r.JournalNotes {
		m.linef("\n%s", note)
	}
	m.expiring(r)
	m.space(r)
	m.linef("\nAll times are UTC.%s", madeBy(r.Program))
	return m.Flush()
}

func madeBy(program string) string {
	if program == "" {
		return ""
	}
	return " Made by " + program + "."
}

// maxMarkdownRows is how many rows a table of the Markdown report has.
const maxMarkdownRows = 100

// markdown writes Markdown. Errors are kept, and returned by Flush.
type markdown struct{ *bufio.Writer }

func (m *markdown) linef(format string, args ...any) { _, _ = fmt.Fprintf(m, format+"\n", args...) }

func (m *markdown) row(cells ...string) { m.linef("| %s |", strings.Join(cells, " | ")) }

// table writes the head of a table. A column whose title begins with > aligns right.
func (m *markdown) table(titles ...string) {
	lines := make([]string, len(titles))
	for i := range titles {
		lines[i] = "---"
		if title, right := strings.CutPrefix(titles[i], ">"); right {
			titles[i], lines[i] = title, "---:"
		}
	}
	m.row(titles...)
	m.row(lines...)
}

// leftOut says how many rows a table does not have.
func (m *markdown) leftOut(all int) {
	if all > maxMarkdownRows {
		m.linef("\nAnd %s: the HTML and CSV reports have more.", model.Pluralize(all-maxMarkdownRows, "more row"))
	}
}

// nothing returns what an empty section says: that there is nothing, if that is known.
func (r *Report) nothing(text string) string {
	if r.Whole {
		return text
	}
	return "**Not known: the account was not read whole.**"
}

func (r *Report) noRestores() string {
	if r.JournalNotes == nil {
		return "**Not known: the journal was not read.**"
	}
	return "Nothing."
}

func (m *markdown) attention(r *Report) {
	m.linef("\n## Needs attention\n")
	if len(r.Attention) == 0 {
		m.linef("Nothing.")
	}
	for _, f := range r.Attention {
		text := f.Text
		if len(f.Names) > 0 {
			names := make([]string, len(f.Names))
			for i, name := range f.Names {
				names[i] = code(name)
			}
			text += ": " + strings.Join(names, ", ")
		}
		if f.More > 0 {
			text += fmt.Sprintf(" and %d more", f.More)
		}
		m.linef("- %s", text)
	}
}

func (m *markdown) below(r *Report) {
	m.linef("\n## Below policy\n")
	if len(r.Below) == 0 {
		m.linef("%s", r.nothing("Every server meets its policy."))
		return
	}
	m.table("server", "coverage", "for", "since", "why", "policy")
	for _, s := range firstOf(r.Below) {
		m.row(code(s.Name), s.State, s.Since.String(), shortTime(s.Since.At), codes(s.Reasons), s.Policy)
	}
	m.leftOut(len(r.Below))
	m.linef("\n“For” is by today's policy, and by the restore points that are still listed. “At most”: none " +
		"of them covers the server at any time, so it may have been like this since it was created.")
}

func (m *markdown) coverage(r *Report) {
	unit := r.CellName()
	m.linef("\n## Coverage, %s by %s\n", unit, unit)
	m.linef("One letter for each %s (UTC), today at the right: B backup, S snapshot only, F failed and no backup, "+
		". none. It is the best that can still be restored of that %s.\n", unit, unit)
	m.table("server", "coverage", "newest backup", strings.Join(r.Axis(), " – "))
	for _, s := range firstOf(r.Servers) {
		newest := shortTime(s.NewestBackup)
		if s.Backups == 0 {
			newest = "none"
		}
		m.row(code(s.Name), s.State, newest, code(s.Letters()))
	}
	m.leftOut(len(r.Servers))
}

func (m *markdown) events(title string, events []event, none string) {
	m.linef("\n## %s\n", title)
	if len(events) == 0 {
		m.linef("%s", none)
		return
	}
	m.table("when", "server", "what", "restore point", "outcome", "by")
	for _, e := range firstOf(events) {
		outcome := e.Outcome
		if e.Reason != "" {
			outcome += ": " + code(e.Reason)
		}
		by := code(e.By)
		if e.By == "" {
			by = "not known"
		}
		m.row(shortTime(e.At), code(e.Server), code(e.What), code(pointID(e.PointID)), outcome, by)
	}
	m.leftOut(len(events))
}

func (m *markdown) expiring(r *Report) {
	m.linef("\n## What expires\n")
	sure := ""
	if !r.Whole {
		sure = ", as far as was read"
	}
	m.linef("%d in the next 7 days, %d in the next 30 days%s.", r.ExpiringSoon, len(r.Expiring), sure)
	if len(r.Expiring) == 0 {
		return
	}
	m.linef("")
	m.table("server", "first expires", ">expire in 7 days", ">in 30 days", ">left now", ">in 7 days", ">in 30 days")
	for _, s := range firstOf(r.Losses) {
		m.row(code(s.Name), shortTime(s.First), fmt.Sprint(s.Soon), fmt.Sprint(s.Most), fmt.Sprint(s.Usable),
			fmt.Sprint(s.Left[0]), fmt.Sprint(s.Left[1]))
	}
	m.leftOut(len(r.Losses))
	m.linef("\nWhat is left if no new restore point is made. The CSV report lists each restore point that expires.")
}

func (m *markdown) space(r *Report) {
	m.linef("\n## Space by kind\n")
	m.table("kind", ">restore points", ">size")
	for _, s := range append(r.Space[:len(r.Space):len(r.Space)], r.Total) {
		size := s.Size()
		if s.Unknown > 0 {
			size += fmt.Sprintf(" and %d of unknown size", s.Unknown)
		}
		m.row(s.Name, fmt.Sprint(s.Points), size)
	}
}

func firstOf[T any](rows []T) []T { return rows[:min(len(rows), maxMarkdownRows)] }

func shortTime(at time.Time) string {
	if at.IsZero() {
		return "not known"
	}
	return at.UTC().Format("2006-01-02 15:04")
}

func pointID(id string) string {
	if id == "" {
		return ""
	}
	return "#" + id
}

// codes puts texts into code spans, each cut for itself.
func codes(texts []string) string {
	spans := make([]string, len(texts))
	for i, text := range texts {
		spans[i] = code(text)
	}
	return strings.Join(spans, "; ")
}

// code puts a name or a reason into a code span, and cuts it if it is too long to be one.
func code(text string) string { return span(shorten(text)) }

// span puts a clean text into a code span, with more backticks around it than are in it. A bar would
// end the cell of a table even there, so it becomes a broken one.
func span(text string) string {
	if strings.TrimSpace(text) == "" {
		return "–"
	}
	text = strings.ReplaceAll(text, "|", "¦")
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") {
		text = " " + text + " "
	}
	return fence + text + fence
}
