package model

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// plannedIDs returns the IDs that are deleted, in the plan's order.
func plannedIDs(c CleanupPlan) string {
	var out []string
	for _, p := range c.Items {
		out = append(out, string(p.ID))
	}
	return strings.Join(out, " ")
}

func TestCleanupSelectsExactlyWhatTheRuleSays(t *testing.T) {
	points := []Point{ // of web: newest to oldest
		snapshot("9", time.Hour).withStatus(InProgress), snapshot("8", 2*day), backup("7", 10*day).asAutomatic(),
		snapshot("6", 40*day),
		backup("5", 50*day), backup("4", 60*day).withStatus(Failed), snapshot("3", 70*day).withStatus("verifying"),
		snapshot("2", 80*day),
		backup("1", 90*day).asAutomatic(),
		backup("21", 400*day).onServer(db), backup("20", 500*day).onServer(db),
		snapshot("30", 900*day).onServer(ServerRef{ID: "3", Name: "lone"}), // the last of its server
		{Kind: Snapshot, ID: "10", Server: web, Status: Completed},         // of unknown age
	}
	for name, c := range map[string]struct {
		rule CleanupRule
		want string
	}{
		"everything old":           {CleanupRule{OlderThan: 30 * day}, "20 1 2 4 5 6"},
		"just that old stays":      {CleanupRule{OlderThan: 80 * day}, "20 1"},
		"of any age":               {CleanupRule{}, "20 1 2 4 5 6"},
		"keep three":               {CleanupRule{OlderThan: 30 * day, KeepAtLeast: 3}, "1 2 4 5"},
		"keep more than there are": {CleanupRule{KeepAtLeast: 100}, "4"},
		"snapshots":                {CleanupRule{OlderThan: 30 * day, Kinds: []Kind{Snapshot}}, "2 6"},
		"snapshots, two kept":      {CleanupRule{OlderThan: 30 * day, KeepAtLeast: 2, Kinds: []Kind{Snapshot}}, "2"},
		"backups, one kept": {CleanupRule{OlderThan: 30 * day, KeepAtLeast: 1, Kinds: []Kind{Backup}},
			"20 1 4 5"},
		"manual backups": {CleanupRule{OlderThan: 30 * day, Kinds: []Kind{Backup},
			Types: []BackupType{Manual}}, "20 4 5"},
		"automatic, snapshots too":   {CleanupRule{OlderThan: 30 * day, Types: []BackupType{Automatic}}, "1 2 6"},
		"of one server by its ID":    {CleanupRule{OlderThan: 30 * day, Servers: []string{"12346"}}, "20"},
		"of servers by their name":   {CleanupRule{OlderThan: 30 * day, Servers: []string{"db*", "lone"}}, "20"},
		"of a server that is not":    {CleanupRule{Servers: []string{"mail*"}}, ""},
		"nothing is as old as asked": {CleanupRule{OlderThan: 1000 * day}, ""},
	} {
		if got := plannedIDs(c.rule.Plan(points, now)); got != c.want {
			t.Errorf("%s: %s is deleted, want %s", name, got, c.want)
		}
	}
}

func TestCleanupPlanShowsKeptPointsAndFreedSpace(t *testing.T) {
	points := []Point{
		backup("1", 90*day), backup("2", 60*day).withStatus(Failed), snapshot("3", 50*day), backup("4", day),
		snapshot("5", time.Hour).withStatus(InProgress), backup("6", time.Hour).onServer(db),
	}
	points[0].SizeMB, points[2].SizeMB = 1000, 24
	c := CleanupRule{OlderThan: 30 * day}.Plan(points, now)
	want := []KeptPoints{{Server: web, DeleteCount: 3, Points: 2, Usable: 1, Newest: points[3]}}
	if c.FreedMB != 1024 || c.UnknownSizes != 1 || !slices.Equal(c.Kept, want) || !c.At.Equal(now) {
		t.Errorf("%+v", c)
	}
}

func TestCleanupKeepsAPointThatDoesNotExpireSoon(t *testing.T) {
	points := []Point{backup("3", day).asAutomatic().expiringIn(time.Hour), backup("2", 40*day), backup("1", 50*day)}
	if got := plannedIDs(CleanupRule{OlderThan: 30 * day}.Plan(points, now)); got != "1" {
		t.Errorf("%s is deleted: in an hour the server would have no usable point", got)
	}
	points[0] = points[0].expiringIn(100 * time.Hour)
	if got := plannedIDs(CleanupRule{OlderThan: 30 * day}.Plan(points, now)); got != "1 2" {
		t.Errorf("%s is deleted", got)
	}
}

