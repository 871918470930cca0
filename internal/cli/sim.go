package cli

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"vpsdeck/api/sim"
	"vpsdeck/internal/settings"
	"vpsdeck/model"
)

// maxSpeed keeps the account's clock within the range of time.Duration for more than a week of real
// time.
const maxSpeed = 10_000

// simOptions are the flags of sim.
type simOptions struct {
	listen  string
	token   string
	servers int
	speed   float64
	seed    uint64
	faults  []string
	quirks  sim.Quirks

	stopPhase      time.Duration
	cutLists, date string
}

func simCommand(do *runFunc) *cobra.Command {
	var s simOptions
	cmd := &cobra.Command{
		Use:   "sim",
		Short: "Serve the API of a simulated account for tests",
		Long: paragraphs(`
			Serve the API of a simulated account over HTTP, for tests. The first line of output is the base URL.
			Everything on the account is made up, including its token, which is not a secret. Interrupt it to stop.

			To test a client, lists can be made to differ from the real state: actions use the real state, and lists
			show it late. These delays are in the account's time, which runs --speed times faster.`),
		Example: lines(`
			# an hour passes in a minute
			vpsdeck sim --servers 50
			# then, in another terminal
			VPS_API_URL=http://127.0.0.1:8080/api/v1 VPS_API_TOKEN=vps_demo vpsdeck`),
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := s.validate(); err != nil {
				return err
			}
			*do = func(ctx context.Context) error { return s.serve(ctx, cmd.OutOrStdout(), cmd.ErrOrStderr()) }
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&s.listen, "listen", "127.0.0.1:8080", "address to listen on; port 0 picks a free port")
	flags.StringVar(&s.token, "token", "vps_demo", "token of the simulated account; never use a real one")
	flags.IntVar(&s.servers, "servers", 12, fmt.Sprintf("number of servers, 0 to %d", sim.MaxServers))
	flags.Float64Var(&s.speed, "speed", 60, fmt.Sprintf("how many times faster the account's time runs, up to %d",
		maxSpeed))
	flags.Uint64Var(&s.seed, "seed", 1, "random seed; the same seed gives the same account")
	flags.StringArrayVar(&s.faults, "fault", nil,
		"inject a fault, such as 'GET /backups/: status 503'; can be repeated")
	s.addQuirkFlags(cmd)
	return cmd
}

// addQuirkFlags adds the flags that make responses differ from the real state.
func (s *simOptions) addQuirkFlags(cmd *cobra.Command) {
	q, flags := &s.quirks, cmd.Flags()
	flags.DurationVar(&q.Lag, "lag", 0, "how far lists lag behind")
	flags.IntVar(&q.Replicas, "replicas", 1,
		"number of replicas that serve lists in turn: the first is current, the last lags by --lag")
	flags.DurationVar(&q.StartLate, "start-late", 0,
		"how long after a restore was accepted its server keeps its old status")
	flags.DurationVar(&s.stopPhase, "stop-phase", 0,
		"how long the server is then stopping and stopped, half each, before it is restoring")
	flags.BoolVar(&q.HideRestores, "hide-restores", false, "a server that is being restored keeps its old status")
	flags.DurationVar(&q.AppearLate, "appear-late", 0, "how long a new restore point is missing from lists")
	flags.IntVar(&q.Vanish, "vanish", 0, "number of lists that lack a new restore point after it was listed once")
	flags.DurationVar(&q.Linger, "linger", 0, "how long a deleted restore point is still listed")
	flags.StringVar(&s.cutLists, "cut-lists", "",
		"lists end after 2 rows of 50; what page 2 returns: "+strings.Join(cutListModes, ", "))
	flags.StringVar(&s.date, "date", "", "Date header: an offset such as -30h, or 1970 or 9999")
	flags.DurationVar(&q.Dates.Age, "age", 0, "Age header: responses come from a cache that is this old")
}

