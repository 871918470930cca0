package model

import (
	"testing"
	"time"
)

func recalled(t *testing.T, change func(*State, *Seen)) (account, bool) {
	t.Helper()
	s := &State{Now: now, Local: now}
	seen := Seen{At: now.Add(-3 * time.Hour), Account: Account{Email: "ada@example.com"}.Fingerprint(), Servers: []Server{{ID: web.ID}}, Backups: []Point{backup("1", 0)}}
	change(s, &seen)
	return account{s, t}, s.Recall(seen)
}

func TestWhatAnEarlierRunSawIsShownUntilTheApiHasAnswered(t *testing.T) {
	a, ok := recalled(t, func(*State, *Seen) {})
	if !ok || !a.Recalled() || len(a.Of(web.ID)) != 1 || !a.PointsKnown() {
		t.Fatalf("%v, %v", ok, a.Of(web.ID))
	}
	if _, whole := a.See(); whole {
		t.Error("what was recalled is kept as if it had been seen now")
	}
	a.servers(ServerActive)
	a.list(Backup, "")
	if !a.Recalled() {
		t.Error("the snapshots are still those of three hours ago")
	}
	a.list(Snapshot, "")
	if a.Recalled() || len(a.Of(web.ID)) != 0 {
		t.Errorf("after the answers: %v", a.Of(web.ID))
	}
	if seen, whole := a.See(); !whole || !seen.At.Equal(a.Local) || len(seen.Servers) == 0 {
		t.Errorf("%v, %+v", whole, seen)
	}
}

func TestWhatCannotBeTrustedIsNotRecalled(t *testing.T) {
	for name, change := range map[string]func(*State, *Seen){
		"too old":       func(_ *State, s *Seen) { s.At = now.Add(-31 * 24 * time.Hour) },
		"of the future": func(_ *State, s *Seen) { s.At = now.Add(time.Hour) },
		"late": func(st *State, _ *Seen) {
			ticket, _ := st.Servers.Start(now)
			st.ServersArrived(ticket, nil, nil)
		},
		"of somebody else": func(st *State, _ *Seen) {
			ticket, _ := st.Account.Start(now)
			st.AccountArrived(ticket, Account{Email: "eve@example.com"}, nil)
		},
	} {
		if a, ok := recalled(t, change); ok || a.Recalled() {
			t.Errorf("%s: it is recalled", name)
		}
	}
}

func TestWhatWasSeenOfAnotherAccountIsForgottenAsSoonAsThatIsKnown(t *testing.T) {
	for email, kept := range map[string]bool{"ada@example.com": true, "eve@example.com": false, "": true} {
		a, _ := recalled(t, func(*State, *Seen) {})
		a.list(Snapshot, "", snapshot("9", 0))
		version := a.Version()
		ticket, _ := a.Account.Start(now)
		a.AccountArrived(ticket, Account{Email: email}, nil)
		if a.Servers.Loaded() != kept || a.Backups.Loaded() != kept || len(a.Backups.Value) > 0 != kept || a.Version() == version != kept {
			t.Errorf("%q: servers %v, backups %v", email, a.Servers.Value, a.Backups.Value)
		}
		if len(a.Snapshots.Value) != 1 {
			t.Errorf("%q: what the API itself has told is gone", email)
		}
	}
}
