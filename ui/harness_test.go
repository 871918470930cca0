package ui_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/colorprofile"

	"vpsdeck/api"
	"vpsdeck/api/sim"
	"vpsdeck/internal/lanes"
	"vpsdeck/internal/simtest"
	"vpsdeck/internal/terminal"
	"vpsdeck/internal/termtest"
	"vpsdeck/keymap"
	"vpsdeck/model"
	"vpsdeck/ui"
	"vpsdeck/ui/command"
	"vpsdeck/ui/dialog"
)

// startTime is when every test starts.
var startTime = simtest.At(15, 45)

// liveToken is as long as real ones: the client looks for it in every answer, and finds a short one slowly.
const liveToken = "vps_live_0123456789abcdef"

// harness runs the program on an emulated terminal, with the real client and a simulated account.
// Time passes only when the test advances it.
type harness struct {
	*termtest.Terminal
	t             testing.TB
	app           *ui.App
	recorder      *recorder
	account       *simtest.Account
	proxy         *recordingProxy // between the program and its account
	clock         *terminal.Clock
	otherClient   *api.Client // another user of the account, not through the proxy
	url           string
	clientOptions []api.Option // more options of the clients
}

type setup struct {
	ui              ui.Options
	terminal        []terminal.Option
	account         sim.Options
	beforeStart     []func(*harness)    // run before the program starts
	unauthenticated bool                // there is no token yet
	namedHost       bool                // the account's host has a name
	drawsAll        bool                // every view is drawn, also in a cut run
	log             *command.RequestLog // of the requests; nil: none
	share           func(*harness, *ui.Options)
}

type option func(*setup)

// withOptions changes the program's options.
func withOptions(change func(*ui.Options)) option { return func(s *setup) { change(&s.ui) } }

// withTerminal adds options of the terminal.
func withTerminal(options ...terminal.Option) option {
	return func(s *setup) { s.terminal = append(s.terminal, options...) }
}

// beforeStart changes the account or the proxy before the program starts.
func beforeStart(run func(*harness)) option {
	return func(s *setup) { s.beforeStart = append(s.beforeStart, run) }
}

// withFault injects a fault before the program starts.
func withFault(text string) option {
	return beforeStart(func(w *harness) { w.account.InjectFault(text) })
}

// withServers sets the size of the fleet; below 0 there are no servers.
func withServers(n int) option { return func(s *setup) { s.account.Servers = n } }

var (
	readOnly     = withOptions(func(o *ui.Options) { o.Profile.ReadOnly = true })
	demo         = withOptions(func(o *ui.Options) { o.Demo = true })
	withASCII    = withOptions(func(o *ui.Options) { o.ASCII = true })
	withoutColor = withTerminal(terminal.WithProfile(colorprofile.Ascii))
	withMouse    = withOptions(func(o *ui.Options) { o.Mouse = true })
)

// startApp starts the program on a terminal of the given columns and rows. When it returns,
// everything is loaded, unless an option delays it.
func startApp(t testing.TB, width, height int, options ...option) *harness {
	t.Helper()
	s := setup{account: sim.Options{Clock: sim.NewSteppedClock(startTime)}}
	s.ui = ui.Options{Preferences: ui.Preferences{Keys: keymap.Default()}, Dark: true}
	for _, o := range options {
		o(&s)
	}
	w := newHarness(t, s.account)
	s.ui.Clock = w.clock
	if s.ui.Access != nil {
		s.ui.Access.(*fakeAccess).harness = w
	}
	if s.log != nil {
		w.clientOptions = append(w.clientOptions, api.WithObserver(s.log.Add))
	}
	if !s.unauthenticated {
		s.ui.Client = w.newClient(w.url)
		if s.namedHost {
			s.ui.Client = namedHostClient{s.ui.Client}
		}
	}
	for _, run := range s.beforeStart {
		run(w)
	}
	if s.share != nil {
		s.share(w, &s.ui)
	}
	w.recorder = &recorder{}
	s.ui.KeyTime = w.recorder.nextKeyTime
	w.app = ui.New(s.ui)
	w.recorder.app = w.app
	s.terminal = append(s.terminal, terminal.WithClock(w.clock))
	if lanes.IsCut() && !s.drawsAll {
		s.terminal = append(s.terminal, terminal.WithDrawingOnDemand())
	}
	w.Terminal = termtest.Start(t, w.recorder, width, height, s.terminal...)
	w.Screen()
	return w
}

