package model

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// account is a state to which a test tells what the API says. Its servers are web-server-01 and db-server-01.
type account struct {
	*State
	t *testing.T
}

// newAccount is an account of which everything is known: its two servers, both active, and these points.
func newAccount(t *testing.T, points ...Point) account {
	t.Helper()
	a := account{&State{Now: now, Local: now}, t}
	a.servers(ServerActive)
	a.lists(points...)
	return a
}

// later lets time pass.
func (a account) later(d time.Duration) {
	a.Now, a.Local = a.Now.Add(d), a.Local.Add(d)
}

// servers tells the list of servers, in which the first has a status, and returns the operations that ended by it.
func (a account) servers(status ServerStatus) []Operation {
	a.t.Helper()
	ticket, ok := a.Servers.Start(a.Now)
	if !ok {
		a.t.Fatal("a request for the servers is under way")
	}
	return a.ServersArrived(ticket, []Server{
		{ID: web.ID, Name: web.Name, Status: status}, {ID: db.ID, Name: db.Name, Status: ServerActive},
	}, nil)
}

// lists tells the full lists of backups and of snapshots, and returns the operations that ended by it.
func (a account) lists(points ...Point) []Operation {
	a.t.Helper()
	var over []Operation
	for _, kind := range []Kind{Backup, Snapshot} {
		over = append(over, a.list(kind, "", points...)...)
	}
	return over
}

// list tells the points of a kind, of one server or of all.
func (a account) list(kind Kind, server ID, points ...Point) []Operation {
	a.t.Helper()
	ticket, ok := a.Points(kind).Start(a.Now)
	if !ok {
		a.t.Fatalf("a request for the %ss is under way", kind)
	}
	var mine []Point
	for _, p := range points {
		if p.Kind == kind && (server == "" || p.Server.ID == server) {
			mine = append(mine, p)
		}
	}
	return a.PointsArrived(kind, server, ticket, mine, nil)
}

// begin sends a deed.
func (a account) begin(deed Deed, p Point) Operation {
	a.t.Helper()
	o := a.Begin(Intent{Deed: deed, Point: p}, "run")
	if o.Phase != Sending || !o.Mine || !o.Started.Equal(a.Now) {
		a.t.Fatalf("a deed that is about to leave is %+v", o)
	}
	return o
}

// open is the one operation that is under way.
func (a account) open() Operation {
	a.t.Helper()
	all := a.Operations()
	if len(all) != 1 {
		a.t.Fatalf("%d operations are under way: %s", len(all), titles(all))
	}
	return all[0]
}

// idle fails the test if anything is under way.
func (a account) idle() {
	a.t.Helper()
	if all := a.Operations(); len(all) > 0 {
		a.t.Fatalf("something is still under way: %s", titles(all))
	}
}

func titles(all []Operation) string {
	var out []string
	for _, o := range all {
		out = append(out, fmt.Sprintf("%s (%d, mine %v)", o.Title(), o.Phase, o.Mine))
	}
	return strings.Join(out, ", ")
}

// ended fails the test unless just this operation has ended like this.
func (a account) ended(over []Operation, number int, phase Phase, words string) {
	a.t.Helper()
	if len(over) != 1 || over[0].Number != number || over[0].Phase != phase || !over[0].Ended.Equal(a.Now) || !strings.Contains(over[0].Words, words) {
		a.t.Fatalf("what ended: %+v; want number %d in phase %d because %q", over, number, phase, words)
	}
}

var (
	errRefused = Outcome{Err: errors.Join(ErrRefused)}
	errLost    = Outcome{Err: errors.Join(ErrTimeout, ErrOutcomeUnknown), Lost: true}
)

// wanted is a snapshot as it is asked for, and made is the same as the API shows it.
var wanted = Point{Kind: Snapshot, Server: web, Name: "before-update", Description: "by hand"}

func made(status PointStatus, at time.Time) Point {
	p := wanted
	p.ID, p.Status, p.CreatedAt = "802", status, at
	return p
}
