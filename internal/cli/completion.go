package cli

import (
	"bytes"
	"strings"

	"github.com/spf13/cobra"

	"vpsdeck/internal/settings"
)

// fishScriptFixes replaces the lines of cobra's fish script that evaluate the typed words as code.
// fish has removed the quotes by then, so an argument such as '(rm x)' would be run. With the fixes
// each argument stays one word, and the last one loses its quotes like the others.
var fishScriptFixes = strings.NewReplacer(
	"set -l lastArg (string escape -- (commandline -ct))",
	"set -l lastArg (string unescape -- (commandline -ct); or commandline -ct)",

	"# Extract the last arg and escape it in case it is a space", "# Extract the last arg",

	`set -l requestComp "VPSDECK_ACTIVE_HELP=0 $args[1] __complete $args[2..-1] $lastArg"`,
	`set -l requestComp VPSDECK_ACTIVE_HELP=0 (string replace -r '^~/' "$HOME/" -- $args[1]) __complete `+
		`$args[2..-1] "$lastArg"`,

	`set -l requestComp "VPSDECK_ACTIVE_HELP=0 $args[1] __completeNoDesc $args[2..-1] $lastArg"`,
	`set -l requestComp VPSDECK_ACTIVE_HELP=0 (string replace -r '^~/' "$HOME/" -- $args[1]) __completeNoDesc `+
		`$args[2..-1] "$lastArg"`,

	"(eval $requestComp 2> /dev/null)", "(env $requestComp 2> /dev/null)",
)

// bashScriptFixes replaces the lines of cobra's bash script that quote a completion only if it is
// the only one. Of several, bash inserts the common prefix: with servers '$(rm x)-1' and '$(rm
// x)-2' the next tab key would run code.
var bashScriptFixes = strings.NewReplacer(
	`        if (( ${#COMPREPLY[@]} == 1 )); then
            COMPREPLY[0]=$(printf "%q" "${COMPREPLY[0]}")
        fi
        return 0
`,
	`        IFS=$'\n' read -ra COMPREPLY -d '' < <(printf "%q\n" "${COMPREPLY[@]}")
        return 0
`)

// addCompletion adds cobra's completion command, with scripts for fish and bash that run nothing
// but vpsdeck. bash shows no descriptions, because they cannot follow a quoted name.
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
			return settings.Errorf(settings.ExitOther, "the bash completions could not be generated")
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
			return settings.Errorf(settings.ExitOther, "the fish completions could not be generated")
		}
		_, err = cmd.OutOrStdout().Write([]byte(text))
		return stdoutError(err)
	}
}
