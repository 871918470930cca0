package ui_test

import (
	"cmp"
	"context"
	"io"
	"log"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"vpsdeck/api"
	"vpsdeck/api/sim"
	"vpsdeck/ui"
	"vpsdeck/ui/command"
)

// class is what an endpoint does, which decides how it takes a fault.
type class int

const (
	reading class = iota
	creating
	restoring
	deleting
)

// endpoint is one thing that the program asks of the API, and how a person brings it about.
type endpoint struct {
	name  string
	class class
	sends string // the request
	do    func(*seat)
	stays string // what is on the screen whatever happens
	shown string // the same for the reader of docs/FAULTS.md
}

// types presses keys.
func types(keys ...string) func(*seat) { return func(s *seat) { s.Press(keys...) } }

// confirms presses keys, and says yes to the question that they open.
func confirms(keys ...string) func(*seat) {
	return func(s *seat) {
		s.Press(keys...)
		s.confirm(false)
	}
}

// fills presses a key, fills in the first field of the form that it opens, and sends it.
func fills(key, text string, keys ...string) func(*seat) {
	return func(s *seat) {
		s.Press(key)
		s.Paste(text)
		s.Press(keys...)
	}
}

const onlyServer = "web-server-01"

var endpoints = []endpoint{
	{listServers, reading, "GET /servers/", types("R"), "▌ web-server-01", "the servers of before"},
	{listBackups, reading, "GET /backups/", types("R"), "Automatic daily backup", "the backups of before"},
	{listSnapshots, reading, "GET /snapshots/", types("R"), "Before major migration", "the snapshots of before"},
	{showAccount, reading, "GET /account/me/", types(), onlyServer, "everything else"},
	{createBackup, creating, "POST /backups/", fills("b", "by a test", "enter"), onlyServer, ""},
	{createSnapshot, creating, "POST /snapshots/", fills("s", "before", "enter", "enter"), onlyServer, ""},
	{restoreBackup, restoring, "POST /servers/{id}/restore/", confirms("2", "r"), onlyServer, ""},
	{restoreSnapshot, restoring, "POST /snapshots/{id}/restore/", confirms("3", "r"), onlyServer, ""},
	{deleteBackup, deleting, "DELETE /backups/{id}/", confirms("2", "j", "d"), onlyServer, ""},
	{deleteSnapshot, deleting, "DELETE /snapshots/{id}/", confirms("3", "j", "d"), onlyServer, ""},
}

var silent = log.New(io.Discard, "", 0)

// row is one row of the table, being played.
type row struct {
	*seat
	endpoint endpoint
	want     expect
	front    *front
	book     notebook
}

func TestEveryFaultIsSeenOnTheScreenAndCostsOneRequest(t *testing.T) {
	const atOnce = 4 // many rows wait for a frame or for a time limit, not for the processor
	var wait sync.WaitGroup
	turns := make(chan struct{}, atOnce)
	for i, e := range endpoints {
		for j, f := range e.troubles() {
			if (i+j)%slower != 0 {
				continue
			}
			turns <- struct{}{}
			wait.Go(func() {
				defer func() { <-turns }()
				t.Run(e.name+"/"+f.name, func(t *testing.T) { play(t, e, f) })
			})
		}
	}
	wait.Wait()
}

// play sits down at a program, lets it run into the trouble, and looks.
func play(t *testing.T, e endpoint, f trouble) {
	r := &row{endpoint: e, want: f.on(e), front: &front{trouble: f}}
	w := place(t, sim.Options{Servers: 1})
	r.front.account, r.front.now = w.account, w.clock.Now
	var astray atomic.Bool // the endpoint's requests go to the front
	astray.Store(e.name == showAccount)
	straight, stray := w.client(w.url), w.stray(r.front)
	client := detour{straight, func(endpoint string) (command.Client, func()) {
		if endpoint == e.name && astray.Load() {
			return stray, func() {}
		}
		return straight, func() {}
	}}
	r.seat = w.sit(size{200, 16}, ui.Options{Client: client, Access: &door{world: w}, Journal: &r.book, Run: "run"})
	r.Press("1") // once all that was asked for at the start is there
	r.line.forget()
	astray.Store(true)
	e.do(r.seat)
	r.check(r.want.seen)
	if r.want.later != "" {
		r.Advance(cmp.Or(r.want.after, 140*time.Second))
		r.check(r.want.later)
	}
	if got := r.book.story(); got != r.want.story {
		t.Errorf("the journal says %q of it, not %q", got, r.want.story)
	}
	if got := int(r.front.came.Load()); got != r.want.sent {
		t.Errorf("%d requests went out, not %d", got, r.want.sent)
	}
	r.requireDeeds() // none by the way that is in order
}

// check fails the test unless the screen shows the text, and what stays.
func (r *row) check(seen string) {
	r.t.Helper()
	g := r.Screen()
	for _, text := range []string{seen, r.endpoint.stays} {
		if !g.Contains(text) {
			r.t.Errorf("the screen does not show %q:\n%s", text, g.Text())
		}
	}
	if seen != r.want.later && (g.Contains("Cancel") || g.Contains("enter: create")) {
		r.t.Errorf("the dialog is still open:\n%s", g.Text())
	}
}

// stray is the client that runs into the front.
func (w *world) stray(f *front) *api.Client {
	w.t.Helper()
	client, err := api.New(f.stray(w.t), liveToken, api.WithClock(w.clock.Now), api.WithLimits(f.trouble.limits()),
		api.WithWait(func(ctx context.Context, _ time.Duration) error { return ctx.Err() }))
	if err != nil {
		w.t.Fatal(err)
	}
	return client
}
