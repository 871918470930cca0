package model

import (
	"testing"
	"time"
)

func TestTheHealthOfAServerIsWhatItCanGoBackTo(t *testing.T) {
	for name, c := range map[string]struct {
		points []Point // newest first
		want   Health
	}{
		"nothing at all":                          {nil, Never},
		"only failed ones":                        {[]Point{backup("1", 0).with(Failed)}, Never},
		"only one that is being made":             {[]Point{backup("1", 0).with(InProgress)}, Never},
		"only a status that nobody knows":         {[]Point{backup("1", 0).with("verifying")}, Never},
		"one of today":                            {[]Point{backup("1", time.Hour)}, Fine},
		"one to the second not late":              {[]Point{backup("1", LateAfter)}, Fine},
		"one a second late":                       {[]Point{backup("1", LateAfter+time.Second)}, Late},
		"one that has no time":                    {[]Point{{ID: "1", Status: Completed}}, Late},
		"one by a clock ahead of ours":            {[]Point{backup("1", -time.Hour)}, Fine},
		"a failed one after a good one":           {[]Point{backup("2", 0).with(Errored), backup("1", time.Hour)}, Failing},
		"a failed one after an old one":           {[]Point{backup("2", 0).with(Failed), backup("1", 90*time.Hour)}, Failing},
		"a good one after a failed one":           {[]Point{snapshot("2", 0), backup("1", time.Hour).with(Failed)}, Fine},
		"one being made after a failed one":       {[]Point{backup("3", 0).with(InProgress), backup("2", time.Hour).with(Failed), backup("1", 2*time.Hour)}, Failing},
		"one being made after a good one":         {[]Point{backup("3", 0).with(InProgress), backup("2", time.Hour)}, Fine},
		"one being made after one that is late":   {[]Point{backup("3", 0).with(InProgress), backup("2", 30*time.Hour)}, Late},
		"an unknown status above one that failed": {[]Point{backup("3", 0).with("verifying"), backup("2", time.Hour).with(Failed), backup("1", 2*time.Hour)}, Fine},
	} {
		if got := HealthOf(c.points, now); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
