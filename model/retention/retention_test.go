package retention

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"vpsdeck/model"
)

var now = time.Date(2025, 1, 16, 15, 45, 0, 0, time.UTC)

func at(t *testing.T, text string) time.Time {
	t.Helper()
	when, err := time.Parse("2006-01-02 15:04", text)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

// The results in this table were checked by hand with a calendar.
func TestRulesKeepWhatTheCalendarSays(t *testing.T) {
	history := []string{ // newest first
		"2025-01-16 03:00", "2025-01-15 21:00", "2025-01-15 03:00", "2025-01-14 03:00", "2025-01-12 23:59",
		"2025-01-06 00:00", "2025-01-05 23:00", "2024-12-31 12:00", "2024-12-30 12:00", "2024-11-02 12:00",
		"2023-05-01 12:00",
	}
	for name, c := range map[string]struct {
		rules Rules
		want  string // the kept ones, by their place
	}{
		"the last three":            {Rules{Last: 3}, "0 1 2"},
		"two days":                  {Rules{Daily: 2}, "0 1"},
		"three days":                {Rules{Daily: 3}, "0 1 3"},
		"two ISO weeks":             {Rules{Weekly: 2}, "0 4"},
		"three ISO weeks":           {Rules{Weekly: 3}, "0 4 6"},
		"two months":                {Rules{Monthly: 2}, "0 7"},
		"two years":                 {Rules{Yearly: 2}, "0 7"},
		"more years than there are": {Rules{Yearly: 9}, "0 7 10"},
		"within a day":              {Rules{Within: 24 * time.Hour}, "0 1 2"},
		"hours":                     {Rules{Hourly: 2}, "0 1"},
		"days and months":           {Rules{Daily: 1, Monthly: 3}, "0 7 9"},
		"the oldest completes it":   {Rules{Monthly: 5}, "0 7 9 10"},
	} {
		t.Run(name, func(t *testing.T) {
			var times []time.Time
			for _, h := range history {
				times = append(times, at(t, h))
			}
			var got []string
			for i, why := range c.rules.Keep(times, time.UTC) {
				if len(why) > 0 {
					got = append(got, fmt.Sprint(i))
				}
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("%s keeps %v, want %s", c.rules, got, c.want)
			}
		})
	}
}

func TestPeriodsAreThoseOfTheLocation(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("no time zones on this machine:", err)
	}
	count := func(r Rules, location *time.Location, times ...string) int {
		n := 0
		var parsed []time.Time
		for _, text := range times {
			parsed = append(parsed, at(t, text))
		}
		for _, why := range r.Keep(parsed, location) {
			n += min(len(why), 1)
		}
		return n
	}
	// The clock shows 02:30 twice on 26 October 2025: these are two hours, and one day of 25 hours.
	autumn := []string{"2025-10-26 22:30", "2025-10-26 01:30", "2025-10-26 00:30", "2025-10-25 22:10"}
	if n := count(Rules{Hourly: 9}, berlin, autumn...); n != 4 {
		t.Errorf("%d hours in autumn, want 4", n)
	}
	if n := count(Rules{Daily: 9}, berlin, autumn...); n != 2 { // the newest, and the oldest to complete it
		t.Errorf("%d days in autumn, want 2", n)
	}
	// 23:30 UTC on 28 February 2024 is the leap day in Berlin.
	leap := []string{"2024-02-29 12:00", "2024-02-28 23:30", "2024-02-28 20:00", "2024-02-27 12:00"}
	if n := count(Rules{Daily: 2}, berlin, leap...); n != 2 {
		t.Errorf("%d days around the leap day, want 2", n)
	}
	if got := (Rules{Daily: 2}).Keep([]time.Time{at(t, leap[0]), at(t, leap[1]), at(t, leap[2])},
		berlin); len(got[1]) > 0 {
		t.Error("the evening before the leap day is another day in Berlin")
	}
}

// history is a random server: points of both kinds, of every status, some of equal time.
func history(r *rand.Rand) Input {
	in := Input{
		Servers: []model.Server{{ID: "1", Name: "web-server-01"}, {ID: "2", Name: "db-server-01"}},
		Now:     now, Location: time.UTC,
	}
	for i := range r.IntN(30) {
		p := model.Point{
			ID: model.ID(fmt.Sprint(100 + i)), Kind: model.Kind(r.IntN(2)), Status: model.Completed,
			Server: in.Servers[r.IntN(2)].Ref(), SizeMB: int64(r.IntN(5000)),
			CreatedAt: now.Add(-time.Duration(r.IntN(400*24)) * time.Hour),
		}
		if p.Kind == model.Backup {
			p.Type = []model.BackupType{model.Manual, model.Automatic}[r.IntN(2)]
		}
		switch r.IntN(12) {
		case 0:
			p.Status = model.Failed
		case 1:
			p.Status = model.InProgress
		case 2:
			p.ExpiresAt = now.Add(time.Duration(r.IntN(96)-24) * time.Hour)
		case 3:
			p.CreatedAt = time.Time{}
		case 4:
			p.Name = "known-good [keep]"
		case 5:
			p.CreatedAt = now.Add(-24 * time.Hour)
		}
		in.Points = append(in.Points, p)
	}
	if r.IntN(2) == 0 {
		in.Coverage = model.Policies{{Policy: model.Policy{
			Automatic: r.IntN(2) == 0,
			Backups:   model.Requirement{MaxAge: 26 * time.Hour, Min: r.IntN(4)},
			Snapshots: model.Requirement{Min: r.IntN(3)},
		}}}
	}
	in.Retain = []Policy{{Automatic: r.IntN(2) == 0, Rules: rules(r)}}
	return in
}

