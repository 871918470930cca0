// Package app runs the dashboard on a terminal. It handles signals, suspending, window sizes and
// crashes, and restores the terminal at the end.
package app

import (
	"fmt"
	"runtime/debug"
	"time"
)

// RunID names this run of the program in the journal. It is unique on this machine: start time and
// process ID.
func RunID(now time.Time, pid int) string {
	return fmt.Sprintf("%s.%d", now.UTC().Format("20060102T150405.000"), pid)
}

// Version returns the version of this binary, or "devel" if it was built without one.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "devel"
	}
	return info.Main.Version
}
