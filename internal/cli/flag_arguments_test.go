package cli

import (
	"io"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Every flag that takes an argument names it in the help, and none of the names is stale.
func TestEveryFlagNamesItsArgument(t *testing.T) {
	var do runFunc
	used := map[string]bool{}
	var visit func(*cobra.Command)
	visit = func(cmd *cobra.Command) {
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			used[f.Name] = used[f.Name] || f.Value.Type() != "bool"
			if f.Value.Type() != "bool" && flagArguments[f.Name] == "" {
				t.Errorf("%s --%s does not name its argument", cmd.CommandPath(), f.Name)
			}
		})
		for _, sub := range cmd.Commands() {
			visit(sub)
		}
	}
	visit(rootCommand(&do, timing{}, io.Discard))
	for name := range flagArguments {
		if !used[name] {
			t.Errorf("no flag --%s takes an argument", name)
		}
	}
}
