package api

import (
	"testing"
	"time"
)

func TestUnusualTimesAreParsedOrReportedUnreadable(t *testing.T) {
	want := time.Date(2025, 1, 15, 18, 30, 0, 0, time.UTC)
	for _, raw := range []string{
		`"2025-01-15T18:30:00Z"`, `"2025-01-15T18:30:00+00:00"`, `"2025-01-15T18:30:00-00:00"`,
		`"2025-01-16T00:00:00+05:30"`,
		`"2025-01-15T18:30:00+0000"`, `"2025-01-15T19:30:00+0100"`, `"2025-01-15T19:30:00+01"`,
		`"2025-01-15 18:30:00"`, `"2025-01-15 18:30:00Z"`, `"2025-01-15 18:30:00+00:00"`, `"2025-01-15 18:30:00 +0000"`,
		`"2025-01-15t18:30:00z"`, `"2025-01-15T18:30Z"`, `"2025-01-15T18:30"`, `"2025-01-15 18:30"`,
		`"2025-01-15T18:30+0000"`,
		`" 2025-01-15T18:30:00Z "`, `"2025-01-15T18:30:00.000Z"`, `"2025-01-15T18:30:00.000000+0000"`,
		`"Wed, 15 Jan 2025 18:30:00 GMT"`,
		`1736965800`, `1736965800.0`, `"1736965800"`, `1736965800000`, `"1736965800000"`, `1.7369658e9`,
	} {
		if got, ok := parseTime(rawField(raw)); !ok || !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("%s is %s, %v", raw, got, ok)
		}
	}
	for raw, want := range map[string]time.Time{
		`"2025-01-15"`:                  time.Date(2025, 1, 15, 0, 0, 0, 0, time.UTC),
		`"2025-01-15T18:30:00.123456Z"`: time.Date(2025, 1, 15, 18, 30, 0, 123456000, time.UTC),
		`"2016-12-31T23:59:60Z"`:        time.Date(2017, 1, 1, 0, 0, 0, 0, time.UTC),
		`"9999-12-31T23:59:59Z"`:        time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC),
		`"2025-03-30T02:30:00+01:00"`:   time.Date(2025, 3, 30, 1, 30, 0, 0, time.UTC),
		`null`:                          {},
		``:                              {},
		`""`:                            {},
		`"  "`:                          {},
		`"0001-01-01T00:00:00Z"`:        {}, // the zero time of some programs
	} {
		if got, ok := parseTime(rawField(raw)); !ok || !got.Equal(want) {
			t.Errorf("%s is %s, %v, want %s", raw, got, ok, want)
		}
	}
	for _, raw := range []string{
		`"yesterday"`, `"2025-13-45T99:99:99Z"`, `"15.01.2025 18:30"`, `"20250115"`, `"2025-02-30T00:00:00Z"`, `0`,
		`"0"`, `-1`, `1e300`,
		`true`, `{}`, `[]`, `{"at": 1}`, `"T"`, `"NaN"`,
	} {
		if got, ok := parseTime(rawField(raw)); ok || !got.IsZero() {
			t.Errorf("%s is %s", raw, got)
		}
	}
}
