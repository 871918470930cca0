package model

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var webServer = Server{ID: web.ID, Name: web.Name, Status: ServerActive, Location: "us-west"}

// expiringIn returns the point with an expiry that far ahead.
func (p Point) expiringIn(in time.Duration) Point {
	p.ExpiresAt = now.Add(in)
	return p
}

// withoutDate returns the point without a creation time, and futureDated with one that far in the
// future.
func withoutDate(p Point) Point {
	p.CreatedAt = time.Time{}
	return p
}

func futureDated(p Point, by time.Duration) Point {
	p.CreatedAt = now.Add(by)
	return p
}

func withUnreadableDate(p Point) Point {
	p = withoutDate(p)
	p.CreatedUnreadable = true
	return p
}

func TestAssessmentListsEveryReasonWorstFirst(t *testing.T) {
	two := Policy{Backups: Requirement{MaxAge: 26 * time.Hour, Min: 2}}
	both := Policy{Backups: Requirement{MaxAge: 26 * time.Hour}, Snapshots: Requirement{MaxAge: 2 * time.Hour, Min: 2}}
	any := Policy{Backups: Requirement{Min: 1}}
	several := func(n int, p Point) []Point { return slices.Repeat([]Point{p}, n) }
	for name, c := range map[string]struct {
		policy Policy
		points []Point // newest first
		want   []Health
		words  string // a part of the first reason
	}{
		"one of today":                  {DefaultPolicy(), []Point{backup("1", time.Hour)}, nil, ""},
		"one to the second not overdue": {DefaultPolicy(), []Point{backup("1", DefaultMaxAge)}, nil, ""},
		"one a second overdue": {DefaultPolicy(), []Point{backup("1", DefaultMaxAge+time.Second)},
			[]Health{Overdue}, "the newest backup is over 1 d 2 h old: at most 1 d 2 h is allowed"},
		"enough of today":             {two, []Point{backup("2", time.Hour), backup("1", 30*time.Hour)}, nil, ""},
		"nothing":                     {two, nil, []Health{None}, "no usable restore point"},
		"nothing, and none is wanted": {Policy{}, nil, nil, ""},
		"only failed ones": {two, []Point{backup("2", 0).withStatus(Failed)}, []Health{None, Failing},
			"no usable restore point"},
		"only one that is being made": {DefaultPolicy(), []Point{backup("1", 0).withStatus(InProgress)},
			[]Health{None}, ""},
		"only an unknown status": {DefaultPolicy(), []Point{backup("1", 0).withStatus("verifying")},
			[]Health{None}, ""},
		"too few": {two, []Point{backup("2", time.Hour)}, []Health{TooFew},
			"it has 1 usable backup; at least 2 required"},
		"too old and too few": {two, []Point{backup("2", 50*time.Hour)}, []Health{Overdue, TooFew},
			"2 d 2 h old: at most 1 d 2 h is allowed"},
		"any age will do":         {any, []Point{backup("2", 5000*time.Hour)}, nil, ""},
		"old, and none is wanted": {Policy{}, []Point{backup("2", 50*time.Hour)}, nil, ""},
		"failed, and none is wanted": {Policy{}, []Point{backup("2", 0).withStatus(Errored)}, []Health{Failing},
			"the last backup, #2, failed"},
		"the last fails": {DefaultPolicy(),
			[]Point{backup("3", 0).withStatus(Failed), backup("2", time.Hour)}, []Health{Failing}, "#3"},
		"it failed before": {DefaultPolicy(),
			[]Point{backup("2", 0), backup("1", time.Hour).withStatus(Failed)}, nil, ""},
		"one is made after a failure": {DefaultPolicy(),
			[]Point{backup("3", 0).withStatus(InProgress), backup("2", time.Hour).withStatus(Failed),
				backup("1", 2*time.Hour)}, []Health{Failing}, "#2"},
		"an unknown status after it": {DefaultPolicy(), []Point{backup("3", 0).withStatus("verifying"),
			backup("2", time.Hour).withStatus(Failed), backup("1", 2*time.Hour)}, []Health{Failing}, "#2"},
		"the only one expires soon": {DefaultPolicy(), []Point{backup("1", time.Hour).expiringIn(47 * time.Hour)},
			[]Health{Expiring}, "in 2 d it will have 0 usable backups left; at least 1 required"},
		"it expires exactly in time": {DefaultPolicy(), []Point{backup("1", time.Hour).expiringIn(48 * time.Hour)},
			[]Health{Expiring}, ""},
		"it expires later": {DefaultPolicy(), []Point{backup("1", time.Hour).expiringIn(48*time.Hour + 1)},
			nil, ""},
		"another stays": {DefaultPolicy(), []Point{backup("2", time.Hour).expiringIn(time.Hour),
			backup("1", time.Hour)}, nil, ""},
		"one is too few of the others": {two, []Point{backup("2", time.Hour).expiringIn(time.Hour),
			backup("1", time.Hour)}, []Health{Expiring}, "at least 2"},
		"only a failed one stays": {DefaultPolicy(), []Point{backup("2", time.Hour).expiringIn(time.Hour),
			backup("1", 2*time.Hour).withStatus(Failed)}, []Health{Expiring}, ""},
		"five snapshots": {Policy{}, several(5, snapshot("1", time.Hour)), []Health{SnapshotsFull},
			"5 of 5 snapshots"},
		"ten manual backups": {DefaultPolicy(), several(10, backup("1", time.Hour)), []Health{BackupsFull},
			"10 of 10 manual backups"},
		"both full": {DefaultPolicy(),
			append(several(10, backup("1", time.Hour)), several(5, snapshot("1", 2*time.Hour))...),
			[]Health{SnapshotsFull, BackupsFull}, ""},
		"ten automatic backups": {DefaultPolicy(), several(10, backup("1", time.Hour).asAutomatic()), nil, ""},
		"a full quota of what may not": {Policy{},
			append(several(4, snapshot("1", time.Hour)), snapshot("9", 2*time.Hour).withStatus(Failed)), nil, ""},

		// A snapshot is no backup.
		"a fresh snapshot, no backup": {DefaultPolicy(), []Point{snapshot("1", 0)}, []Health{NoBackup},
			"no usable backup, only 1 snapshot on the server's own infrastructure"},
		"a fresh snapshot, an old backup": {DefaultPolicy(), []Point{snapshot("2", 0), backup("1", 50*time.Hour)},
			[]Health{Overdue}, "the newest backup is 2 d 2 h old"},
		"a fresh snapshot, a failed one": {DefaultPolicy(),
			[]Point{snapshot("3", 0), backup("2", time.Hour).withStatus(Failed), backup("1", 2*time.Hour)},
			[]Health{Failing}, "the last backup, #2, failed"},
		"only snapshots, as is wanted": {Policy{Snapshots: Requirement{MaxAge: time.Hour}},
			[]Point{snapshot("1", 0)}, nil, ""},
		"a snapshot is missing": {both, []Point{backup("1", 0)}, []Health{TooFew},
			"it has 0 usable snapshots; at least 2 required"},
		"both kinds as wanted": {both, []Point{snapshot("3", 0), snapshot("2", 9*time.Hour),
			backup("1", 20*time.Hour)}, nil, ""},
		"both overdue": {both, []Point{snapshot("3", 3*time.Hour), snapshot("2", 9*time.Hour),
			backup("1", 50*time.Hour)}, []Health{Overdue, Overdue}, "the newest backup"},
		"a failed snapshot, wanted": {both, []Point{backup("4", 0), snapshot("3", time.Hour).withStatus(Failed),
			snapshot("2", 90*time.Minute), snapshot("1", 9*time.Hour)}, []Health{Failing},
			"the last snapshot, #3, failed"},
		"a failed snapshot, then a backup": {DefaultPolicy(),
			[]Point{backup("4", 0), snapshot("3", time.Hour).withStatus(Failed)}, nil, ""},
		"a failed snapshot, the last": {DefaultPolicy(),
			[]Point{snapshot("3", 0).withStatus(Failed), backup("4", time.Hour)}, []Health{Failing},
			"the last snapshot, #3, failed"},

		// Expired points, and impossible times.
		"expired": {DefaultPolicy(), []Point{backup("1", time.Hour).expiringIn(-time.Hour)},
			[]Health{None}, ""},
		"expired this moment": {DefaultPolicy(), []Point{backup("1", time.Hour).expiringIn(0)},
			[]Health{None}, ""},
		"an expired one hides no age": {DefaultPolicy(),
			[]Point{backup("2", time.Hour).expiringIn(-1), backup("1", 50*time.Hour)}, []Health{Overdue}, ""},
		"no time": {DefaultPolicy(), []Point{withoutDate(backup("1", 0))}, []Health{Overdue},
			"the age of the newest backup is unknown"},
		"within the clocks' drift": {DefaultPolicy(), []Point{futureDated(backup("1", 0), MaxClockDrift)},
			nil, ""},
		"from the future": {DefaultPolicy(),
			[]Point{futureDated(backup("1", 0), MaxClockDrift+time.Second)}, []Health{Overdue, OddDate},
			"the age of the newest backup is unknown"},
		"in the future, next to an old one": {DefaultPolicy(), []Point{futureDated(backup("2", 0), 365*24*time.Hour),
			backup("1", 50*time.Hour)}, []Health{Overdue, OddDate}, "the newest backup is 2 d 2 h old"},
		"in the future, next to a fresh one": {DefaultPolicy(), []Point{futureDated(backup("2", 0), 365*24*time.Hour),
			backup("1", time.Hour)}, []Health{OddDate}, "backup #2 is dated 16 Jan 2026 16:00 UTC, in the future: " +
			"its age is unknown"},
		"two from the future": {DefaultPolicy(), []Point{futureDated(backup("3", 0), 9*time.Hour),
			futureDated(snapshot("2", 0), 8*time.Hour), backup("1", time.Hour)}, []Health{OddDate},
			"#3 is dated 17 Jan 2025 01:00 UTC, in the future: its age is unknown (and 1 more)"},
		"from the future after a failure": {DefaultPolicy(), []Point{futureDated(backup("3", 0), time.Hour),
			backup("2", time.Hour).withStatus(Failed), backup("1", 2*time.Hour)}, []Health{Failing, OddDate}, "#2"},
		"an unreadable time": {DefaultPolicy(), []Point{withUnreadableDate(backup("1", 0))},
			[]Health{Overdue, OddDate}, ""},
		"an additional unreadable time": {DefaultPolicy(),
			[]Point{backup("2", 0), withUnreadableDate(snapshot("1", 0))}, []Health{OddDate},
			"the creation time of snapshot #1 is unreadable"},
		"an unreadable expiry": {DefaultPolicy(),
			[]Point{{Kind: Backup, ID: "1", Server: web, Status: Completed, CreatedAt: now, ExpiresUnreadable: true}},
			[]Health{Expiring, OddDate}, "in 2 d it will have 0"},
	} {
		for _, status := range []ServerStatus{ServerActive, ServerSuspended} {
			server := webServer
			server.Status = status
			a := Assess(server, c.points, c.policy, now)
			var got []Health
			for _, r := range a.Reasons {
				got = append(got, r.Health)
			}
			if !slices.Equal(got, c.want) || a.Server != web || a.Policy != c.policy {
				t.Errorf("%s: %v, want %v", name, got, c.want)
			}
			if len(c.want) == 0 && (a.Health != Fine || !a.Has(Fine)) || len(c.want) > 0 &&
				(a.Health != c.want[0] || a.Has(Fine)) {
				t.Errorf("%s: %v of %v", name, a.Health, got)
			}
			if len(a.Reasons) > 0 && !strings.Contains(a.Reasons[0].Message, c.words) {
				t.Errorf("%s: %s", name, a.Reasons[0].Message)
			}
			if !slices.IsSortedFunc(got, func(x, y Health) int { return int(y - x) }) {
				t.Errorf("%s: not worst first: %v", name, got)
			}
		}
	}
}