func rules(r *rand.Rand) Rules {
	out := Rules{
		Last: r.IntN(4), Hourly: r.IntN(4), Daily: r.IntN(4), Weekly: r.IntN(3), Monthly: r.IntN(3), Yearly: r.IntN(3),
		Within: time.Duration(r.IntN(72)) * time.Hour,
	}
	if out.IsZero() {
		out.Last = 1
	}
	return out
}

const cases = 10000

// each runs a property over many random histories.
func each(t *testing.T, property func(t *testing.T, r *rand.Rand, in Input)) {
	t.Helper()
	n := cases
	if testing.Short() {
		n = cases / 20
	}
	for seed := range n {
		r := rand.New(rand.NewPCG(uint64(seed), 14))
		property(t, r, history(r))
		if t.Failed() {
			t.Fatalf("with seed %d", seed)
		}
	}
}

func removed(p Plan) map[model.Key]bool {
	out := map[model.Key]bool{}
	for _, point := range p.Removals() {
		out[point.Key()] = true
	}
	return out
}

func TestMoreGenerousRulesNeverRemoveMore(t *testing.T) {
	each(t, func(t *testing.T, r *rand.Rand, in Input) {
		strict := removed(New(in))
		more := &in.Retain[0].Rules
		for _, n := range []*int{&more.Last, &more.Hourly, &more.Daily, &more.Weekly, &more.Monthly, &more.Yearly} {
			*n += r.IntN(3)
		}
		more.Within += time.Duration(r.IntN(48)) * time.Hour
		for key := range removed(New(in)) {
			if !strict[key] {
				t.Errorf("%v goes only with more generous rules", key)
			}
		}
	})
}

func TestASecondRunRemovesNothing(t *testing.T) {
	each(t, func(t *testing.T, _ *rand.Rand, in Input) {
		gone := removed(New(in))
		in.Points = slices.DeleteFunc(in.Points, func(p model.Point) bool { return gone[p.Key()] })
		if again := New(in).Removals(); len(again) > 0 {
			t.Errorf("a second run removes %d more, such as %v", len(again), again[0].Key())
		}
	})
}

func TestThePlanDoesNotDependOnTheOrderOfTheLists(t *testing.T) {
	each(t, func(t *testing.T, r *rand.Rand, in Input) {
		before := New(in)
		r.Shuffle(len(in.Points), func(i, j int) { in.Points[i], in.Points[j] = in.Points[j], in.Points[i] })
		if after := New(in); !reflect.DeepEqual(before, after) {
			t.Error("another order of the lists makes another plan")
		}
	})
}

func TestCoverageIsNotLostByAPlan(t *testing.T) {
	each(t, func(t *testing.T, _ *rand.Rand, in Input) {
		gone := removed(New(in))
		for _, s := range in.Servers {
			var before, after []model.Point
			for _, p := range in.Points {
				if p.Server.ID != s.ID {
					continue
				}
				before = append(before, p)
				if !gone[p.Key()] {
					after = append(after, p)
				}
			}
			model.SortNewestFirst(before)
			model.SortNewestFirst(after)
			policy := in.Coverage.For(s)
			was, is := model.Assess(s, before, policy, in.Now), model.Assess(s, after, policy, in.Now)
			if was.Health.Met() && !is.Health.Met() || is.Health == model.None && was.Health != model.None {
				t.Errorf("%s was %v and is %v after the plan", s.Name, was.Health, is.Health)
			}
		}
	})
}

func TestProtectedPointsStay(t *testing.T) {
	each(t, func(t *testing.T, _ *rand.Rand, in Input) {
		for _, p := range New(in).Removals() {
			automatic := p.Kind == model.Backup && p.Type == model.Automatic && !in.Retain[0].Automatic
			if strings.Contains(p.Name, keepMark) || p.Status == model.InProgress || p.CreatedAt.IsZero() || automatic {
				t.Errorf("%+v is removed", p)
			}
		}
	})
}

// A server may have had another server's name when its points were created.
func TestPoliciesCoverServersByTheirListedNames(t *testing.T) {
	in := Input{Now: now, Servers: []model.Server{{ID: "1", Name: "db"}, {ID: "2", Name: "web"}},
		Retain: []Policy{{Servers: []string{"db"}, Rules: Rules{Last: 1}}}}
	for i, server := range []model.ServerRef{{ID: "1", Name: "web"}, {ID: "2", Name: "db"}} {
		for age := range 2 {
			in.Points = append(in.Points, model.Point{Kind: model.Snapshot, ID: model.ID(fmt.Sprint(10*i + age)),
				Server: server, Status: model.Completed, CreatedAt: now.Add(-time.Duration(age+1) * time.Hour)})
		}
	}
	goes := New(in).Removals()
	if len(goes) != 1 || goes[0].ID != "1" || goes[0].Server != (model.ServerRef{ID: "1", Name: "db"}) {
		t.Errorf("of db goes %+v", goes)
	}
}

