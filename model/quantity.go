package model

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// durationUnits are the units of a duration. A month is 30 days and a year 365: ages need no
// calendar.
var durationUnits = map[string]time.Duration{
	"s": time.Second, "m": time.Minute, "h": time.Hour, "d": day, "w": 7 * day, "mo": 30 * day, "y": 365 * day,
}

const (
	day        = 24 * time.Hour
	longestAge = 100 * 365 * day // far above the age of any backup, and far below the limit of a Duration
)

// ParseAge parses a duration: 90m, 36h, 7d, 2w, 3mo, 1y, 1.5h, and 1d12h. Units are s, m, h, d, w,
// mo (30 days) and y (365 days). The error can be displayed.
func ParseAge(text string) (time.Duration, error) {
	wrong := fmt.Errorf("%s is not a duration: write 36h, 7d or 2w", textOrNothing(text))
	total := 0.0
	for rest := strings.ToLower(text); ; {
		number, unit, left := splitQuantity(rest)
		length, known := durationUnits[unit]
		n, err := strconv.ParseFloat(number, 64)
		if err != nil || !known {
			return 0, wrong
		}
		if total += n * float64(length); total > float64(longestAge) {
			return 0, fmt.Errorf("%s is too long: at most 100y", textOrNothing(text))
		}
		if rest = left; rest == "" {
			return time.Duration(math.Round(total)), nil
		}
	}
}

// sizeUnits are the units of a size in MB, each 1024 times the previous one, as on the screen.
var sizeUnits = map[string]float64{
	"mb": 1, "m": 1, "gb": 1 << 10, "g": 1 << 10, "tb": 1 << 20, "t": 1 << 20,
}

// largestMB is larger than any stored size: a million TB, in MB.
const largestMB = 1_000_000 << 20

// ParseSizeMB parses a size, 500MB, 10GB, 1.5TB, and returns MB. Units are multiples of 1024. The
// error can be displayed.
func ParseSizeMB(text string) (int64, error) {
	number, unit, rest := splitQuantity(strings.ToLower(text))
	mb, known := sizeUnits[unit]
	n, err := strconv.ParseFloat(number, 64)
	switch {
	case err != nil || !known || rest != "":
		return 0, fmt.Errorf("%s is not a size: write 500MB, 10GB or 1.5TB", textOrNothing(text))
	case n*mb > largestMB:
		return 0, fmt.Errorf("%s is too large: at most 1000000TB", textOrNothing(text))
	}
	return int64(math.Round(n * mb)), nil
}

// splitQuantity splits a number and its unit from a text.
func splitQuantity(text string) (number, unit, rest string) {
	rest = strings.TrimLeft(text, "0123456789.")
	number = text[:len(text)-len(rest)]
	text = rest
	rest = strings.TrimLeft(text, "abcdefghijklmnopqrstuvwxyz")
	return number, text[:len(text)-len(rest)], rest
}

// textOrNothing returns a text for a sentence, or “nothing” if it is empty.
func textOrNothing(text string) string {
	if text == "" {
		return "nothing"
	}
	return Clean(text)
}

// Pluralize returns a number with its noun: “1 snapshot”, “2 snapshots”.
func Pluralize(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
