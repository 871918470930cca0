package ui_test

import "testing"

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
