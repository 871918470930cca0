// Package cli is the command line: it reads the settings, opens the account, runs the dashboard or
// a command, and prints the error.
package cli

import (
	"context"
	"fmt"
	"os"

	"vpsdeck/internal/settings"
	"vpsdeck/model"
)

// Run runs a command line. It is the only place that prints an error: one line on standard error.
func Run(ctx context.Context, args []string) settings.ExitCode {
	if os.Getenv("NO_COLOR") != "" {
		// By convention any non-empty value counts; the libraries accept only 1 and true.
		_ = os.Setenv("NO_COLOR", "1")
	}
	err := execute(ctx, args)
	if message := model.ErrorMessage(err); message != "" { // empty if the command has printed its results
		_, _ = fmt.Fprintln(os.Stderr, "vpsdeck: "+message)
	}
	return settings.CodeOf(err)
}