func TestAssessmentCountsEachKind(t *testing.T) {
	a := Assess(webServer, []Point{
		futureDated(backup("6", 0), time.Hour), backup("4", 0).withStatus(InProgress).expiringIn(time.Hour),
		snapshot("3", time.Hour), backup("2", 2*time.Hour).expiringIn(90 * time.Hour),
		backup("1", 3*time.Hour).expiringIn(80 * time.Hour), backup("5", 9*time.Hour).expiringIn(-time.Hour),
	}, DefaultPolicy(), now)
	if a.Usable != 4 || !a.Newest.Equal(now.Add(-time.Hour)) || !a.NextExpiry.Equal(now.Add(80*time.Hour)) ||
		a.Kinds[Backup].Usable != 3 || !a.Kinds[Backup].Newest.Equal(now.Add(-2*time.Hour)) ||
		a.Kinds[Snapshot].Usable != 1 || !a.Kinds[Snapshot].Newest.Equal(now.Add(-time.Hour)) {
		t.Errorf("%+v", a)
	}
}

func TestHealthNamesAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for h := Fine; h <= None; h++ {
		if h.String() == "" || seen[h.String()] {
			t.Errorf("%d: %q", h, h)
		}
		seen[h.String()] = true
		if h.Met() != slices.Contains([]Health{Fine, BackupsFull, SnapshotsFull, OddDate, Expiring}, h) {
			t.Errorf("%s: the policy is met: %v", h, h.Met())
		}
	}
}

