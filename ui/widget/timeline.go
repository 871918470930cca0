package widget

import (
	"strings"
	"time"

	"charm.land/lipgloss/v2"

	"vpsdeck/ui/style"
)

// TimelineMark is an event at a point in time.
type TimelineMark struct {
	At       time.Time
	Glyph    string // one cell
	Style    lipgloss.Style
	Priority int // of two marks in one cell, the higher is drawn
}

// Timeline draws marks to scale, from the oldest to now, which is at the right end.
type Timeline struct {
	From, Now time.Time
	Marks     []TimelineMark
}

// View draws two lines of the given width: a scale of ages, and the marks.
func (t Timeline) View(s *style.Styles, width int) (scale, line string) {
	span := max(t.Now.Sub(t.From), time.Hour)
	column := func(at time.Time) int {
		part := float64(at.Sub(t.From)) / float64(span)
		return min(max(int(part*float64(width-2)), 0), width-2)
	}
	cells := make([]TimelineMark, width)
	for _, m := range t.Marks {
		if c := &cells[column(m.At)]; c.Glyph == "" || m.Priority >= c.Priority {
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
		b.WriteString(s.Faint.Render(strings.Repeat("─", rest)) + m.Style.Render(m.Glyph))
		rest = 0
	}
	b.WriteString(s.Faint.Render(strings.Repeat("─", rest)) + s.Muted.Render("┤"))
	return t.scale(s, width, span, column), b.String()
}

// scaleSteps are the distances between two labels of the scale.
var scaleSteps = []time.Duration{
	time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, day, 2 * day, 5 * day, 10 * day, 20 * day, 30 * day,
	60 * day,
	90 * day, 180 * day, 365 * day, 5 * 365 * day,
}

const day = 24 * time.Hour

// scale labels the line with as few labels as are needed to read it.
func (t Timeline) scale(s *style.Styles, width int, span time.Duration, column func(time.Time) int) string {
	const now = "now"
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
	for back := step; back > 0 && back <= span; back += step { // for the longest span, one more step overflows
		put(column(t.Now.Add(-back)), ShortDuration(back))
	}
	return s.Muted.Render(string(text))
}
