package model

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// randomPoints returns points of either server with IDs that repeat.
func randomPoints(r *rand.Rand, kind Kind) []Point {
	var out []Point
	for i := range r.IntN(9) {
		p := Point{Kind: kind, ID: ID(fmt.Sprint(i)), Server: web, Status: Completed,
			CreatedAt: now.Add(-time.Duration(r.IntN(3)) * time.Hour)}
		if r.IntN(2) == 0 {
			p.Server = db
		}
		if r.IntN(4) == 0 {
			p.Status = InProgress
		}
		out = append(out, p)
	}
	return out
}

func TestFleetMatchesTheListsInAnyOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	a := newTestAccount(t)
	for range 2_000 {
		kind := Kind(r.IntN(2))
		points, version, before := randomPoints(r, kind), a.Version(), slices.Clone(a.Points(kind).Value)
		switch r.IntN(5) {
		case 0:
			a.pollKind(kind, "", points...)
		case 1:
			a.pollKind(kind, "", before...)
		case 2:
			a.pollKind(kind, web.ID, slices.DeleteFunc(points, func(p Point) bool { return p.Server != web })...)
		case 3:
			a.upsertPoint(Point{Kind: kind, ID: ID(fmt.Sprint(r.IntN(9))), Server: db, Status: Completed,
				CreatedAt: now})
		case 4:
			a.removePoint(Key{kind, ID(fmt.Sprint(r.IntN(9)))})
		}
		if same := slices.Equal(before, a.Points(kind).Value); !same && a.Version() == version {
			t.Fatal("the lists have changed, but not the version")
		}
		for _, server := range []ServerRef{web, db} {
			requireFleet(t, a, server.ID)
		}
	}
}

// requireFleet compares the stored data of a server with the lists.
func requireFleet(t *testing.T, a testAccount, server ID) {
	t.Helper()
	want := append(PointsOf(a.Backups.Value, server), PointsOf(a.Snapshots.Value, server)...)
	SortNewestFirst(want)
	got, cover := a.PointsOf(server), a.Fleet().Coverage(server)
	if !slices.EqualFunc(got, want, func(x, y Point) bool { return x.Key() == y.Key() && x.Status == y.Status }) {
		t.Fatalf("stored of %s\n%v\nbut the lists say\n%v", server, got, want)
	}
	var sums Coverage
	for _, p := range want {
		if p.Kind == Snapshot {
			sums.Snapshots++
		} else {
			sums.Backups++
		}
		if p.Status.Running() {
			sums.Running++
		}
	}
	if cover != sums {
		t.Fatalf("stored of %s is %+v, but the lists say %+v", server, cover, sums)
	}
	for _, kind := range []Kind{Backup, Snapshot} {
		if got, want := a.Quota(kind, server), QuotaOf(kind, server, want); got != want {
			t.Fatalf("the stored %s quota of %s is %+v, but the lists say %+v", kind, server, got, want)
		}
	}
}

func TestUnchangedPollKeepsTheVersionAndAllocatesNothing(t *testing.T) {
	points := []Point{backup("1", time.Hour), backup("2", 2*time.Hour), backup("3", time.Hour).onServer(db)}
	a := newTestAccount(t, points...)
	servers := slices.Clone(a.Servers.Value)
	version, fleet := a.Version(), a.Fleet()
	poll := func() {
		ticket, _ := a.Backups.Start(a.Now)
		a.ApplyPoints(Backup, "", ticket, points, nil)
		ticket, _ = a.Servers.Start(a.Now)
		a.ApplyServers(ticket, servers, nil)
		ticket, _ = a.Backups.Start(a.Now)
		a.ApplyPoints(Backup, db.ID, ticket, points[2:], nil)
	}
	poll()
	if a.Version() != version || a.Fleet() != fleet {
		t.Error("an unchanged list changes the version")
	}
	if n := testing.AllocsPerRun(100, poll); n > 4 {
		t.Errorf("it allocates %v times", n)
	}
	ticket, _ := a.Backups.Start(a.Now)
	a.ApplyPoints(Backup, "", ticket, points[:2], nil)
	if a.Version() == version {
		t.Error("a point was deleted, but the version is the same")
	}
}