// cutListModes are the values of --cut-lists.
var cutListModes = []string{
	string(sim.Cut404), string(sim.Cut410), string(sim.CutEmpty), string(sim.CutAgain), string(sim.CutIgnored),
}

// parseQuirks returns the quirks that the flags set. Its error is one sentence that begins with a
// flag's name, without dashes.
func (s simOptions) parseQuirks() (sim.Quirks, error) {
	q := s.quirks
	q.Stopping = s.stopPhase / 2
	q.Stopped = s.stopPhase - q.Stopping
	q.Cut.Mode = sim.CutMode(s.cutLists)
	switch s.date {
	case "":
	case "1970":
		q.Dates.At = time.Unix(0, 0)
	case "9999":
		q.Dates.At = time.Date(9999, time.December, 31, 23, 59, 59, 0, time.UTC)
	default:
		shift, err := time.ParseDuration(s.date)
		if err != nil {
			return q, fmt.Errorf("date %q is not a time: write -30h, 5m, 1970 or 9999", s.date)
		}
		q.Dates.Shift = shift
	}
	return q, q.Check()
}

// validate checks the flags. Its errors are settings.Errors with ExitUsage.
func (s simOptions) validate() error {
	bad := func(format string, args ...any) error {
		return settings.Errorf(settings.ExitUsage, format+"; see vpsdeck sim --help", args...)
	}
	_, port, err := net.SplitHostPort(s.listen)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return bad("--listen %q is not an address: write it like 127.0.0.1:8080", s.listen)
	}
	if _, err := settings.ParseToken(s.token); err != nil {
		return bad("--token %s", err)
	}
	if s.servers < 0 || s.servers > sim.MaxServers {
		return bad("--servers %d is out of range: 0 to %d", s.servers, sim.MaxServers)
	}
	if !(s.speed > 0 && s.speed <= maxSpeed) { // this form rejects NaN too
		return bad("--speed %v is out of range: above 0, up to %d", s.speed, maxSpeed)
	}
	for _, text := range s.faults {
		if _, err := sim.ParseFault(text); err != nil {
			return bad("--%s", err)
		}
	}
	if _, err := s.parseQuirks(); err != nil {
		return bad("--%s", err)
	}
	return nil
}

// serve serves the account until a signal ends the process.
func (s simOptions) serve(ctx context.Context, out, warnings io.Writer) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	account, err := s.newAccount()
	if err != nil {
		return err
	}
	server, err := sim.Listen(s.listen, account)
	if err != nil {
		return settings.Errorf(settings.ExitOther, "%s", err)
	}
	defer server.Close()
	if host, _, _ := net.SplitHostPort(s.listen); !model.IsLoopback(host) {
		_, _ = fmt.Fprintf(warnings, "vpsdeck: warning: %s can be reached from other machines, without encryption; "+
			"use --listen 127.0.0.1:8080 to serve only this machine\n", s.listen)
	}
	if _, err := fmt.Fprintln(out, server.URL()); err != nil {
		return settings.Errorf(settings.ExitOther, "standard output is closed: the address cannot be printed")
	}
	<-ctx.Done()
	return nil
}

// newAccount returns the account with its faults.
func (s simOptions) newAccount() (*sim.Account, error) {
	servers := s.servers
	if servers == 0 {
		servers = -1 // none: sim.Options.Servers 0 means the default fleet
	}
	quirks, err := s.parseQuirks()
	if err != nil {
		return nil, settings.Errorf(settings.ExitUsage, "--%s", err)
	}
	account := sim.New(sim.Options{
		Seed:    s.seed,
		Servers: servers,
		Token:   s.token,
		Clock:   sim.NewClock(time.Now(), s.speed),
		Quirks:  quirks,
	})
	for _, text := range s.faults {
		fault, err := sim.ParseFault(text)
		if err != nil {
			return nil, settings.Errorf(settings.ExitUsage, "%s", err)
		}
		account.Inject(fault)
	}
	return account, nil
}
