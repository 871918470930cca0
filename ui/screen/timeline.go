package screen

import (
	"slices"
	"strings"
	"time"

	"vpsdeck/model"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// timelineOf returns the timeline of points of known age. The current one, if any, has the focus
// colour.
func timelineOf(s *style.Styles, points []*model.Point, current *model.Point, now time.Time) widget.Timeline {
	t := widget.Timeline{From: now, Now: now}
	for _, point := range points {
		glyph, st := kindSign(s, point)
		if _, known := point.Age(now); !known {
			continue
		}
		mark := widget.TimelineMark{At: point.CreatedAt, Glyph: glyph, Style: st}
		if point.Status.Failed() {
			mark.Glyph, mark.Style = style.Failed, s.Bad
		}
		if current != nil && point.Key() == current.Key() {
			mark.Style, mark.Priority = s.AccentStrong.Reverse(), 1
		}
		t.Marks = append(t.Marks, mark)
		if point.CreatedAt.Before(t.From) {
			t.From = point.CreatedAt
		}
	}
	return t
}

// kindSign returns the glyph and the style of a point's kind. The hue has no other meaning.
func kindSign(s *style.Styles, p *model.Point) (string, style.Style) {
	switch {
	case p.Kind == model.Snapshot:
		return style.Snapshot, s.Snapshot
	case p.Type == model.Manual:
		return style.Manual, s.Text
	}
	return style.Automatic, s.Text
}

// addPolicyTicks marks the greatest ages that the policy allows, where they are on the timeline. A
// point in the same cell hides the tick.
func addPolicyTicks(t *widget.Timeline, s *style.Styles, policy model.Policy) {
	for _, kind := range []model.Kind{model.Backup, model.Snapshot} {
		at := t.Now.Add(-policy.ForKind(kind).MaxAge)
		if at.Before(t.Now) && at.After(t.From) {
			t.Marks = append(t.Marks, widget.TimelineMark{At: at, Glyph: style.Tick, Style: s.Muted, Priority: -1})
		}
	}
}

// timelineLegend explains the signs that the timeline has. tick is the word for the policy's ticks.
func timelineLegend(s *style.Styles, t widget.Timeline, tick string) string {
	var parts []string
	add := func(glyph string, st style.Style, text string) {
		if slices.ContainsFunc(t.Marks, func(m widget.TimelineMark) bool { return m.Glyph == glyph }) {
			parts = append(parts, style.Render(st, glyph)+style.Render(s.Muted, " "+text))
		}
	}
	add(style.Automatic, s.Text, "automatic")
	add(style.Manual, s.Text, "manual")
	add(style.Snapshot, s.Snapshot, "snapshot")
	add(style.Failed, s.Bad, "failed")
	add(style.Tick, s.Muted, tick)
	return strings.Join(parts, "  ")
}

// policyAges returns the greatest ages that a policy allows: "1 d 2 h", "1 d 2 h, 7 d".
func policyAges(policy model.Policy) string {
	var ages []string
	for _, kind := range []model.Kind{model.Backup, model.Snapshot} {
		if limit := policy.ForKind(kind).MaxAge; limit > 0 {
			ages = append(ages, widget.FormatDuration(limit))
		}
	}
	return strings.Join(ages, ", ")
}

// longestGap returns the longest period between two usable points, or between the newest and now.
func longestGap(points []*model.Point, now time.Time) (from, to time.Time, ok bool) {
	usable := make([]*model.Point, 0, len(points))
	for _, p := range points {
		if _, known := p.Age(now); known && p.Usable(now) {
			usable = append(usable, p)
		}
	}
	slices.SortFunc(usable, model.NewestFirst)
	later := now
	for _, p := range usable {
		if to.IsZero() || later.Sub(p.CreatedAt) > to.Sub(from) {
			from, to = p.CreatedAt, later
		}
		later = p.CreatedAt
	}
	return from, to, len(usable) > 0
}
