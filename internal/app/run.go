// Package app runs the dashboard on a terminal. It handles signals, suspending, window sizes and
// crashes, and restores the terminal at the end.
package app

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
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

// Build describes this binary. A value that is not known is nil.
type Build struct {
	Version string  `json:"version"`
	Commit  *string `json:"commit"`
	Date    *string `json:"date"` // of the commit, in RFC 3339
	Go      string  `json:"go"`
}

// ReadBuild reads what the Go command has recorded in the binary.
func ReadBuild() Build {
	b := Build{Version: Version(), Go: runtime.Version()}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	for _, s := range info.Settings {
		switch value := s.Value; {
		case value == "":
		case s.Key == "vcs.revision":
			b.Commit = &value
		case s.Key == "vcs.time":
			b.Date = &value
		}
	}
	return b
}

// String describes the binary in a line.
func (b Build) String() string {
	var known []string
	if b.Commit != nil {
		known = append(known, "commit "+*b.Commit)
	}
	if b.Date != nil {
		known = append(known, *b.Date)
	}
	return fmt.Sprintf("vpsdeck %s (%s)", b.Version, strings.Join(append(known, b.Go), ", "))
}
