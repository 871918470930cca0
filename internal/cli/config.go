package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"vpsdeck/api"
	"vpsdeck/internal/journal"
	"vpsdeck/internal/settings"
	"vpsdeck/keymap"
	"vpsdeck/model"
	"vpsdeck/ui"
	"vpsdeck/ui/screen"
	"vpsdeck/ui/style"
)

func configCommand(do *runFunc) *cobra.Command {
	var account func() settings.Flags
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Print the config file with every setting, its default, and what it means",
		Long: "Print the config file with every setting, its default, and what it means, and the paths that are in use. What it " +
			"prints is a config file: nothing changes by saving it as it is.",
		Example: "# begin a config of one's own\nvpsdeck config > ~/.config/vpsdeck/config.toml",
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

// pathsInUse tells where the program's files are. It does not read the config, so that one that is broken is no obstacle.
func pathsInUse(from settings.Sources) string {
	var b strings.Builder
	b.WriteString("# The config of vpsdeck, with every setting and its default.\n")
	path, _ := settings.ConfigPath(from)
	line := func(what, path string) {
		switch _, err := os.Stat(path); {
		case path == "":
			path = "nowhere: set HOME"
		case err != nil:
			path += " (not there)"
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

// configText is all settings. A line that begins with #, without a space behind it, is a setting that has no default: it
// holds once the # is gone.
func configText() string {
	usual := model.DefaultPolicy()
	list := func(names []string) string { return strings.Join(names, ", ") }
	return `
# The account. VPS_API_URL and VPS_API_TOKEN override these settings, and --api-url overrides VPS_API_URL.
api_url = ` + strconv.Quote(api.DefaultURL) + `
#ca_file = "company-ca.pem"            # a private CA, PEM; paths are relative to this file, ~/ is the home directory
# The source of the token: one of these. Without any, it is what vpsdeck login saved in the keyring or in a file.
#token_env = "VPS_WORK_TOKEN"          # an environment variable
#token_file = "work-token"             # a file that only you can read
#token_command = "pass show vps/work"  # prints one line; runs without a shell, for at most 30 seconds
read_only = false                      # true: disable all changes
confirm = "` + settings.ConfirmNormal + `"                      # or "` + settings.ConfirmStrict + `": every deletion needs the server's name typed
#stripe = "red"                        # marks the account at the edge of the screen: ` + list(style.Stripes()) + `

# The profile to start with. --profile, VPS_PROFILE and an account in the environment override it.
#default_profile = "work"

# The screen. Changes apply while vpsdeck runs.
theme = "` + string(style.Auto) + `"         # ` + list(style.Themes()) + `
ascii = false          # draw with ASCII characters only
mouse = true           # use the mouse
motion = true          # false: no moving progress bars, in the window or in the terminal's title
notify = "` + string(ui.AnnounceNone) + `"        # how to announce the end of an operation: ` + list(ui.Announcements()) + `

# The columns of each pane, from left to right. A narrow pane drops some of them.
[columns]
` + columnLines() + `
# Keys, by the name of what they do; [] disables one.
[keys]
` + keyLines() + `
# What servers must have to be covered. The first matching rule applies. Each kind counts separately: a snapshot is no backup.
# Write ages like 26h or 7d; 0h allows any age. A rule with only "0h" and 0 requires nothing.
[[policy]]
#server = "db-*"
#location = "us-*"
backup_max_age = "` + fmt.Sprintf("%gh", usual.Backups.MaxAge.Hours()) + `"    # maximum age of the newest usable backup
snapshot_max_age = "0h"   # maximum age of the newest usable snapshot
min_backups = ` + strconv.Itoa(usual.Backups.Min) + `           # minimum number of usable backups; with a maximum age, at least one is required
min_snapshots = ` + strconv.Itoa(usual.Snapshots.Min) + `

# How S connects to a server. The first rule with a matching name applies. Without one, it is plain ssh to its address.
#[[ssh]]
#server = "db-*"
#user = "root"
#port = 22
#command = ["ssh", "-J", "jump.example.com"]

# Custom commands for the server under the cursor, each with a key and a name. {id}, {name} and {ip} are replaced.
#[[command]]
#key = "P"
#name = "ping"
#run = ["ping", "-c", "4", "{ip}"]
#shell = false          # true: run is one line for sh
#confirm = false        # true: ask first
#dangerous = false      # true: needs the server's name typed, and is disabled in read-only mode

# Other accounts. Switch with --profile, or with : in the dashboard. A profile can have all account settings above, and its
# own policy. Settings that it leaves out are taken from above, except for the token.
#[profile.work]
#api_url = ` + strconv.Quote(api.DefaultURL) + `
#token_command = "pass show vps/work"
#read_only = true
#stripe = "red"
#confirm = "strict"
#[[profile.work.policy]]
#backup_max_age = "12h"
`
}

func columnLines() string {
	var b strings.Builder
	all := screen.ColumnNames()
	for _, pane := range []string{"servers", "backups", "snapshots"} {
		fmt.Fprintf(&b, "#%s = %s\n", pane, tomlList(all[pane]))
	}
	return b.String()
}

func keyLines() string {
	var b strings.Builder
	keys := keymap.Default()
	for _, group := range keys.Groups() {
		for _, n := range group.Keys {
			fmt.Fprintf(&b, "#%-18s = %-28s # %s\n", strconv.Quote(n.Name), tomlList(n.Binding.Keys()), n.Binding.Help().Desc)
		}
	}
	return b.String()
}

func tomlList(texts []string) string {
	quoted := make([]string, len(texts))
	for i, t := range texts {
		quoted[i] = strconv.Quote(t)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
