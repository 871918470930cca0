package widget

import (
	"fmt"
	"time"

	"vpsdeck/model"
	"vpsdeck/ui/style"
)

// FormatDuration formats a duration by its two largest units; see [model.FormatDuration].
func FormatDuration(d time.Duration) string { return model.FormatDuration(d) }

// FormatRange formats a range of durations in whole units, rounded outwards: "3–10 m", "40–70 s",
// "6 m".
func FormatRange(from, to time.Duration) string {
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

// ShortDuration formats a duration by its largest unit only: "45 s", "2 m", "5 h", "9 d", "2 y".
func ShortDuration(d time.Duration) string {
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

// AgeStep is the step in which ages of less than a minute are shown. Finer steps would redraw the
// line every second for no benefit.
const AgeStep = 10 * time.Second

// Age formats an age for a column: like [ShortDuration], but in steps of [AgeStep] below a minute.
func Age(d time.Duration) string {
	if d < time.Minute {
		d = d.Truncate(AgeStep)
	}
	return ShortDuration(d)
}

// Ago formats how long ago a time was: "5 h ago", or "just now" for less than AgeStep. It is "in
// future" for a time further ahead than [model.MaxClockDrift], and "-" if the time is not known.
func Ago(at, now time.Time) string {
	if at.IsZero() {
		return "-"
	}
	age := now.Sub(at)
	switch {
	case age < -model.MaxClockDrift:
		return "in future"
	case age < AgeStep:
		return "just now"
	case age < time.Minute:
		age = age.Truncate(AgeStep)
	}
	return ShortDuration(age) + " ago"
}

// oddDate is shown in a column for a time from the API that cannot be parsed.
const oddDate = "odd date"

// CreatedAgo formats for a column how long ago a restore point was created: like [Ago], or "odd
// date" for a time that cannot be parsed.
func CreatedAgo(p *model.Point, now time.Time) string {
	if p.CreatedUnreadable {
		return oddDate
	}
	return Ago(p.CreatedAt, now)
}

// ExpiresIn formats for a column when a restore point expires: "in 25 d", "expired", or "odd date"
// for a time that cannot be parsed. Without a time a manual backup never expires [D]; for other
// points the expiry is unknown: "none stated".
func ExpiresIn(p *model.Point, now time.Time) string {
	switch {
	case p.ExpiresUnreadable:
		return oddDate
	case !p.ExpiresAt.IsZero():
		return Until(p.ExpiresAt, now)
	case p.Kind == model.Backup && p.Type == model.Manual:
		return "never"
	}
	return "none stated"
}

// Until formats how long until a time: "in 25 d", or "expired" once it has passed.
func Until(at, now time.Time) string {
	if now.After(at) {
		return "expired"
	}
	return "in " + ShortDuration(at.Sub(now))
}

// Size formats an amount of data given in MB, in units of 1024: "0 MB", "512 MB", "4.4 GB", "128
// GB", "1.2 TB". It takes at most 7 cells up to 9999 TB.
func Size(mb int64) string {
	switch {
	case mb < 1024:
		return fmt.Sprintf("%d MB", max(mb, 0))
	case mb < 1024*1024:
		return formatUnits(float64(mb)/1024, "GB")
	}
	return formatUnits(float64(mb)/1024/1024, "TB")
}

// SizeOf formats the size of a restore point, or "-" if it is not known.
func SizeOf(p *model.Point) string {
	if mb, known := p.Size(); known {
		return Size(mb)
	}
	return "-"
}

// formatUnits omits the decimal of large numbers, where it means little and would not fit in a
// column.
func formatUnits(n float64, unit string) string {
	if n < 99.95 {
		return fmt.Sprintf("%.1f %s", n, unit)
	}
	return fmt.Sprintf("%.0f %s", n, unit)
}

// FormatTime formats a time in full, in UTC: "15 Jan 2025 18:30 UTC".
func FormatTime(at time.Time) string {
	if at.IsZero() {
		return "not known"
	}
	return at.UTC().Format("2 Jan 2006 15:04 UTC")
}

// CreatedTime formats the creation time of a restore point in full: like [FormatTime], or
// "unreadable time".
func CreatedTime(p *model.Point) string {
	if p.CreatedUnreadable {
		return "unreadable time"
	}
	return FormatTime(p.CreatedAt)
}

// ShortTime formats a time in UTC, for a column that says so: "15 Jan 18:30", with the year if it
// is not the current one. It is "-" if the time is not known.
func ShortTime(at, now time.Time) string {
	at, now = at.UTC(), now.UTC()
	switch {
	case at.IsZero():
		return "-"
	case at.Year() != now.Year():
		return at.Format("2 Jan 2006 15:04")
	}
	return at.Format("2 Jan 15:04")
}
