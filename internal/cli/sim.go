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
)

// maxSpeed keeps the account's clock within what a time.Duration holds for a week of real time and more.
const maxSpeed = 10_000

// simOptions is what `vpsdeck sim` is asked to serve.
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
		Short: "Serve the API of a simulated account, to try things on",
		Long: "Serve the API of a simulated account over HTTP, to try things on. The first line of output is the base URL. " +
			"Everything on the account is made up, its token too: it is no secret. Interrupt it to end it.\n\n" +
			"Lists can be made to differ from what is true, for a client to be tried on: the truth decides what an action " +
			"does, and lists show it late. These times are the account's, of which --speed many pass in one here.",
		Example: "# an hour passes in a minute\nvpsdeck sim --servers 50\n" +
			"# then, in another terminal\nVPS_API_URL=http://127.0.0.1:8080/api/v1 VPS_API_TOKEN=vps_demo vpsdeck",
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
	flags.StringVar(&s.listen, "listen", "127.0.0.1:8080", "the address to serve on; port 0 picks a free one")
	flags.StringVar(&s.token, "token", "vps_demo", "the token of the made-up account: never a real one")
	flags.IntVar(&s.servers, "servers", 12, fmt.Sprintf("how many servers the account has, 0 to %d", sim.MaxServers))
	flags.Float64Var(&s.speed, "speed", 60, fmt.Sprintf("how many times faster its time passes, up to %d", maxSpeed))
	flags.Uint64Var(&s.seed, "seed", 1, "the same seed makes the same account")
	flags.StringArrayVar(&s.faults, "fault", nil, "something that is to go wrong; can be given several times")
	s.addQuirkFlags(cmd)
	return cmd
}

// addQuirkFlags adds the flags of what is read of the account and is not, or not yet, true.
func (s *simOptions) addQuirkFlags(cmd *cobra.Command) {
	q, flags := &s.quirks, cmd.Flags()
	flags.DurationVar(&q.Lag, "lag", 0, "how far lists are behind, in the account's time")
	flags.IntVar(&q.Replicas, "replicas", 1, "how many answer lists in turn: the first is current, the last behind by --lag")
	flags.DurationVar(&q.StartLate, "start-late", 0, "how long after a restore was accepted its server is shown as before")
	flags.DurationVar(&s.stopPhase, "stop-phase", 0,
		"how long it is then shown as stopping and stopped, half each, before it is restoring")
	flags.BoolVar(&q.HideRestores, "hide-restores", false, "a server that is being restored is shown as before")
	flags.DurationVar(&q.AppearLate, "appear-late", 0, "how long a new restore point is not listed")
	flags.IntVar(&q.Vanish, "vanish", 0, "from how many lists a new restore point is missing after it stood in one")
	flags.DurationVar(&q.Linger, "linger", 0, "how long a deleted restore point is still listed")
	flags.StringVar(&s.cutLists, "cut-lists", "",
		"lists end after two rows of 50, and page 2 is: "+strings.Join(cutListModes, ", "))
	flags.StringVar(&s.date, "date", "", "the Date of answers: off by a time, as -30h, or 1970 or 9999")
	flags.DurationVar(&q.Dates.Age, "age", 0, "answers come from a cache that has held them for so long")
}

// cutListModes are the ways of --cut-lists.
var cutListModes = []string{
	string(sim.Cut404), string(sim.Cut410), string(sim.CutEmpty), string(sim.CutAgain), string(sim.CutIgnored),
}

// parseQuirks is what the flags say of the account's quirks. Its error is one sentence, without the dashes of the flag.
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
			return q, fmt.Errorf("date %q is no time: write one such as -30h or 5m, or 1970 or 9999", s.date)
		}
		q.Dates.Shift = shift
	}
	return q, q.Check()
}

// validate refuses what cannot be served. Its errors are Faults with ExitUsage.
func (s simOptions) validate() error {
	bad := func(format string, args ...any) error {
		return settings.Errorf(settings.ExitUsage, format+"; see vpsdeck sim --help", args...)
	}
	_, port, err := net.SplitHostPort(s.listen)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return bad("--listen %q is no address: write it like 127.0.0.1:8080", s.listen)
	}
	if _, err := settings.NewSecret(s.token); err != nil {
		return bad("--token %s", err)
	}
	if s.servers < 0 || s.servers > sim.MaxServers {
		return bad("--servers %d is out of range: 0 to %d are possible", s.servers, sim.MaxServers)
	}
	if !(s.speed > 0 && s.speed <= maxSpeed) { // so put, NaN is out too
		return bad("--speed %v is out of range: above 0 and up to %d are possible", s.speed, maxSpeed)
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

// serve opens the account to requests until the process is told to end.
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
	if host, _, _ := net.SplitHostPort(s.listen); !settings.IsLoopback(host) {
		_, _ = fmt.Fprintf(warnings, "vpsdeck: warning: %s can be reached from other machines, and nothing is encrypted; "+
			"--listen 127.0.0.1:8080 is for this machine alone\n", s.listen)
	}
	if _, err := fmt.Fprintln(out, server.URL()); err != nil {
		return settings.Errorf(settings.ExitOther, "standard output is closed, so nobody would learn the address")
	}
	<-ctx.Done()
	return nil
}

// newAccount makes the account, with its faults.
func (s simOptions) newAccount() (*sim.Account, error) {
	servers := s.servers
	if servers == 0 {
		servers = -1 // none: to the account, 0 means its usual fleet
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
