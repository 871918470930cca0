package app

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

// A release build sets these with -ldflags -X. Otherwise they are empty, and what the Go command
// has recorded in the binary counts.
var version, commit, date string

// Build describes this binary. A value that is not known is nil.
type Build struct {
	Version string  `json:"version"` // without a leading v; "devel" if it is not known
	Commit  *string `json:"commit"`
	Date    *string `json:"date"` // of the commit, in RFC 3339
	Go      string  `json:"go"`
}

// ReadBuild reads what the linker or the Go command has recorded in the binary.
func ReadBuild() Build {
	info, _ := debug.ReadBuildInfo()
	return buildFrom(Build{Version: version, Commit: known(commit), Date: known(date)}, info)
}

// buildFrom adds to what the linker was given what the Go command has recorded. info may be nil.
// The commit and its date are from one source, because they belong together.
func buildFrom(linked Build, info *debug.BuildInfo) Build {
	b := linked
	b.Go = runtime.Version()
	if info == nil {
		info = &debug.BuildInfo{}
	}
	if b.Version == "" && info.Main.Version != "(devel)" {
		b.Version = info.Main.Version
	}
	b.Version = strings.TrimPrefix(b.Version, "v")
	if b.Version == "" {
		b.Version = "devel"
	}
	if b.Commit != nil {
		return b
	}
	b.Date = nil
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = known(s.Value)
		case "vcs.time":
			b.Date = known(s.Value)
		}
	}
	return b
}

func known(value string) *string {
	if value == "" {
		return nil
	}
	return &value
}

// Details describes the binary in a line without the program's name.
func (b Build) Details() string {
	var parts []string
	if b.Commit != nil {
		parts = append(parts, "commit "+*b.Commit)
	}
	if b.Date != nil {
		parts = append(parts, *b.Date)
	}
	return fmt.Sprintf("%s (%s)", b.Version, strings.Join(append(parts, b.Go), ", "))
}
