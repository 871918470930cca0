package ui_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/colorprofile"

	"vpsdeck/api"
	"vpsdeck/api/sim"
	"vpsdeck/internal/terminal"
	"vpsdeck/internal/termtest"
	"vpsdeck/keymap"
	"vpsdeck/model"
	"vpsdeck/ui"
	"vpsdeck/ui/command"
	"vpsdeck/ui/dialog"
)

// opening is when every account opens: the day of the documents' examples.
var opening = time.Date(2025, 1, 16, 15, 45, 0, 0, time.UTC)

const liveToken = "vps_live"

// world is a person at a terminal in front of the program, which runs on the real client and a simulated account. Time
// passes only when the test says so.
type world struct {
	*termtest.Terminal
	t       testing.TB
	app     *ui.App
	desk    *desk
	account *sim.Account
	line    *line // between the program and its account
	clock   *terminal.Clock
	others  *api.Client // somebody else, at the same account over another line
	url     string
	told    []api.Option // what else the clients are made with
}

type setup struct {
	ui        ui.Options
	terminal  []terminal.Option
	account   sim.Options
	before    []func(*world)      // what happens before the program starts
	stranger  bool                // there is no token yet
	elsewhere bool                // the account is at a host with a name
	log       *command.RequestLog // of what is asked; nil: none
	share     func(*world, *ui.Options)
}

type option func(*setup)

// with changes what the program is started with.
func with(change func(*ui.Options)) option { return func(s *setup) { change(&s.ui) } }

// on changes what the terminal can do.
func on(options ...terminal.Option) option {
	return func(s *setup) { s.terminal = append(s.terminal, options...) }
}

// before does something to the account or the line before the program starts.
func before(do func(*world)) option { return func(s *setup) { s.before = append(s.before, do) } }

// fault is before with a fault.
func fault(text string) option { return before(func(w *world) { w.fault(text) }) }

// servers sets the size of the fleet; below 0 there is none.
func servers(n int) option { return func(s *setup) { s.account.Servers = n } }

var (
	readOnly  = with(func(o *ui.Options) { o.ReadOnly = true })
	demo      = with(func(o *ui.Options) { o.Demo = true })
	inASCII   = with(func(o *ui.Options) { o.ASCII = true })
	noColour  = on(terminal.WithProfile(colorprofile.Ascii))
	withMouse = with(func(o *ui.Options) { o.Mouse = true })
)

// open starts the program on a terminal of width columns and height rows. Unless an option holds something back, it has
// loaded everything when the first look is taken.
func open(t testing.TB, width, height int, options ...option) *world {
	t.Helper()
	w := &world{t: t}
	s := setup{account: sim.Options{Seed: 1, Token: liveToken, Clock: sim.NewSteppedClock(opening)}}
	s.ui = ui.Options{Keys: keymap.Default(), Dark: true}
	for _, o := range options {
		o(&s)
	}
	w.account = sim.New(s.account)
	w.clock = terminal.NewClock(s.account.Clock.Now, s.account.Clock.Advance)
	w.line = &line{account: w.account, clock: w.clock}
	w.url = serve(t, w.line)
	w.others = w.client(serve(t, w.account))
	s.ui.Clock = w.clock
	if s.ui.Access != nil {
		s.ui.Access.(*door).world = w
	}
	if s.log != nil {
		w.told = append(w.told, api.WithObserver(s.log.Add))
	}
	if !s.stranger {
		s.ui.Client = w.client(w.url)
		if s.elsewhere {
			s.ui.Client = elsewhere{s.ui.Client}
		}
	}
	for _, do := range s.before {
		do(w)
	}
	if s.share != nil {
		s.share(w, &s.ui)
	}
	w.desk = &desk{}
	s.ui.KeyTime = w.desk.keyTime
	w.app = ui.New(s.ui)
	w.desk.app = w.app
	w.Terminal = termtest.Start(t, w.desk, width, height, append(s.terminal, terminal.WithClock(w.clock))...)
	w.Screen()
	return w
}

