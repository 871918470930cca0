package model

import (
	"testing"
	"time"
)

func TestOperationTitleNamesActionPointAndServer(t *testing.T) {
	named := Point{Kind: Snapshot, ID: "801", Name: "pre-migration", Server: web}
	plain := Point{Kind: Backup, ID: "501", Server: web}
	described := Point{Kind: Backup, Server: web, Description: "Pre-update"}
	for want, o := range map[string]Operation{
		"snapshot pre-migration of web-server-01":          {Action: Create, Point: named, Server: web},
		"backup “Pre-update” of web-server-01":             {Action: Create, Point: described, Server: web},
		"backup of web-server-01":                          {Action: Create, Point: plain, Server: web},
		"delete snapshot pre-migration of web-server-01":   {Action: Delete, Point: named, Server: web},
		"delete backup #501 of web-server-01":              {Action: Delete, Point: plain, Server: web},
		"restore snapshot pre-migration onto db-server-01": {Action: Restore, Point: named, Server: db},
		"restore backup #501 onto web-server-01":           {Action: Restore, Point: plain, Server: web},
		// someone else's: its point is unknown
		"restore onto web-server-01": {Action: Restore, Server: web},
	} {
		if got := o.Title(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestDocumentedDurations(t *testing.T) {
	for _, c := range []struct {
		action Action
		kind   Kind
		want   Span
		ok     bool
	}{
		{Create, Snapshot, Span{3 * time.Minute, 10 * time.Minute}, true},
		{Restore, Snapshot, Span{5 * time.Minute, 15 * time.Minute}, true},
		{Delete, Snapshot, Span{}, false},
		{Create, Backup, Span{}, false},
		{Restore, Backup, Span{}, false},
		{Delete, Backup, Span{}, false},
	} {
		o := Operation{Action: c.action, Point: Point{Kind: c.kind}}
		if got, ok := o.DocumentedDuration(); got != c.want || ok != c.ok {
			t.Errorf("action %d on a %s: %v, %v", c.action, c.kind, got, ok)
		}
	}
}

func TestElapsedTimeIsNeverNegative(t *testing.T) {
	o := Operation{Started: now}
	for at, want := range map[time.Time]time.Duration{
		now: 0, now.Add(time.Minute): time.Minute, now.Add(-time.Minute): 0, // the API's clock was set back
	} {
		if got := o.Elapsed(at); got != want {
			t.Errorf("at %s: %s", at, got)
		}
	}
	o.Ended = now.Add(time.Second)
	if got := o.Elapsed(now.Add(time.Hour)); got != time.Second {
		t.Errorf("it has ended, but still counts: %s", got)
	}
}

func TestOnlyFinalPhasesAreOver(t *testing.T) {
	for phase, over := range map[Phase]bool{
		PhaseSending: false, PhaseRunning: false, PhaseUnknown: false, PhaseDone: true, PhaseFailed: true,
		PhaseRefused: true, PhaseNotSeen: true, PhaseCanceled: true,
	} {
		if phase.Over() != over {
			t.Errorf("phase %d: over is %v", phase, phase.Over())
		}
	}
}
