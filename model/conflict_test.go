package model

import (
	"strings"
	"testing"
	"time"
)

func TestConflictingActionsOnOneServer(t *testing.T) {
	old, older := snapshot("801", time.Hour), backup("501", 2*time.Hour)
	elsewhere := snapshot("9", time.Hour).onServer(db)
	newSnap, newBackup := Point{Kind: Snapshot, Server: web, Name: "another"}, Point{Kind: Backup, Server: web}
	type action struct {
		do Action
		on Point
	}
	all := map[string]action{
		"make a snapshot":      {Create, newSnap},
		"make a backup":        {Create, newBackup},
		"restore the snapshot": {Restore, old},
		"restore the backup":   {Restore, older},
		"delete the snapshot":  {Delete, old},
		"delete the backup":    {Delete, older},
		"delete what is made":  {Delete, createdSnapshot(InProgress, now)},
		"restore elsewhere":    {Restore, elsewhere},
		"make it elsewhere":    {Create, Point{Kind: Snapshot, Server: db, Name: "another"}},
	}
	here := "make a snapshot, make a backup, restore the snapshot, restore the backup, delete the snapshot, delete " +
		"the backup, delete what is made"
	for name, c := range map[string]struct {
		running action
		after   *Point
		lost    bool
		forbids string
	}{
		"a snapshot": {action{Create, requestedSnapshot}, nil, false,
			"make a snapshot, delete what is made"},
		"a snapshot whose answer was lost": {action{Create, requestedSnapshot}, nil, true,
			"make a snapshot, delete what is made"},
		"a backup":                        {action{Create, newBackup}, nil, false, "make a backup"},
		"a snapshot before a restore":     {action{Create, requestedSnapshot}, &older, false, here},
		"a restore":                       {action{Restore, old}, nil, false, here},
		"a restore whose answer was lost": {action{Restore, old}, nil, true, here},
		"a deletion": {action{Delete, old}, nil, false,
			"restore the snapshot, delete the snapshot"},
		"a deletion whose answer was lost": {action{Delete, old}, nil, true,
			"restore the snapshot, delete the snapshot"},
	} {
		a := newTestAccount(t, old, older)
		o := a.Begin(ActionRequest{Action: c.running.do, Point: c.running.on, ThenRestore: c.after}, "run")
		outcome, accepted := Outcome{}, ActionResult{Point: createdSnapshot(InProgress, a.Now),
			ServerStatus: ServerRestoring}
		if c.running.on.Kind == Backup {
			accepted.Point = backup("502", 0).withStatus(InProgress)
		}
		if c.lost {
			outcome = lostOutcome
		}
		for _, phase := range []Phase{PhaseSending, PhaseRunning} { // while it is sent, and after
			if phase == PhaseRunning {
				o = a.ApplyResult(o.Number, accepted, outcome)
			}
			for what, next := range all {
				forbidden := false
				for _, f := range strings.Split(c.forbids, ", ") {
					forbidden = forbidden || f == what
				}
				if what == "delete what is made" && (phase == PhaseSending || c.lost) && c.running.do == Create {
					continue // once listed, it is identified by what was requested
				}
				if why := a.Conflict(next.do, next.on); (why != "") != forbidden {
					t.Errorf("during %s in phase %d, %s: the conflict is %q", name, o.Phase, what, why)
				}
			}
		}
	}
}

func TestListedOperationsOfOthersConflict(t *testing.T) {
	a := newTestAccount(t)
	a.pollPoints(backup("510", time.Minute).asAutomatic().withStatus(InProgress))
	if a.Conflict(Create, Point{Kind: Backup, Server: web}) == "" || a.Conflict(Create, requestedSnapshot) != "" {
		t.Error("during a nightly backup a second one may start, or a snapshot may not")
	}
	a = newTestAccount(t)
	if a.pollServers(ServerRestoring); a.Conflict(Create, requestedSnapshot) == "" {
		t.Error("a snapshot may start on a server that someone else is restoring")
	}
}