var genAssessment = rapid.Custom(func(t *rapid.T) Assessment {
	a := Assessment{
		Health: Health(rapid.IntRange(int(Fine), int(None)).Draw(t, "health")),
		Server: ServerRef{ID: rapid.SampledFrom([]ID{"1", "2", "10", "a", "b"}).Draw(t, "id"),
			Name: rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "name")},
	}
	if ago := rapid.IntRange(0, 2).Draw(t, "ago"); ago > 0 {
		a.Newest = now.Add(-time.Duration(ago) * time.Hour)
	}
	return a
})

func TestWorstFirstIsATotalOrder(t *testing.T) {
	same := func(a, b Assessment) bool {
		return a.Health == b.Health && a.Server == b.Server && a.Newest.Equal(b.Newest)
	}
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfN(genAssessment, 3, 8).Draw(t, "all")
		a, b, c := all[0], all[1], all[2]
		if WorstFirst(a, b) != -WorstFirst(b, a) || WorstFirst(a, b) == 0 && !same(a, b) || WorstFirst(a, a) != 0 {
			t.Fatalf("%+v and %+v: %d, %d", a, b, WorstFirst(a, b), WorstFirst(b, a))
		}
		if WorstFirst(a, b) <= 0 && WorstFirst(b, c) <= 0 && WorstFirst(a, c) > 0 {
			t.Fatalf("%+v, %+v, %+v are in a cycle", a, b, c)
		}
		shuffled := rapid.Permutation(all).Draw(t, "shuffled")
		slices.SortFunc(all, WorstFirst)
		slices.SortFunc(shuffled, WorstFirst)
		if !slices.EqualFunc(all, shuffled, same) {
			t.Fatalf("one order from %v, another from %v", all, shuffled)
		}
		if !slices.IsSortedFunc(all, func(a, b Assessment) int { return int(b.Health - a.Health) }) {
			t.Fatalf("not worst first: %v", all)
		}
	})
}