func TestEveryPointHasOneReason(t *testing.T) {
	server := model.Server{ID: "1", Name: "web-server-01"}
	point := func(id string, kind model.Kind, hours int, change func(*model.Point)) model.Point {
		p := model.Point{ID: model.ID(id), Kind: kind, Server: server.Ref(), Status: model.Completed, SizeMB: 100,
			CreatedAt: now.Add(-time.Duration(hours) * time.Hour)}
		if kind == model.Backup {
			p.Type = model.Manual
		}
		if change != nil {
			change(&p)
		}
		return p
	}
	in := Input{
		Servers: []model.Server{server}, Now: now,
		Coverage: model.Policies{{Policy: model.Policy{Backups: model.Requirement{MaxAge: 26 * time.Hour, Min: 2}}}},
		Retain: []Policy{
			{Kinds: []model.Kind{model.Snapshot}, Protect: []string{"*-golden"}, Rules: Rules{Daily: 2}},
			{Servers: []string{"db-*"}, Rules: Rules{Last: 1}},
			{Servers: []string{"web-*"}, Rules: Rules{Last: 1}},
		},
		Points: []model.Point{
			point("1", model.Backup, 1, nil),
			point("2", model.Backup, 2, nil),
			point("3", model.Backup, 3, func(p *model.Point) { p.Type = model.Automatic }),
			point("4", model.Backup, 4, func(p *model.Point) { p.Status = model.Failed }),
			point("5", model.Backup, 5, nil),
			point("6", model.Backup, 6, func(p *model.Point) { p.Description = "by hand [keep]" }),
			point("11", model.Snapshot, 1, func(p *model.Point) { p.Status = model.Failed }),
			point("12", model.Snapshot, 2, nil),
			point("13", model.Snapshot, 3, nil),
			point("14", model.Snapshot, 4, func(p *model.Point) { p.Name = "known-golden" }),
			point("15", model.Snapshot, 30, nil),
			point("16", model.Snapshot, 31, func(p *model.Point) { p.Status = "paused" }),
		},
	}
	want := map[string]string{
		"1": "the newest restore point of the server", "2": "needed: the coverage policy requires it",
		"3": "automatic: the provider removes it", "4": "- failed: nothing can be restored from it",
		"5": "- kept by no rule",
		"6": "protected by [keep]", "11": "it shows that the last attempt failed", "12": "daily",
		"13": "- kept by no rule",
		"14": "protected by *-golden", "15": "daily", "16": "its status is unknown",
	}
	plan := New(in)
	for _, d := range plan.Decisions {
		got := d.Why
		if d.Remove {
			got = "- " + got
		}
		if id := string(d.Point.ID); got != want[id] {
			t.Errorf("#%s: %q, want %q", id, got, want[id])
		}
		delete(want, string(d.Point.ID))
	}
	if len(want) > 0 {
		t.Errorf("nothing is decided about %v", want)
	}
	if plan.Removed != 3 || plan.FreedMB != 300 || plan.UnknownSizes != 0 {
		t.Errorf("%d removed, %d MB, %d unknown", plan.Removed, plan.FreedMB, plan.UnknownSizes)
	}
	var order []string
	for _, p := range plan.Removals() {
		order = append(order, string(p.ID))
	}
	if !slices.Equal(order, []string{"5", "4", "13"}) {
		t.Errorf("removed in the order %v: want the oldest first", order)
	}
}

func TestImpossibleRulesAreRefused(t *testing.T) {
	if p := (Rules{Last: -1, Daily: maxCount + 1, Within: -1}).Check(); len(p) != 3 {
		t.Errorf("%v", p)
	}
	if p := (Rules{Last: 1, Within: time.Hour}).Check(); len(p) != 0 {
		t.Errorf("%v", p)
	}
}

func BenchmarkPlanOf10000Servers(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	in := Input{Now: now, Location: time.UTC,
		Retain: []Policy{{Rules: Rules{Last: 2, Daily: 7, Weekly: 4, Monthly: 6}}}}
	for i := range 10000 {
		s := model.Server{ID: model.ID(fmt.Sprint(i)), Name: fmt.Sprintf("server-%05d", i)}
		in.Servers = append(in.Servers, s)
		for j := range 12 {
			in.Points = append(in.Points, model.Point{ID: model.ID(fmt.Sprint(i*12 + j)), Kind: model.Kind(j % 2),
				Server: s.Ref(), Type: model.Manual, Status: model.Completed, SizeMB: 100,
				CreatedAt: now.Add(-time.Duration(r.IntN(2000)) * time.Hour)})
		}
	}
	for b.Loop() {
		New(in)
	}
}
