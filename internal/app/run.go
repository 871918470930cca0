// Package app runs the dashboard on a terminal. It handles signals, suspending, window sizes and
// crashes, and restores the terminal at the end.
package app

import (
	"fmt"
	"time"
)

// RunID names this run of the program in the journal. It is unique on this machine: start time and
// process ID.
func RunID(now time.Time, pid int) string {
	return fmt.Sprintf("%s.%d", now.UTC().Format("20060102T150405.000"), pid)
}
