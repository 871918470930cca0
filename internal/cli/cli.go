package cli

import (
	"context"
	"errors"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"charm.land/fang/v2"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"vpsdeck/internal/app"
	"vpsdeck/internal/headless"
	"vpsdeck/internal/settings"
	"vpsdeck/model"
)

// runFunc is what a command line asks for. Parsing only picks it, so that every error of the parser is one of usage.
type runFunc func(context.Context) error

// execute parses the command line, then does what it asks for.
func execute(ctx context.Context, args []string) error {
	return executeWithTiming(ctx, args, timing{clock: headless.WallClock{}, completionTimeout: 2 * time.Second})
}

// executeWithTiming is execute with the machine's time in the hands of the caller.
func executeWithTiming(ctx context.Context, args []string, on timing) error {
	err := parseAndRun(ctx, args, on)
	if slices.Contains(args, "check") && slices.Contains(args, "--nagios") { // also where the command line is wrong
		return headless.ReportPluginError(os.Stdout, err)
	}
	return err
}

func parseAndRun(ctx context.Context, args []string, on timing) error {
	var do runFunc
	helped := false
	root := rootCommand(&do, on)
	root.SetArgs(args)
	root.SetHelpFunc(func(*cobra.Command, []string) { helped = true })
	cmd, err := root.ExecuteC()
	switch {
	case err != nil:
		return usageError(cmd, err)
	case helped && !cmd.Runnable() && cmd.Flags().NArg() > 0: // cobra answers a wrong word with help, as if all were well
		return usageError(cmd, cobra.NoArgs(cmd, cmd.Flags().Args()))
	case helped:
		// fang draws the help and nothing else: on an error it would first ask the terminal for its background, wait for
		// seconds where none answers, and swallow what is typed meanwhile.
		return fang.Execute(ctx, root, fang.WithoutManpage(), fang.WithoutVersion())
	case do != nil:
		return do(ctx)
	}
	return nil
}

func rootCommand(do *runFunc, on timing) *cobra.Command {
	var demo, ascii bool
	var common func() settings.Flags
	root := &cobra.Command{
		Use:   "vpsdeck",
		Short: "A terminal dashboard for the backups and snapshots of VPS.org servers.",
		Long: "A terminal dashboard for the backups and snapshots of VPS.org servers.\n\n" +
			"The API token comes from VPS_API_TOKEN, from the token_file named in the config, or from where it was kept " +
			"before; it is asked for when there is none. The config is ~/.config/vpsdeck/config.toml; it can have a profile for " +
			"each of several accounts, and vpsdeck config prints all that can stand in it.",
		Example: "# look around on a simulated account\nvpsdeck --demo\n" +
			"# look at the real one, with nothing that can be changed\nvpsdeck --read-only",
		Version:       app.Version(),
		Args:          cobra.NoArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if demo && cmd.Flags().Changed("api-url") {
				return settings.Errorf(settings.ExitUsage, "--demo and --api-url exclude each other: "+
					"the demo has an API of its own; see vpsdeck --help")
			}
			if demo && cmd.Flags().Changed("profile") {
				return settings.Errorf(settings.ExitUsage, "--demo and --profile exclude each other: "+
					"the demo is an account of its own; see vpsdeck --help")
			}
			flags := common()
			flags.ASCII = flagIfSet(cmd, "ascii", &ascii)
			*do = func(ctx context.Context) error { return openDashboard(ctx, flags, demo) }
			return nil
		},
	}
	root.SetVersionTemplate("vpsdeck {{.Version}}\n")
	flags := root.Flags()
	flags.BoolVar(&demo, "demo", false, "open a simulated account, on which every deed works and nothing is real")
	flags.BoolVar(&ascii, "ascii", false, "draw with ASCII characters alone")
	common = commonFlags(root)
	root.AddCommand(serveCommand(do), simCommand(do), manCommand(do))
	root.AddCommand(loginCommand(do), logoutCommand(do), profilesCommand(do), configCommand(do))
	root.AddCommand(headlessCommands(do, on)...)
	root.SetHelpCommand(helpCommand())
	addCompletion(root)
	return root
}

