package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"vpsdeck/internal/app"
	"vpsdeck/internal/headless"
	"vpsdeck/internal/settings"
	"vpsdeck/model"
)

func versionCommand(do *runFunc) *cobra.Command {
	formats := []string{headless.Table.String(), headless.JSON.String()}
	var output string
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version of this program",
		Long: paragraphs(`
			Print the version of this program, the commit that it was built from, its date, and the version of Go.`),
		Example: "vpsdeck version -o json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if output != formats[0] && output != formats[1] {
				return withHelpHint(cmd, settings.Errorf(settings.ExitUsage, "--output cannot be %q; valid: %s",
					model.Clean(output), strings.Join(formats, ", ")))
			}
			*do = func(context.Context) error {
				build := app.ReadBuild()
				text := "vpsdeck " + build.Details() + "\n"
				if output == formats[1] {
					encoded, err := json.MarshalIndent(build, "", "  ")
					if err != nil {
						return settings.Errorf(settings.ExitOther, "the version could not be written")
					}
					text = string(encoded) + "\n"
				}
				_, err := fmt.Fprint(cmd.OutOrStdout(), text)
				return stdoutError(err)
			}
			return nil
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", formats[0], "output format: "+strings.Join(formats, ", "))
	registerCompletion(cmd, "output", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}
