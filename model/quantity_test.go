package model

import (
	"strings"
	"testing"
	"time"
)

func TestParseAgeAndSize(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"90m": 90 * time.Minute, "36h": 36 * time.Hour, "7d": 7 * day, "2w": 14 * day, "3mo": 90 * day, "1y": 365 * day,
		"30s": 30 * time.Second, "0d": 0, "1.5H": 90 * time.Minute, "1d12h": 36 * time.Hour, "100y": longestAge,
	} {
		if got, err := ParseAge(text); err != nil || got != want {
			t.Errorf("%s: %v, %v; want %v", text, got, err, want)
		}
	}
	for text, want := range map[string]int64{
		"500MB": 500, "10GB": 10240, "1.5tb": 1572864, "1g": 1024, "0.5M": 1, "0MB": 0, "1000000TB": largestMB,
	} {
		if got, err := ParseSizeMB(text); err != nil || got != want {
			t.Errorf("%s: %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "d", "7", "-7d", "7 d", "7x", "7d7", "1..5d", ".d", "7d ", "١d",
		strings.Repeat("9", 400) + "d"} {
		if got, err := ParseAge(text); err == nil {
			t.Errorf("%q is read as %v", text, got)
		}
		if got, err := ParseSizeMB(strings.ReplaceAll(text, "d", "GB")); err == nil {
			t.Errorf("%q is read as %d MB", text, got)
		}
	}
}

func TestFormatDurationUsesTheTwoLargestUnits(t *testing.T) {
	for want, d := range map[string]time.Duration{
		"0 s": 0, "45 s": 45 * time.Second, "2 m 10 s": 130 * time.Second, "1 d 2 h": 26 * time.Hour,
		"2 d": 48*time.Hour + time.Minute,
		"5 h": 5 * time.Hour,
	} {
		if got := FormatDuration(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}