// commonFlags gives a command the flags of all that reach an account, and returns what they said once they are parsed.
func commonFlags(cmd *cobra.Command) func() settings.Flags {
	var readOnly bool
	account := accountFlags(cmd)
	cmd.Flags().BoolVar(&readOnly, "read-only", false, "take away everything that changes anything")
	return func() settings.Flags {
		flags := account()
		flags.ReadOnly = flagIfSet(cmd, "read-only", &readOnly)
		return flags
	}
}

// accountFlags gives a command the flags that choose an account.
func accountFlags(cmd *cobra.Command) func() settings.Flags {
	var apiURL, config, profile string
	flags := cmd.Flags()
	flags.StringVar(&apiURL, "api-url", "", "the API's URL, in the place of VPS_API_URL")
	flags.StringVar(&config, "config", "", "the config file to read, in the place of the usual one")
	flags.StringVar(&profile, "profile", "", "the account: a profile of the config, or none; in the place of VPS_PROFILE")
	said := func() settings.Flags {
		return settings.Flags{
			APIURL: flagIfSet(cmd, "api-url", &apiURL), ConfigFile: flagIfSet(cmd, "config", &config), Profile: flagIfSet(cmd, "profile", &profile),
		}
	}
	registerCompletion(cmd, "profile", completeProfiles(said))
	return said
}

// flagIfSet is the flag's value if the command line has the flag, so that --read-only=false can overrule the config.
func flagIfSet[T any](cmd *cobra.Command, name string, value *T) *T {
	if cmd.Flags().Changed(name) {
		return value
	}
	return nil
}

// helpCommand replaces cobra's, which meets an unknown command with exit code 0 and a page of usage.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [command]",
		Short: "Help about a command",
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return usageError(cmd.Root(), cobra.NoArgs(cmd.Root(), args))
			}
			return about.Help()
		},
	}
}

// badValuePattern matches what the flag library says of a value of the wrong type, up to where it quotes Go's own error.
var badValuePattern = regexp.MustCompile(`^invalid argument (".*") for "(--[a-z-]+)" flag: `)

// usageError puts a parser's error into one line, and says where to read on.
func usageError(cmd *cobra.Command, err error) error {
	if fault := new(settings.Error); errors.As(err, &fault) {
		return fault
	}
	what, _, _ := strings.Cut(err.Error(), "\n") // cobra's suggestions take lines of their own
	what += suggestion(cmd, what)
	if parts := badValuePattern.FindStringSubmatch(what); parts != nil {
		what = parts[2] + " cannot be " + parts[1]
		if flag := cmd.Flags().Lookup(strings.TrimPrefix(parts[2], "--")); flag != nil {
			what += ": it takes " + flagTypeNames[flag.Value.Type()]
		}
	}
	if strings.HasPrefix(what, "unknown flag: --token") {
		what += ", as other users of this machine can read flags: set VPS_API_TOKEN"
	}
	return settings.Errorf(settings.ExitUsage, "%s; see %s --help", what, cmd.CommandPath())
}

// unknownPattern matches what the parser says of a word that it does not know.
var unknownPattern = regexp.MustCompile(`^unknown (?:command "(.*)" for "|flag: --(.*)$)`)

// suggestion is “; did you mean …?” for a command or a flag that is misspelt, or "".
func suggestion(cmd *cobra.Command, what string) string {
	parts := unknownPattern.FindStringSubmatch(what)
	if parts == nil {
		return ""
	}
	var known []string
	if parts[1] != "" {
		for _, c := range cmd.Commands() {
			if c.IsAvailableCommand() {
				known = append(known, c.Name())
			}
		}
		return model.DidYouMean(parts[1], known)
	}
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			known = append(known, "--"+f.Name)
		}
	})
	return model.DidYouMean("--"+parts[2], known)
}

// flagTypeNames names the flags' types as people do.
var flagTypeNames = map[string]string{
	"bool":    "true or false",
	"int":     "a whole number",
	"uint64":  "a whole number, 0 or above",
	"float64": "a number",
}
