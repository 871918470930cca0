package model

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// An operation's life is played in every order of these events, to a depth, for each action.
//
// The invariants, after every event:
//
//   - never done before the account: Done only once the account itself has ended the action;
//   - never sent twice: while the operation is open, the same action is forbidden, also after a restart;
//   - never green by mistake: whatever is over and not Done says why;
//   - over is over: what was given up changes only when it shows after all;
//   - never silent: lists that tell the truth bring every operation to its end in a bounded time, and one that was given up and
//     shows after all is told of.
const (
	eventAccepted   = 'A' // the answer comes: the API has accepted it
	eventLostDone   = 'L' // the answer is lost, and the API has carried it out
	eventLostUndone = 'l' // the answer is lost, and the API has not
	eventEarly      = 'B' // a list comes that was asked for before the answer
	eventLagging    = 'G' // lists come from a replica that is behind
	eventList       = 'T' // lists come that tell the truth
	eventVanished   = 'V' // a list comes in which the point is missing; never twice in a row
	eventRestart    = 'R' // the program ends and starts again, with its journal
	eventOther      = 'O' // somebody else makes a point of the same kind
	eventWait       = 'W' // minutes pass
	eventPause      = 'w' // twenty seconds pass; every event takes five
)

// lifeDepth is how many events a life has. Its end is played to the end all the same.
var lifeDepth = flag.Int("life-depth", 4, "how many events each life of an operation has")

// replicaLag is how far the replica is behind.
const replicaLag = 8 * time.Second

// life is one operation, the account that it is about, and the program that follows it.
type life struct {
	t        *testing.T
	played   string // the events so far
	action   Deed
	wanted   Point // what is made, restored or deleted
	state    *State
	number   int // the operation's
	record   Record
	began    time.Time
	carried  time.Time // when the API carried it out; zero: not at all
	answered bool
	phase    Phase // of the operation, as it was last seen
	others   []Point
}

func newLife(t *testing.T, action Deed) *life {
	l := &life{t: t, action: action, wanted: snapshot("801", time.Hour), began: now, state: &State{Now: now, Local: now}}
	if action == Create {
		l.wanted = wanted
	}
	l.lists(now)
	o := l.state.Begin(Intent{Deed: action, Point: l.wanted}, "run")
	l.number, l.record = o.Number, o.Record(host, l.state.Local)
	return l
}

// The account carries a create or a restore out in five minutes. It stops the server before a restore, and shows
// a point five seconds after it was asked for.
func (l *life) since(at time.Time) (time.Duration, bool) {
	return at.Sub(l.carried), !l.carried.IsZero() && !at.Before(l.carried)
}

const (
	stopPhase = 30 * time.Second
	lasting   = 5 * time.Minute
	appears   = 5 * time.Second
)

// servers is the account's list at a time.
func (l *life) servers(at time.Time) []Server {
	status := ServerActive
	if age, done := l.since(at); l.action == Restore && done {
		switch {
		case age < stopPhase/2:
		case age < stopPhase:
			status = ServerStopped
		case age < lasting:
			status = ServerRestoring
		}
	}
	return []Server{{ID: web.ID, Name: web.Name, Status: status}}
}

// points are the account's lists at a time.
func (l *life) points(at time.Time) []Point {
	points := []Point{backup("1", 2*time.Hour), snapshot("700", 3*time.Hour)}
	age, done := l.since(at)
	switch {
	case l.action == Create && done && age >= appears:
		p := made(InProgress, l.carried)
		if age >= lasting {
			p.Status = Completed
		}
		points = append(points, p)
	case l.action == Restore, l.action == Delete && !done:
		points = append(points, l.wanted)
	}
	for _, p := range l.others {
		if !p.CreatedAt.After(at) {
			points = append(points, p)
		}
	}
	return points
}

// over says whether the account itself has ended the action.
func (l *life) over() bool {
	age, done := l.since(l.state.Now)
	return done && (l.action == Delete || age >= lasting)
}

// lists brings all lists as they were at a time. They were asked for now.
func (l *life) lists(at time.Time) {
	ticket, _ := l.state.Servers.Start(l.state.Now)
	l.hear(l.state.ServersArrived(ticket, l.servers(at), nil))
	for _, kind := range []Kind{Backup, Snapshot} {
		ticket, _ := l.state.Points(kind).Start(l.state.Now)
		mine := slices.DeleteFunc(l.points(at), func(p Point) bool { return p.Kind != kind })
		l.hear(l.state.PointsArrived(kind, "", ticket, mine, nil))
	}
}

// hear writes down what lists have shown of the operation, as the programs do.
func (l *life) hear(changed []Operation) {
	for _, o := range changed {
		if o.Number == l.number {
			l.record = o.Record(host, l.state.Local)
		}
	}
}

func (l *life) answer(carried bool, outcome Outcome) {
	if l.answered {
		return
	}
	l.answered = true
	outcome.Sent = l.began
	if carried {
		l.carried = l.state.Now
	}
	var accepted Accepted
	if l.action == Create {
		accepted.Point = made(InProgress, l.state.Now)
	} else {
		accepted.ServerStatus = ServerRestoring
	}
	o := l.state.Answered(l.number, accepted, outcome)
	l.record = o.Record(host, l.state.Local)
}

