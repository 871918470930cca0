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
# The account. VPS_API_URL and VPS_API_TOKEN come before what stands here, --api-url before both.
api_url = ` + strconv.Quote(api.DefaultURL) + `
#ca_file = "company-ca.pem"            # a private authority, PEM; paths are relative to this file, ~/ is the home directory
# Where the token comes from: one of these, or, without any, what vpsdeck login keeps in the keyring or in a file.
#token_env = "VPS_WORK_TOKEN"          # a variable of the environment
#token_file = "work-token"             # a file that only you can read
#token_command = "pass show vps/work"  # prints one line; run without a shell, for 30 seconds at most
read_only = false                      # nothing can be changed
confirm = "` + settings.ConfirmNormal + `"                      # or "` + settings.ConfirmStrict + `": every deletion wants its server's name typed
#stripe = "red"                        # marks the account at the edge: ` + list(style.Stripes()) + `

# The profile to begin with; --profile and VPS_PROFILE come before it, and so does an account in the environment.
#default_profile = "work"

# The screen. It follows this file while it runs.
theme = "` + string(style.Auto) + `"         # ` + list(style.Themes()) + `
ascii = false          # draw with ASCII characters alone
mouse = true           # listen to the mouse
motion = true          # false: no bars that fill, in the window or in the terminal's title
notify = "` + string(ui.AnnounceNone) + `"        # the end of an operation: ` + list(ui.Announcements()) + `

# Which columns a pane shows, from left to right; some go where there is no room.
[columns]
` + columnLines() + `
# Keys by the name of what they do; [] switches one off.
[keys]
` + keyLines() + `
# What servers must have to be covered: the first rule that fits holds. Each kind is judged by itself: a snapshot is no backup.
# Ages are written like 26h or 7d; 0h is any age. A rule of "0h" and 0 throughout asks for nothing.
[[policy]]
#server = "db-*"
#location = "us-*"
backup_max_age = "` + fmt.Sprintf("%gh", usual.Backups.MaxAge.Hours()) + `"    # the newest usable backup may be this old
snapshot_max_age = "0h"   # the newest usable snapshot
min_backups = ` + strconv.Itoa(usual.Backups.Min) + `           # at least so many usable ones; with an age, one is always wanted
min_snapshots = ` + strconv.Itoa(usual.Snapshots.Min) + `

# How S gets to a server: the first rule whose name fits holds, and without one plain ssh to its address.
#[[ssh]]
#server = "db-*"
#user = "root"
#port = 22
#command = ["ssh", "-J", "jump.example.com"]

# Commands of one's own, with a key and a name, on the server under the cursor: {id}, {name} and {ip} stand for it.
#[[command]]
#key = "P"
#name = "ping"
#run = ["ping", "-c", "4", "{ip}"]
#shell = false          # true: run is one line for sh
#confirm = false        # true: it asks first
#dangerous = false      # true: it wants the server's name typed, and is not there where nothing can be changed

# Other accounts, switched between with --profile, or with : in the dashboard. A profile can have all the settings of an
# account above, and a policy of its own. What it leaves open is as above; its token never is.
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
