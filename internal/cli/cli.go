package cli

import (
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"charm.land/fang/v2"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"vpsdeck/internal/app"
	"vpsdeck/internal/clock"
	"vpsdeck/internal/headless"
	"vpsdeck/internal/settings"
	"vpsdeck/model"
	"vpsdeck/ui"
	"vpsdeck/ui/command"
)

// runFunc is the action of a command line. Parsing only selects it, so that every error of the
// parser is a usage error.
type runFunc func(context.Context) error

// execute parses and runs the command line.
func execute(ctx context.Context, args []string) error {
	return executeWithTiming(ctx, args,
		timing{clock: command.WallClock{}, wait: clock.Sleep, completionTimeout: 2 * time.Second})
}

// executeWithTiming is execute with a clock and a timeout that the caller chooses.
func executeWithTiming(ctx context.Context, args []string, tm timing) error {
	err := parseAndRun(ctx, args, tm)
	if slices.Contains(args, "check") && slices.ContainsFunc(args, asksForPlugin) { // also if the line is wrong
		return headless.ReportPluginError(os.Stdout, err)
	}
	return err
}

// asksForPlugin reports whether an argument is --nagios, with or without a value.
func asksForPlugin(arg string) bool {
	value, valued := strings.CutPrefix(arg, "--nagios=")
	on, err := strconv.ParseBool(value)
	return arg == "--nagios" || valued && on && err == nil
}

func parseAndRun(ctx context.Context, args []string, tm timing) error {
	var do runFunc
	helped := false
	out := &standardOutput{File: os.Stdout}
	root := rootCommand(&do, tm, out)
	root.SetArgs(args)
	root.SetHelpFunc(func(*cobra.Command, []string) { helped = true })
	cmd, err := root.ExecuteC()
	switch {
	case out.err != nil: // of the version or the completions, which cobra writes
		return stdoutError(out.err)
	case err != nil:
		return usageError(cmd, err)
	// cobra would answer an unknown word with help and exit code 0
	case helped && !cmd.Runnable() && cmd.Flags().NArg() > 0:
		return usageError(cmd, cobra.NoArgs(cmd, cmd.Flags().Args()))
	case helped:
		// fang renders only the help. For an error it would first query the terminal's background,
		// wait seconds for an answer, and swallow what is typed meanwhile.
		showFlagArguments(root)
		err := fang.Execute(ctx, root, fang.WithoutManpage(), fang.WithoutVersion())
		return cmp.Or(stdoutError(out.err), err)
	case do != nil:
		return do(ctx)
	}
	return nil
}

// standardOutput keeps the first error of writing, which the libraries ignore, or print as it is.
type standardOutput struct {
	*os.File // fang asks whether it is a terminal
	err      error
}

// Write writes to standard output.
func (s *standardOutput) Write(p []byte) (int, error) {
	n, err := s.File.Write(p)
	s.err = cmp.Or(s.err, err)
	return n, err
}

// WriteString writes to standard output.
func (s *standardOutput) WriteString(text string) (int, error) { return s.Write([]byte(text)) }

func rootCommand(do *runFunc, tm timing, out io.Writer) *cobra.Command {
	var demo, ascii bool
	var common func() settings.Flags
	var start func([]string) (ui.Start, error)
	root := &cobra.Command{
		Use:   "vpsdeck [SERVER]",
		Short: "A terminal dashboard for the backups and snapshots of VPS.org servers.",
		Long: paragraphs(`
			A terminal dashboard for the backups and snapshots of VPS.org servers.

			The API token comes from VPS_API_TOKEN, from the token source in the config, or from vpsdeck login. If
			there is none, vpsdeck asks for it. The config file is ~/.config/vpsdeck/config.toml. It can have a
			profile for each of several accounts; vpsdeck config prints every setting.`),
		Example: lines(`
			# open the page of a server
			vpsdeck web-server-01
			# open the servers with an overdue backup
			vpsdeck --filter 'health:overdue'
			# try it on a simulated account
			vpsdeck --demo
			# open your account with all changes disabled
			vpsdeck --read-only`),
		Version:       app.ReadBuild().Details(),
		Args:          checkStartArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if demo && cmd.Flags().Changed("api-url") {
				return settings.Errorf(settings.ExitUsage,
					"--demo and --api-url cannot be combined: the demo has its own API; see vpsdeck --help")
			}
			if demo && cmd.Flags().Changed("profile") {
				return settings.Errorf(settings.ExitUsage,
					"--demo and --profile cannot be combined: the demo has its own account; see vpsdeck --help")
			}
			first, err := start(args)
			if err != nil {
				return err
			}
			flags := common()
			flags.ASCII = flagIfSet(cmd, "ascii", &ascii)
			*do = func(ctx context.Context) error { return openDashboard(ctx, flags, demo, first) }
			return nil
		},
	}
	root.SetOut(out)
	root.SetVersionTemplate("vpsdeck {{.Version}}\n")
	flags := root.Flags()
	flags.BoolVar(&demo, "demo", false,
		"open a simulated account: every action works, nothing is real, and its clock runs 60 times faster")
	flags.BoolVar(&ascii, "ascii", false, "draw with ASCII characters only")
	common = commonFlags(root)
	start = startFlags(root, common)
	completeNames := completeServersBy(common, tm, false)
	root.ValidArgsFunction = func(cmd *cobra.Command, args []string,
		prefix string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if prefix == "" || len(args) > 0 || demo { // commands do not wait for the account
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return completeNames(cmd, args, prefix)
	}
	root.AddCommand(serveCommand(do), watchCommand(do), simCommand(do), manCommand(do))
	root.AddCommand(loginCommand(do), logoutCommand(do), profilesCommand(do), configCommand(do),
		versionCommand(do))
	root.AddCommand(headlessCommands(do, tm)...)
	root.SetHelpCommand(helpCommand())
	addCompletion(root)
	return root
}

