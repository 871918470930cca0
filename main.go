// Command vpsdeck is a terminal dashboard for the backups and snapshots of VPS.org servers.
package main

import (
	"context"
	"fmt"
	"os"
	"runtime/debug"

	"vpsdeck/internal/settings"
	"vpsdeck/model"
)

func main() {
	os.Exit(int(run(context.Background(), os.Args[1:])))
}

// run carries out a command line, and is the one place that prints an error: one line on standard error.
func run(ctx context.Context, args []string) settings.ExitCode {
	if os.Getenv("NO_COLOR") != "" {
		// The convention is "any value that is not empty"; the libraries below take only 1 and true for a yes.
		_ = os.Setenv("NO_COLOR", "1")
	}
	err := execute(ctx, args)
	if words := model.Words(err); words != "" { // a command that has told its results needs no further sentence
		_, _ = fmt.Fprintln(os.Stderr, "vpsdeck: "+words)
	}
	return settings.CodeOf(err)
}

// version is the version that this binary was installed or built as, "devel" when nobody gave it one.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "devel"
	}
	return info.Main.Version
}
