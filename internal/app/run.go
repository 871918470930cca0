// Package app runs the dashboard on a terminal: signals, suspending, sizes, a crash, and what is left behind at the end.
package app

import (
	"fmt"
	"runtime/debug"
	"time"
)

// RunID names this run of the program in the journal: no other on this machine has begun in the same moment under the same
// number.
func RunID(now time.Time, pid int) string {
	return fmt.Sprintf("%s.%d", now.UTC().Format("20060102T150405.000"), pid)
}

// Version is the version that this binary was installed or built as, "devel" when nobody gave it one.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "devel"
	}
	return info.Main.Version
}