func TestCleanupKeepsTheLastBackupDespiteSnapshots(t *testing.T) {
	points := []Point{snapshot("4", time.Hour), snapshot("3", 40*day), backup("2", 50*day), backup("1", 60*day)}
	if got := plannedIDs(CleanupRule{OlderThan: 30 * day}.Plan(points, now)); got != "1 3" {
		t.Errorf("%s is deleted, want 1 3", got)
	}
	points[2] = points[2].expiringIn(-time.Hour) // it no longer protects others
	if got := plannedIDs(CleanupRule{OlderThan: 30 * day}.Plan(points, now)); got != "2 3" {
		t.Errorf("%s is deleted, want 2 3", got)
	}
}

func TestCleanupIgnoresPointsDatedInTheFuture(t *testing.T) {
	points := []Point{backup("3", -day), backup("2", 40*day), backup("1", 60*day)}
	if got := plannedIDs(CleanupRule{OlderThan: 30 * day}.Plan(points, now)); got != "1" {
		t.Errorf("%s is deleted, want 1", got)
	}
}

func TestCleanupIgnoresPointsListedTwice(t *testing.T) {
	points := []Point{backup("2", day), backup("2", day), backup("1", 90*day), backup("", 90*day),
		backup("7", 90*day).onServer(ServerRef{}), backup("8", 99*day).onServer(ServerRef{})}
	if got := plannedIDs(CleanupRule{OlderThan: time.Hour}.Plan(points, now)); got != "" {
		t.Errorf("%s is deleted", got)
	}
}

func TestRecheckDropsChangedPoints(t *testing.T) {
	points := []Point{backup("4", day), backup("3", 40*day), snapshot("2", 50*day), backup("1", 60*day)}
	plan := CleanupRule{OlderThan: 30 * day, KeepAtLeast: 1}.Plan(points, now)
	for name, c := range map[string]struct {
		change func([]Point) []Point
		want   string
	}{
		"nothing has changed":   {func(p []Point) []Point { return p }, "1 2 3"},
		"one is deleted":        {func(p []Point) []Point { return p[:3] }, "2 3"},
		"one has a size now":    {func(p []Point) []Point { p[3].SizeMB = 7; return p }, "2 3"},
		"one has another name":  {func(p []Point) []Point { p[2].Name = "x"; return p }, "1 3"},
		"one is another's now":  {func(p []Point) []Point { p[2].Server = db; return p }, "1 3"},
		"one is running":        {func(p []Point) []Point { p[1].Status = InProgress; return p }, "1 2"},
		"one ends otherwise":    {func(p []Point) []Point { p[1] = p[1].expiringIn(day); return p }, "1 2"},
		"the newest is deleted": {func(p []Point) []Point { return p[1:] }, "1 2"},
		"the newest has failed": {func(p []Point) []Point { p[0].Status = Failed; return p }, "1 2"},
		"another has come":      {func(p []Point) []Point { return append(p, backup("0", 70*day)) }, "1 2 3"},
		"the times are of a zone": {func(p []Point) []Point {
			p[1].CreatedAt = p[1].CreatedAt.In(time.FixedZone("x",
				3600))
			return p
		}, "1 2 3"},
	} {
		if got := plannedIDs(plan.Recheck(c.change(slices.Clone(points)))); got != c.want {
			t.Errorf("%s: %s is still deleted, want %s", name, got, c.want)
		}
	}
}

func TestImpossibleCleanupRuleIsRejected(t *testing.T) {
	got := messageLines(CleanupRule{OlderThan: -time.Hour, KeepAtLeast: -1}.Check()) + "\n" +
		messageLines(CleanupRule{OlderThan: longestAge + 1, KeepAtLeast: 101}.Check()) + "\n" +
		messageLines(CleanupRule{Servers: []string{"web*", "7", "db-1",
			"x\x1b"}}.Unmatched([]Server{{ID: "7", Name: "web-1"}}))
	want := `older than: -1 h is not a valid age: write 30d, 2w or 3mo, at most 100y
keep at least: -1 is not possible: write a number from 0 to 100
older than: 36500 d is not a valid age: write 30d, 2w or 3mo, at most 100y
keep at least: 101 is not possible: write a number from 0 to 100
servers: no server has the name or ID db-1: * matches any characters, ? matches one
servers: no server has the name or ID x^[: * matches any characters, ? matches one`
	if got != want {
		t.Errorf("problems:\n%s\nwant:\n%s", got, want)
	}
	if problems := (CleanupRule{}).Check(); len(problems) > 0 {
		t.Errorf("a valid rule: %v", problems)
	}
}

