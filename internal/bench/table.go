package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// sample is the values of repeated measurements.
type sample []float64

// quantile returns the q-quantile of the sample, interpolated between values. That of an empty
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

// String is the median, with the quartiles in brackets, or "not measured" if the sample is empty.
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

// formatNumber formats a number with about three significant digits.
func formatNumber(x float64) string {
	switch {
	case x == 0 || math.Abs(x) >= 100:
		return fmt.Sprintf("%.0f", x)
	case math.Abs(x) >= 10:
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.2f", x)
}

// dividedBy divides this sample by another, run by run, so that the effect of a busy machine on
// both cancels out. It is nil if the two were not measured in pairs, or if the other has a 0.
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

// minus subtracts another sample from this one, run by run. It is nil if the two were not measured
// in pairs.
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

// row is one measurement of vpsdeck and, where it makes sense, of the baseline in the same run.
type row struct {
	label      string
	unit       string
	ours       sample
	baseline   sample
	paired     bool    // the baseline was measured too
	ratioLimit float64 // target for the ratio; 0: none
	limit      float64 // target for the median of ours; 0: none
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

// verdict says whether the median is within the limit.
func verdict(s sample, limit float64) string {
	if s.quantile(.5) > limit {
		return fmt.Sprintf("≤ %s: missed", formatNumber(limit))
	}
	return fmt.Sprintf("≤ %s: met", formatNumber(limit))
}

var headers = []string{"measured", "unit", "baseline", "vpsdeck", "ratio per run", "target"}

// printTable prints the rows, aligned, or as a Markdown table.
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
