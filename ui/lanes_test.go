package ui_test

import (
	"os"
	"runtime/debug"
	"slices"
	"testing"

	"vpsdeck/internal/lanes"
)

// TestMain runs more tests at once, since they wait for frames. It collects garbage less often: each
// terminal takes megabytes, while little of it lives long. The token in the environment must not
// reach any program that a test runs.
func TestMain(m *testing.M) {
	lanes.RunInParallel(3)
	debug.SetGCPercent(400)
	if err := os.Setenv("VPS_API_TOKEN", "vps_secret"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// A cut table keeps rows, among them its first.
func TestACutTableKeepsRows(t *testing.T) {
	t.Parallel()
	rows := lanes.Rows([]string{"a", "b", "c"})
	if len(rows) == 0 || rows[0] != "a" || !lanes.IsCut() && len(rows) != 3 {
		t.Errorf("%q are run", rows)
	}
	var names []string
	for name := range lanes.Table(map[string]int{"c": 0, "a": 0, "b": 0}) {
		names = append(names, name)
	}
	if !slices.Equal(names, rows) {
		t.Errorf("of the named rows %q are run, want %q", names, rows)
	}
}
