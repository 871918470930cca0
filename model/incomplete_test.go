package model

import (
	"errors"
	"testing"
	"time"
)

func TestPointMissingFromAPartialListIsNotGone(t *testing.T) {
	cut := &IncompleteError{Got: 1, Total: 2}
	ask := func(s *State, points []Point, err error) []Operation {
		s.Now = s.Now.Add(time.Minute)
		ticket, _ := s.Backups.Start(s.Now)
		return s.ApplyPoints(Backup, "", ticket, points, err)
	}
	one, two := backup("1", 0), backup("2", 1)
	s := &State{Now: one.CreatedAt, Local: one.CreatedAt}
	ask(s, []Point{one}, cut)
	if !s.Backups.Loaded() || s.Backups.Complete() || s.Backups.Fresh() || s.PointsComplete() ||
		!errors.Is(s.Incomplete(), ErrIncomplete) {
		t.Error("an incomplete list counts as complete")
	}
	if q := s.Quota(Backup, one.Server.ID); !q.Incomplete || !q.MayBeFull() || q.Left() != 0 {
		t.Errorf("%+v", q)
	}
	if _, ok := s.CachedAccount(); ok {
		t.Error("it is cached")
	}
	ask(s, []Point{one, two}, nil)
	if !s.Backups.Complete() || s.Incomplete() != nil {
		t.Error("the complete list does not count as complete")
	}
	o := s.Begin(ActionRequest{Action: Delete, Point: two}, "run")
	s.ApplyResult(o.Number, ActionResult{}, Outcome{Err: ErrOutcomeUnknown, AnswerLost: true, SentAt: s.Now})
	failed := one
	failed.Status = Failed
	if changed := ask(s, []Point{failed}, cut); len(changed) != 0 {
		t.Errorf("an incomplete list has ended %v", changed)
	}
	if _, there := s.Point(two.Key()); !there || s.Backups.Err == nil {
		t.Error("what it lacks was removed")
	}
	if now, _ := s.Point(one.Key()); now.Status != Failed {
		t.Error("what it has was not applied")
	}
	ask(s, []Point{one}, nil) // its answer was lost, so two complete lists must agree
	if changed := ask(s, []Point{one}, nil); len(changed) != 1 || changed[0].Phase != PhaseDone {
		t.Errorf("two complete lists have ended %v", changed)
	}
}

func TestServerMissingFromAPartialListDoesNotEndARestore(t *testing.T) {
	p := backup("1", 0)
	s := &State{Now: p.CreatedAt, Local: p.CreatedAt}
	other := Server{ID: "other", Name: "other", Status: ServerActive}
	ask := func(servers []Server, err error) []Operation {
		s.Now = s.Now.Add(time.Minute)
		ticket, _ := s.Servers.Start(s.Now)
		return s.ApplyServers(ticket, servers, err)
	}
	ask([]Server{{ID: p.Server.ID, Name: p.Server.Name, Status: ServerActive}, other}, nil)
	o := s.Begin(ActionRequest{Action: Restore, Point: p}, "run")
	s.ApplyResult(o.Number, ActionResult{Point: p, ServerStatus: ServerRestoring}, Outcome{SentAt: s.Now})
	for range minMisses - 1 { // more of them make it unconfirmed, not failed
		if changed := ask([]Server{other}, &IncompleteError{Got: 1, Total: 2}); len(changed) != 0 {
			t.Fatalf("it ended: %+v", changed)
		}
	}
	if _, there := s.Server(p.Server.ID); !there {
		t.Error("the server was removed")
	}
}

func TestOperationMissingFromPartialListsStaysOpenAndHidden(t *testing.T) {
	p := backup("1", 0)
	other := p
	other.ID = "other"
	for name, test := range map[string]struct {
		action Action
		lost   bool
		bound  time.Duration
		stays  Phase
	}{
		"create":        {Create, false, pointListDelay, PhaseRunning},
		"delete":        {Delete, false, pointListDelay, PhaseRunning},
		"restore":       {Restore, false, restoreListDelay, PhaseRunning},
		"create, lost":  {Create, true, pointListDelay, PhaseUnknown},
		"delete, lost":  {Delete, true, pointListDelay, PhaseUnknown},
		"restore, lost": {Restore, true, restoreListDelay, PhaseUnknown},
	} {
		s := &State{Now: p.CreatedAt.Add(time.Hour), Local: p.CreatedAt}
		list := func(err error) {
			server, _ := s.Servers.Start(s.Now)
			s.ApplyServers(server, []Server{{ID: "9", Name: "another", Status: ServerActive}}, err)
			point, _ := s.Backups.Start(s.Now)
			s.ApplyPoints(Backup, "", point, []Point{other}, err)
		}
		server, _ := s.Servers.Start(s.Now)
		s.ApplyServers(server, []Server{{ID: p.Server.ID, Name: p.Server.Name, Status: ServerActive}}, nil)
		o := s.Begin(ActionRequest{Action: test.action, Point: p}, "run")
		made := p
		made.ID = "new"
		outcome := Outcome{SentAt: s.Now}
		if test.lost {
			outcome.Err, outcome.AnswerLost = ErrOutcomeUnknown, true
		}
		s.ApplyResult(o.Number, ActionResult{Point: made}, outcome)
		sent := s.Now
		for s.Now.Sub(sent) <= test.bound {
			if got := s.operationByNumber(o.Number); got.Phase.Over() || got.Hidden() {
				t.Fatalf("%s: over after %v: %+v", name, s.Now.Sub(sent), got)
			}
			s.Now = s.Now.Add(10 * time.Second)
			list(&IncompleteError{Got: 1, Total: 2})
		}
		if got := s.operationByNumber(o.Number); got.Phase != test.stays || !got.Hidden() {
			t.Errorf("%s: %v, hidden %v: %s", name, got.Phase, got.Hidden(), got.Reason)
		}
	}
}

func TestIncompleteListIsReportedInNumbers(t *testing.T) {
	for _, test := range []struct {
		got, of int
		want    string
	}{{2, 50, "2 of 50"}, {0, 5, "0 of 5"}, {3, 0, "3 of more"}, {3, 3, "3 of more"}} {
		if got := (&IncompleteError{test.got, test.of}).Counts(); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
	if got := ErrorMessage(&IncompleteError{2, 50}); got != "The list is incomplete: the API gave 2 of 50." {
		t.Error(got)
	}
}
