package model

import (
	"testing"
	"time"
)

func newAccountFromCache(t *testing.T, change func(*State, *CachedAccount)) (testAccount, bool) {
	t.Helper()
	s := &State{Now: now, Local: now}
	cached := CachedAccount{At: now.Add(-3 * time.Hour), Account: Account{Email: "ada@example.com"}.Fingerprint(),
		Servers: []Server{{ID: web.ID}}, Backups: []Point{backup("1", 0)}}
	change(s, &cached)
	return testAccount{s, t}, s.LoadCache(cached)
}

func TestCacheIsShownUntilTheAPIAnswers(t *testing.T) {
	a, ok := newAccountFromCache(t, func(*State, *CachedAccount) {})
	if !ok || !a.UsesCache() || len(a.PointsOf(web.ID)) != 1 || !a.PointsComplete() {
		t.Fatalf("%v, %v", ok, a.PointsOf(web.ID))
	}
	if _, complete := a.CachedAccount(); complete {
		t.Error("the cache would be saved as if it were new")
	}
	a.pollServers(ServerActive)
	a.pollKind(Backup, "")
	if !a.UsesCache() {
		t.Error("the snapshots still come from the cache")
	}
	a.pollKind(Snapshot, "")
	if a.UsesCache() || len(a.PointsOf(web.ID)) != 0 {
		t.Errorf("after the answers: %v", a.PointsOf(web.ID))
	}
	if cached, complete := a.CachedAccount(); !complete || !cached.At.Equal(a.Local) || len(cached.Servers) == 0 {
		t.Errorf("%v, %+v", complete, cached)
	}
}

func TestIncompleteAnswerInPlaceOfTheCacheIsNotComplete(t *testing.T) {
	a, _ := newAccountFromCache(t, func(_ *State, s *CachedAccount) {
		s.Backups = append(s.Backups, backup("2", time.Hour))
	})
	cut, version := &IncompleteError{Got: 1, Total: 50}, a.Version()
	ticket, _ := a.Backups.Start(a.Now)
	a.ApplyPoints(Backup, "", ticket, []Point{backup("2", time.Hour)}, cut)
	if a.PointsComplete() || !a.Quota(Backup, web.ID).Incomplete || a.Version() == version {
		t.Errorf("the list counts as complete: %+v", a.Backups)
	}
	ticket, _ = a.Servers.Start(a.Now)
	a.ApplyServers(ticket, []Server{{ID: "other"}}, cut)
	if a.Servers.Complete() {
		t.Errorf("the list counts as complete: %+v", a.Servers)
	}
	ticket, _ = a.Snapshots.Start(a.Now)
	if a.ApplyPoints(Snapshot, "", ticket, nil, cut); a.UsesCache() {
		t.Error("the lists count as cached")
	}
}

func TestUntrustedCacheIsNotLoaded(t *testing.T) {
	for name, change := range map[string]func(*State, *CachedAccount){
		"too old":       func(_ *State, s *CachedAccount) { s.At = now.Add(-31 * 24 * time.Hour) },
		"in the future": func(_ *State, s *CachedAccount) { s.At = now.Add(time.Hour) },
		"after an answer": func(st *State, _ *CachedAccount) {
			ticket, _ := st.Servers.Start(now)
			st.ApplyServers(ticket, nil, nil)
		},
		"of another account": func(st *State, _ *CachedAccount) {
			ticket, _ := st.Account.Start(now)
			st.ApplyAccount(ticket, Account{Email: "eve@example.com"}, nil)
		},
	} {
		if a, ok := newAccountFromCache(t, change); ok || a.UsesCache() {
			t.Errorf("%s: the cache is loaded", name)
		}
	}
}

func TestCacheOfAnotherAccountIsDropped(t *testing.T) {
	for email, want := range map[string]bool{"ada@example.com": true, "eve@example.com": false, "": true} {
		a, _ := newAccountFromCache(t, func(*State, *CachedAccount) {})
		a.pollKind(Snapshot, "", snapshot("9", 0))
		version := a.Version()
		ticket, _ := a.Account.Start(now)
		a.ApplyAccount(ticket, Account{Email: email}, nil)
		if a.Servers.Loaded() != want || a.Backups.Loaded() != want || len(a.Backups.Value) > 0 != want ||
			a.Version() == version != want {
			t.Errorf("%q: servers %v, backups %v", email, a.Servers.Value, a.Backups.Value)
		}
		if len(a.Snapshots.Value) != 1 {
			t.Errorf("%q: data from the API was dropped", email)
		}
	}
}
