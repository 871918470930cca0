package ui_test

import (
	"os"
	"runtime/debug"
	"testing"

	"vpsdeck/internal/simtest"
)

// TestMain runs more tests at once, since they wait for frames. It collects garbage less often: each
// terminal takes megabytes, while little of it lives long.
func TestMain(m *testing.M) {
	simtest.RunInParallel(2)
	debug.SetGCPercent(400)
	os.Exit(m.Run())
}

// isCut reports whether this run cuts long tests: in the short lane, and under the race detector.
// A cut test still runs, with fewer rows. For finding races it does not matter which rows run.
// There are three cuts, and no test leaves out more: rowStep for tables, screenCase.check for sizes,
// and views that nobody reads are not drawn.
func isCut() bool { return underRace || testing.Short() }

// rowStep is the distance between the rows of a long table that are run. It is 1 unless the run is
// cut.
func rowStep() int {
	if isCut() {
		return 8
	}
	return 1
}