func TestOtherProgramsAreReadFromTheJournal(t *testing.T) {
	p := snapshot("801", time.Hour)
	record := func(run string, action Action, phase Phase, ago time.Duration) Record {
		o := Operation{ID: run + "-1", Action: action, Point: p, Server: web, Phase: phase, Started: now.Add(-ago),
			Ended: now}
		return o.Record(host, now)
	}
	alive := func(operation string) bool { return strings.HasPrefix(operation, "alive") }
	for name, c := range map[string]struct {
		record   Record
		conflict bool // with a restore from the same point
		leaving  bool
	}{
		"a restore that is about to be sent":     {record("alive", Restore, PhaseSending, time.Second), true, false},
		"a restore of a program that waits":      {record("alive", Restore, PhaseRunning, 20*time.Minute), true, false},
		"one that its program no longer follows": {record("alive", Restore, PhaseRunning, 5*time.Hour), false, false},
		"a snapshot that a restore follows": {func() Record {
			r := record("alive", Create, PhaseRunning, 5*time.Hour)
			r.ThenRestore = &RecordPoint{Kind: "snapshot", ID: "801"}
			return r
		}(), true, false},
		"a restore of one that ended right after": {record("gone", Restore, PhaseRunning, time.Minute), true, false},
		"an old restore without an end":           {record("gone", Restore, PhaseRunning, time.Hour), false, false},
		"one of a clock that was ahead":           {record("gone", Restore, PhaseRunning, -5*time.Hour), false, false},
		"a restore that is over":                  {record("alive", Restore, PhaseDone, time.Minute), false, false},
		"a restore that was refused":              {record("alive", Restore, PhaseRefused, time.Minute), false, false},
		"one of this program":                     {record("me", Restore, PhaseRunning, time.Minute), false, false},
		"one at another host": {func() Record {
			r := record("alive", Restore, PhaseRunning,
				0)
			r.Host = "x"
			return r
		}(), false, false},
		"one on another server": {func() Record {
			r := record("alive", Restore, PhaseRunning,
				0)
			r.Server.ID = db.ID
			return r
		}(), false, false},
		"a deletion under way":           {record("alive", Delete, PhaseRunning, time.Second), true, true},
		"a deletion that has just ended": {record("gone", Delete, PhaseDone, time.Second), false, true},
		"a deletion of long ago":         {record("gone", Delete, PhaseDone, time.Hour), false, false},
		"a deletion that was refused":    {record("gone", Delete, PhaseRefused, time.Second), false, false},
	} {
		others := ReadOtherPrograms([]Record{c.record}, alive, "me", host, web.ID, now)
		other, running, found := others.Conflict(Restore, p)
		if found != c.conflict || found && running != strings.HasPrefix(other.ID, "alive") {
			t.Errorf("%s: found %v, running %v", name, found, running)
		}
		if others.Deleting[p.Key()] != c.leaving {
			t.Errorf("%s: the point is being deleted: %v", name, !c.leaving)
		}
		if found {
			if _, _, still := others.Without(other).Conflict(Restore, p); still {
				t.Errorf("%s: it is over, but still in conflict", name)
			}
		}
	}
}

func TestListsResolveOperationsOfOtherPrograms(t *testing.T) {
	p := createdSnapshot(InProgress, now)
	create := Operation{Action: Create, Point: p, Server: web, Phase: PhaseRunning}
	remove := Operation{Action: Delete, Point: p, Server: web, Phase: PhaseRunning}
	lost := remove
	lost.Phase = PhaseUnknown
	for name, c := range map[string]struct {
		o      Operation
		listed []Point
		over   bool
	}{
		"it is being made":             {create, []Point{p}, false},
		"it is made":                   {create, []Point{p.withStatus(Completed)}, true},
		"it failed":                    {create, []Point{p.withStatus(Failed)}, true},
		"it is not listed yet":         {create, nil, false},
		"it is deleted":                {remove, nil, true},
		"it still stands":              {remove, []Point{p}, false},
		"a lost deletion, and no more": {lost, nil, false},
		"a restore": {Operation{Action: Restore, Point: p, Server: web, Phase: PhaseRunning}, nil,
			false},
	} {
		if got := c.o.ResolvedBy(c.listed); got != c.over {
			t.Errorf("%s: over is %v", name, got)
		}
	}
}

func TestRenamedServerKeepsItsConfirmedName(t *testing.T) {
	p := snapshot("801", time.Hour)
	p.Server.Name = "its-old-name"
	a := newTestAccount(t, p)
	if o := a.Begin(ActionRequest{Action: Restore, Point: p}, "run"); o.Server != web {
		t.Errorf("its server is %+v", o.Server)
	}
	if o := a.Begin(ActionRequest{Action: Restore, Point: p, Server: ServerRef{web.ID, "confirmed"}},
		"run"); o.Server.Name != "confirmed" {
		t.Errorf("its server is %+v, not the confirmed one", o.Server)
	}
}
