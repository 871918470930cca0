package model

import (
	"testing"
	"time"
)

func newAccountFromCache(t *testing.T, change func(*State, *CachedAccount)) (testAccount, bool) {
	t.Helper()
	s := &State{Now: now, Local: now}
	seen := CachedAccount{At: now.Add(-3 * time.Hour), Account: Account{Email: "ada@example.com"}.Fingerprint(), Servers: []Server{{ID: web.ID}}, Backups: []Point{backup("1", 0)}}
	change(s, &seen)
	return testAccount{s, t}, s.LoadCache(seen)
}

func TestCacheIsShownUntilTheAPIAnswers(t *testing.T) {
	a, ok := newAccountFromCache(t, func(*State, *CachedAccount) {})
	if !ok || !a.UsesCache() || len(a.PointsOf(web.ID)) != 1 || !a.PointsComplete() {
		t.Fatalf("%v, %v", ok, a.PointsOf(web.ID))
	}
	if _, whole := a.CachedAccount(); whole {
		t.Error("what was recalled is kept as if it had been seen now")
	}
	a.pollServers(ServerActive)
	a.pollKind(Backup, "")
	if !a.UsesCache() {
		t.Error("the snapshots are still those of three hours ago")
	}
	a.pollKind(Snapshot, "")
	if a.UsesCache() || len(a.PointsOf(web.ID)) != 0 {
		t.Errorf("after the answers: %v", a.PointsOf(web.ID))
	}
	if seen, whole := a.CachedAccount(); !whole || !seen.At.Equal(a.Local) || len(seen.Servers) == 0 {
		t.Errorf("%v, %+v", whole, seen)
	}
}

func TestUntrustedCacheIsNotLoaded(t *testing.T) {
	for name, change := range map[string]func(*State, *CachedAccount){
		"too old":       func(_ *State, s *CachedAccount) { s.At = now.Add(-31 * 24 * time.Hour) },
		"of the future": func(_ *State, s *CachedAccount) { s.At = now.Add(time.Hour) },
		"late": func(st *State, _ *CachedAccount) {
			ticket, _ := st.Servers.Start(now)
			st.ApplyServers(ticket, nil, nil)
		},
		"of somebody else": func(st *State, _ *CachedAccount) {
			ticket, _ := st.Account.Start(now)
			st.ApplyAccount(ticket, Account{Email: "eve@example.com"}, nil)
		},
	} {
		if a, ok := newAccountFromCache(t, change); ok || a.UsesCache() {
			t.Errorf("%s: it is recalled", name)
		}
	}
}

func TestCacheOfAnotherAccountIsDropped(t *testing.T) {
	for email, kept := range map[string]bool{"ada@example.com": true, "eve@example.com": false, "": true} {
		a, _ := newAccountFromCache(t, func(*State, *CachedAccount) {})
		a.pollKind(Snapshot, "", snapshot("9", 0))
		version := a.Version()
		ticket, _ := a.Account.Start(now)
		a.ApplyAccount(ticket, Account{Email: email}, nil)
		if a.Servers.Loaded() != kept || a.Backups.Loaded() != kept || len(a.Backups.Value) > 0 != kept || a.Version() == version != kept {
			t.Errorf("%q: servers %v, backups %v", email, a.Servers.Value, a.Backups.Value)
		}
		if len(a.Snapshots.Value) != 1 {
			t.Errorf("%q: what the API itself has told is gone", email)
		}
	}
}
