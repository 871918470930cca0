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
	"syscall"

	"github.com/spf13/cobra"

	"vpsdeck/internal/app"
	"vpsdeck/internal/settings"
	"vpsdeck/internal/sshd"
	"vpsdeck/model"
)

// serveOptions are the flags of serve.
type serveOptions struct {
	address, hostKey, users, log string
	metrics                      string // address of the metrics; "": none
	metricsPublic                bool   // it may be reached from other machines
	demo, check                  bool
	limits                       sshd.Limits
	flags                        func() settings.Flags
}

func serveCommand(do *runFunc) *cobra.Command {
	var s serveOptions
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the dashboard to a team over SSH",
		Long: paragraphs(`
			Serve the dashboard to a team over SSH. The API token stays on this machine, everybody sees the same
			operations, and the journal records who did what. Only the keys in the users file can log in: it has
			authorized_keys lines with a name and a role each. There is no shell. docs/SERVING.md explains the setup.`),
		Example: lines(`
			# serve the account
			vpsdeck serve --users users --host-key host_key
			# check all files
			vpsdeck serve --users users --check`),
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if s.demo && (cmd.Flags().Changed("api-url") || cmd.Flags().Changed("profile")) {
				return settings.Errorf(settings.ExitUsage, "--demo cannot be combined with --api-url or --profile: "+
					"the demo has its own account; see vpsdeck serve --help")
			}
			if s.users == "" {
				return settings.Errorf(settings.ExitUsage,
					"--users is missing: without a users file nobody can log in; see vpsdeck serve --help")
			}
			if err := s.checkLimits(); err != nil {
				return err
			}
			if s.log != "text" && s.log != "json" {
				return settings.Errorf(settings.ExitUsage, "--log cannot be %q; valid: text, json", s.log)
			}
			if err := s.checkMetricsAddress(); err != nil {
				return err
			}
			*do = func(ctx context.Context) error { return s.run(ctx, cmd.ErrOrStderr(), cmd.OutOrStdout()) }
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&s.address, "listen", "127.0.0.1:23234", "address to listen on")
	flags.StringVar(&s.hostKey, "host-key", "",
		"host key file, created at the first start (default: host_key in the state directory)")
	flags.StringVar(&s.users, "users", "", "users file: who may log in")
	flags.StringVar(&s.log, "log", "text", "format of the log on standard error: text or json")
	flags.StringVar(&s.metrics, "metrics", "", "address for /metrics, /healthz and /readyz, such as 127.0.0.1:9468")
	flags.BoolVar(&s.metricsPublic, "metrics-public", false,
		"allow --metrics on an address that other machines can reach: there is no login")
	flags.BoolVar(&s.demo, "demo", false,
		"serve a simulated account: every action works, nothing is real, and its clock runs 60 times faster")
	flags.BoolVar(&s.check, "check", false, "check all files and exit")
	flags.IntVar(&s.limits.Sessions, "sessions", 500, "maximum number of sessions")
	flags.IntVar(&s.limits.PerUser, "sessions-per-user", 10, "maximum number of sessions per user")
	flags.IntVar(&s.limits.PerAddress, "sessions-per-address", 50, "maximum number of sessions per address")
	flags.IntVar(&s.limits.LoginsPerMinute, "logins-per-minute", 30,
		"maximum login attempts per network block and minute")
	flags.IntVar(&s.limits.Unauthenticated, "logins", 100, "maximum number of connections that have not logged in yet")
	flags.IntVar(&s.limits.LoginsPerBlock, "logins-per-block", 10, "maximum number of these per network block")
	flags.IntVar(&s.limits.BlockIPv4, "block-ipv4", 32, "network block of an IPv4 address: the length of its prefix")
	flags.IntVar(&s.limits.BlockIPv6, "block-ipv6", 64, "network block of an IPv6 address: the length of its prefix")
	flags.DurationVar(&s.limits.Idle, "idle", 0, "end a session after this time without a key press; 0 means 30m")
	flags.DurationVar(&s.limits.MaxSession, "total", 0, "end a session after this time; 0 means 12h")
	s.flags = accountFlags(cmd)
	return cmd
}

