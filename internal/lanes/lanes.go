// Package lanes is for tests. It cuts long tables in the short lane, and sets how many tests run at
// once.
package lanes

import (
	"cmp"
	"flag"
	"fmt"
	"iter"
	"maps"
	"runtime"
	"slices"
	"testing"
)

// IsCut reports whether this run cuts long tests: in the short lane, and under the race detector.
// A cut test still runs, with fewer rows. For finding races it does not matter which rows run.
func IsCut() bool { return underRace || testing.Short() }

// Step is the distance between the rows of a long table that are run. It is 1 unless the run is
// cut.
func Step() int {
	if IsCut() {
		return 8
	}
	return 1
}

// Rows returns the rows of a long table that are run, the first among them.
func Rows[R any](all []R) []R {
	var out []R
	for i := 0; i < len(all); i += Step() {
		out = append(out, all[i])
	}
	return out
}

// Table is Rows for a table whose rows have names. They come in the order of the names.
func Table[N cmp.Ordered, R any](all map[N]R) iter.Seq2[N, R] {
	return func(yield func(N, R) bool) {
		for _, name := range Rows(slices.Sorted(maps.Keys(all))) {
			if !yield(name, all[name]) {
				return
			}
		}
	}
}

// RunInParallel runs n parallel tests for each processor, unless the flag -parallel says how many.
// It is for TestMain, and for tests that mostly wait for keys, frames and other processes.
func RunInParallel(n int) {
	flag.Parse()
	chosen := false
	flag.Visit(func(f *flag.Flag) { chosen = chosen || f.Name == "test.parallel" })
	if !chosen {
		_ = flag.Set("test.parallel", fmt.Sprint(n*runtime.GOMAXPROCS(0))) // a number is always valid
	}
}