// commonFlags adds the flags of every command that opens an account. What it returns gives their
// values after parsing.
func commonFlags(cmd *cobra.Command) func() settings.Flags {
	var readOnly bool
	account := accountFlags(cmd)
	cmd.Flags().BoolVar(&readOnly, "read-only", false, "disable all changes")
	return func() settings.Flags {
		flags := account()
		flags.ReadOnly = flagIfSet(cmd, "read-only", &readOnly)
		return flags
	}
}

// accountFlags adds the flags that choose an account. What it returns gives their values after
// parsing.
func accountFlags(cmd *cobra.Command) func() settings.Flags {
	var apiURL, config, profile string
	flags := cmd.Flags()
	flags.StringVar(&apiURL, "api-url", "", "address of the API; overrides VPS_API_URL")
	flags.StringVar(&config, "config", "", "config file to read instead of the default")
	flags.StringVar(&profile, "profile", "", "account to use: a profile of the config, or none; overrides VPS_PROFILE")
	parsed := func() settings.Flags {
		return settings.Flags{
			APIURL: flagIfSet(cmd, "api-url", &apiURL), ConfigFile: flagIfSet(cmd, "config", &config),
			Profile: flagIfSet(cmd, "profile", &profile),
		}
	}
	registerCompletion(cmd, "profile", completeProfiles(parsed))
	return parsed
}

// flagIfSet returns the flag's value if the command line has the flag, else nil. So
// --read-only=false can override the config.
func flagIfSet[T any](cmd *cobra.Command, name string, value *T) *T {
	if cmd.Flags().Changed(name) {
		return value
	}
	return nil
}

// helpCommand replaces cobra's, which answers an unknown command with exit code 0 and the usage
// page.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [command]",
		Short: "Show help for a command",
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return usageError(cmd.Root(), cobra.NoArgs(cmd.Root(), args))
			}
			return about.Help()
		},
	}
}

// badValuePattern matches the flag library's message for a value of the wrong type, up to Go's own
// error.
var badValuePattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^invalid argument (".*") for "(--[a-z-]+)" flag: `)
})

// usageError turns a parser's error into one line that points to the help.
func usageError(cmd *cobra.Command, err error) error {
	if known := new(settings.Error); errors.As(err, &known) {
		return known
	}
	what, _, _ := strings.Cut(err.Error(), "\n") // cobra's suggestions follow on further lines
	what += suggestion(cmd, what)
	if parts := badValuePattern().FindStringSubmatch(what); parts != nil {
		what = parts[2] + " cannot be " + parts[1]
		if flag := cmd.Flags().Lookup(strings.TrimPrefix(parts[2], "--")); flag != nil {
			what += ": it takes " + flagTypeNames[flag.Value.Type()]
		}
	}
	if strings.HasPrefix(what, "unknown flag: --token") {
		what += " (other users of this machine could read it): set VPS_API_TOKEN"
	}
	return settings.Errorf(settings.ExitUsage, "%s; see %s --help", what, cmd.CommandPath())
}

// unknownPattern matches the parser's message for an unknown command or flag.
var unknownPattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^unknown (?:command "(.*)" for "|flag: --(.*)$)`)
})

// suggestion returns “; did you mean …?” for a misspelt command or flag, or "".
func suggestion(cmd *cobra.Command, what string) string {
	parts := unknownPattern().FindStringSubmatch(what)
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

// flagTypeNames describes the flags' types for messages.
var flagTypeNames = map[string]string{
	"bool":    "true or false",
	"int":     "a whole number",
	"uint64":  "a whole number, 0 or above",
	"float64": "a number",
}
