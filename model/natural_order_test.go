package model

import (
	"slices"
	"testing"
)

func TestNamesAreInNaturalOrder(t *testing.T) {
	want := []string{"", "db", "WEB-1", "web-2", "web-02", "Web-10", "web-10a", "web-10a2", "web-10a10",
		"web-99999999999999999999999", "web-a", "é2", "é10"}
	want[3], want[4] = "web-02", "web-2" // they differ only in a zero: ordered by bytes
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, compareNames)
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
