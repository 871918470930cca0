package model

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// observeSnapshot lets the account create a snapshot and observes it from start to end.
func (a testAccount) observeSnapshot(took time.Duration) {
	a.t.Helper()
	o := a.startAction(Create, requestedSnapshot)
	a.ApplyResult(o.Number, ActionResult{Point: createdSnapshot(InProgress, a.Now)}, Outcome{})
	began := a.Now
	a.advance(took - 10*time.Second)
	a.pollPoints(createdSnapshot(InProgress, began))
	a.advance(10 * time.Second)
	a.requireFinished(a.pollPoints(createdSnapshot(Completed, began)), o.Number, PhaseDone, "")
	a.pollPoints()
	a.LearnDurations(nil, host)
}

// restoreRecord returns the journal's last record of a restore that succeeded that long ago.
func restoreRecord(id string, from Point, took, ago time.Duration) Record {
	o := Operation{ID: id, Action: Restore, Point: from, Server: from.Server, Phase: PhaseDone, Mine: true,
		measured: true,
		Started:  now.Add(-ago - took), Ended: now.Add(-ago)}
	return o.Record(host, now)
}

func TestEstimateNeedsEnoughSamples(t *testing.T) {
	a := newTestAccount(t)
	for i, took := range []time.Duration{4 * time.Minute, 5 * time.Minute, 40 * time.Minute} {
		if usual, known := a.EstimateDuration(Create, Snapshot); !known || usual.Samples != 0 ||
			usual.Max != 10*time.Minute {
			t.Errorf("after %d it is %+v, not the documented duration", i, usual)
		}
		a.observeSnapshot(took)
	}
	if usual, _ := a.EstimateDuration(Create, Snapshot); usual != (Estimate{Span{5 * time.Minute, 40 * time.Minute},
		3}) {
		t.Errorf("learned: %+v", usual)
	}
	for range 17 {
		a.observeSnapshot(6 * time.Minute)
	}
	if usual, _ := a.EstimateDuration(Create, Snapshot); usual != (Estimate{Span{6 * time.Minute, 6 * time.Minute},
		20}) {
		t.Errorf("one slow night still counts: %+v", usual)
	}
	if _, known := a.EstimateDuration(Create, Backup); known {
		t.Error("durations of snapshots are used for backups")
	}
	if usual, _ := a.EstimateDuration(Restore, Snapshot); usual.Samples != 0 {
		t.Error("durations of creates are used for restores")
	}
}

func TestEstimateUsesOnlyMeasuredOperations(t *testing.T) {
	from := snapshot("801", time.Hour)
	good := restoreRecord("run-1", from, 7*time.Minute, time.Hour)
	for name, c := range map[string]struct {
		spoil func(*Record)
		learn bool
	}{
		"a good one":                {func(*Record) {}, true},
		"not watched":               {func(r *Record) { r.Timed = false }, false},
		"at another host":           {func(r *Record) { r.Host = "elsewhere" }, false},
		"of another account":        {func(r *Record) { r.Server.ID = "999" }, false},
		"that ended before it left": {func(r *Record) { r.EndedAt = r.SentAt.Add(-time.Second) }, false},
		"that makes no sense":       {func(r *Record) { r.Action = "destroy" }, false},
	} {
		a, r := newTestAccount(t, from), good
		c.spoil(&r)
		a.LearnDurations([]Record{r}, host)
		if took, known := a.LastRestoreDuration(from); known != c.learn || known && took != 7*time.Minute {
			t.Errorf("%s: %s, %v", name, took, known)
		}
	}
	for name, o := range map[string]Operation{
		"resumed":                   {Resumed: true, evidence: evidence{firstSeen: now, lastSeen: now}},
		"started earlier by others": {StartUnknown: true, evidence: evidence{firstSeen: now, lastSeen: now}},
		"never seen running":        {},
		"seen long before its end": {evidence: evidence{firstSeen: now.Add(-50 * time.Second),
			lastSeen: now.Add(-50 * time.Second)}},
		"from an unknown point":   {evidence: evidence{firstSeen: now, lastSeen: now}, Point: Point{Kind: Backup}},
		"deleted, which is quick": {evidence: evidence{firstSeen: now, lastSeen: now}, Action: Delete},
	} {
		if o.Action == Create {
			o.Action = Restore
		}
		if o.Point.Kind != Backup || name != "from an unknown point" {
			o.Point = from
		}
		o.Started = now.Add(-time.Minute)
		if o.finishSeen(now, ""); o.isTimed() {
			t.Errorf("one that was %s counts", name)
		}
	}
}

func TestLastRestoreDurationPrefersTheSamePoint(t *testing.T) {
	this, like, other := snapshot("801", time.Hour), snapshot("798", 2*time.Hour), snapshot("9", time.Hour).onServer(db)
	a := newTestAccount(t, this, like, other, backup("801", time.Hour))
	a.LearnDurations([]Record{
		restoreRecord("run-1", this, 6*time.Minute, 3*time.Hour),
		restoreRecord("run-2", like, 9*time.Minute, time.Hour),
		restoreRecord("run-3", this, 7*time.Minute, 2*time.Hour),
	}, host)
	for _, c := range []struct {
		of   Point
		want time.Duration
	}{{this, 7 * time.Minute}, {like, 9 * time.Minute}, {snapshot("1", 0), 9 * time.Minute}, {other, 0},
		{backup("801", time.Hour), 0}} {
		if took, known := a.LastRestoreDuration(c.of); took != c.want || known != (c.want > 0) {
			t.Errorf("%s #%s of %s: %s, %v; want %s", c.of.Kind, c.of.ID, c.of.Server.Name, took, known, c.want)
		}
	}
}

func TestTwiceTheEstimateIsStuckUnlessDocumented(t *testing.T) {
	for name, c := range map[string]struct {
		learned, after time.Duration // 0: nothing was learned
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
		a := newTestAccount(t)
		for range 3 {
			if c.learned > 0 {
				a.observeSnapshot(c.learned)
			}
		}
		o := a.startAction(Create, requestedSnapshot)
		if _, stuck := a.Stuck(a.openOperation()); stuck {
			t.Errorf("%s: stuck before its answer came", name)
		}
		a.ApplyResult(o.Number, ActionResult{Point: createdSnapshot(InProgress, a.Now)}, Outcome{})
		a.advance(c.after)
		if _, stuck := a.Stuck(a.openOperation()); stuck != c.stuck {
			t.Errorf("%s: stuck is %v", name, stuck)
		}
	}
}

func TestEstimateLiesWithinTheSamples(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		times := rapid.SliceOfN(rapid.Int64Range(1, 9000), minSamples, 40).Draw(t, "seconds")
		var s State
		s.Servers.Value = []Server{{ID: web.ID}}
		s.rebuildFleet()
		var last []Record
		for i, n := range times {
			last = append(last, restoreRecord(string(rune('a'+i)), snapshot("1", 0), time.Duration(n)*time.Second,
				time.Duration(100-i)*time.Hour))
		}
		s.LearnDurations(last, host)
		usual, known := s.EstimateDuration(Restore, Snapshot)
		used := times[max(len(times)-maxSamples, 0):]
		below, within := 0, 0
		for _, n := range used {
			if d := time.Duration(n) * time.Second; d <= usual.Max {
				within++
				if d <= usual.Min {
					below++
				}
			}
		}
		if !known || usual.Samples != len(used) || usual.Min > usual.Max || 2*below < len(used) ||
			10*within < 9*len(used) {
			t.Fatalf("of %v: %+v", used, usual)
		}
	})
}
