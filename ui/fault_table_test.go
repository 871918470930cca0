package ui_test

import (
	"cmp"
	"io"
	"log"
	"sync/atomic"
	"testing"
	"time"

	"vpsdeck/api"
	"vpsdeck/api/sim"
	"vpsdeck/internal/lanes"
	"vpsdeck/internal/simtest"
	"vpsdeck/ui"
	"vpsdeck/ui/command"
)

// endpointClass is what an endpoint does, which decides what a fault leads to.
type endpointClass int

const (
	readClass endpointClass = iota
	createClass
	restoreClass
	deleteClass
)

// endpoint is an endpoint of the API, and how a user triggers its request.
type endpoint struct {
	name        string
	class       endpointClass
	request     string // method and path
	perform     func(*lazyHarness)
	alwaysShown string // what the screen shows in every case
	remains     string // the same in the words of docs/FAULTS.md
}

// pressKeys presses keys.
func pressKeys(keys ...string) func(*lazyHarness) { return func(s *lazyHarness) { s.Press(keys...) } }

// pressAndConfirm presses keys and confirms the dialog that they open.
func pressAndConfirm(keys ...string) func(*lazyHarness) {
	return func(s *lazyHarness) {
		s.Press(keys...)
		s.confirmDialog(false)
	}
}

// fillAndSubmit presses a key, fills in the first field of the form that it opens, and submits it
// with the keys.
func fillAndSubmit(key, text string, keys ...string) func(*lazyHarness) {
	return func(s *lazyHarness) {
		s.Press(key)
		s.Paste(text)
		s.Press(keys...)
	}
}

const onlyServer = "web-server-01"

var endpoints = []endpoint{
	{listServers, readClass, "GET /servers/", pressKeys("R"), "▌ web-server-01", "the old servers"},
	{listBackups, readClass, "GET /backups/", pressKeys("R"), "Automatic daily backup", "the old backups"},
	{listSnapshots, readClass, "GET /snapshots/", pressKeys("R"), "Before major migration", "the old snapshots"},
	{showAccount, readClass, "GET /account/me/", pressKeys(), onlyServer, "everything else"},
	{createBackup, createClass, "POST /backups/", fillAndSubmit("b", "by a test", "enter"), onlyServer, ""},
	{createSnapshot, createClass, "POST /snapshots/", fillAndSubmit("s", "before", "enter", "enter"), onlyServer, ""},
	{restoreBackup, restoreClass, "POST /servers/{id}/restore/", pressAndConfirm("2", "r"), onlyServer, ""},
	{restoreSnapshot, restoreClass, "POST /snapshots/{id}/restore/", pressAndConfirm("3", "r"), onlyServer, ""},
	{deleteBackup, deleteClass, "DELETE /backups/{id}/", pressAndConfirm("2", "j", "d"), onlyServer, ""},
	{deleteSnapshot, deleteClass, "DELETE /snapshots/{id}/", pressAndConfirm("3", "j", "d"), onlyServer, ""},
}

var discardLogger = log.New(io.Discard, "", 0)

// faultRun is a row of the table while it runs.
type faultRun struct {
	*lazyHarness
	endpoint endpoint
	want     expectation
	server   *faultServer
	journal  simtest.Journal
}

func TestEveryFaultIsShownAndSendsTheExpectedRequests(t *testing.T) {
	t.Parallel()
	for i, e := range endpoints {
		for j, f := range e.faults() {
			if (i+j)%lanes.Step() != 0 {
				continue
			}
			t.Run(e.name+"/"+f.name, func(t *testing.T) {
				t.Parallel()
				runFault(t, e, f)
			})
		}
	}
}

// runFault starts the program, triggers the fault and checks the result.
func runFault(t *testing.T, e endpoint, f faultCase) {
	r := &faultRun{endpoint: e, want: f.expectFor(e), server: &faultServer{spec: f},
		journal: simtest.Journal{RunsAreAlive: true}}
	w := newHarness(t, sim.Options{Servers: 1})
	r.server.account, r.server.now = w.account, w.clock.Now
	var toFaulty atomic.Bool // the endpoint's requests go to the fault server
	toFaulty.Store(e.name == showAccount)
	direct, faulty := w.newClient(w.url), w.faultyClient(r.server)
	client := routedClient{direct, func(endpoint string) (command.Client, func()) {
		if endpoint == e.name && toFaulty.Load() {
			return faulty, func() {}
		}
		return direct, func() {}
	}}
	r.lazyHarness = w.startLazy(size{200, 16}, ui.Options{Client: client, Access: &fakeAccess{harness: w},
		Journal: &r.journal, RunID: "run"})
	r.Press("1") // once everything requested at the start has arrived
	r.proxy.reset()
	toFaulty.Store(true)
	e.perform(r.lazyHarness)
	r.requireShown(r.want.shown)
	if r.want.shownLater != "" {
		r.Advance(cmp.Or(r.want.wait, 140*time.Second))
		r.requireShown(r.want.shownLater)
	}
	if got := eventsOf(&r.journal); got != r.want.events {
		t.Errorf("the events in the journal are %q, want %q", got, r.want.events)
	}
	if got := int(r.server.requestCount.Load()); got != r.want.requests {
		t.Errorf("%d requests were sent, want %d", got, r.want.requests)
	}
	r.requireActions() // none by the direct client
}

// requireShown fails the test unless the screen shows the text, and what must stay.
func (f *faultRun) requireShown(seen string) {
	f.t.Helper()
	g := f.Screen()
	for _, text := range []string{seen, f.endpoint.alwaysShown} {
		if !g.Contains(text) {
			f.t.Errorf("the screen does not show %q:\n%s", text, g.Text())
		}
	}
	if seen != f.want.shownLater && (g.Contains("Cancel ") || g.Contains("enter: create")) {
		f.t.Errorf("the dialog is still open:\n%s", g.Text())
	}
}

// faultyClient returns a client that talks to the fault server.
func (h *harness) faultyClient(f *faultServer) *api.Client {
	h.t.Helper()
	return simtest.NewClient(h.t, f.listen(h.t), liveToken, api.WithClock(h.clock.Now),
		api.WithLimits(f.spec.clientLimits()), simtest.WithoutPauses())
}
