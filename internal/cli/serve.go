package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"

	"github.com/spf13/cobra"

	"vpsdeck/internal/app"
	"vpsdeck/internal/settings"
	"vpsdeck/internal/sshd"
	"vpsdeck/ui/command"
)

// serveOptions is what a command line says of a server.
type serveOptions struct {
	address, hostKey, users, log string
	demo, check                  bool
	limits                       sshd.Limits
	flags                        func() settings.Flags
}

func serveCommand(do *runFunc) *cobra.Command {
	var s serveOptions
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the dashboard to a team over SSH",
		Long: "Serve the dashboard to a team over SSH: the API token stays here, everybody sees the same operations, and it is written " +
			"down who did what. Who may come in stands in a users file, authorized_keys lines with a name and a role each; nobody " +
			"else does, and there is no shell. docs/SERVING.md tells how to set it up.",
		Example: "# serve the account\nvpsdeck serve --users users --host-key host_key\n# see whether all files are right\nvpsdeck serve --users users --check",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if s.demo && (cmd.Flags().Changed("api-url") || cmd.Flags().Changed("profile")) {
				return settings.Errorf(settings.ExitUsage, "--demo and an account exclude each other: the demo has an account of its own; see vpsdeck serve --help")
			}
			if s.users == "" {
				return settings.Errorf(settings.ExitUsage, "--users is missing: without a users file nobody may come in; see vpsdeck serve --help")
			}
			if s.log != "text" && s.log != "json" {
				return settings.Errorf(settings.ExitUsage, "--log cannot be %q: there are text and json", s.log)
			}
			*do = func(ctx context.Context) error { return s.run(ctx, cmd.ErrOrStderr(), cmd.OutOrStdout()) }
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&s.address, "listen", "127.0.0.1:23234", "where to listen")
	flags.StringVar(&s.hostKey, "host-key", "", "the file of the host key, made at the first start (default: host_key in the state directory)")
	flags.StringVar(&s.users, "users", "", "the users file")
	flags.StringVar(&s.log, "log", "text", "how to log to standard error: text or json")
	flags.BoolVar(&s.demo, "demo", false, "serve a simulated account, on which every deed works and nothing is real")
	flags.BoolVar(&s.check, "check", false, "see whether all files are right, and end")
	flags.IntVar(&s.limits.Sessions, "sessions", 500, "sessions at once, in all")
	flags.IntVar(&s.limits.PerUser, "sessions-per-user", 10, "sessions at once, of one user")
	flags.IntVar(&s.limits.PerAddress, "sessions-per-address", 50, "sessions at once, from one address")
	flags.IntVar(&s.limits.LoginsPerMinute, "logins-per-minute", 30, "tries to log in, from one address in a minute")
	flags.DurationVar(&s.limits.Idle, "idle", 0, "end a session in which no key was pressed for so long (default 30m)")
	flags.DurationVar(&s.limits.MaxSession, "total", 0, "end a session after so long (default 12h)")
	s.flags = accountFlags(cmd)
	return cmd
}

// run checks everything, and then serves until it is told to end.
func (s serveOptions) run(ctx context.Context, errs, out io.Writer) error {
	flags := s.flags()
	if s.demo {
		flags = withProfile(flags, "")
	}
	conf, err := settings.Load(sources(flags))
	if err != nil {
		return err
	}
	if s.hostKey == "" {
		if conf.State == "" {
			return settings.Errorf(settings.ExitUsage, "--host-key is missing, and there is no state directory to keep one in: name a file")
		}
		s.hostKey = filepath.Join(conf.State, "host_key")
	}
	if s.check {
		return s.runCheck(ctx, conf, out)
	}
	defer runtime.KeepAlive(app.TuneGC(app.GCPercentServer))
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM, os.Interrupt)
	defer stop()
	asking, end := context.WithCancel(context.WithoutCancel(ctx)) // the last deeds are still answered while it drains
	defer end()
	listener, err := sshd.Listen(s.address)
	if err != nil {
		return serverError(err)
	}
	o, err := openSharedAccount(asking, conf, s.demo)
	if err != nil {
		_ = listener.Close()
		return err
	}
	defer o.close()
	log := slog.New(s.logHandler(errs))
	if conf.State == "" && !s.demo {
		log.Warn(noJournalWarning)
	}
	server, err := sshd.New(sshd.Options{
		HostKey: s.hostKey, Users: s.users, Limits: s.limits, Log: log, Open: o.openSession, Notice: newNotice,
	})
	if err != nil {
		_ = listener.Close()
		return serverError(err)
	}
	return serverError(server.Serve(ctx, listener))
}

func (s serveOptions) logHandler(errs io.Writer) slog.Handler {
	if s.log == "json" {
		return slog.NewJSONHandler(errs, nil)
	}
	return slog.NewTextHandler(errs, nil)
}

// runCheck says whether everything is as a start needs it. It makes nothing and asks nobody.
func (s serveOptions) runCheck(ctx context.Context, conf settings.Settings, out io.Writer) error {
	users, err := sshd.LoadUsers(s.users)
	if err != nil {
		return serverError(err)
	}
	there, err := sshd.CheckHostKey(s.hostKey)
	if err != nil {
		return serverError(err)
	}
	if _, err := preferencesFrom(conf); err != nil {
		return err
	}
	if !s.demo {
		tokens := settings.NewTokens(conf, os.Getenv)
		if _, err := tokens.Find(ctx); err != nil {
			return missingTokenError(tokens, err)
		}
	}
	key, account := s.hostKey, conf.Host
	if s.demo {
		account = "simulated"
	}
	if !there {
		key += " (made at the first start)"
	}
	_, err = fmt.Fprintf(out, "all is fine: %s in %s, host key %s, account %s\n", users, s.users, key, account)
	return stdoutError(err)
}

// serverError puts what is wrong with the server's files in the program's terms.
func serverError(err error) error {
	var t *sshd.Error
	if errors.As(err, &t) {
		return settings.Errorf(settings.ExitConfig, "%s", t.Message())
	}
	return err
}

func missingTokenError(tokens *settings.Tokens, err error) error {
	if errors.Is(err, settings.ErrNoToken) {
		return tokens.MissingError()
	}
	return err
}

// connectClient is the client of the real account. Its token is tried, so that a server does not start with one that is refused.
func connectClient(ctx context.Context, door *access) (command.Client, error) {
	token, err := door.tokens.Find(ctx)
	if err != nil {
		return nil, missingTokenError(door.tokens, err)
	}
	return door.Connect(ctx, command.NewSecret(token.Value.Reveal()))
}
