package model

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// An operation goes through every sequence of these events, up to a depth, for each action.
//
// The invariants, after every event:
//
//   - never done too early: it is Done only once the account itself has finished the action;
//   - never sent twice: while the operation is open, the same action is forbidden, also after a
//     restart;
//   - never a silent failure: every final phase except Done has a reason;
//   - final is final: an operation that was given up changes only if it appears after all;
//   - never stuck: correct lists bring every operation to its end in a bounded time, and one that
//     was given up and appears after all is reported.
const (
	eventAccepted    = 'A' // the answer comes: the API has accepted the action
	eventLostDone    = 'L' // the answer is lost, and the API executed the action
	eventLostNotDone = 'l' // the answer is lost, and the API did not execute it
	eventStaleList   = 'B' // a list that was requested before the answer
	eventLagging     = 'G' // lists from a replica that lags behind
	eventList        = 'T' // correct lists
	eventMissing     = 'V' // a list without the point; never twice in a row
	eventRestart     = 'R' // the program ends and restarts with its journal
	eventOtherPoint  = 'O' // someone else creates a point of the same kind
	eventWait        = 'W' // minutes pass
	eventPause       = 'w' // twenty seconds pass; every event takes five
)

// lifecycleDepth is how many events an operation goes through before it is run to its end.
var lifecycleDepth = flag.Int("life-depth", 0,
	"how many events each life of an operation has; 0: 4, or 3 in the short lane")

// replicaLag is how far the replica lags behind.
const replicaLag = 8 * time.Second

// lifecycle is one operation, its account, and the program that tracks it.
type lifecycle struct {
	t         *testing.T
	events    string // the events so far
	action    Action
	target    Point // what is created, restored or deleted
	state     *State
	number    int // of the operation
	record    Record
	startedAt time.Time
	appliedAt time.Time // when the API executed it; zero: never
	answered  bool
	phase     Phase // of the operation, as last seen
	others    []Point
}

func newLifecycle(t *testing.T, action Action) *lifecycle {
	l := &lifecycle{t: t, action: action, target: snapshot("801", time.Hour), startedAt: now,
		state: &State{Now: now, Local: now}}
	if action == Create {
		l.target = requestedSnapshot
	}
	l.pollAt(now)
	o := l.state.Begin(ActionRequest{Action: action, Point: l.target}, "run")
	l.number, l.record = o.Number, o.Record(host, l.state.Local)
	return l
}

// The account takes five minutes for a create or a restore. It stops the server before a restore,
// and lists a point five seconds after its request.
func (l *lifecycle) sinceApplied(at time.Time) (time.Duration, bool) {
	return at.Sub(l.appliedAt), !l.appliedAt.IsZero() && !at.Before(l.appliedAt)
}

const (
	stopTime   = 30 * time.Second
	actionTime = 5 * time.Minute
	listDelay  = 5 * time.Second
)

// servers returns the account's list at a time.
func (l *lifecycle) servers(at time.Time) []Server {
	status := ServerActive
	if age, done := l.sinceApplied(at); l.action == Restore && done {
		switch {
		case age < stopTime/2:
		case age < stopTime:
			status = ServerStopped
		case age < actionTime:
			status = ServerRestoring
		}
	}
	return []Server{{ID: web.ID, Name: web.Name, Status: status}}
}

// points returns the account's lists at a time.
func (l *lifecycle) points(at time.Time) []Point {
	points := []Point{backup("1", 2*time.Hour), snapshot("700", 3*time.Hour)}
	age, done := l.sinceApplied(at)
	switch {
	case l.action == Create && done && age >= listDelay:
		p := createdSnapshot(InProgress, l.appliedAt)
		if age >= actionTime {
			p.Status = Completed
		}
		points = append(points, p)
	case l.action == Restore, l.action == Delete && !done:
		points = append(points, l.target)
	}
	for _, p := range l.others {
		if !p.CreatedAt.After(at) {
			points = append(points, p)
		}
	}
	return points
}

