package model

import (
	"errors"
	"testing"
	"time"
)

func TestWhatAnIncompleteListLacksIsNotGone(t *testing.T) {
	cut := &Incomplete{Got: 1, Of: 2}
	ask := func(s *State, points []Point, err error) []Operation {
		s.Now = s.Now.Add(time.Minute)
		ticket, _ := s.Backups.Start(s.Now)
		return s.PointsArrived(Backup, "", ticket, points, err)
	}
	one, two := backup("1", 0), backup("2", 1)
	s := &State{Now: one.CreatedAt, Local: one.CreatedAt}
	ask(s, []Point{one}, cut)
	if !s.Backups.Loaded() || s.Backups.Whole() || s.Backups.Fresh() || s.PointsKnown() || !errors.Is(s.Incomplete(), ErrIncomplete) {
		t.Error("a part passes for the whole")
	}
	if q := s.Quota(Backup, one.Server.ID); !q.AtLeast || !q.MayBeFull() || q.Left() != 0 {
		t.Errorf("%+v", q)
	}
	if _, ok := s.See(); ok {
		t.Error("it is kept for the next run")
	}
	ask(s, []Point{one, two}, nil)
	if !s.Backups.Whole() || s.Incomplete() != nil {
		t.Error("the whole does not pass for one")
	}
	o := s.Begin(Intent{Deed: Delete, Point: two}, "run")
	s.Answered(o.Number, Accepted{}, Outcome{Err: ErrOutcomeUnknown, Lost: true, Sent: s.Now})
	failed := one
	failed.Status = Failed
	if changed := ask(s, []Point{failed}, cut); len(changed) != 0 {
		t.Errorf("an incomplete list has ended %v", changed)
	}
	if _, there := s.Point(two.Key()); !there || s.Backups.Err == nil {
		t.Error("what it lacks is taken away")
	}
	if now, _ := s.Point(one.Key()); now.Status != Failed {
		t.Error("what it has is not taken over")
	}
	ask(s, []Point{one}, nil) // its answer was lost, so two whole lists must agree
	if changed := ask(s, []Point{one}, nil); len(changed) != 1 || changed[0].Phase != Done {
		t.Errorf("two whole lists have ended %v", changed)
	}
}

func TestARestoreDoesNotEndByAServerThatAnIncompleteListLacks(t *testing.T) {
	p := backup("1", 0)
	s := &State{Now: p.CreatedAt, Local: p.CreatedAt}
	other := Server{ID: "other", Name: "other", Status: ServerActive}
	ask := func(servers []Server, err error) []Operation {
		s.Now = s.Now.Add(time.Minute)
		ticket, _ := s.Servers.Start(s.Now)
		return s.ServersArrived(ticket, servers, err)
	}
	ask([]Server{{ID: p.Server.ID, Name: p.Server.Name, Status: ServerActive}, other}, nil)
	o := s.Begin(Intent{Deed: Restore, Point: p}, "run")
	s.Answered(o.Number, Accepted{Point: p, ServerStatus: ServerRestoring}, Outcome{Sent: s.Now})
	for range enoughLooks - 1 { // more of them leave it unconfirmed, not ended
		if changed := ask([]Server{other}, &Incomplete{Got: 1, Of: 2}); len(changed) != 0 {
			t.Fatalf("it ended: %+v", changed)
		}
	}
	if _, there := s.Server(p.Server.ID); !there {
		t.Error("the server is taken away")
	}
}

func TestWhatIncompleteListsNeverTellStaysOpenAndIsSaidToBeHidden(t *testing.T) {
	p := backup("1", 0)
	other := p
	other.ID = "other"
	for name, test := range map[string]struct {
		deed  Deed
		lost  bool
		bound time.Duration
		stays Phase
	}{
		"create":        {Create, false, enoughTime, Running},
		"delete":        {Delete, false, enoughTime, Running},
		"restore":       {Restore, false, enoughRestore, Running},
		"create, lost":  {Create, true, enoughTime, Unknown},
		"delete, lost":  {Delete, true, enoughTime, Unknown},
		"restore, lost": {Restore, true, enoughRestore, Unknown},
	} {
		s := &State{Now: p.CreatedAt.Add(time.Hour), Local: p.CreatedAt}
		list := func(err error) {
			server, _ := s.Servers.Start(s.Now)
			s.ServersArrived(server, []Server{{ID: "9", Name: "another", Status: ServerActive}}, err)
			point, _ := s.Backups.Start(s.Now)
			s.PointsArrived(Backup, "", point, []Point{other}, err)
		}
		server, _ := s.Servers.Start(s.Now)
		s.ServersArrived(server, []Server{{ID: p.Server.ID, Name: p.Server.Name, Status: ServerActive}}, nil)
		o := s.Begin(Intent{Deed: test.deed, Point: p}, "run")
		made := p
		made.ID = "new"
		outcome := Outcome{Sent: s.Now}
		if test.lost {
			outcome.Err, outcome.Lost = ErrOutcomeUnknown, true
		}
		s.Answered(o.Number, Accepted{Point: made}, outcome)
		sent := s.Now
		for s.Now.Sub(sent) <= test.bound {
			if got := s.operation(o.Number); got.Phase.Over() || got.Hidden() {
				t.Fatalf("%s: over after %v: %+v", name, s.Now.Sub(sent), got)
			}
			s.Now = s.Now.Add(10 * time.Second)
			list(&Incomplete{Got: 1, Of: 2})
		}
		if got := s.operation(o.Number); got.Phase != test.stays || !got.Hidden() {
			t.Errorf("%s: %v, hidden %v: %s", name, got.Phase, got.Hidden(), got.Words)
		}
	}
}

func TestAnIncompleteListIsToldInNumbers(t *testing.T) {
	for _, test := range []struct {
		got, of int
		want    string
	}{{2, 50, "2 of 50"}, {0, 5, "0 of 5"}, {3, 0, "3 of more"}, {3, 3, "3 of more"}} {
		if got := (&Incomplete{test.got, test.of}).Numbers(); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
	if got := Words(&Incomplete{2, 50}); got != "The list is incomplete: the API gave 2 of 50." {
		t.Error(got)
	}
}
