package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"vpsdeck/api"
	"vpsdeck/internal/journal"
	"vpsdeck/internal/settings"
	"vpsdeck/keymap"
	"vpsdeck/ui"
	"vpsdeck/ui/screen"
	"vpsdeck/ui/style"
)

func configCommand(do *runFunc) *cobra.Command {
	var account func() settings.Flags
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Print a config file with every setting, its default and its meaning",
		Long: "Print a config file with every setting, its default and its meaning, and the paths in use. The output " +
			"is a valid " +
			"config file; saving it unchanged changes nothing.",
		Example: "# start your own config\nvpsdeck config > ~/.config/vpsdeck/config.toml",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			flags := account()
			*do = func(context.Context) error {
				from := sources(flags)
				_, err := fmt.Fprint(cmd.OutOrStdout(), pathsInUse(from)+configText())
				return stdoutError(err)
			}
			return nil
		},
	}
	account = accountFlags(cmd)
	return cmd
}

// pathsInUse lists the program's files. It does not read the config, so it also works if that is
// broken.
func pathsInUse(from settings.Sources) string {
	var b strings.Builder
	b.WriteString("# The config of vpsdeck, with every setting and its default.\n")
	path, _ := settings.ConfigPath(from)
	line := func(what, path string) {
		switch _, err := os.Stat(path); {
		case path == "":
			path = "none: set HOME"
		case err != nil:
			path += " (does not exist)"
		}
		fmt.Fprintf(&b, "# %-8s %s\n", what+":", path)
	}
	dirs, journalPath, crash := settings.FindDirectories(from.Getenv), "", ""
	if dirs.State != "" {
		journalPath, crash = journal.New(dirs.State).Path(), filepath.Join(dirs.State, "crash.txt")
	}
	line("this", path)
	line("tokens", dirs.Config)
	line("journal", journalPath)
	line("crashes", crash)
	return b.String()
}

// configText returns the config file that config prints.
func configText() string { return settings.Template(choices()) }

// choices returns the values that settings can have.
func choices() settings.Choices {
	c := settings.Choices{DefaultURL: api.DefaultURL, Stripes: style.Stripes(), Themes: style.Themes(),
		Announcements: ui.Announcements()}
	columns := screen.ColumnNames()
	for _, pane := range []string{"servers", "backups", "snapshots"} {
		c.Columns = append(c.Columns, settings.Named{Name: pane, Values: columns[pane]})
	}
	keys := keymap.Default()
	for _, group := range keys.Groups() {
		for _, n := range group.Keys {
			c.Keys = append(c.Keys,
				settings.Named{Name: n.Name, Values: n.Binding.Keys(), Meaning: n.Binding.Help().Desc})
		}
	}
	return c
}
