package model

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
)

const host = "admin.vps.org"

func TestARecordTellsAllThatIsNeededToGoOn(t *testing.T) {
	after := backup("499", time.Hour)
	for _, phase := range []Phase{Sending, Running, Unknown, Done, Broken, Refused, NotSeen, CalledOff, Unconfirmed} {
		for _, deed := range []Deed{Create, Restore, Delete} {
			o := Operation{
				ID: "run-1", Deed: deed, Point: made("", now), Server: web, Phase: phase, Mine: true, Started: now,
				Words: "why", After: &after, Follows: "run-0", seen: sightings{since: now},
			}
			if deed == Restore {
				o.seen.first, o.seen.last = now.Add(time.Second), now.Add(time.Second)
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
			want.After = &Point{Kind: Backup, ID: "499", Server: web, CreatedAt: after.CreatedAt}
			if phase.Over() {
				want.Ended = now.Add(time.Second)
			}
			if !ok || !reflect.DeepEqual(got, want) {
				t.Errorf("%s\nis read as %+v\nwant       %+v", line, got, want)
			}
			if r.Open() == phase.Over() || r.Host != host || r.Version != RecordVersion {
				t.Errorf("%s: open is %v", line, r.Open())
			}
		}
	}
}

func TestARecordThatMakesNoSenseIsNoOperation(t *testing.T) {
	good := Operation{ID: "run-1", Deed: Create, Point: wanted, Server: web}.Record(host, now)
	if _, ok := good.Operation(); !ok {
		t.Fatal("a good one is refused")
	}
	for name, spoil := range map[string]func(*Record){
		"no ID":              func(r *Record) { r.ID = "" },
		"no server":          func(r *Record) { r.Server.ID = "" },
		"an unknown event":   func(r *Record) { r.Event = "begun" },
		"an unknown deed":    func(r *Record) { r.Deed = "destroy" },
		"an unknown kind":    func(r *Record) { r.Kind = "image" },
		"nothing whatsoever": func(r *Record) { *r = Record{} },
	} {
		r := good
		spoil(&r)
		if _, ok := r.Operation(); ok {
			t.Errorf("%s: it is taken", name)
		}
	}
}

func TestARecordsTextsCannotDriveTheTerminal(t *testing.T) {
	r := Operation{ID: "run-1", Deed: Create, Point: wanted, Server: web}.Record(host, now)
	r.Server.Name, r.Point.Name, r.Point.Description, r.Words = "\x1b[2J", "\u202e", "\n", "\u009b"
	o, ok := r.Operation()
	if texts := o.Server.Name + o.Point.Name + o.Point.Description + o.Words + o.Title(); !ok || strings.ContainsFunc(texts, unfit) {
		t.Errorf("%q", texts)
	}
}

func TestTheLatestRecordOfEachOperationCounts(t *testing.T) {
	line := func(id, event string) Record { return Record{ID: id, Event: event} }
	got := Latest([]Record{
		line("a", EventIntent), line("b", EventIntent), line("a", EventRunning), line("c", EventIntent), line("b", EventRefused), line("a", EventDone),
	})
	want := []Record{line("a", EventDone), line("b", EventRefused), line("c", EventIntent)}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := Latest(nil); len(got) != 0 {
		t.Errorf("of nothing comes %+v", got)
	}
}

// left is the record that a killed run left of an operation.
func left(deed Deed, p Point, phase Phase) Record {
	return Operation{ID: "old-1", Deed: deed, Point: p, Server: p.Server, Phase: phase, Started: now.Add(-time.Minute)}.Record(host, now)
}

// The journal is read aside: what it shows as open may have ended here since.
func TestWhatIsKnownHereIsNotTakenUpOnceMore(t *testing.T) {
	a := newAccount(t)
	o := a.Begin(Intent{Deed: Create, Point: wanted}, "run")
	line := o.Record(host, now)
	a.Answered(o.Number, Accepted{}, Outcome{Err: ErrRefused})
	if taken := a.Resume([]Record{line}, []Record{line}, host); len(taken) > 0 {
		t.Errorf("taken over: %+v", taken)
	}
}

func TestWhatAKilledRunLeftOpenIsLookedInto(t *testing.T) {
	running := made(InProgress, now.Add(-time.Minute))
	for name, c := range map[string]struct {
		record Record
		listed []Point
		phase  Phase // as soon as it is taken over
		news   []Point
		end    Phase // once the news has come
	}{
		"about to be sent, and it was made": {left(Create, wanted, Sending), []Point{running}, Unknown, []Point{made(Completed, running.CreatedAt)}, Done},
		"its answer lost, and it was made":  {left(Create, wanted, Unknown), []Point{running}, Unknown, []Point{made(Failed, running.CreatedAt)}, Broken},
		"running, and it has failed":        {left(Create, running, Running), []Point{running}, Running, []Point{made(Errored, running.CreatedAt)}, Broken},
		"a delete that was done":            {left(Delete, backup("1", time.Hour), Sending), []Point{backup("1", time.Hour)}, Unknown, nil, Done},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAccount(t, c.listed...)
			taken := a.Resume([]Record{c.record}, []Record{c.record}, host)
			if len(taken) != 1 || taken[0].Phase != c.phase || !taken[0].Mine || !taken[0].Resumed {
				t.Fatalf("taken over: %+v", taken)
			}
			if got := a.open(); got.ID != "old-1" || got.Number == 0 { // the list had shown it as somebody else's
				t.Fatalf("under way: %+v", got)
			}
			changed := a.lists(c.news...)
			if c.record.Deed == "delete" { // its answer was lost: two lists must agree
				changed = append(changed, a.lists(c.news...)...)
			}
			a.ended(changed, taken[0].Number, c.end, "")
			a.idle()
		})
	}
}

