package model

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// testAccount is a state that tests feed with lists from the API. Its servers are web-server-01 and
// db-server-01.
type testAccount struct {
	*State
	t *testing.T
}

// newTestAccount returns an account with complete lists: its two servers, both active, and these
// points.
func newTestAccount(t *testing.T, points ...Point) testAccount {
	t.Helper()
	a := testAccount{&State{Now: now, Local: now}, t}
	a.pollServers(ServerActive)
	a.pollPoints(points...)
	return a
}

// advance lets time pass.
func (a testAccount) advance(d time.Duration) {
	a.Now, a.Local = a.Now.Add(d), a.Local.Add(d)
}

// pollServers applies a list of servers in which the first has the status, and returns the
// operations that ended.
func (a testAccount) pollServers(status ServerStatus) []Operation {
	a.t.Helper()
	ticket, ok := a.Servers.Start(a.Now)
	if !ok {
		a.t.Fatal("a request for the servers is under way")
	}
	return a.ApplyServers(ticket, []Server{
		{ID: web.ID, Name: web.Name, Status: status}, {ID: db.ID, Name: db.Name, Status: ServerActive},
	}, nil)
}

// pollPoints applies complete lists of backups and snapshots, and returns the operations that
// ended.
func (a testAccount) pollPoints(points ...Point) []Operation {
	a.t.Helper()
	var over []Operation
	for _, kind := range []Kind{Backup, Snapshot} {
		over = append(over, a.pollKind(kind, "", points...)...)
	}
	return over
}

// pollKind applies a list of points of a kind, of one server or of all.
func (a testAccount) pollKind(kind Kind, server ID, points ...Point) []Operation {
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
	return a.ApplyPoints(kind, server, ticket, mine, nil)
}

// startAction sends an action.
func (a testAccount) startAction(action Action, p Point) Operation {
	a.t.Helper()
	o := a.Begin(ActionRequest{Action: action, Point: p}, "run")
	if o.Phase != PhaseSending || !o.Mine || !o.Started.Equal(a.Now) {
		a.t.Fatalf("an action about to be sent is %+v", o)
	}
	return o
}

// openOperation returns the one operation that is under way.
func (a testAccount) openOperation() Operation {
	a.t.Helper()
	all := a.Operations()
	if len(all) != 1 {
		a.t.Fatalf("%d operations are under way: %s", len(all), titles(all))
	}
	return all[0]
}

// requireIdle fails the test if anything is under way.
func (a testAccount) requireIdle() {
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

// requireFinished fails the test unless exactly this operation has ended in the phase with the
// reason.
func (a testAccount) requireFinished(over []Operation, number int, phase Phase, words string) {
	a.t.Helper()
	if len(over) != 1 || over[0].Number != number || over[0].Phase != phase || !over[0].Ended.Equal(a.Now) ||
		!strings.Contains(over[0].Reason, words) {
		a.t.Fatalf("ended: %+v; want number %d in phase %d because %q", over, number, phase, words)
	}
}

var (
	refusedOutcome = Outcome{Err: errors.Join(ErrRefused)}
	lostOutcome    = Outcome{Err: errors.Join(ErrTimeout, ErrOutcomeUnknown), AnswerLost: true}
)

// requestedSnapshot is a snapshot as requested, and createdSnapshot returns it as the API lists it.
var requestedSnapshot = Point{Kind: Snapshot, Server: web, Name: "before-update", Description: "by hand"}

func createdSnapshot(status PointStatus, at time.Time) Point {
	p := requestedSnapshot
	p.ID, p.Status, p.CreatedAt = "802", status, at
	return p
}

// A screen that shows a view must not pay for assessing it.
func TestViewIsAssessedInAdvance(t *testing.T) {
	policies := Policies{{Server: "*", Policy: DefaultPolicy()}}
	var members []State
	for range 2 { // the first is a warm-up
		a := newTestAccount(t, backup("1", time.Hour), snapshot("801", time.Hour))
		view := a.AccountView(1, time.Time{}, nil)
		view.Assess(policies, a.Now)
		member := State{Now: a.Now.Add(time.Second), Local: a.Now}
		member.ApplyView(view, nil)
		members = append(members, member)
	}
	next := 0
	allocations := testing.AllocsPerRun(1, func() {
		s := &members[next]
		next++
		s.Fleet().Assess(policies, s.PointsComplete(), s.Now)
	})
	if allocations > 0 {
		t.Errorf("the view was assessed again, with %v allocations", allocations)
	}
}

// A session may skip views. The fleet has only the later of two answers about a server, so a point
// that it lacks counts as missing from one list and not from both.
func TestAnswerThatTheViewNoLongerHasIsNotCounted(t *testing.T) {
	p := snapshot("801", time.Hour)
	for name, lists := range map[string][2]ID{
		"of all, then of the server": {"", web.ID}, "the other way": {web.ID, ""},
	} {
		t.Run(name, func(t *testing.T) {
			member, hub := newTestAccount(t, p), newTestAccount(t, p)
			member.ApplyView(hub.AccountView(1, time.Time{}, nil), nil)
			o := member.loseAnswer(Delete, p, 0)
			hub.advance(time.Minute)
			hub.pollKind(Snapshot, lists[0], p)
			hub.advance(time.Second)
			hub.pollKind(Snapshot, lists[1])
			member.advance(time.Minute)
			if over := member.ApplyView(hub.AccountView(2, time.Time{}, nil), nil); len(over) > 0 {
				t.Fatalf("ended: %s", titles(over))
			}
			hub.advance(time.Second)
			hub.pollKind(Snapshot, lists[0])
			over := member.ApplyView(hub.AccountView(3, time.Time{}, nil), nil)
			if len(over) != 1 || over[0].Number != o.Number || over[0].Phase != PhaseDone {
				t.Errorf("ended: %s", titles(over))
			}
		})
	}
}
