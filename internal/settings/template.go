package settings

import (
	"fmt"
	"strconv"
	"strings"

	"vpsdeck/model"
)

// Choices are the values that settings can have. Other packages define them.
type Choices struct {
	DefaultURL    string
	Stripes       []string
	Themes        []string // the first is the default
	Colours       []Named  // of a theme
	Announcements []string // the first is the default
	Columns       []Named  // of each pane
	Keys          []Named  // of each key binding
	Panes         []string // of saved views
	Orders        []string // of the servers' pane
}

// Named is a setting of a table, with its default as a list.
type Named struct {
	Name    string
	Values  []string
	Meaning string // "" if the name says it
}

// Template returns all settings as a config file. A line that begins with # without a space is a
// setting without a default: removing the # sets it.
func Template(c Choices) string {
	usual := model.DefaultPolicy()
	list := func(names []string) string { return strings.Join(names, ", ") }
	return `
# The account. VPS_API_URL and VPS_API_TOKEN override this file, and --api-url overrides both.
api_url = ` + strconv.Quote(c.DefaultURL) + `
#ca_file = "company-ca.pem"            # a private CA, PEM; paths are relative to this file, ~/ is the home directory
# Where the token comes from: one of these. Without any, vpsdeck uses the token that vpsdeck login saved in the keyring
# or a file.
#token_env = "VPS_WORK_TOKEN"          # an environment variable
#token_file = "work-token"             # a file that only you can read (mode 0600)
#token_command = "pass show vps/work"  # prints one line; runs without a shell, at most 30 seconds
read_only = false                      # true: all changes are disabled
confirm = "` + ConfirmNormal + `"                      # or "` + ConfirmStrict +
		`": every deletion needs the server's name typed
#stripe = "red"                        # colour at the edge that marks the account: ` + list(c.Stripes) + `
#panel_url = "https://panel.example.com/servers/{id}"   # a server's page for W; without it: the panel's first page

# The profile to start with. --profile and VPS_PROFILE override it, and so does an account in the environment.
#default_profile = "work"

# The screen. Changes apply while vpsdeck runs.
ascii = false          # draw with ASCII characters only
mouse = true           # use the mouse
confirm_quit = false   # true: q asks before it quits
motion = true          # false: no progress bars, in the window or in the terminal's title
notify = "` + c.Announcements[0] + `"        # how the end of an operation is announced: ` + list(c.Announcements) + `

# The colours: a theme, of which any colour can be replaced. theme = "dark" above is short for a base alone.
# A colour is "#RRGGBB", a number from 0 to 255, or a name of the terminal's 16 colours, such as "bright-cyan".
[theme]
base = "` + c.Themes[0] + `"          # ` + list(c.Themes) + `
` + colourLines(c.Colours) + `
# The columns of each pane, from left to right. Some are dropped in a narrow window.
[columns]
` + tableLines(c.Columns) + `
# Keys, by action name; [] disables one.
[keys]
` + tableLines(c.Keys) + `
# Saved views: a pane with a filter and an order, under a key. Without a key, they have the numbers from 4 on.
#[[view]]
#name = "overdue"
#key = "f2"
#pane = "servers"       # ` + list(c.Panes) + `; backups and snapshots are those of all servers
#filter = "health:overdue"
#order = "name"         # ` + list(c.Orders) + `; "-name" is the reverse order

# Which restore points a clean-up (c) and vpsdeck prune keep: see docs/RETENTION.md.
#[[retention]]
#server = "db-*"
#kind = "snapshots"     # or "backups"; without it: both
#keep_last = 2          # the newest 2
#keep_hourly = 24       # the newest of each of the last 24 hours that have one; the next four are like it
#keep_daily = 7
#keep_weekly = 4
#keep_monthly = 12
#keep_yearly = 3
#keep_within = "36h"    # all that are at most so much older than the newest one
#protect = ["known-good"]   # globs for names and descriptions that always stay
#automatic = false      # true: automatic backups can go too

# What a server must have to be covered. The first matching rule applies. Backups and snapshots are checked separately:
# a snapshot is not a backup. Ages are written like 26h or 7d; 0h is any age. A rule with only "0h" and 0 requires
# nothing.
[[policy]]
#server = "db-*"
#location = "us-*"
#plan = "Standard *"
#os = "Debian *"
backup_max_age = "` + fmt.Sprintf("%gh", usual.Backups.MaxAge.Hours()) + `"    # maximum age of the newest usable backup
snapshot_max_age = "0h"   # maximum age of the newest usable snapshot
min_backups = ` + strconv.Itoa(usual.Backups.Min) + `           # minimum of usable backups; at least 1 if an age is set
min_snapshots = ` + strconv.Itoa(usual.Snapshots.Min) + `
automatic = false         # true: an automatic backup must have succeeded, within backup_max_age

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

# Who is told of events by vpsdeck watch and vpsdeck serve: a program, or an address. See docs/MONITORING.md.
#[[hook]]
#on = ["failed", "stuck", "ended", "uncovered", "covered"]
#run = ["/usr/local/bin/tell-me"]      # gets the event as JSON on its standard input; runs without a shell
#[[hook]]
#on = ["failed", "uncovered"]
#url = "https://hooks.example.com/vpsdeck"   # gets the event as JSON; https, or http on this machine
#header = "Authorization"              # a header with a secret
#header_file = "hook-token"            # a file with its value, or header_env, a variable with it
#timeout = "10s"                       # of one delivery: 1s to 5m

# Other accounts: choose one with --profile, or with : in the dashboard. A profile can have all account settings above,
# and its own policies. What it leaves out is as above, except the token and the retention rules.
#[profile.work]
#api_url = ` + strconv.Quote(c.DefaultURL) + `
#token_command = "pass show vps/work"
#read_only = true
#stripe = "red"
#confirm = "strict"
#[[profile.work.policy]]
#backup_max_age = "12h"
#[[profile.work.retention]]
#keep_daily = 7
`
}

// colourLines lists the colours of a theme, each commented out with an example.
func colourLines(colours []Named) string {
	var b strings.Builder
	for _, c := range colours {
		fmt.Fprintf(&b, "#%-9s = %q   # %s\n", c.Name, c.Values[0], c.Meaning)
	}
	return b.String()
}

// tableLines lists the settings of a table, each commented out.
func tableLines(settings []Named) string {
	var b strings.Builder
	for _, s := range settings {
		if s.Meaning == "" {
			fmt.Fprintf(&b, "#%s = %s\n", s.Name, tomlList(s.Values))
		} else {
			fmt.Fprintf(&b, "#%-18s = %-28s # %s\n", strconv.Quote(s.Name), tomlList(s.Values), s.Meaning)
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