var genPoint = rapid.Custom(func(t *rapid.T) Point {
	p := Point{
		Kind:   rapid.SampledFrom([]Kind{Backup, Snapshot}).Draw(t, "kind"),
		ID:     rapid.SampledFrom([]ID{"1", "2", "3", "4", "5", "6", "7", "8", "9", ""}).Draw(t, "id"),
		Server: rapid.SampledFrom([]ServerRef{web, web, web, db, {ID: "3", Name: "web"}}).Draw(t, "server"),
		Status: rapid.SampledFrom([]PointStatus{Completed, Completed, Completed, Failed, InProgress,
			"verifying"}).Draw(t, "status"),
		SizeMB: rapid.Int64Range(-1, 3).Draw(t, "size"),
	}
	p.ZeroSize = p.SizeMB == 0 && rapid.Bool().Draw(t, "zero")
	p.ExpiresUnreadable = rapid.IntRange(0, 9).Draw(t, "unreadable") == 0
	if p.Kind == Backup {
		p.Type = rapid.SampledFrom([]BackupType{Manual, Automatic}).Draw(t, "type")
	}
	if age := rapid.IntRange(-2, 8).Draw(t, "age"); age != 0 { // some are in the future
		p.CreatedAt = now.Add(-time.Duration(age) * day)
	}
	if left := rapid.IntRange(0, 4).Draw(t, "left"); left > 0 {
		p.ExpiresAt = now.Add(time.Duration(left-1) * day)
	}
	return p
})

var genRule = rapid.Custom(func(t *rapid.T) CleanupRule {
	return CleanupRule{
		OlderThan:   time.Duration(rapid.IntRange(0, 8).Draw(t, "older")) * day,
		KeepAtLeast: rapid.IntRange(0, 4).Draw(t, "keep"),
		Kinds:       rapid.SliceOfN(rapid.SampledFrom([]Kind{Backup, Snapshot}), 0, 2).Draw(t, "kinds"),
		Servers:     rapid.SliceOfN(rapid.SampledFrom([]string{"web*", "12346", "3", "*"}), 0, 2).Draw(t, "servers"),
		Types:       rapid.SliceOfN(rapid.SampledFrom([]BackupType{Manual, Automatic}), 0, 2).Draw(t, "types"),
	}
})

var genPoints = rapid.SliceOfN(genPoint, 0, 14)

// afterCleanup returns the points that remain after the plan.
func afterCleanup(points []Point, c CleanupPlan) []Point {
	return slices.DeleteFunc(slices.Clone(points), func(p Point) bool { return c.contains(p.Key()) })
}

func (c CleanupPlan) contains(k Key) bool {
	return slices.ContainsFunc(c.Items, func(p Point) bool { return p.Key() == k })
}

// checkSafe fails if a server with usable points would be left without one, now or in two days.
func checkSafe(t *rapid.T, points []Point, c CleanupPlan) {
	left := afterCleanup(points, c)
	for _, p := range points {
		usable := func(q Point) bool { return q.Usable(now) && q.Server.ID == p.Server.ID }
		lasting := func(q Point) bool { return usable(q) && q.lastsUntil(now.Add(48*time.Hour)) }
		if usable(p) && !slices.ContainsFunc(left, usable) {
			t.Fatalf("%s is left without usable points by %v", p.Server.Name, c.Items)
		}
		if lasting(p) && !slices.ContainsFunc(left, lasting) {
			t.Fatalf("%s is left with only soon expiring points by %v", p.Server.Name, c.Items)
		}
		backup := func(q Point) bool { return usable(q) && q.Kind == Backup }
		if backup(p) && !slices.ContainsFunc(left, backup) {
			t.Fatalf("%s is left without a backup by %v", p.Server.Name, c.Items)
		}
	}
}

func TestCleanupNeverDeletesTheLastPointOfAServer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		points := genPoints.Draw(t, "points")
		checkSafe(t, points, genRule.Draw(t, "rule").Plan(points, now))
	})
}

