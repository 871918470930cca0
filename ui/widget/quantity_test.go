package widget

import (
	"testing"
	"time"

	"vpsdeck/model"
)

// oneDay is 24 hours.
const oneDay = 24 * time.Hour

func TestDurationsHaveTwoLargestUnits(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Hour:                              "0 s",
		0:                                       "0 s",
		999 * time.Millisecond:                  "0 s",
		time.Second:                             "1 s",
		59*time.Second + 999*time.Millisecond:   "59 s",
		time.Minute:                             "1 m",
		time.Minute + time.Second:               "1 m 1 s",
		2*time.Minute + 10*time.Second:          "2 m 10 s",
		time.Hour - time.Second:                 "59 m 59 s",
		time.Hour:                               "1 h",
		time.Hour + 59*time.Second:              "1 h",
		5*time.Hour + 3*time.Minute:             "5 h 3 m",
		oneDay - time.Second:                    "23 h 59 m",
		oneDay:                                  "1 d",
		5*oneDay + 3*time.Hour + 59*time.Minute: "5 d 3 h",
		1000 * oneDay:                           "1000 d",
	} {
		if got := FormatDuration(d); got != want {
			t.Errorf("%s is %q, want %q", d, got, want)
		}
	}
}

func TestAgesHaveOneUnit(t *testing.T) {
	now := time.Date(2025, 1, 16, 16, 0, 0, 0, time.UTC)
	for d, want := range map[time.Duration]string{
		-5 * time.Minute:         "just now", // the API's clock is behind
		-301 * time.Second:       "in future",
		-9999 * oneDay:           "in future",
		0:                        "just now",
		999 * time.Millisecond:   "just now",
		9999 * time.Millisecond:  "just now",
		10 * time.Second:         "10 s ago",
		19 * time.Second:         "10 s ago",
		59 * time.Second:         "50 s ago",
		time.Minute:              "1 m ago",
		time.Hour - time.Second:  "59 m ago",
		time.Hour:                "1 h ago",
		oneDay - time.Second:     "23 h ago",
		oneDay:                   "1 d ago",
		99*oneDay + 23*time.Hour: "99 d ago",
	} {
		if got := Ago(now.Add(-d), now); got != want {
			t.Errorf("%s ago is %q, want %q", d, got, want)
		}
	}
	if got := Ago(time.Time{}, now); got != "-" {
		t.Errorf("an unknown time is %q", got)
	}
}

func TestUntilIsExpiredOncePassed(t *testing.T) {
	now := time.Date(2025, 1, 16, 16, 0, 0, 0, time.UTC)
	for d, want := range map[time.Duration]string{
		-time.Nanosecond: "expired", -oneDay: "expired", 0: "in 0 s", 59 * time.Second: "in 59 s", time.Hour: "in 1 h",
		25*oneDay + time.Hour: "in 25 d",
	} {
		if got := Until(now.Add(d), now); got != want {
			t.Errorf("%s ahead is %q, want %q", d, got, want)
		}
	}
}

func TestSizesFitTheirColumn(t *testing.T) {
	const gb, tb = 1024, 1024 * 1024
	for mb, want := range map[int64]string{
		-1: "0 MB", 0: "0 MB", 1: "1 MB", 512: "512 MB", gb - 1: "1023 MB",
		gb: "1.0 GB", 4523: "4.4 GB", 10 * gb: "10.0 GB", 100*gb - 60: "99.9 GB", 100*gb - 1: "100 GB",
		100 * gb: "100 GB", 160 * gb: "160 GB",
		tb - gb: "1023 GB", tb: "1.0 TB", 99 * tb: "99.0 TB", 100 * tb: "100 TB", 9999 * tb: "9999 TB",
	} {
		got := Size(mb)
		if got != want || Width(got) > 7 {
			t.Errorf("%d MB is %q, want %q in at most 7 cells", mb, got, want)
		}
	}
}

func TestFormatTimeIsInUTC(t *testing.T) {
	berlin := time.FixedZone("CET", 3600)
	for at, want := range map[time.Time]string{
		time.Date(2025, 1, 15, 18, 30, 59, 0, time.UTC): "15 Jan 2025 18:30 UTC",
		time.Date(2025, 1, 1, 0, 30, 0, 0, berlin):      "31 Dec 2024 23:30 UTC",
		{}: "not known",
	} {
		if got := FormatTime(at); got != want {
			t.Errorf("%s is %q, want %q", at, got, want)
		}
	}
}

func TestUnknownTimeIsNeverShownAsDate(t *testing.T) {
	now := time.Date(2025, 1, 2, 3, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		point                   model.Point
		made, at, expires, size string
	}{
		"all known": {model.Point{CreatedAt: now.Add(-4 * time.Hour), ExpiresAt: now.Add(oneDay), SizeMB: 2048},
			"4 h ago", "1 Jan 2025 23:00 UTC", "in 1 d", "2.0 GB"},
		"nothing": {model.Point{}, "-", "not known", "none stated", "-"},
		"unreadable": {model.Point{CreatedUnreadable: true, ExpiresUnreadable: true}, "odd date", "unreadable time",
			"odd date", "-"},
		"in future": {model.Point{CreatedAt: now.AddDate(1, 0, 0)}, "in future", "2 Jan 2026 03:00 UTC",
			"none stated", "-"},
		"of no size": {model.Point{ZeroSize: true, Type: model.Manual}, "-", "not known", "never", "0 MB"},
		"has expired": {model.Point{CreatedAt: now.AddDate(0, 0, -3), ExpiresAt: now.Add(-1)}, "3 d ago",
			"30 Dec 2024 03:00 UTC", "expired", "-"},
	} {
		p := c.point
		if CreatedAgo(&p, now) != c.made || CreatedTime(&p) != c.at || ExpiresIn(&p, now) != c.expires ||
			SizeOf(&p) != c.size {
			t.Errorf("%s: %q, %q, %q, %q", name, CreatedAgo(&p, now), CreatedTime(&p), ExpiresIn(&p, now), SizeOf(&p))
		}
	}
}

func TestShortTimeShowsAnotherYear(t *testing.T) {
	now := time.Date(2025, 1, 2, 3, 0, 0, 0, time.UTC)
	for at, want := range map[time.Time]string{
		now.Add(-time.Hour):      "2 Jan 02:00",
		now.Add(-48 * time.Hour): "31 Dec 2024 03:00",
		now.AddDate(1, 0, 0):     "2 Jan 2026 03:00",
		time.Date(2025, 1, 1, 0, 30, 0, 0, time.FixedZone("CET", 3600)): "31 Dec 2024 23:30",
		{}: "-",
	} {
		if got := ShortTime(at, now); got != want {
			t.Errorf("%s is %q, want %q", at, got, want)
		}
	}
}
