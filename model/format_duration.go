package model

import (
	"fmt"
	"time"
)

// FormatDuration formats a duration in its two largest units: "45 s", "2 m 10 s", "5 h 3 m", "5 d 3
// h". Seconds are omitted from an hour on. A negative duration is "0 s".
func FormatDuration(d time.Duration) string {
	s := int64(max(d, 0) / time.Second)
	switch {
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 3600:
		return formatTwoUnits(s/60, "m", s%60, "s")
	case s < 86400:
		return formatTwoUnits(s/3600, "h", s%3600/60, "m")
	}
	return formatTwoUnits(s/86400, "d", s%86400/3600, "h")
}

// untilTextChanges returns how long it takes until FormatDuration formats a growing duration
// differently.
func untilTextChanges(d time.Duration) time.Duration {
	unit := time.Hour
	switch {
	case d < time.Hour:
		unit = time.Second
	case d < 24*time.Hour:
		unit = time.Minute
	}
	return unit - max(d, 0)%unit
}

func formatTwoUnits(a int64, unitA string, b int64, unitB string) string {
	if b == 0 {
		return fmt.Sprintf("%d %s", a, unitA)
	}
	return fmt.Sprintf("%d %s %d %s", a, unitA, b, unitB)
}
