package main

import (
	"math"
	"strings"
	"testing"
)

func TestQuantilesAreInterpolated(t *testing.T) {
	for _, c := range []struct {
		of   sample
		q    float64
		want float64
	}{
		{sample{3, 1, 2}, .5, 2},
		{sample{4, 1, 3, 2}, .5, 2.5},
		{sample{1, 2, 3, 4, 5}, .25, 2},
		{sample{10, 20}, .75, 17.5},
		{sample{7}, .25, 7},
		{sample{2, 1}, 1, 2},
		{sample{2, 1}, 0, 1},
	} {
		if got := c.of.quantile(c.q); got != c.want {
			t.Errorf("quantile %v of %v is %v, want %v", c.q, c.of, got, c.want)
		}
	}
	if got := (sample{}).quantile(.5); !math.IsNaN(got) {
		t.Errorf("the median of an empty sample is %v", got)
	}
}

func TestQuantileKeepsTheOrderOfRuns(t *testing.T) {
	s := sample{3, 1, 2}
	s.quantile(.5)
	if s[0] != 3 || s[1] != 1 {
		t.Errorf("the order of the runs has changed to %v, so that pairs are wrong", []float64(s))
	}
}

func TestSampleShowsMedianAndQuartiles(t *testing.T) {
	for want, s := range map[string]sample{
		"not measured":     nil,
		"0":                {0},
		"0.50":             {.5},
		"12.5":             {12.54},
		"1234":             {1234.4},
		"2.00 (1.50–2.50)": {3, 1, 2},
		"200 (150–250)":    {300, 100, 200},
		"10.0 (9.50–10.5)": {9, 10, 11},
		"0 (0–0)":          {0, 0, 0},
		"98.0 (97.5–116)":  {97, 134, 98},
		"3.00 (2.50–3.50)": {2, 4, 3},
	} {
		if got := s.String(); got != want {
			t.Errorf("%v is %q, want %q", []float64(s), got, want)
		}
	}
}

func TestRatiosArePairedRunByRun(t *testing.T) {
	slow, fast := sample{10, 30, 20}, sample{5, 10, 20}
	if got := slow.dividedBy(fast).String(); got != "2.00 (1.50–2.50)" {
		t.Errorf("the ratio is %s", got)
	}
	if got := slow.minus(fast).String(); got != "5.00 (2.50–12.5)" || slow.minus(sample{1}) != nil {
		t.Errorf("the difference is %s", got)
	}
	if got := slow.dividedBy(sample{1, 2}); got != nil {
		t.Errorf("samples of different lengths have the ratio %v", got)
	}
	if got := slow.dividedBy(sample{1, 0, 1}); got != nil {
		t.Errorf("divided by 0, the ratio is %v", got)
	}
}

func TestTableIsAlignedAndShowsVerdicts(t *testing.T) {
	table := []row{
		{label: "start", unit: "ms", ours: sample{24, 26}, baseline: sample{20, 20}, paired: true, ratioLimit: 1.5},
		{label: "größer", unit: "ms", ours: sample{50}, baseline: sample{20}, paired: true, ratioLimit: 1.5},
		{label: "keys", unit: "bytes", ours: sample{300}, limit: 350},
		{label: "lag", unit: "ms", ours: sample{30}, limit: 20},
		{label: "idle", unit: "bytes/s", ours: sample{3}, baseline: sample{0}, paired: true},
		{label: "memory", unit: "MB", paired: true},
	}
	for markdown, want := range map[bool]string{
		false: `
measured  unit     baseline          vpsdeck           ratio per run     target
--------  -------  ----------------  ----------------  ----------------  --------------
start     ms       20.0 (20.0–20.0)  25.0 (24.5–25.5)  1.25 (1.23–1.27)  ≤ 1.50: met
größer    ms       20.0              50.0              2.50              ≤ 1.50: missed
keys      bytes    –                 300               –                 ≤ 350: met
lag       ms       –                 30.0              –                 ≤ 20.0: missed
idle      bytes/s  0                 3.00              –                 –
memory    MB       not measured      not measured      –                 –
`,
		true: `
| measured | unit    | baseline         | vpsdeck          | ratio per run    | target         |
| -------- | ------- | ---------------- | ---------------- | ---------------- | -------------- |
| start    | ms      | 20.0 (20.0–20.0) | 25.0 (24.5–25.5) | 1.25 (1.23–1.27) | ≤ 1.50: met    |
| größer   | ms      | 20.0             | 50.0             | 2.50             | ≤ 1.50: missed |
| keys     | bytes   | –                | 300              | –                | ≤ 350: met     |
| lag      | ms      | –                | 30.0             | –                | ≤ 20.0: missed |
| idle     | bytes/s | 0                | 3.00             | –                | –              |
| memory   | MB      | not measured     | not measured     | –                | –              |
`,
	} {
		var out strings.Builder
		if err := printTable(&out, table, markdown); err != nil {
			t.Fatal(err)
		}
		if got := "\n" + out.String(); got != want {
			t.Errorf("got%swant%s", got, want)
		}
	}
}
