package model

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// watch has the account make a snapshot and watches it, from its request to its end.
func (a account) watch(took time.Duration) {
	a.t.Helper()
	o := a.begin(Create, wanted)
	a.Answered(o.Number, Accepted{Point: made(InProgress, a.Now)}, Outcome{})
	began := a.Now
	a.later(took - 10*time.Second)
	a.lists(made(InProgress, began))
	a.later(10 * time.Second)
	a.ended(a.lists(made(Completed, began)), o.Number, Done, "")
	a.lists()
	a.Learn(nil, host)
}

// line is a journal's last line of a restore that ended well, so long ago.
func restored(id string, from Point, took, ago time.Duration) Record {
	o := Operation{ID: id, Deed: Restore, Point: from, Server: from.Server, Phase: Done, Mine: true, watched: true,
		Started: now.Add(-ago - took), Ended: now.Add(-ago)}
	return o.Record(host, now)
}

func TestWhatIsUsualIsLearnedOnceThereIsEnough(t *testing.T) {
	a := newAccount(t)
	for i, took := range []time.Duration{4 * time.Minute, 5 * time.Minute, 40 * time.Minute} {
		if usual, known := a.Expect(Create, Snapshot); !known || usual.Of != 0 || usual.Max != 10*time.Minute {
			t.Errorf("after %d it is %+v, not what the documents say", i, usual)
		}
		a.watch(took)
	}
	if usual, _ := a.Expect(Create, Snapshot); usual != (Expectation{Span{5 * time.Minute, 40 * time.Minute}, 3}) {
		t.Errorf("learned: %+v", usual)
	}
	for range 17 {
		a.watch(6 * time.Minute)
	}
	if usual, _ := a.Expect(Create, Snapshot); usual != (Expectation{Span{6 * time.Minute, 6 * time.Minute}, 20}) {
		t.Errorf("one slow night still counts: %+v", usual)
	}
	if _, known := a.Expect(Create, Backup); known {
		t.Error("what snapshots take is told of backups")
	}
	if usual, _ := a.Expect(Restore, Snapshot); usual.Of != 0 {
		t.Error("what making takes is told of restores")
	}
}

func TestOnlyWhatWasWatchedToItsEndIsLearnedFrom(t *testing.T) {
	from := snapshot("801", time.Hour)
	good := restored("run-1", from, 7*time.Minute, time.Hour)
	for name, c := range map[string]struct {
		spoil func(*Record)
		learn bool
	}{
		"a good one":                {func(*Record) {}, true},
		"not watched":               {func(r *Record) { r.Timed = false }, false},
		"at another host":           {func(r *Record) { r.Host = "elsewhere" }, false},
		"of another account":        {func(r *Record) { r.Server.ID = "999" }, false},
		"that ended before it left": {func(r *Record) { r.EndedAt = r.SentAt.Add(-time.Second) }, false},
		"that makes no sense":       {func(r *Record) { r.Deed = "destroy" }, false},
	} {
		a, r := newAccount(t, from), good
		c.spoil(&r)
		a.Learn([]Record{r}, host)
		if took, known := a.LastRestore(from); known != c.learn || known && took != 7*time.Minute {
			t.Errorf("%s: %s, %v", name, took, known)
		}
	}
	for name, o := range map[string]Operation{
		"resumed":                  {Resumed: true, seen: sightings{first: now, last: now}},
		"begun by others before":   {AtLeast: true, seen: sightings{first: now, last: now}},
		"never seen at work":       {},
		"seen long before its end": {seen: sightings{first: now.Add(-50 * time.Second), last: now.Add(-50 * time.Second)}},
		"from nobody knows what":   {seen: sightings{first: now, last: now}, Point: Point{Kind: Backup}},
		"deleted, which is quick":  {seen: sightings{first: now, last: now}, Deed: Delete},
	} {
		if o.Deed == Create {
			o.Deed = Restore
		}
		if o.Point.Kind != Backup || name != "from nobody knows what" {
			o.Point = from
		}
		o.Started = now.Add(-time.Minute)
		if o.endSeen(now, ""); o.timed() {
			t.Errorf("one that was %s counts", name)
		}
	}
}

func TestTheLastRestoreIsThatOfThePointElseOneLikeIt(t *testing.T) {
	this, like, other := snapshot("801", time.Hour), snapshot("798", 2*time.Hour), snapshot("9", time.Hour).of(db)
	a := newAccount(t, this, like, other, backup("801", time.Hour))
	a.Learn([]Record{
		restored("run-1", this, 6*time.Minute, 3*time.Hour), restored("run-2", like, 9*time.Minute, time.Hour),
		restored("run-3", this, 7*time.Minute, 2*time.Hour),
	}, host)
	for _, c := range []struct {
		of   Point
		want time.Duration
	}{{this, 7 * time.Minute}, {like, 9 * time.Minute}, {snapshot("1", 0), 9 * time.Minute}, {other, 0}, {backup("801", time.Hour), 0}} {
		if took, known := a.LastRestore(c.of); took != c.want || known != (c.want > 0) {
			t.Errorf("%s #%s of %s: %s, %v; want %s", c.of.Kind, c.of.ID, c.of.Server.Name, took, known, c.want)
		}
	}
}

func TestTwiceTheUsualIsStuckButNotWhatTheDocumentsAllow(t *testing.T) {
	for name, c := range map[string]struct {
		learned, after time.Duration // 0: nothing learned
		stuck          bool
	}{
		"the documented time":                {0, 10 * time.Minute, false},
		"twice the documented time":          {0, 20 * time.Minute, false},
		"more than that":                     {0, 20*time.Minute + time.Second, true},
		"twice what it took here":            {3 * time.Minute, 7 * time.Minute, false},
		"that, and more than the documented": {3 * time.Minute, 10*time.Minute + time.Second, true},
		"slow here, and longer than usual":   {15 * time.Minute, 29 * time.Minute, false},
		"slow here, and twice that":          {15 * time.Minute, 31 * time.Minute, true},
	} {
		a := newAccount(t)
		for range 3 {
			if c.learned > 0 {
				a.watch(c.learned)
			}
		}
		o := a.begin(Create, wanted)
		if _, stuck := a.Stuck(a.open()); stuck {
			t.Errorf("%s: stuck before it was answered", name)
		}
		a.Answered(o.Number, Accepted{Point: made(InProgress, a.Now)}, Outcome{})
		a.later(c.after)
		if _, stuck := a.Stuck(a.open()); stuck != c.stuck {
			t.Errorf("%s: stuck is %v", name, stuck)
		}
	}
}

func TestWhatIsUsualLiesWithinWhatWasSeen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		times := rapid.SliceOfN(rapid.Int64Range(1, 9000), enough, 40).Draw(t, "seconds")
		var s State
		s.Servers.Value = []Server{{ID: web.ID}}
		s.index()
		var last []Record
		for i, n := range times {
			last = append(last, restored(string(rune('a'+i)), snapshot("1", 0), time.Duration(n)*time.Second, time.Duration(100-i)*time.Hour))
		}
		s.Learn(last, host)
		usual, known := s.Expect(Restore, Snapshot)
		used := times[max(len(times)-recent, 0):]
		below, within := 0, 0
		for _, n := range used {
			if d := time.Duration(n) * time.Second; d <= usual.Max {
				within++
				if d <= usual.Min {
					below++
				}
			}
		}
		if !known || usual.Of != len(used) || usual.Min > usual.Max || 2*below < len(used) || 10*within < 9*len(used) {
			t.Fatalf("of %v: %+v", used, usual)
		}
	})
}
