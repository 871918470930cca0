package model

import (
	"slices"
	"testing"
	"time"
)

func TestServerListReplacesOnlyItsOwnPoints(t *testing.T) {
	mine, removed, other, snap := backup("1", time.Hour), backup("2", 2*time.Hour), backup("3", time.Hour).onServer(db),
		snapshot("1", time.Hour)
	a := newTestAccount(t, mine, removed, other, snap)
	at := a.Backups.At
	a.advance(time.Minute)
	fresh := backup("4", 0)
	a.pollKind(Backup, web.ID, fresh, mine)
	if got := keys(a.PointsOf(web.ID)); !slices.Equal(got, []Key{fresh.Key(), mine.Key(), snap.Key()}) {
		t.Errorf("of the server there are now %v", got)
	}
	if got := keys(a.PointsOf(db.ID)); !slices.Equal(got, []Key{other.Key()}) {
		t.Errorf("of the other server there are now %v", got)
	}
	if !a.Backups.At.Equal(at) {
		t.Error("the complete list counts as fresh, although only a part of it came")
	}
	a.pollKind(Backup, db.ID)
	if len(a.PointsOf(db.ID)) != 0 || len(a.PointsOf(web.ID)) != 3 || a.Fleet().Coverage(db.ID) != (Coverage{}) {
		t.Errorf("after an empty list of the other server: %v, %v", keys(a.PointsOf(web.ID)), keys(a.PointsOf(db.ID)))
	}
}

func TestServerPointsAreNewestFirst(t *testing.T) {
	a := newTestAccount(t, backup("1", 3*time.Hour), snapshot("9", time.Hour), backup("2", 2*time.Hour),
		snapshot("8", 4*time.Hour))
	want := []Key{{Snapshot, "9"}, {Backup, "2"}, {Backup, "1"}, {Snapshot, "8"}}
	if got := keys(a.PointsOf(web.ID)); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestCoverageCountsPoints(t *testing.T) {
	a := newTestAccount(t,
		backup("1", 3*time.Hour), backup("2", time.Minute).withStatus(InProgress),
		backup("3", time.Second).withStatus(Failed),
		snapshot("1", 2*time.Hour), snapshot("2", time.Second).withStatus(Errored),
		snapshot("3", 0).withStatus("verifying"), backup("4", 0).onServer(db),
	)
	want := Coverage{Backups: 3, Snapshots: 3, Failed: 2, Running: 1}
	if got := a.Fleet().Coverage(web.ID); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := a.Quota(Backup, web.ID); got != (Quota{Used: 1, Pending: 2, Limit: 10}) {
		t.Errorf("the quota is %+v", got)
	}
}

func TestPointsAreCompleteOnlyAfterBothLists(t *testing.T) {
	a := testAccount{&State{Now: now, Local: now}, t}
	for _, kind := range []Kind{Backup, Snapshot} {
		if a.PointsComplete() {
			t.Errorf("everything is known before the %ss came", kind)
		}
		ticket, _ := a.Points(kind).Start(a.Now)
		a.ApplyPoints(kind, "", ticket, nil, errNetwork)
		if a.PointsComplete() {
			t.Errorf("a list of %ss that could not be read counts as known", kind)
		}
		a.pollKind(kind, "")
	}
	if !a.PointsComplete() {
		t.Error("both lists have come, and are not known")
	}
}

func TestFailedListKeepsTheOldValue(t *testing.T) {
	a := newTestAccount(t, backup("1", time.Hour))
	ticket, _ := a.Servers.Start(a.Now)
	if a.ApplyServers(ticket, nil, errNetwork); len(a.Servers.Value) != 2 || a.Servers.Err == nil {
		t.Errorf("the servers: %+v", a.Servers)
	}
	ticket, _ = a.Backups.Start(a.Now)
	if a.ApplyPoints(Backup, "", ticket, nil, errNetwork); len(a.PointsOf(web.ID)) != 1 || a.Backups.Err == nil {
		t.Errorf("the backups: %+v", a.Backups)
	}
	if a.pollPoints(); a.Backups.Err != nil {
		t.Error("the failure stays after a good answer")
	}
}

func TestServersAndPointsAreFoundByID(t *testing.T) {
	a := newTestAccount(t, backup("801", time.Hour), snapshot("801", 2*time.Hour))
	for _, kind := range []Kind{Backup, Snapshot} {
		if p, ok := a.Point(Key{kind, "801"}); !ok || p.Kind != kind {
			t.Errorf("%s 801: %+v, %v", kind, p, ok)
		}
		if _, ok := a.Point(Key{kind, "802"}); ok {
			t.Errorf("there is no %s 802, but it is found", kind)
		}
	}
	if s, ok := a.Server(db.ID); !ok || s.Ref() != db {
		t.Errorf("%+v, %v", s, ok)
	}
	if _, ok := a.Server("1"); ok {
		t.Error("there is no server 1, but it is found")
	}
}