// newHarness returns a harness without a running program.
func newHarness(t testing.TB, account sim.Options) *harness {
	t.Helper()
	account.Token = liveToken
	w := &harness{t: t, account: simtest.New(t, startTime, account)}
	w.clock = terminal.NewClock(w.account.Clock.Now, w.account.Clock.Advance)
	w.proxy = &recordingProxy{account: w.account, clock: w.clock}
	w.url = simtest.Serve(t, w.proxy)
	w.otherClient = w.newClient(simtest.Serve(t, w.account))
	return w
}

// newClient returns a real client, whose time only the test advances.
func (h *harness) newClient(url string) *api.Client {
	h.t.Helper()
	client, err := h.connect(url, liveToken)
	h.must(err)
	return client
}

func (h *harness) connect(url, token string) (*api.Client, error) {
	return api.New(url, token, append(h.clientOptions, simtest.SteppedTime(h.clock.Now)...)...)
}

// skipInputDelay advances the time until an open dialog accepts input.
func (h *harness) skipInputDelay() { h.Advance(dialog.InputDelay) }

// advanceUntil advances the time until the screen shows the text, at most by the limit. While the
// account is busy the screen is hidden; after that it is checked every few seconds.
func (h *harness) advanceUntil(limit time.Duration, text string) terminal.Grid {
	h.t.Helper()
	const step = 8 * time.Second // a notice is shown that long
	end := h.clock.Now().Add(limit)
	h.whileHidden(func() {
		for h.accountBusy() && h.clock.Now().Before(end) {
			h.Advance(step / 2)
		}
	})
	for {
		g := h.Screen()
		if g.Contains(text) {
			return g
		}
		if h.clock.Now().After(end) {
			h.t.Fatalf("%q did not appear within %s:\n%s", text, limit, g.Text())
		}
		h.Advance(step)
	}
}

// accountBusy reports whether the account is creating or restoring something.
func (h *harness) accountBusy() bool {
	h.t.Helper()
	list, err := h.otherClient.Servers(h.t.Context(), model.ServerFilter{})
	if err != nil {
		h.t.Fatal(err)
	}
	running := func(p model.Point) bool { return p.Status.Running() }
	return slices.ContainsFunc(list, func(s model.Server) bool { return s.Status == model.ServerRestoring }) ||
		slices.ContainsFunc(h.points(model.Snapshot, ""), running) ||
		slices.ContainsFunc(h.points(model.Backup, ""), running)
}

// points returns the account's points of a kind for a server, as another user sees them.
func (h *harness) points(kind model.Kind, server model.ID) []model.Point {
	h.t.Helper()
	list := func() ([]model.Point, error) {
		return h.otherClient.Backups(h.t.Context(), model.BackupFilter{Server: server})
	}
	if kind == model.Snapshot {
		list = func() ([]model.Point, error) {
			return h.otherClient.Snapshots(h.t.Context(), model.SnapshotFilter{Server: server})
		}
	}
	points, err := list()
	if err != nil {
		h.t.Fatal(err)
	}
	return points
}

// hasPoint reports whether the account has a point.
func (h *harness) hasPoint(kind model.Kind, id model.ID) bool {
	h.t.Helper()
	return slices.ContainsFunc(h.points(kind, ""), func(p model.Point) bool { return p.ID == id })
}

// must fails the test on an error, such as of another user's action.
func (h *harness) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *harness) mustAccept(_ model.ActionResult, err error) {
	h.t.Helper()
	h.must(err)
}

// serverStatus returns a server's status, as another user sees it.
func (h *harness) serverStatus(id model.ID) model.ServerStatus {
	h.t.Helper()
	server, err := h.otherClient.Server(h.t.Context(), id)
	if err != nil {
		h.t.Fatal(err)
	}
	return server.Status
}

// selectServer selects a server by filtering for its name.
func (h *harness) selectServer(server string) {
	h.Press("1", "/")
	h.Type(server)
	h.Press("enter", "esc")
}

// requireActions fails the test unless exactly these actions have been sent once the program is
// idle.
func (h *harness) requireActions(want ...string) {
	h.t.Helper()
	h.Screen()
	if got := h.proxy.actions(); !slices.Equal(got, want) {
		h.t.Errorf("the actions sent are\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}
