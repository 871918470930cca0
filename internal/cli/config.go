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

// configText returns all settings as a config file. A line that begins with # without a space is a
// setting without a default: removing the # sets it.
func configText() string {
	usual := model.DefaultPolicy()
	list := func(names []string) string { return strings.Join(names, ", ") }
	return `
# The account. VPS_API_URL and VPS_API_TOKEN override this file, and --api-url overrides both.
api_url = ` + strconv.Quote(api.DefaultURL) + `
#ca_file = "company-ca.pem"            # a private CA, PEM; paths are relative to this file, ~/ is the home directory
# Where the token comes from: one of these. Without any, vpsdeck uses the token that vpsdeck login saved in the keyring or a file.
#token_env = "VPS_WORK_TOKEN"          # an environment variable
#token_file = "work-token"             # a file that only you can read (mode 0600)
#token_command = "pass show vps/work"  # prints one line; runs without a shell, at most 30 seconds
read_only = false                      # true: all changes are disabled
confirm = "` + settings.ConfirmNormal + `"                      # or "` + settings.ConfirmStrict + `": every deletion needs the server's name typed
#stripe = "red"                        # colour at the edge that marks the account: ` + list(style.Stripes()) + `

# The profile to start with. --profile and VPS_PROFILE override it, and so does an account in the environment.
#default_profile = "work"

# The screen. Changes apply while vpsdeck runs.
theme = "` + string(style.Auto) + `"         # ` + list(style.Themes()) + `
ascii = false          # draw with ASCII characters only
mouse = true           # use the mouse
motion = true          # false: no progress bars, in the window or in the terminal's title
notify = "` + string(ui.AnnounceNone) + `"        # how the end of an operation is announced: ` + list(ui.Announcements()) + `
confirm_quit = false   # true: q asks before it quits; ctrl+c never asks

# The columns of each pane, from left to right. Some are dropped in a narrow window.
[columns]
` + columnLines() + `
# Keys, by action name; [] disables one.
[keys]
` + keyLines() + `
# What a server must have to be covered. The first matching rule applies. Backups and snapshots are checked separately: a snapshot
# is not a backup. Ages are written like 26h or 7d; 0h is any age. A rule with only "0h" and 0 requires nothing.
[[policy]]
#server = "db-*"
#location = "us-*"
backup_max_age = "` + fmt.Sprintf("%gh", usual.Backups.MaxAge.Hours()) + `"    # maximum age of the newest usable backup
snapshot_max_age = "0h"   # maximum age of the newest usable snapshot
min_backups = ` + strconv.Itoa(usual.Backups.Min) + `           # minimum of usable backups; at least 1 if an age is set
min_snapshots = ` + strconv.Itoa(usual.Snapshots.Min) + `

# How S connects to a server. The first matching rule applies; without one, S runs plain ssh to the server's address.
#[[ssh]]
#server = "db-*"
#user = "root"
#port = 22
#command = ["ssh", "-J", "jump.example.com"]

# Custom commands, with a key and a name, for the server under the cursor: {id}, {name} and {ip} are replaced.
#[[command]]
#key = "P"
#name = "ping"
#run = ["ping", "-c", "4", "{ip}"]
#shell = false          # true: run is one line for sh
#confirm = false        # true: vpsdeck asks first
#dangerous = false      # true: needs the server's name typed, and is not available in read-only mode

# Other accounts: choose one with --profile, or with : in the dashboard. A profile can have all account settings above, and its
# own policies. What it leaves out is as above, except the token.
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
			fmt.Fprintf(&b, "#%-18s = %-28s # %s\n", strconv.Quote(n.Name), tomlList(n.Binding.Keys()),
				n.Binding.Help().Desc)
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
