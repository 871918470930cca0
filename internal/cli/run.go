// Package cli is the command line: it reads the settings, opens the account, runs the dashboard or a command, and prints the one
// error.
package cli

import (
	"context"
	"fmt"
	"os"

	"vpsdeck/internal/settings"
	"vpsdeck/model"
)

// Run carries out a command line, and is the one place that prints an error: one line on standard error.
func Run(ctx context.Context, args []string) settings.ExitCode {
	if os.Getenv("NO_COLOR") != "" {
		// The convention is "any value that is not empty"; the libraries below take only 1 and true for a yes.
		_ = os.Setenv("NO_COLOR", "1")
	}
	err := execute(ctx, args)
	if words := model.ErrorMessage(err); words != "" { // a command that has told its results needs no further sentence
		_, _ = fmt.Fprintln(os.Stderr, "vpsdeck: "+words)
	}
	return settings.CodeOf(err)
}