// restart ends the program and starts it again.
func (l *life) restart() {
	if !l.answered { // what was sent was carried out; its answer came to nobody
		l.answered, l.carried = true, l.state.Now
	}
	l.state = &State{Now: l.state.Now, Local: l.state.Local}
	l.lists(l.state.Now)
	before := l.record
	if !before.Open() {
		return
	}
	resumed := l.state.Resume([]Record{before}, []Record{before}, host)
	if len(resumed) != 1 {
		l.t.Fatalf("%s: resumed %s", l.played, titles(resumed))
	}
	l.number = resumed[0].Number
}

// pass lets time pass.
func (l *life) pass(d time.Duration) {
	l.state.Now, l.state.Local = l.state.Now.Add(d), l.state.Local.Add(d)
}

func (l *life) play(event rune) {
	l.played += string(event)
	l.pass(5 * time.Second)
	switch event {
	case eventAccepted:
		l.answer(true, Outcome{})
	case eventLostDone:
		l.answer(true, errLost)
	case eventLostUndone:
		l.answer(false, errLost)
	case eventEarly:
		l.hear(l.state.followServers(l.began.Add(-time.Second)))
		for _, kind := range []Kind{Backup, Snapshot} {
			l.hear(l.state.followPoints(kind, "", l.began.Add(-time.Second)))
		}
	case eventLagging:
		l.lists(l.state.Now.Add(-replicaLag))
	case eventList:
		l.lists(l.state.Now)
	case eventVanished:
		ticket, _ := l.state.Snapshots.Start(l.state.Now)
		rest := slices.DeleteFunc(l.points(l.state.Now), func(p Point) bool { return p.Kind != Snapshot || p.Name == l.wanted.Name })
		l.hear(l.state.PointsArrived(Snapshot, "", ticket, rest, nil))
	case eventRestart:
		l.restart()
	case eventOther:
		l.others = append(l.others, Point{
			Kind: Snapshot, ID: ID(fmt.Sprint(900 + len(l.others))), Server: web, Name: "weekly", Status: Completed, CreatedAt: l.state.Now,
		})
	case eventWait:
		l.pass(3 * time.Minute)
	case eventPause:
		l.pass(20 * time.Second)
	}
	l.check()
}

// operation is the operation as the program has it, and false where its journal says that it was over before a restart.
func (l *life) operation() (Operation, bool) {
	o := l.state.operation(l.number)
	if o == nil || o.ID != l.record.ID {
		return Operation{}, false
	}
	return *o, true
}

func (l *life) check() {
	l.t.Helper()
	o, known := l.operation()
	switch {
	case !known:
	case l.phase.Over() && o.Phase != l.phase && (l.phase == Done || o.Phase != Running && o.Phase != Done):
		l.t.Fatalf("%s: it was over in phase %d, and is in %d", l.played, l.phase, o.Phase)
	case o.Phase == Done && !l.over():
		l.t.Fatalf("%s: done before the account: %s", l.played, o.Words)
	case o.Phase.Over() && o.Phase != Done && o.Words == "":
		l.t.Fatalf("%s: over without a word", l.played)
	case !o.Phase.Over() && l.state.Conflict(l.action, l.wanted) == "":
		l.t.Fatalf("%s: it may be sent twice, while it is in phase %d", l.played, o.Phase)
	}
	if known {
		l.phase = o.Phase
	}
}

// settle plays lists that tell the truth until it is over, and checks that it is told.
func (l *life) settle() {
	l.t.Helper()
	if !l.answered {
		l.play(eventAccepted)
	}
	for range 90 {
		o, known := l.operation()
		if !known || o.Phase.Over() && (l.carried.IsZero() || l.over()) {
			break
		}
		l.pass(15 * time.Second)
		l.play(eventList)
	}
	o, known := l.operation()
	if !known {
		return
	}
	if !o.Phase.Over() {
		l.t.Fatalf("%s: after half an hour it is in phase %d", l.played, o.Phase)
	}
	if l.carried.IsZero() != (o.Phase != Done) && !l.unseen() {
		l.t.Fatalf("%s: it ended in phase %d: %s", l.played, o.Phase, o.Words)
	}
}

// unseen says whether nobody can tell by lists that the action was carried out: a restore that ran while no list was looked at.
func (l *life) unseen() bool {
	o, _ := l.operation()
	return l.action == Restore && !o.seen.shown()
}

func TestAnOperationIsTrueToTheAccountInEveryOrderOfEvents(t *testing.T) {
	depth := *lifeDepth
	before := []rune{eventAccepted, eventLostDone, eventLostUndone, eventLagging, eventList, eventVanished, eventRestart, eventOther, eventWait, eventPause}
	after := []rune{eventEarly, eventLagging, eventList, eventVanished, eventRestart, eventOther, eventWait, eventPause}
	for name, action := range map[string]Deed{"create": Create, "restore": Restore, "delete": Delete} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lives := 0
			var walk func(events string)
			walk = func(events string) {
				if len(events) == depth {
					l := newLife(t, action)
					for _, e := range events {
						l.play(e)
					}
					l.settle()
					lives++
					return
				}
				next := after
				if !strings.ContainsAny(events, "ALlR") {
					next = before
				}
				for _, e := range next {
					if !needless(events, e) {
						walk(events + string(e))
					}
				}
			}
			walk("")
			t.Logf("%d lives of %d events", lives, depth)
		})
	}
}

// needless says whether an event tells nothing new: a second early list, a second point of somebody else's. A point is never
// missing from two lists in a row.
func needless(events string, next rune) bool {
	switch next {
	case eventEarly, eventOther:
		return strings.ContainsRune(events, next)
	case eventVanished:
		return strings.HasSuffix(strings.TrimRight(events, "BOWw"), string(next))
	}
	return false
}
