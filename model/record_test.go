package model

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
)

const host = "admin.vps.org"

func TestRecordRestoresAnOperation(t *testing.T) {
	after := backup("499", time.Hour)
	for _, phase := range []Phase{PhaseSending, PhaseRunning, PhaseUnknown, PhaseDone, PhaseFailed, PhaseRefused,
		PhaseNotSeen, PhaseCanceled, PhaseUnconfirmed} {
		for _, action := range []Action{Create, Restore, Delete} {
			o := Operation{
				ID: "run-1", Action: action, Point: createdSnapshot("", now), Server: web, Phase: phase, Mine: true,
				Started: now,
				Reason:  "why", ThenRestore: &after, FollowsID: "run-0", evidence: evidence{since: now},
			}
			if action == Restore {
				o.evidence.firstSeen, o.evidence.lastSeen = now.Add(time.Second), now.Add(time.Second)
			}
			line, err := json.Marshal(o.Record(host, now.Add(time.Second)))
			if err != nil {
				t.Fatal(err)
			}
			var r Record
			if err := json.Unmarshal(line, &r); err != nil {
				t.Fatal(err)
			}
			got, ok := r.Operation()
			want := o
			want.Resumed = true
			want.ThenRestore = &Point{Kind: Backup, ID: "499", Server: web, CreatedAt: after.CreatedAt}
			if phase.Over() {
				want.Ended = now.Add(time.Second)
			}
			if !ok || !reflect.DeepEqual(got, want) {
				t.Errorf("%s\nis parsed as %+v\nwant         %+v", line, got, want)
			}
			if r.Open() == phase.Over() || r.Host != host || r.Version != RecordVersion {
				t.Errorf("%s: open is %v", line, r.Open())
			}
		}
	}
}

func TestInvalidRecordIsNoOperation(t *testing.T) {
	good := Operation{ID: "run-1", Action: Create, Point: requestedSnapshot, Server: web}.Record(host, now)
	if _, ok := good.Operation(); !ok {
		t.Fatal("a valid one is rejected")
	}
	for name, spoil := range map[string]func(*Record){
		"no ID":              func(r *Record) { r.ID = "" },
		"no server":          func(r *Record) { r.Server.ID = "" },
		"an unknown event":   func(r *Record) { r.Event = "begun" },
		"an unknown action":  func(r *Record) { r.Action = "destroy" },
		"an unknown kind":    func(r *Record) { r.Kind = "image" },
		"nothing whatsoever": func(r *Record) { *r = Record{} },
	} {
		r := good
		spoil(&r)
		if _, ok := r.Operation(); ok {
			t.Errorf("%s: it is accepted", name)
		}
	}
}

func TestRecordTextsAreCleaned(t *testing.T) {
	r := Operation{ID: "run-1", Action: Create, Point: requestedSnapshot, Server: web}.Record(host, now)
	r.Server.Name, r.Point.Name, r.Point.Description, r.Reason = "\x1b[2J", "\u202e", "\n", "\u009b"
	o, ok := r.Operation()
	if texts := o.Server.Name + o.Point.Name + o.Point.Description + o.Reason + o.Title(); !ok ||
		strings.ContainsFunc(texts, isUnprintable) {
		t.Errorf("%q", texts)
	}
}

func TestLatestRecordOfEachOperationCounts(t *testing.T) {
	line := func(id, event string) Record { return Record{ID: id, Event: event} }
	got := LatestRecords([]Record{
		line("a", EventIntent), line("b", EventIntent), line("a", EventRunning), line("c", EventIntent),
		line("b", EventRefused), line("a", EventDone),
	})
	want := []Record{line("a", EventDone), line("b", EventRefused), line("c", EventIntent)}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := LatestRecords(nil); len(got) != 0 {
		t.Errorf("an empty journal returns %+v", got)
	}
}

// leftRecord returns the record that a killed run left of an operation.
func leftRecord(action Action, p Point, phase Phase) Record {
	return Operation{ID: "old-1", Action: action, Point: p, Server: p.Server, Phase: phase,
		Started: now.Add(-time.Minute)}.Record(host, now)
}

// The journal is read in the background: operations that it shows as open may have ended meanwhile.
func TestKnownOperationIsNotResumedAgain(t *testing.T) {
	a := newTestAccount(t)
	o := a.Begin(ActionRequest{Action: Create, Point: requestedSnapshot}, "run")
	line := o.Record(host, now)
	a.ApplyResult(o.Number, ActionResult{}, Outcome{Err: ErrRefused})
	if taken := a.Resume([]Record{line}, []Record{line}, host); len(taken) > 0 {
		t.Errorf("resumed: %+v", taken)
	}
}