// isOver reports whether the account itself has finished the action.
func (l *lifecycle) isOver() bool {
	age, done := l.sinceApplied(l.state.Now)
	return done && (l.action == Delete || age >= actionTime)
}

// pollAt applies all lists as they were at a time, requested now.
func (l *lifecycle) pollAt(at time.Time) {
	ticket, _ := l.state.Servers.Start(l.state.Now)
	l.recordChanges(l.state.ApplyServers(ticket, l.servers(at), nil))
	for _, kind := range []Kind{Backup, Snapshot} {
		ticket, _ := l.state.Points(kind).Start(l.state.Now)
		mine := slices.DeleteFunc(l.points(at), func(p Point) bool { return p.Kind != kind })
		l.recordChanges(l.state.ApplyPoints(kind, "", ticket, mine, nil))
	}
}

// recordChanges writes the changed operation to the journal, as the programs do.
func (l *lifecycle) recordChanges(changed []Operation) {
	for _, o := range changed {
		if o.Number == l.number {
			l.record = o.Record(host, l.state.Local)
		}
	}
}

func (l *lifecycle) answer(carried bool, outcome Outcome) {
	if l.answered {
		return
	}
	l.answered = true
	outcome.SentAt = l.startedAt
	if carried {
		l.appliedAt = l.state.Now
	}
	var accepted ActionResult
	if l.action == Create {
		accepted.Point = createdSnapshot(InProgress, l.state.Now)
	} else {
		accepted.ServerStatus = ServerRestoring
	}
	o := l.state.ApplyResult(l.number, accepted, outcome)
	l.record = o.Record(host, l.state.Local)
}

// restart ends the program and restarts it.
func (l *lifecycle) restart() {
	if !l.answered { // the request was executed, but nobody received the answer
		l.answered, l.appliedAt = true, l.state.Now
	}
	l.state = &State{Now: l.state.Now, Local: l.state.Local}
	l.pollAt(l.state.Now)
	before := l.record
	if !before.Open() {
		return
	}
	resumed := l.state.Resume([]Record{before}, []Record{before}, host)
	if len(resumed) != 1 {
		l.t.Fatalf("%s: resumed %s", l.events, titles(resumed))
	}
	l.number = resumed[0].Number
}

// advance lets time pass.
func (l *lifecycle) advance(d time.Duration) {
	l.state.Now, l.state.Local = l.state.Now.Add(d), l.state.Local.Add(d)
}

func (l *lifecycle) apply(event rune) {
	l.events += string(event)
	l.advance(5 * time.Second)
	switch event {
	case eventAccepted:
		l.answer(true, Outcome{})
	case eventLostDone:
		l.answer(true, lostOutcome)
	case eventLostNotDone:
		l.answer(false, lostOutcome)
	case eventStaleList:
		l.recordChanges(l.state.updateFromServers(l.startedAt.Add(-time.Second), nil))
		for _, kind := range []Kind{Backup, Snapshot} {
			l.recordChanges(l.state.updateFromPoints(kind, l.startedAt.Add(-time.Second), nil, isServer("")))
		}
	case eventLagging:
		l.pollAt(l.state.Now.Add(-replicaLag))
	case eventList:
		l.pollAt(l.state.Now)
	case eventMissing:
		ticket, _ := l.state.Snapshots.Start(l.state.Now)
		rest := slices.DeleteFunc(l.points(l.state.Now), func(p Point) bool {
			return p.Kind != Snapshot ||
				p.Name == l.target.Name
		})
		l.recordChanges(l.state.ApplyPoints(Snapshot, "", ticket, rest, nil))
	case eventRestart:
		l.restart()
	case eventOtherPoint:
		l.others = append(l.others, Point{
			Kind: Snapshot, ID: ID(fmt.Sprint(900 + len(l.others))), Server: web, Name: "weekly", Status: Completed,
			CreatedAt: l.state.Now,
		})
	case eventWait:
		l.advance(3 * time.Minute)
	case eventPause:
		l.advance(20 * time.Second)
	}
	l.check()
}

