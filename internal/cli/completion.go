package cli

import (
	"bytes"
	"strings"

	"github.com/spf13/cobra"

	"vpsdeck/internal/settings"
)

// fishScriptFixes replaces the lines of cobra's script for fish that run all of what was typed as code. fish has taken the quotes
// off by then, so that an argument such as '(rm x)' would be run. Here each argument stays one. The last one is taken
// without its quotes, as the others are.
var fishScriptFixes = strings.NewReplacer(
	"set -l lastArg (string escape -- (commandline -ct))",
	"set -l lastArg (string unescape -- (commandline -ct); or commandline -ct)",

	"# Extract the last arg and escape it in case it is a space", "# Extract the last arg",

	`set -l requestComp "VPSDECK_ACTIVE_HELP=0 $args[1] __complete $args[2..-1] $lastArg"`,
	`set -l requestComp VPSDECK_ACTIVE_HELP=0 (string replace -r '^~/' "$HOME/" -- $args[1]) __complete $args[2..-1] "$lastArg"`,

	`set -l requestComp "VPSDECK_ACTIVE_HELP=0 $args[1] __completeNoDesc $args[2..-1] $lastArg"`,
	`set -l requestComp VPSDECK_ACTIVE_HELP=0 (string replace -r '^~/' "$HOME/" -- $args[1]) __completeNoDesc $args[2..-1] "$lastArg"`,

	"(eval $requestComp 2> /dev/null)", "(env $requestComp 2> /dev/null)",
)

// bashScriptFixes replaces the line of cobra's script for bash that quotes a completion only where there is one. Of several, bash
// types what they have in common: from servers called '$(rm x)-1' and '$(rm x)-2' that would be code for the next tab key.
var bashScriptFixes = strings.NewReplacer(
	"        if (( ${#COMPREPLY[@]} == 1 )); then\n            COMPREPLY[0]=$(printf \"%q\" \"${COMPREPLY[0]}\")\n        fi\n        return 0\n",
	"        IFS=$'\\n' read -ra COMPREPLY -d '' < <(printf \"%q\\n\" \"${COMPREPLY[@]}\")\n        return 0\n",
)

// addCompletion adds cobra's completion command, with scripts for fish and bash that run nothing but vpsdeck. In bash there are
// no descriptions: they cannot stand behind a name that is quoted.
func addCompletion(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	bash, _, noBash := root.Find([]string{"completion", "bash"})
	fish, _, noFish := root.Find([]string{"completion", "fish"})
	if noBash != nil || noFish != nil {
		return // cobra writes no such scripts
	}
	bash.RunE = func(cmd *cobra.Command, _ []string) error {
		var script bytes.Buffer
		err := root.GenBashCompletionV2(&script, false)
		text := bashScriptFixes.Replace(script.String())
		if err != nil || text == script.String() { // another version of cobra has another script
			return settings.Errorf(settings.ExitOther, "the completions for bash could not be written")
		}
		_, err = cmd.OutOrStdout().Write([]byte(text))
		return stdoutError(err)
	}
	fish.RunE = func(cmd *cobra.Command, _ []string) error {
		plain, err := cmd.Flags().GetBool("no-descriptions")
		if err != nil {
			return err
		}
		var script bytes.Buffer
		err = root.GenFishCompletion(&script, !plain)
		text := fishScriptFixes.Replace(script.String())
		if err != nil || strings.Contains(text, "eval ") { // another version of cobra has another script
			return settings.Errorf(settings.ExitOther, "the completions for fish could not be written")
		}
		_, err = cmd.OutOrStdout().Write([]byte(text))
		return stdoutError(err)
	}
}