func TestARestoreThatAKilledRunBeganIsFollowedToItsEnd(t *testing.T) {
	for _, phase := range []Phase{Sending, Running, Unknown} {
		a := newAccount(t)
		a.servers(ServerRestoring)
		r := left(Restore, snapshot("801", time.Hour), phase)
		taken := a.Resume([]Record{r}, []Record{r}, host)
		if len(taken) != 1 {
			t.Fatalf("taken over: %+v", taken)
		}
		a.servers(ServerRestoring)
		if got := a.open(); !got.Mine || got.Phase != Running {
			t.Fatalf("under way: %+v", got)
		}
		a.later(flapping)
		a.ended(a.servers(ServerActive), taken[0].Number, Done, "the server is active")
	}
}

func TestOnlyWhatIsOpenOnThisAccountIsTakenOver(t *testing.T) {
	elsewhere := left(Create, wanted, Running)
	elsewhere.Host = "panel.example.com"
	for name, r := range map[string]Record{
		"it is of another host":      elsewhere,
		"it is of no server of ours": left(Create, wanted.of(ServerRef{ID: "1", Name: "gone"}), Running),
		"it has ended":               left(Create, wanted, Done),
		"it was refused":             left(Create, wanted, Refused),
		"it makes no sense":          {ID: "old-1", Host: host, Event: EventRunning},
	} {
		a := newAccount(t)
		if taken := a.Resume([]Record{r}, []Record{r}, host); len(taken) > 0 {
			t.Errorf("%s: %+v is taken over", name, taken)
		}
		a.idle()
	}
	a := newAccount(t)
	r := left(Create, wanted, Unknown)
	a.Resume([]Record{r}, []Record{r}, host)
	a.Resume([]Record{r}, []Record{r}, host)
	a.open()
}

func TestARestoreThatWasToFollowIsOfferedOnlyOnce(t *testing.T) {
	after := backup("499", time.Hour)
	first := Operation{ID: "old-1", Deed: Create, Point: made(Completed, now), Server: web, Phase: Done, After: &after}.Record(host, now)
	second := Operation{ID: "old-2", Deed: Restore, Point: after, Server: web, Phase: Done, Follows: "old-1"}.Record(host, now)
	a := newAccount(t)
	taken := a.Resume([]Record{first}, []Record{first}, host)
	if len(taken) != 1 || taken[0].Phase != Done || taken[0].After == nil || taken[0].After.ID != "499" {
		t.Errorf("the snapshot is complete and its restore was not sent: %+v", taken)
	}
	a.idle()
	if taken := a.Resume([]Record{first}, []Record{first, second}, host); len(taken) > 0 {
		t.Errorf("the restore was sent, and yet: %+v", taken)
	}
}

func TestARestoreThatWasSentIsNotOfferedThoughTheEndOfItsSnapshotWasNotWrittenDown(t *testing.T) {
	after := backup("499", time.Hour)
	first := Operation{ID: "old-1", Deed: Create, Point: made(InProgress, now), Server: web, Phase: Running, After: &after}.Record(host, now)
	second := Operation{ID: "old-2", Deed: Restore, Point: after, Server: web, Phase: Running, Follows: "old-1"}.Record(host, now)
	for _, last := range [][]Record{{first}, {first, second}} {
		a := newAccount(t)
		taken := a.Resume(last[:1], last, host)
		if len(taken) != 1 || (taken[0].After == nil) != (len(last) == 2) {
			t.Errorf("after %d lines: %+v", len(last), taken)
		}
	}
}