func TestPartialListIgnoresOtherServers(t *testing.T) {
	a := newTestAccount(t, backup("1", time.Hour), backup("3", time.Hour).onServer(db))
	// the API ignored the filter
	a.pollKind(Backup, web.ID, backup("1", time.Hour), backup("2", time.Hour), backup("3", time.Hour).onServer(db))
	if len(a.Backups.Value) != 3 || len(a.PointsOf(db.ID)) != 1 {
		t.Errorf("%v", keys(a.Backups.Value))
	}
}

// TestIncrementalAssessmentMatchesFullAssessment compares a fleet assessed repeatedly with the same
// one assessed once.
func TestIncrementalAssessmentMatchesFullAssessment(t *testing.T) {
	age := rapid.SampledFrom([]time.Duration{0, time.Minute, 90 * time.Minute, 25 * time.Hour, 26 * time.Hour,
		49 * time.Hour, 80 * time.Hour})
	rapid.Check(t, func(t *rapid.T) {
		var servers []Server
		var backups []Point
		for i := range rapid.IntRange(1, 3).Draw(t, "servers") {
			server := Server{ID: ID(fmt.Sprint(i)), Name: fmt.Sprint("web-", 9-i)}
			servers = append(servers, server)
			for range rapid.IntRange(0, 3).Draw(t, "points") {
				p := Point{Kind: Backup, ID: ID(fmt.Sprint(len(backups))), Server: server.Ref()}
				p.Status = rapid.SampledFrom([]PointStatus{Completed, Completed, Failed, InProgress}).Draw(t, "status")
				p.Type = rapid.SampledFrom([]BackupType{Manual, Automatic}).Draw(t, "type")
				p.CreatedAt = now.Add(-age.Draw(t, "age"))
				if rapid.IntRange(0, 4).Draw(t, "ahead") == 0 {
					p.CreatedAt = now.Add(age.Draw(t, "by"))
				}
				if rapid.Bool().Draw(t, "expires") {
					p.ExpiresAt = now.Add(age.Draw(t, "left"))
				}
				backups = append(backups, p)
			}
		}
		most := rapid.SampledFrom([]time.Duration{0, time.Hour, 26 * time.Hour}).Draw(t, "most")
		policies := Policies{{Policy: Policy{
			Backups:   Requirement{MaxAge: most, Min: rapid.IntRange(0, 2).Draw(t, "least")},
			Snapshots: Requirement{MaxAge: rapid.SampledFrom([]time.Duration{0, most}).Draw(t, "snapshots")},
			Automatic: rapid.Bool().Draw(t, "automatic"),
		}}}
		f, at := newFleet(servers, backups, nil), now
		later := rapid.OneOf(rapid.SampledFrom([]time.Duration{time.Minute, time.Minute + 1, time.Hour, -time.Hour}),
			rapid.Custom(func(t *rapid.T) time.Duration {
				return time.Duration(rapid.Int64Range(int64(time.Minute), int64(60*time.Hour)).Draw(t, ""))
			}))
		for range 6 {
			got, want := f.Assess(policies, true, at), newFleet(servers, backups, nil).Assess(policies, true, at)
			for i := range got {
				if !slices.Equal(got[i].Assessment.Reasons, want[i].Assessment.Reasons) || got[i].ID != want[i].ID ||
					got[i].Coverage != want[i].Coverage || got[i].Assessment.Kinds != want[i].Assessment.Kinds {
					t.Fatalf("%s after %s: %+v\nnot %+v", got[i].Name, at.Sub(now), got[i], want[i])
				}
			}
			at = at.Add(later.Draw(t, "later"))
		}
	})
}

// The sessions of a team share a fleet. One whose clock is a little behind must not assess all
// servers again, and again when the next is ahead.
func TestAssessToleratesClocksThatAreBehind(t *testing.T) {
	servers := []Server{{ID: "1", Name: "web-01"}}
	f := newFleet(servers, nil, nil)
	at := time.Date(2026, 1, 1, 12, 1, 0, 50_000_000, time.UTC)
	first := f.Assess(nil, true, at)
	for _, behind := range []time.Duration{time.Millisecond, 100 * time.Millisecond, time.Minute} {
		if again := f.Assess(nil, true, at.Add(-behind)); &again[0] != &first[0] {
			t.Errorf("assessed again for a clock that is %s behind", behind)
		}
	}
	if again := f.Assess(nil, true, at.Add(-time.Hour)); &again[0] == &first[0] {
		t.Error("not assessed again for a clock that is an hour behind")
	}
}