// checkLimits checks the limits. The server would take 0 or less for the default.
func (s serveOptions) checkLimits() error {
	l := s.limits
	for _, f := range []struct {
		name       string
		value, max int // max 0: any
	}{
		{"sessions", l.Sessions, 0}, {"sessions-per-user", l.PerUser, 0}, {"sessions-per-address", l.PerAddress, 0},
		{"logins-per-minute", l.LoginsPerMinute, 0}, {"logins", l.Unauthenticated, 0},
		{"logins-per-block", l.LoginsPerBlock, 0},
		{"block-ipv4", l.BlockIPv4, 32}, {"block-ipv6", l.BlockIPv6, 128},
	} {
		switch {
		case f.value < 1 && f.max == 0:
			return settings.Errorf(settings.ExitUsage, "--%s cannot be %d; valid: 1 or more", f.name, f.value)
		case f.max > 0 && (f.value < 1 || f.value > f.max):
			return settings.Errorf(settings.ExitUsage, "--%s cannot be %d; valid: 1 to %d", f.name, f.value, f.max)
		}
	}
	if l.Idle < 0 || l.MaxSession < 0 {
		return settings.Errorf(settings.ExitUsage, "--idle and --total cannot be negative; 0 means the default")
	}
	return nil
}

// run checks everything, then serves until a signal ends it.
func (s serveOptions) run(ctx context.Context, errs, out io.Writer) error {
	flags := s.flags()
	if s.demo {
		flags = withProfile(flags, "")
	}
	acc, err := newAccess(flags)
	if err != nil {
		return err
	}
	conf := acc.settings
	if s.hostKey == "" {
		if conf.State == "" {
			return settings.Errorf(settings.ExitUsage,
				"--host-key is missing, and there is no state directory for a default: give a file")
		}
		s.hostKey = filepath.Join(conf.State, "host_key")
	}
	if s.check {
		return s.runCheck(ctx, acc, out)
	}
	app.TuneGC()
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM, os.Interrupt)
	defer stop()
	// outlives ctx: actions under way still get their responses while the server drains
	requests, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	listener, err := sshd.Listen(s.address)
	if err != nil {
		return serverError(err)
	}
	account, err := openSharedAccount(requests, acc, s.demo)
	if err != nil {
		_ = listener.Close()
		return err
	}
	defer account.close()
	log := slog.New(s.logHandler(errs))
	slog.SetDefault(log) // of the libraries
	monitoring, err := s.openMonitoring(acc, account, log)
	if err != nil {
		_ = listener.Close()
		return err
	}
	if conf.State == "" && !s.demo {
		log.Warn(noJournalWarning)
	}
	server, err := sshd.New(sshd.Options{
		HostKey: s.hostKey, Users: s.users, Limits: s.limits, Log: log, Open: account.openSession, Notice: newNotice,
		Meter: monitoring,
	})
	if err != nil {
		_ = listener.Close()
		monitoring.close()
		return serverError(err)
	}
	ended := monitoring.start(ctx, server)
	defer ended()
	return serverError(server.Serve(ctx, listener))
}

func (s serveOptions) logHandler(errs io.Writer) slog.Handler {
	if s.log == "json" {
		return slog.NewJSONHandler(errs, nil)
	}
	return slog.NewTextHandler(errs, nil)
}

// runCheck checks everything that a start needs. It creates no file and sends no request.
func (s serveOptions) runCheck(ctx context.Context, acc *access, out io.Writer) error {
	users, err := sshd.LoadUsers(s.users)
	if err != nil {
		return serverError(err)
	}
	exists, err := sshd.CheckHostKey(s.hostKey)
	if err != nil {
		return serverError(err)
	}
	if err := sshd.CheckAddress(s.address); err != nil {
		return serverError(err)
	}
	if _, err := preferencesFrom(acc.settings); err != nil {
		return err
	}
	if !s.demo {
		if _, err := acc.requireToken(ctx); err != nil {
			return err
		}
		if err := checkHooks(acc.settings); err != nil {
			return err
		}
	}
	key, host := s.hostKey, acc.settings.Host
	if s.demo {
		host = "simulated"
	}
	if !exists {
		key += " (created at the first start)"
	}
	more := ""
	if s.metrics != "" {
		more = ", metrics on " + s.metrics
	}
	if n := len(acc.settings.Hooks); n > 0 && !s.demo {
		more += ", " + model.Pluralize(n, "hook")
	}
	_, err = fmt.Fprintf(out, "OK: %s in %s, host key %s, address %s, account %s%s\n", users, s.users, key, s.address,
		host, more)
	return stdoutError(err)
}

// serverError turns an error of the SSH server into a settings.Error with ExitConfig.
func serverError(err error) error {
	var e *model.UserError
	if errors.As(err, &e) {
		return settings.Errorf(settings.ExitConfig, "%s", e.Message())
	}
	return err
}
