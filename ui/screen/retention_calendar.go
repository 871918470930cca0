package screen

import (
	"fmt"
	"strings"
	"time"

	"vpsdeck/model"
	"vpsdeck/model/retention"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// The sizes of a calendar, in cells.
const (
	calendarRows     = 9 // the counts, the months, and the days of a week
	calendarLabel    = 3 // “Mo ”
	calendarCell     = 2 // a day and a space
	calendarGap      = 3 // between two calendars
	minCalendarWidth = 44
)

// calendarLines draws what a plan keeps and removes, day by day: a column is a week. Backups and
// snapshots stand side by side. With little room there is only a line of counts.
func calendarLines(s *style.Styles, plan retention.Plan, width, rows int) []string {
	var kinds []model.Kind
	for _, kind := range []model.Kind{model.Backup, model.Snapshot} {
		if total := plan.Calendar(kind, 1).Total; total != (retention.Day{}) {
			kinds = append(kinds, kind)
		}
	}
	if width < minCalendarWidth || rows < calendarRows {
		return countLines(s, plan, kinds, width, rows)
	}
	each := width
	if len(kinds) == 2 {
		each = (width - calendarGap) / 2
	}
	var blocks [][]string
	for _, kind := range kinds {
		c := plan.Calendar(kind, min(plan.Weeks(), (each-calendarLabel)/calendarCell))
		blocks = append(blocks, calendarBlock(s, kind, c, each, rows > calendarRows))
	}
	if len(blocks) == 1 {
		return blocks[0]
	}
	for len(blocks[0]) < len(blocks[1]) {
		blocks[0] = append(blocks[0], "")
	}
	var out []string
	for i, left := range blocks[0] {
		right := ""
		if i < len(blocks[1]) {
			right = blocks[1][i]
		}
		out = append(out, widget.Fit(left, each+calendarGap, false)+right)
	}
	return out
}

// calendarBlock draws the calendar of one kind. Points before it are counted below, if there is
// room.
func calendarBlock(s *style.Styles, kind model.Kind, c retention.Calendar, width int, note bool) []string {
	weeks := (len(c.Days) + 6) / 7
	out := []string{calendarTitle(s, kind, c, width), strings.Repeat(" ", calendarLabel) + monthLine(s, c.Start, weeks)}
	cells := planCells(s)
	for weekday := range 7 {
		var b strings.Builder
		b.WriteString(style.Render(s.Muted, []string{"Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"}[weekday]+" "))
		for i := weekday; i < len(c.Days); i += 7 {
			cell := cells[stateOf(c.Days[i])]
			b.WriteString(style.Render(cell.Style, cell.Glyph))
			b.WriteByte(' ')
		}
		out = append(out, strings.TrimRight(b.String(), " "))
	}
	if note && c.Older != (retention.Day{}) {
		out = append(out, style.Render(s.Muted, widget.Truncate("before: "+dayText(c.Older), width)))
	}
	return out
}

// The states of a day in a plan.
const (
	dayEmpty = iota
	dayKept
	dayRemoved
	dayMixed
)

func stateOf(d retention.Day) int {
	switch {
	case d.Kept > 0 && d.Removed > 0:
		return dayMixed
	case d.Removed > 0:
		return dayRemoved
	case d.Kept > 0:
		return dayKept
	}
	return dayEmpty
}

// planCells are the looks of a day, which differ in their signs and not only in colour.
func planCells(s *style.Styles) []widget.StripCell {
	return []widget.StripCell{
		dayEmpty:   {Glyph: style.Dot, Style: s.Faint},
		dayKept:    {Glyph: style.Full, Style: s.Fine},
		dayRemoved: {Glyph: style.Failed, Style: s.BadStrong},
		dayMixed:   {Glyph: style.Running, Style: s.Warning},
	}
}

// calendarTitle names the kind and counts what stays and goes. It is the legend too.
func calendarTitle(s *style.Styles, kind model.Kind, c retention.Calendar, width int) string {
	cells := planCells(s)
	mixed := false
	for _, d := range c.Days {
		mixed = mixed || stateOf(d) == dayMixed
	}
	part := func(state int, text string) string {
		return style.Render(cells[state].Style, cells[state].Glyph) + " " + style.Render(s.Text, text)
	}
	out := style.Render(s.Strong, kindTitle(kind)) + " " + part(dayKept, fmt.Sprintf("%d stay", c.Total.Kept)) + " " +
		part(dayRemoved, fmt.Sprintf("%d go", c.Total.Removed))
	if mixed {
		out += " " + part(dayMixed, "both")
	}
	return widget.Truncate(out, width)
}

func kindTitle(kind model.Kind) string {
	if kind == model.Snapshot {
		return "Snapshots"
	}
	return "Backups"
}

// monthLine names each month over its first week, if there is room for the name.
func monthLine(s *style.Styles, start time.Time, weeks int) string {
	line := []byte(strings.Repeat(" ", weeks*calendarCell))
	const name = 3 // letters
	free := 0
	for week := range weeks {
		monday := start.AddDate(0, 0, 7*week)
		at := week * calendarCell
		if first := monday.Day() <= 7 || week == 0; !first || at < free || at+name > len(line) {
			continue
		}
		if week == 0 && monday.AddDate(0, 0, 7).Day() <= 7 { // the next month is better named
			continue
		}
		copy(line[at:], monday.Format("Jan"))
		free = at + name + 1
	}
	return style.Render(s.Muted, strings.TrimRight(string(line), " "))
}

// countLines counts what stays and goes, a line for each kind if there is room, else in one.
func countLines(s *style.Styles, plan retention.Plan, kinds []model.Kind, width, rows int) []string {
	var lines []string
	var all retention.Day
	for _, kind := range kinds {
		total := plan.Calendar(kind, 1).Total
		all.Kept, all.Removed = all.Kept+total.Kept, all.Removed+total.Removed
		lines = append(lines, style.Render(s.Text, widget.Truncate(kindTitle(kind)+": "+dayText(total), width)))
	}
	if len(lines) > 1 && rows <= len(lines) {
		return []string{style.Render(s.Text, widget.Truncate(dayText(all), width))}
	}
	return lines
}

func dayText(d retention.Day) string { return fmt.Sprintf("%d stay, %d go", d.Kept, d.Removed) }