func TestFirstMatchingPolicyRuleApplies(t *testing.T) {
	hourly, weekly, none := Policy{Backups: Requirement{time.Hour, 3}},
		Policy{Backups: Requirement{7 * day, 1}, Snapshots: Requirement{0, 1}}, Policy{}
	rules := Policies{{Server: "db-*", Location: "us-*", Policy: hourly}, {Location: "eu-*", Policy: weekly},
		{Server: "*-test", Policy: none}}
	for _, c := range []struct {
		name, location string
		rules          Policies
		want           Policy
	}{
		{"db-1", "us-west", rules, hourly},
		{"db-test", "us-west", rules, hourly},
		{"DB-1", "us-west", rules, hourly},
		{"db-1", "eu-central", rules, weekly},
		{"web-test", "us-west", rules, none},
		{"web-1", "us-west", rules, DefaultPolicy()},
		{"web-1", "us-west", nil, DefaultPolicy()},
		{"web-1", "us-west", append(slices.Clone(rules), PolicyRule{Policy: weekly}), weekly},
	} {
		if got := c.rules.For(Server{Name: c.name, Location: c.location}); got != c.want {
			t.Errorf("%s in %s: %+v, want %+v", c.name, c.location, got, c.want)
		}
	}
}

// messageLines joins the messages of problems, one per line.
func messageLines(problems []Problem) string {
	var out []string
	for _, p := range problems {
		out = append(out, p.Message)
	}
	return strings.Join(out, "\n")
}

