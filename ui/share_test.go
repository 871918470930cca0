package ui

import (
	"slices"
	"testing"
)

func TestHeightIsSharedByNeed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		height      int
		needs, want []int
	}{
		{35, []int{18, 8}, []int{25, 10}},  // all fit: what is left over in proportion
		{26, []int{18, 8}, []int{18, 8}},   // exactly
		{22, []int{18, 8}, []int{14, 8}},   // the smaller need is met
		{12, []int{18, 8}, []int{6, 6}},    // neither fits
		{52, []int{96, 17}, []int{35, 17}}, // the points of all servers
		{30, []int{15, 18, 8}, []int{11, 11, 8}},
	} {
		got := shareHeight(c.height, c.needs)
		sum := 0
		for _, h := range got {
			sum += h
		}
		if !slices.Equal(got, c.want) || sum != c.height {
			t.Errorf("%d lines for %v: %v, want %v", c.height, c.needs, got, c.want)
		}
	}
}
