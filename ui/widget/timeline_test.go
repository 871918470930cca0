package widget

import (
	"strings"
	"testing"
	"time"

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