func TestUnmatchedPolicyRuleIsReported(t *testing.T) {
	servers := []Server{{Name: "web-1", Location: "us-west"}, {Name: "db-1", Location: "us-east"}}
	got := messageLines(Policies{
		{Server: "web*"}, {Server: "mail*"}, {Location: "us-west"}, {Server: "Db*", Location: "us-*"}, {},
		{Server: "x\x1b[2J"},
	}.Unmatched(servers))
	want := `policy rule 2 (server mail*): it matches no server of this account: * matches any characters, ? matches one
policy rule 3 (location us-west): an earlier rule applies to each server that it matches: move it up
policy rule 4 (server Db*, location us-*): it matches no server of this account: * matches any characters, ? matches one
policy rule 6 (server x^[[2J): it matches no server of this account: * matches any characters, ? matches one`
	if got != want {
		t.Errorf("reported:\n%s\nwant:\n%s", got, want)
	}
}

func TestImpossiblePolicyIsRejected(t *testing.T) {
	got := messageLines(Policies{
		{Policy: DefaultPolicy()}, {Server: "db*", Policy: Policy{Backups: Requirement{-time.Hour, -1}}},
		{Policy: Policy{Snapshots: Requirement{longestAge + 1, 101}}},
		{Policy: Policy{Backups: Requirement{longestAge, 100}, Snapshots: Requirement{longestAge, 100}}},
	}.Check())
	want := `policy rule 2 (server db*): backup_max_age cannot be -1 h: write an age from 0h (any) to 100y
policy rule 2 (server db*): min_backups cannot be -1: write a number from 0 (none) to 100
policy rule 3 (every server): snapshot_max_age cannot be 36500 d: write an age from 0h (any) to 100y
policy rule 3 (every server): min_snapshots cannot be 101: write a number from 0 (none) to 100`
	if got != want {
		t.Errorf("problems:\n%s\nwant:\n%s", got, want)
	}
}

func TestAutomaticBackupMustHaveSucceeded(t *testing.T) {
	policy := DefaultPolicy()
	policy.Automatic = true
	server := Server{ID: "1", Name: "web-server-01"}
	now := time.Date(2025, 1, 16, 15, 0, 0, 0, time.UTC)
	backup := func(kind BackupType, status PointStatus, hours int) Point {
		return Point{Kind: Backup, ID: ID(fmt.Sprint(hours)), Server: server.Ref(), Type: kind, Status: status,
			CreatedAt: now.Add(-time.Duration(hours) * time.Hour)}
	}
	for name, c := range map[string]struct {
		points []Point
		health Health
		reason string
	}{
		"a recent one": {[]Point{backup(Automatic, Completed, 3)}, Fine, ""},
		"manual ones alone": {[]Point{backup(Manual, Completed, 3)}, TooFew,
			"no usable automatic backup; the policy requires one"},
		"an old one behind a manual one": {[]Point{backup(Manual, Completed, 3), backup(Automatic, Completed, 40)},
			Overdue, "the newest automatic backup is 1 d 16 h old: at most 1 d 2 h is allowed"},
		"an old one alone": {[]Point{backup(Automatic, Completed, 40)}, Overdue,
			"the newest backup is 1 d 16 h old: at most 1 d 2 h is allowed"},
		"none at all": {nil, None, "no usable restore point"},
	} {
		t.Run(name, func(t *testing.T) {
			a := Assess(server, c.points, policy, now)
			if a.Health != c.health || c.reason != "" && a.Reasons[0].Message != c.reason {
				t.Errorf("%v %+v, want %v %q", a.Health, a.Reasons, c.health, c.reason)
			}
			if len(a.Reasons) > 1 {
				t.Errorf("the same is said twice: %+v", a.Reasons)
			}
		})
	}
}