func TestOpenOperationOfAKilledRunIsResumed(t *testing.T) {
	running := createdSnapshot(InProgress, now.Add(-time.Minute))
	for name, c := range map[string]struct {
		record Record
		listed []Point
		phase  Phase // right after Resume
		news   []Point
		end    Phase // after the next poll
	}{
		"about to be sent, and it was made": {leftRecord(Create, requestedSnapshot, PhaseSending), []Point{running},
			PhaseUnknown, []Point{createdSnapshot(Completed, running.CreatedAt)}, PhaseDone},
		"its answer lost, and it was made": {leftRecord(Create, requestedSnapshot, PhaseUnknown), []Point{running},
			PhaseUnknown, []Point{createdSnapshot(Failed, running.CreatedAt)}, PhaseFailed},
		"running, and it has failed": {leftRecord(Create, running, PhaseRunning), []Point{running}, PhaseRunning,
			[]Point{createdSnapshot(Errored, running.CreatedAt)}, PhaseFailed},
		"a delete that was done": {leftRecord(Delete, backup("1", time.Hour), PhaseSending),
			[]Point{backup("1", time.Hour)}, PhaseUnknown, nil, PhaseDone},
	} {
		t.Run(name, func(t *testing.T) {
			a := newTestAccount(t, c.listed...)
			taken := a.Resume([]Record{c.record}, []Record{c.record}, host)
			if len(taken) != 1 || taken[0].Phase != c.phase || !taken[0].Mine || !taken[0].Resumed {
				t.Fatalf("resumed: %+v", taken)
			}
			// the list had shown it as someone else's
			if got := a.openOperation(); got.ID != "old-1" || got.Number == 0 {
				t.Fatalf("under way: %+v", got)
			}
			changed := a.pollPoints(c.news...)
			if c.record.Action == "delete" { // its answer was lost: two lists must agree
				changed = append(changed, a.pollPoints(c.news...)...)
			}
			a.requireFinished(changed, taken[0].Number, c.end, "")
			a.requireIdle()
		})
	}
}

func TestRestoreOfAKilledRunIsTrackedToItsEnd(t *testing.T) {
	for _, phase := range []Phase{PhaseSending, PhaseRunning, PhaseUnknown} {
		a := newTestAccount(t)
		a.pollServers(ServerRestoring)
		r := leftRecord(Restore, snapshot("801", time.Hour), phase)
		taken := a.Resume([]Record{r}, []Record{r}, host)
		if len(taken) != 1 {
			t.Fatalf("resumed: %+v", taken)
		}
		a.pollServers(ServerRestoring)
		if got := a.openOperation(); !got.Mine || got.Phase != PhaseRunning {
			t.Fatalf("under way: %+v", got)
		}
		a.advance(flappingWindow)
		a.requireFinished(a.pollServers(ServerActive), taken[0].Number, PhaseDone, "the server is active")
	}
}

func TestOnlyOpenOperationsOfThisAccountAreResumed(t *testing.T) {
	elsewhere := leftRecord(Create, requestedSnapshot, PhaseRunning)
	elsewhere.Host = "panel.example.com"
	for name, r := range map[string]Record{
		"it is of another host": elsewhere,
		"it is of no server of ours": leftRecord(Create, requestedSnapshot.onServer(ServerRef{ID: "1", Name: "gone"}),
			PhaseRunning),
		"it has ended":      leftRecord(Create, requestedSnapshot, PhaseDone),
		"it was refused":    leftRecord(Create, requestedSnapshot, PhaseRefused),
		"it makes no sense": {ID: "old-1", Host: host, Event: EventRunning},
	} {
		a := newTestAccount(t)
		if taken := a.Resume([]Record{r}, []Record{r}, host); len(taken) > 0 {
			t.Errorf("%s: %+v is resumed", name, taken)
		}
		a.requireIdle()
	}
	a := newTestAccount(t)
	r := leftRecord(Create, requestedSnapshot, PhaseUnknown)
	a.Resume([]Record{r}, []Record{r}, host)
	a.Resume([]Record{r}, []Record{r}, host)
	a.openOperation()
}

func TestPendingRestoreIsOfferedOnlyOnce(t *testing.T) {
	after := backup("499", time.Hour)
	first := Operation{ID: "old-1", Action: Create, Point: createdSnapshot(Completed, now), Server: web,
		Phase: PhaseDone, ThenRestore: &after}.Record(host, now)
	second := Operation{ID: "old-2", Action: Restore, Point: after, Server: web, Phase: PhaseDone,
		FollowsID: "old-1"}.Record(host, now)
	a := newTestAccount(t)
	taken := a.Resume([]Record{first}, []Record{first}, host)
	if len(taken) != 1 || taken[0].Phase != PhaseDone || taken[0].ThenRestore == nil ||
		taken[0].ThenRestore.ID != "499" {
		t.Errorf("the snapshot is complete and its restore was not sent: %+v", taken)
	}
	a.requireIdle()
	if unsent := a.UnsentRestores(); len(unsent) != 1 {
		t.Errorf("it waits for its confirmation: %+v", unsent)
	}
	b := newTestAccount(t)
	b.Me.Name = "ada" // is asked only for her own
	if b.Resume([]Record{first}, []Record{first}, host); len(b.UnsentRestores()) > 0 {
		t.Errorf("ada is not asked, but told of %+v", b.UnsentRestores())
	}
	if taken := newTestAccount(t).Resume([]Record{first}, []Record{first, second}, host); len(taken) > 0 {
		t.Errorf("the restore was sent, but is resumed: %+v", taken)
	}
}

func TestSentRestoreIsNotOfferedAgain(t *testing.T) {
	after := backup("499", time.Hour)
	first := Operation{ID: "old-1", Action: Create, Point: createdSnapshot(InProgress, now), Server: web,
		Phase: PhaseRunning, ThenRestore: &after}.Record(host, now)
	second := Operation{ID: "old-2", Action: Restore, Point: after, Server: web, Phase: PhaseRunning,
		FollowsID: "old-1"}.Record(host, now)
	for _, last := range [][]Record{{first}, {first, second}} {
		a := newTestAccount(t)
		taken := a.Resume(last[:1], last, host)
		if len(taken) != 1 || (taken[0].ThenRestore == nil) != (len(last) == 2) {
			t.Errorf("after %d lines: %+v", len(last), taken)
		}
	}
}
