package simtest

import (
	"flag"
	"fmt"
	"runtime"
)

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
