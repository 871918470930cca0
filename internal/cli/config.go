package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"vpsdeck/api"
	"vpsdeck/internal/journal"
	"vpsdeck/internal/settings"
	"vpsdeck/keymap"
	"vpsdeck/model/query"
	"vpsdeck/ui"
	"vpsdeck/ui/screen"
	"vpsdeck/ui/style"
)

func configCommand(do *runFunc) *cobra.Command {
	var account func() settings.Flags
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Print a config file with every setting, its default and its meaning",
		Long: paragraphs(`
			Print a config file with every setting, its default and its meaning, and the paths in use. The output is
			a valid config file; saving it unchanged changes nothing.`),
		Example: lines(`
			# start your own config
			vpsdeck config init
			# after a change
			vpsdeck config check`),
		Args: cobra.NoArgs,
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
	cmd.AddCommand(configCheckCommand(do), configInitCommand(do))
	return cmd
}

func configCheckCommand(do *runFunc) *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check the config file",
		Long: paragraphs(`
			Check the config file, with all its profiles. It exits with 3 if there is an error, and names its line.
			No token is read and no request is sent.`),
		Example: "vpsdeck config check && sudo systemctl restart vpsdeck",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			flags := settings.Flags{ConfigFile: flagIfSet(cmd, "config", &path)}
			*do = func(context.Context) error { return checkConfig(cmd.OutOrStdout(), flags) }
			return nil
		},
	}
	cmd.Flags().StringVar(&path, "config", "", "config file to check instead of the default")
	return cmd
}

// checkConfig checks the settings of each account, as the dashboard does. The environment chooses
// only the file.
func checkConfig(out io.Writer, flags settings.Flags) error {
	load := func(flags settings.Flags) (settings.Settings, error) {
		from := sources(flags)
		from.Getenv = func(name string) string {
			if strings.HasPrefix(name, "VPS_") {
				return ""
			}
			return os.Getenv(name)
		}
		s, err := settings.Load(from)
		if err == nil {
			_, err = preferencesFrom(s)
		}
		return s, err
	}
	s, err := load(withProfile(flags, ""))
	for _, name := range s.Profiles {
		if err == nil {
			_, err = load(withProfile(flags, name))
		}
	}
	if err == nil {
		_, err = load(flags) // with default_profile
	}
	if err != nil {
		return err
	}
	text := "OK: " + s.Config
	switch _, err := os.Stat(s.Config); {
	case s.Config == "":
		text = "OK: there is no home directory, so there is no config file; the defaults apply"
	case err != nil:
		text = "OK: " + s.Config + " does not exist; the defaults apply"
	case len(s.Profiles) > 0:
		text += ", profiles " + strings.Join(s.Profiles, ", ")
	}
	_, err = fmt.Fprintln(out, text)
	return stdoutError(err)
}

func configInitCommand(do *runFunc) *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Write a config file with every setting and its default",
		Long: paragraphs(`
			Write a config file with every setting, its default and its meaning. It changes nothing until you edit
			it. A file that exists is never overwritten.`),
		Example: "vpsdeck config init",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			flags := settings.Flags{ConfigFile: flagIfSet(cmd, "config", &path)}
			*do = func(context.Context) error { return initConfig(cmd.OutOrStdout(), flags) }
			return nil
		},
	}
	cmd.Flags().StringVar(&path, "config", "", "file to write instead of the default")
	return cmd
}

func initConfig(out io.Writer, flags settings.Flags) error {
	path, _ := settings.ConfigPath(sources(flags))
	const header = "# The config of vpsdeck, with every setting and its default.\n"
	if err := settings.CreateConfig(path, header+configText()); err != nil {
		return err
	}
	_, err := fmt.Fprintln(out, "created "+path)
	return stdoutError(err)
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
		Announcements: ui.Announcements(), Panes: query.Panes, Orders: screen.OrderNames("servers")}
	for _, name := range style.ColourNames() {
		c.Colours = append(c.Colours, settings.Named{Name: name, Values: []string{"#7FE0FF"},
			Meaning: style.ColourMeaning(name)})
	}
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