func TestEveryCleanupItemMatchesTheRule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		points, r := genPoints.Draw(t, "points"), genRule.Draw(t, "rule")
		c := r.Plan(points, now)
		var freed int64
		unknown, going := 0, 0
		for i, p := range c.Items {
			server := len(r.Servers) == 0
			for _, asked := range r.Servers {
				server = server || asked == "*" || asked == string(p.Server.ID) || asked == "web*" &&
					strings.HasPrefix(p.Server.Name, "web")
			}
			if !server || p.CreatedAt.IsZero() || p.CreatedAt.After(now) || now.Sub(p.CreatedAt) <= r.OlderThan ||
				p.Status != Completed && p.Status != Failed ||
				len(r.Kinds) > 0 && !slices.Contains(r.Kinds, p.Kind) ||
				p.Kind == Backup && len(r.Types) > 0 && !slices.Contains(r.Types, p.Type) {
				t.Fatalf("%+v is not covered by %+v", p, r)
			}
			if slices.ContainsFunc(c.Items[:i], func(q Point) bool { return q.Key() == p.Key() }) ||
				!slices.Contains(points, p) {
				t.Fatalf("%+v is listed twice, or unknown", p)
			}
			if freed += max(p.SizeMB, 0); p.SizeMB <= 0 && !p.ZeroSize {
				unknown++
			}
		}
		for _, k := range c.Kept {
			going += k.DeleteCount
			loses := slices.ContainsFunc(c.Items, func(p Point) bool {
				return p.Usable(now) &&
					p.Server.ID == k.Server.ID
			})
			if k.DeleteCount < 1 || loses && k.Usable < 1 || (k.Usable > 0) != k.Newest.Usable(now) ||
				k.Usable > k.Points || c.contains(k.Newest.Key()) {
				t.Fatalf("%+v is kept", k)
			}
		}
		if c.FreedMB != freed || c.UnknownSizes != unknown || going != len(c.Items) {
			t.Fatalf("the sums are wrong: %+v", c)
		}
	})
}

func TestCleanupKeepsTheMinimumAndTheNewest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		points, r := genPoints.Draw(t, "points"), genRule.Draw(t, "rule")
		c := r.Plan(points, now)
		for _, p := range c.Items {
			newer := 0
			for _, q := range afterCleanup(points, c) {
				if q.Usable(now) && q.Server.ID == p.Server.ID && r.covers(q) && !q.CreatedAt.Before(p.CreatedAt) {
					newer++
				}
			}
			if p.Usable(now) && newer < r.KeepAtLeast {
				t.Fatalf("%+v is deleted, and %d newer ones are kept by %+v", p, newer, r)
			}
		}
	})
}

func TestStricterCleanupRuleDeletesNoMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		points, r := genPoints.Draw(t, "points"), genRule.Draw(t, "rule")
		stricter := r
		stricter.KeepAtLeast += rapid.IntRange(0, 2).Draw(t, "more")
		stricter.OlderThan += time.Duration(rapid.IntRange(0, 2).Draw(t, "older still")) * day
		c := r.Plan(points, now)
		for _, p := range stricter.Plan(points, now).Items {
			if !c.contains(p.Key()) {
				t.Fatalf("%+v is deleted by %+v, but not by %+v", p, stricter, r)
			}
		}
	})
}

func TestCleanupIsIdempotentAndIndependentOfOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		points, r := genPoints.Draw(t, "points"), genRule.Draw(t, "rule")
		c := r.Plan(points, now)
		if again := r.Plan(afterCleanup(points, c), now); len(again.Items) > 0 {
			t.Fatalf("after %s also %s is deleted", plannedIDs(c), plannedIDs(again))
		}
		shuffled := r.Plan(rapid.Permutation(points).Draw(t, "shuffled"), now)
		if !slices.Equal(shuffled.Items, c.Items) || !slices.Equal(shuffled.Kept, c.Kept) {
			t.Fatalf("one order of the points gives %s, another %s", plannedIDs(c), plannedIDs(shuffled))
		}
	})
}

func TestRecheckNeverExceedsThePlanNorDeletesTheLastPoint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		points := genPoints.Draw(t, "points")
		c := genRule.Draw(t, "rule").Plan(points, now)
		if same := c.Recheck(points); !slices.Equal(same.Items, c.Items) || same.FreedMB != c.FreedMB ||
			!slices.Equal(same.Kept, c.Kept) {
			t.Fatalf("nothing has changed, but only %s of %s is still deleted", plannedIDs(same), plannedIDs(c))
		}
		later := append(rapid.SliceOfN(genPoint, 0, 6).Draw(t, "new"), rapid.Permutation(points).Draw(t, "shuffled")...)
		later = later[:rapid.IntRange(0, len(later)).Draw(t, "left")]
		still := c.Recheck(later)
		for _, p := range still.Items {
			if !slices.Contains(c.Items, p) || !slices.Contains(later, p) {
				t.Fatalf("%+v was shown differently, or no longer exists", p)
			}
		}
		checkSafe(t, later, still)
	})
}