// serve puts an account on a socket until the end of the test. The socket has no time limits: an answer that the test holds
// back may take long on a busy machine.
func serve(t testing.TB, account http.Handler) string {
	t.Helper()
	server := httptest.NewServer(account)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return server.URL + "/api/v1"
}

// client is the real client. It does not pause between its tries and has no time limits, since only the test moves the time.
func (w *world) client(url string) *api.Client {
	w.t.Helper()
	client, err := w.connect(url, liveToken)
	if err != nil {
		w.t.Fatal(err)
	}
	return client
}

func (w *world) connect(url, token string) (*api.Client, error) {
	return api.New(url, token, append(w.told, api.WithClock(w.clock.Now), api.WithLimits(api.Limits{Call: time.Hour, Total: time.Hour}),
		api.WithWait(func(ctx context.Context, _ time.Duration) error { return ctx.Err() }))...)
}

// fault has requests fail, as sim.ParseFault reads it.
func (w *world) fault(text string) {
	w.t.Helper()
	f, err := sim.ParseFault(text)
	if err != nil {
		w.t.Fatal(err)
	}
	w.account.Inject(f)
}

// wake lets a question's quiet time pass, after which it listens.
func (w *world) wake() { w.Advance(dialog.Quiet) }

// pass lets time pass until the screen shows the text, for as long as most. While something is at work at the account it
// looks away, and then again every few seconds.
func (w *world) pass(most time.Duration, text string) terminal.Grid {
	w.t.Helper()
	const step = 8 * time.Second // a notice stands that long
	end := w.clock.Now().Add(most)
	w.lookAway(func() {
		for w.atWork() && w.clock.Now().Before(end) {
			w.Advance(step / 2)
		}
	})
	for {
		g := w.Screen()
		if g.Contains(text) {
			return g
		}
		if w.clock.Now().After(end) {
			w.t.Fatalf("%q did not come within %s:\n%s", text, most, g.Text())
		}
		w.Advance(step)
	}
}

// atWork says whether the account is making or restoring something.
func (w *world) atWork() bool {
	w.t.Helper()
	list, err := w.others.Servers(w.t.Context(), model.ServerFilter{})
	if err != nil {
		w.t.Fatal(err)
	}
	running := func(p model.Point) bool { return p.Status.Running() }
	return slices.ContainsFunc(list, func(s model.Server) bool { return s.Status == model.ServerRestoring }) ||
		slices.ContainsFunc(w.points(model.Snapshot, ""), running) || slices.ContainsFunc(w.points(model.Backup, ""), running)
}

// points are those of a kind that the account has for a server, as somebody else sees them.
func (w *world) points(kind model.Kind, server model.ID) []model.Point {
	w.t.Helper()
	list := func() ([]model.Point, error) {
		return w.others.Backups(w.t.Context(), model.BackupFilter{Server: server})
	}
	if kind == model.Snapshot {
		list = func() ([]model.Point, error) {
			return w.others.Snapshots(w.t.Context(), model.SnapshotFilter{Server: server})
		}
	}
	points, err := list()
	if err != nil {
		w.t.Fatal(err)
	}
	return points
}

// has says whether the account has a point.
func (w *world) has(kind model.Kind, id model.ID) bool {
	w.t.Helper()
	return slices.ContainsFunc(w.points(kind, ""), func(p model.Point) bool { return p.ID == id })
}

// must fails the test if somebody else could not do what they wanted.
func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) must2(_ model.Accepted, err error) {
	w.t.Helper()
	w.must(err)
}

// status is a server's, as somebody else sees it.
func (w *world) status(id model.ID) model.ServerStatus {
	w.t.Helper()
	server, err := w.others.Server(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return server.Status
}

// choose puts the cursor of the servers on one, by filtering for its name.
func (w *world) choose(server string) {
	w.Press("1", "/")
	w.Type(server)
	w.Press("enter", "esc")
}

// requireDeeds fails the test unless these deeds, and no others, have been sent once the program is at rest.
func (w *world) requireDeeds(want ...string) {
	w.t.Helper()
	w.Screen()
	if got := w.line.deeds(); !slices.Equal(got, want) {
		w.t.Errorf("the deeds sent are\n  %s\nnot\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}
