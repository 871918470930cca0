package main

import (
	"bytes"
	"strings"

	"github.com/spf13/cobra"

	"vpsdeck/internal/settings"
)

// safeFish replaces the lines of cobra's script for fish that run all of what was typed as code. fish has taken the quotes
// off by then, so that an argument such as '(rm x)' would be run. Here each argument stays one. The last one is taken
// without its quotes, as the others are.
var safeFish = strings.NewReplacer(
	"set -l lastArg (string escape -- (commandline -ct))",
	"set -l lastArg (string unescape -- (commandline -ct); or commandline -ct)",

	"# Extract the last arg and escape it in case it is a space", "# Extract the last arg",

	`set -l requestComp "VPSDECK_ACTIVE_HELP=0 $args[1] __complete $args[2..-1] $lastArg"`,
	`set -l requestComp VPSDECK_ACTIVE_HELP=0 (string replace -r '^~/' "$HOME/" -- $args[1]) __complete $args[2..-1] "$lastArg"`,

	`set -l requestComp "VPSDECK_ACTIVE_HELP=0 $args[1] __completeNoDesc $args[2..-1] $lastArg"`,
	`set -l requestComp VPSDECK_ACTIVE_HELP=0 (string replace -r '^~/' "$HOME/" -- $args[1]) __completeNoDesc $args[2..-1] "$lastArg"`,

	"(eval $requestComp 2> /dev/null)", "(env $requestComp 2> /dev/null)",
)

// addCompletion adds cobra's completion command, with a script for fish that runs nothing but vpsdeck.
func addCompletion(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	fish, _, err := root.Find([]string{"completion", "fish"})
	if err != nil {
		return // cobra writes no script for fish
	}
	fish.RunE = func(cmd *cobra.Command, _ []string) error {
		plain, err := cmd.Flags().GetBool("no-descriptions")
		if err != nil {
			return err
		}
		var script bytes.Buffer
		err = root.GenFishCompletion(&script, !plain)
		text := safeFish.Replace(script.String())
		if err != nil || strings.Contains(text, "eval ") { // another version of cobra has another script
			return settings.Faultf(settings.ExitOther, "the completions for fish could not be written")
		}
		_, err = cmd.OutOrStdout().Write([]byte(text))
		return told(err)
	}
}
