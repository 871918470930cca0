package widget

import (
	"strings"
	"time"

	"vpsdeck/ui/style"
)

// TimelineMark is an event at a point in time.
type TimelineMark struct {
	At       time.Time
	Glyph    string // one cell
	Style    style.Style
	Priority int // of two marks in one cell, the higher is drawn
}

// Timeline draws marks to scale, from the oldest to now, which is at the right end.
type Timeline struct {
	From, Now      time.Time
	Marks          []TimelineMark
	GapFrom, GapTo time.Time // a period that the scale points out; zero: none
}

// View draws two lines of the given width: a scale of ages, and the marks.
func (t Timeline) View(s *style.Styles, width int) (scale, line string) {
	return t.scale(s, width), t.Line("─", s.Faint, s.Muted, width)
}

// Line draws the marks, up to the end, which is now. Between them is line, one cell wide.
func (t Timeline) Line(line string, track, end style.Style, width int) string {
	cells := make([]TimelineMark, width)
	for _, m := range t.Marks {
		if c := &cells[t.column(m.At, width)]; c.Glyph == "" || m.Priority >= c.Priority {
			*c = m
		}
	}
	var b strings.Builder
	rest := 0
	for _, m := range cells[:width-1] {
		if m.Glyph == "" {
			rest++
			continue
		}
		b.WriteString(style.Render(track, strings.Repeat(line, rest)) + style.Render(m.Style, m.Glyph))
		rest = 0
	}
	return b.String() + style.Render(track, strings.Repeat(line, rest)) + style.Render(end, "┤")
}

// span is the time between both ends.
func (t Timeline) span() time.Duration { return max(t.Now.Sub(t.From), time.Hour) }

// column is the cell of a time. The last cell is the end of the line.
func (t Timeline) column(at time.Time, width int) int {
	part := float64(at.Sub(t.From)) / float64(t.span())
	return min(max(int(part*float64(width-2)), 0), width-2)
}

// scaleSteps are the distances between two labels of the scale.
var scaleSteps = []time.Duration{
	time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, day, 2 * day, 5 * day, 10 * day, 20 * day, 30 * day,
	60 * day,
	90 * day, 180 * day, 365 * day, 5 * 365 * day,
}

const day = 24 * time.Hour

// scale labels the line with as few labels as are needed to read it, and the gap with its length.
func (t Timeline) scale(s *style.Styles, width int) string {
	const now = "now"
	span := t.span()
	step := scaleSteps[len(scaleSteps)-1]
	for _, candidate := range scaleSteps {
		if span/candidate < time.Duration(max(width/16, 2)) {
			step = candidate
			break
		}
	}
	text := []rune(strings.Repeat(" ", width))
	put := func(at int, label string) {
		if at >= 0 && at+len(label) <= len(text) &&
			strings.TrimSpace(string(text[max(at-1, 0):min(at+len(label)+1, len(text))])) == "" {
			copy(text[at:], []rune(label))
		}
	}
	put(width-len(now), now)
	t.bracketGap(text[:max(width-len(now)-1, 0)], width)
	for back := step; back > 0 && back <= span; back += step { // for the longest span, one more step overflows
		put(t.column(t.Now.Add(-back), width), ShortDuration(back))
	}
	return style.Render(s.Muted, string(text))
}

// bracketGap draws a bracket over the gap, with its length if that fits: "├── 1 d 15 h ──┤".
func (t Timeline) bracketGap(text []rune, width int) {
	from, to := t.column(t.GapFrom, width), min(t.column(t.GapTo, width), len(text)-1)
	if t.GapTo.IsZero() || to-from < 2 {
		return
	}
	text[from], text[to] = '├', '┤'
	for i := from + 1; i < to; i++ {
		text[i] = '─'
	}
	label := []rune(" " + FormatDuration(t.GapTo.Sub(t.GapFrom)) + " ")
	if at := from + (to-from+1-len(label))/2; at > from {
		copy(text[at:], label)
	}
}
