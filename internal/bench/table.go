package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// sample is what repeated measurements of one thing gave.
type sample []float64

// quantile is the value below which the part q of the sample lies, between two values in proportion. That of an empty
// sample is NaN.
func (s sample) quantile(q float64) float64 {
	if len(s) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(s))
	at := q * float64(len(sorted)-1)
	low := int(at)
	high := min(low+1, len(sorted)-1)
	return sorted[low] + (at-float64(low))*(sorted[high]-sorted[low])
}

// String is the median, and in brackets the quartiles; "not measured" where there is nothing.
func (s sample) String() string {
	if len(s) == 0 {
		return "not measured"
	}
	median := formatNumber(s.quantile(.5))
	if len(s) == 1 {
		return median
	}
	return fmt.Sprintf("%s (%s–%s)", median, formatNumber(s.quantile(.25)), formatNumber(s.quantile(.75)))
}

// formatNumber writes as many digits as mean something here.
func formatNumber(x float64) string {
	switch {
	case x == 0 || math.Abs(x) >= 100:
		return fmt.Sprintf("%.0f", x)
	case math.Abs(x) >= 10:
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.2f", x)
}

// dividedBy divides this sample by another, run by run: what a busy machine does to both cancels out. It is empty where the two
// were not measured in pairs, or the other is 0 somewhere.
func (s sample) dividedBy(other sample) sample {
	if len(s) != len(other) || slices.Contains(other, 0) {
		return nil
	}
	out := make(sample, len(s))
	for i := range s {
		out[i] = s[i] / other[i]
	}
	return out
}

// minus takes another sample away from this one, run by run; it is empty where the two were not measured in pairs.
func (s sample) minus(other sample) sample {
	if len(s) != len(other) {
		return nil
	}
	out := make(sample, len(s))
	for i := range s {
		out[i] = s[i] - other[i]
	}
	return out
}

// row is one thing that was measured, of vpsdeck and, where it makes sense, of the bare program in the same run.
type row struct {
	label      string
	unit       string
	ours       sample
	baseline   sample
	paired     bool    // bare was measured too
	ratioLimit float64 // the largest ratio that is fine; 0: there is no target
	limit      float64 // the most of ours that is fine, its median; 0: there is no target
}

func (r row) cells() []string {
	out := []string{r.label, r.unit, "–", r.ours.String(), "–", "–"}
	if r.limit > 0 && len(r.ours) > 0 {
		out[5] = verdict(r.ours, r.limit)
	}
	if !r.paired {
		return out
	}
	out[2] = r.baseline.String()
	ratio := r.ours.dividedBy(r.baseline)
	if len(ratio) == 0 {
		return out
	}
	out[4] = ratio.String()
	if r.ratioLimit > 0 {
		out[5] = verdict(ratio, r.ratioLimit)
	}
	return out
}

// verdict says whether the median is within what is fine.
func verdict(s sample, most float64) string {
	if s.quantile(.5) > most {
		return fmt.Sprintf("≤ %s: missed", formatNumber(most))
	}
	return fmt.Sprintf("≤ %s: met", formatNumber(most))
}

var headers = []string{"measured", "unit", "bare program", "vpsdeck", "ratio, run by run", "target"}

// printTable prints the rows, aligned; in Markdown if told so.
func printTable(out io.Writer, table []row, markdown bool) error {
	cells := [][]string{headers}
	for _, r := range table {
		cells = append(cells, r.cells())
	}
	widths := make([]int, len(headers))
	for _, line := range cells {
		for i, cell := range line {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	rule := make([]string, len(headers))
	for i, w := range widths {
		rule[i] = strings.Repeat("-", w)
	}
	cells = slices.Insert(cells, 1, rule)
	for _, line := range cells {
		if _, err := fmt.Fprintln(out, alignLine(line, widths, markdown)); err != nil {
			return fmt.Errorf("printing the table: %w", err)
		}
	}
	return nil
}

func alignLine(line []string, widths []int, markdown bool) string {
	padded := make([]string, len(line))
	for i, cell := range line {
		padded[i] = cell + strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
	}
	if markdown {
		return "| " + strings.Join(padded, " | ") + " |"
	}
	return strings.TrimRight(strings.Join(padded, "  "), " ")
}
