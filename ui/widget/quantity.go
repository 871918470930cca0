package widget

import (
	"fmt"
	"time"

	"vpsdeck/model"
	"vpsdeck/ui/style"
)

// Duration words a length of time by its two largest units; see [model.Lasting].
func Duration(d time.Duration) string { return model.Lasting(d) }

// Between words a range of time in whole units, rounded outwards: "3–10 m", "40–70 s", "6 m".
func Between(from, to time.Duration) string {
	unit, name := time.Minute, "m"
	switch {
	case to < 2*time.Minute:
		unit, name = time.Second, "s"
	case to >= 10*time.Hour:
		unit, name = time.Hour, "h"
	}
	low, high := int64(from/unit), int64((to+unit-1)/unit)
	if low == high {
		return fmt.Sprintf("%d %s", high, name)
	}
	return fmt.Sprintf("%d%s%d %s", low, style.Dash, high, name)
}

// Roughly words a length of time by its largest unit alone: "45 s", "2 m", "5 h", "9 d", "2 y".
func Roughly(d time.Duration) string {
	s := int64(max(d, 0) / time.Second)
	switch {
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 3600:
		return fmt.Sprintf("%d m", s/60)
	case s < 86400:
		return fmt.Sprintf("%d h", s/3600)
	}
	if days := s / 86400; days < 2*365 {
		return fmt.Sprintf("%d d", days)
	}
	return fmt.Sprintf("%d y", s/86400/365)
}

// Step is how finely ages of less than a minute are told: each change of one is bytes on the line, every second, for nobody's good.
const Step = 10 * time.Second

// Ago words how long something lies back: "5 h ago", "just now" for less than a Step, and "-" where the time is not known.
func Ago(at, now time.Time) string {
	if at.IsZero() {
		return "-"
	}
	age := now.Sub(at)
	switch {
	case age < Step:
		return "just now"
	case age < time.Minute:
		age = age.Truncate(Step)
	}
	return Roughly(age) + " ago"
}

// Until words how far something lies ahead: "in 25 d", "overdue" once it has passed.
func Until(at, now time.Time) string {
	if now.After(at) {
		return "overdue"
	}
	return "in " + Roughly(at.Sub(now))
}

// Size words an amount of data given in MB, in units of 1024: "512 MB", "4.4 GB", "128 GB", "1.2 TB"; "-" while it is not
// known. It takes at most 7 cells up to 9999 TB.
func Size(mb int64) string {
	switch {
	case mb <= 0:
		return "-"
	case mb < 1024:
		return fmt.Sprintf("%d MB", mb)
	case mb < 1024*1024:
		return inUnits(float64(mb)/1024, "GB")
	}
	return inUnits(float64(mb)/1024/1024, "TB")
}

// inUnits leaves the decimal out where it means little and would not fit in a column.
func inUnits(n float64, unit string) string {
	if n < 99.95 {
		return fmt.Sprintf("%.1f %s", n, unit)
	}
	return fmt.Sprintf("%.0f %s", n, unit)
}

// Stamp is a time in full, in UTC: "15 Jan 2025 18:30 UTC".
func Stamp(at time.Time) string {
	if at.IsZero() {
		return "not known"
	}
	return at.UTC().Format("2 Jan 2006 15:04 UTC")
}
