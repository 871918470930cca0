package widget

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"vpsdeck/ui/style"
)

func TestTimelineTerminatesForAnyTimes(t *testing.T) {
	now := time.Date(2025, 1, 16, 15, 45, 0, 0, time.UTC)
	for name, span := range map[string][2]time.Time{
		"a week":                {now.Add(-7 * 24 * time.Hour), now},
		"from the year 1":       {{}, now},
		"to the year 9999":      {now, time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)},
		"from a time after now": {now.Add(time.Hour), now},
		"the longest span":      {{}, time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)},
	} {
		scale, line := Timeline{From: span[0], Now: span[1]}.View(style.New(true), 60)
		if !strings.Contains(scale, "now") || !strings.Contains(line, "┤") {
			t.Errorf("%s: %q, %q", name, scale, line)
		}
	}
}

func TestTimelineBracketsTheGapOnItsScale(t *testing.T) {
	now := time.Date(2025, 1, 16, 12, 0, 0, 0, time.UTC)
	ago := func(hours int) time.Time { return now.Add(-time.Duration(hours) * time.Hour) }
	for name, c := range map[string]struct {
		from, to int // hours ago
		width    int
		want     string
	}{
		"in the middle":          {60, 30, 42, "├─ 1 d 6 h ─┤"},
		"no room for its length": {60, 52, 42, "├──┤"},
		"up to now":              {40, 0, 42, "├─ 1 d 16 h ─┤ now"},
		"narrower than its sign": {60, 59, 42, ""},
	} {
		tl := Timeline{From: ago(100), Now: now, GapFrom: ago(c.from), GapTo: ago(c.to)}
		scale, _ := tl.View(style.New(true), c.width)
		scale = ansi.Strip(scale)
		if Width(scale) != c.width || !strings.HasSuffix(scale, "now") || !strings.Contains(scale, c.want) ||
			c.want == "" && strings.ContainsAny(scale, "├┤") {
			t.Errorf("%s: %q, want %q in it", name, scale, c.want)
		}
	}
}