// operation returns the operation as the program has it, or false if the journal says that it was
// over before a restart.
func (l *lifecycle) operation() (Operation, bool) {
	o := l.state.operationByNumber(l.number)
	if o == nil || o.ID != l.record.ID {
		return Operation{}, false
	}
	return *o, true
}

func (l *lifecycle) check() {
	l.t.Helper()
	o, known := l.operation()
	switch {
	case !known:
	case l.phase.Over() && o.Phase != l.phase && (l.phase == PhaseDone || o.Phase != PhaseRunning &&
		o.Phase != PhaseDone):
		l.t.Fatalf("%s: it was over in phase %d, and is in %d", l.events, l.phase, o.Phase)
	case o.Phase == PhaseDone && !l.isOver():
		l.t.Fatalf("%s: done before the account finished: %s", l.events, o.Reason)
	case o.Phase.Over() && o.Phase != PhaseDone && o.Reason == "":
		l.t.Fatalf("%s: over without a reason", l.events)
	case !o.Phase.Over() && l.state.Conflict(l.action, l.target) == "":
		l.t.Fatalf("%s: it may be sent twice, while it is in phase %d", l.events, o.Phase)
	}
	if known {
		l.phase = o.Phase
	}
}

// runToEnd polls correct lists until the operation is over, and checks that this is reported.
func (l *lifecycle) runToEnd() {
	l.t.Helper()
	if !l.answered {
		l.apply(eventAccepted)
	}
	for range 90 {
		o, known := l.operation()
		if !known || o.Phase.Over() && (l.appliedAt.IsZero() || l.isOver()) {
			break
		}
		l.advance(15 * time.Second)
		l.apply(eventList)
	}
	o, known := l.operation()
	if !known {
		return
	}
	if !o.Phase.Over() {
		l.t.Fatalf("%s: after half an hour it is in phase %d", l.events, o.Phase)
	}
	if l.appliedAt.IsZero() != (o.Phase != PhaseDone) && !l.undetectable() {
		l.t.Fatalf("%s: it ended in phase %d: %s", l.events, o.Phase, o.Reason)
	}
}

// undetectable reports whether no list can show that the action happened: a restore that ran while
// nothing was polled.
func (l *lifecycle) undetectable() bool {
	o, _ := l.operation()
	return l.action == Restore && !o.evidence.wasSeen()
}

func TestOperationMatchesTheAccountInEveryOrderOfEvents(t *testing.T) {
	depth := *lifecycleDepth
	if depth == 0 {
		depth = 4
		if testing.Short() {
			depth = 3
		}
	}
	before := []rune{eventAccepted, eventLostDone, eventLostNotDone, eventLagging, eventList, eventMissing,
		eventRestart, eventOtherPoint, eventWait, eventPause}
	after := []rune{eventStaleList, eventLagging, eventList, eventMissing, eventRestart, eventOtherPoint, eventWait,
		eventPause}
	for name, action := range map[string]Action{"create": Create, "restore": Restore, "delete": Delete} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sequences := 0
			var walk func(events string)
			walk = func(events string) {
				if len(events) == depth {
					l := newLifecycle(t, action)
					for _, e := range events {
						l.apply(e)
					}
					l.runToEnd()
					sequences++
					return
				}
				next := after
				if !strings.ContainsAny(events, "ALlR") {
					next = before
				}
				for _, e := range next {
					if !isRedundant(events, e) {
						walk(events + string(e))
					}
				}
			}
			walk("")
			t.Logf("%d sequences of %d events", sequences, depth)
		})
	}
}

// isRedundant reports whether an event adds nothing: a second early list, or a second point of
// someone else. A point is never missing from two lists in a row.
func isRedundant(events string, next rune) bool {
	switch next {
	case eventStaleList, eventOtherPoint:
		return strings.ContainsRune(events, next)
	case eventMissing:
		return strings.HasSuffix(strings.TrimRight(events, "BOWw"), string(next))
	}
	return false
}
