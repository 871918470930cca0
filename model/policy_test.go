package model

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var webServer = Server{ID: web.ID, Name: web.Name, Status: ServerActive, Location: "us-west"}

// expiring is the point with an end so far ahead.
func (p Point) expiring(in time.Duration) Point {
	p.ExpiresAt = now.Add(in)
	return p
}

func TestAServerIsJudgedByItsPolicyWithEveryReasonToldWorstFirst(t *testing.T) {
	daily := Policy{MaxAge: 26 * time.Hour, MinPoints: 2}
	several := func(n int, p Point) []Point { return slices.Repeat([]Point{p}, n) }
	for name, c := range map[string]struct {
		policy Policy
		points []Point // newest first
		want   []Health
		words  string // a part of the first reason
	}{
		"enough of today":               {daily, []Point{backup("2", time.Hour), snapshot("1", 30*time.Hour)}, nil, ""},
		"nothing":                       {daily, nil, []Health{Never}, "no restore point that can be gone back to"},
		"nothing, and none is needed":   {Policy{MaxAge: time.Hour}, nil, nil, ""},
		"only failed ones":              {daily, []Point{backup("2", 0).with(Failed)}, []Health{Never, Failing}, "no restore point"},
		"too few":                       {daily, []Point{backup("2", time.Hour)}, []Health{TooFew}, "it has 1 usable restore point, of at least 2"},
		"too old and too few":           {daily, []Point{backup("2", 50*time.Hour)}, []Health{Late, TooFew}, "2 d 2 h old: at most 1 d 2 h is allowed"},
		"any age will do":               {Policy{MinPoints: 1}, []Point{backup("2", 5000*time.Hour)}, nil, ""},
		"old, and none is needed":       {Policy{MaxAge: time.Hour}, []Point{backup("2", 50*time.Hour)}, nil, ""},
		"failed, and none is needed":    {Policy{}, []Point{backup("2", 0).with(Errored)}, []Health{Failing}, "backup #2, failed"},
		"of a time that is not known":   {DefaultPolicy(), []Point{{Kind: Backup, ID: "1", Status: Completed}}, []Health{Late}, "not known"},
		"the newest fails":              {daily, []Point{snapshot("3", 0).with(Failed), backup("2", time.Hour), backup("1", 3*time.Hour)}, []Health{Failing}, "snapshot #3"},
		"the only one goes soon":        {DefaultPolicy(), []Point{backup("1", time.Hour).expiring(47 * time.Hour)}, []Health{Expiring}, "in 2 d it will have 0 usable restore points left, of at least 1"},
		"it goes to the second in time": {DefaultPolicy(), []Point{backup("1", time.Hour).expiring(48 * time.Hour)}, []Health{Expiring}, ""},
		"it goes later":                 {DefaultPolicy(), []Point{backup("1", time.Hour).expiring(48*time.Hour + 1)}, nil, ""},
		"it is overdue":                 {DefaultPolicy(), []Point{backup("1", time.Hour).expiring(-time.Hour)}, []Health{Expiring}, ""},
		"another stays":                 {DefaultPolicy(), []Point{backup("2", time.Hour).expiring(time.Hour), snapshot("1", time.Hour)}, nil, ""},
		"one is too few of the others":  {daily, []Point{backup("2", time.Hour).expiring(time.Hour), snapshot("1", time.Hour)}, []Health{Expiring}, "at least 2"},
		"only a failed one stays":       {DefaultPolicy(), []Point{backup("2", time.Hour).expiring(time.Hour), snapshot("1", 2*time.Hour).with(Failed)}, []Health{Expiring}, ""},
		"five snapshots":                {DefaultPolicy(), several(5, snapshot("1", time.Hour)), []Health{Full}, "5 of 5 snapshots"},
		"ten manual backups":            {DefaultPolicy(), several(10, backup("1", time.Hour)), []Health{Full}, "10 of 10 manual backups"},
		"ten automatic backups":         {DefaultPolicy(), several(10, backup("1", time.Hour).automatic()), nil, ""},
		"five old snapshots":            {DefaultPolicy(), several(5, snapshot("1", 100*time.Hour)), []Health{Late, Full}, ""},
		"a full quota of what may not":  {DefaultPolicy(), append(several(4, snapshot("1", time.Hour)), snapshot("9", 2*time.Hour).with(Failed)), nil, ""},
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
			if len(c.want) == 0 && (a.Health != Fine || !a.Has(Fine)) || len(c.want) > 0 && (a.Health != c.want[0] || a.Has(Fine)) {
				t.Errorf("%s: %v of %v", name, a.Health, got)
			}
			if len(a.Reasons) > 0 && !strings.Contains(a.Reasons[0].Words, c.words) {
				t.Errorf("%s: %s", name, a.Reasons[0].Words)
			}
		}
	}
}

func TestAnAssessmentTellsWhatThereIs(t *testing.T) {
	a := Assess(webServer, []Point{
		backup("4", 0).with(InProgress).expiring(time.Hour), snapshot("3", time.Hour), backup("2", 2*time.Hour).expiring(90 * time.Hour),
		backup("1", 3*time.Hour).expiring(80 * time.Hour),
	}, DefaultPolicy(), now)
	if a.Usable != 3 || !a.Newest.Equal(now.Add(-time.Hour)) || !a.NextExpiry.Equal(now.Add(80*time.Hour)) {
		t.Errorf("%+v", a)
	}
}

func TestEveryStateHasANameForMachinesAndWords(t *testing.T) {
	seen := map[string]bool{}
	for h := Fine; h <= Never; h++ {
		if h.String() == "" || h.Words() == "" || seen[h.String()] || seen[h.Words()] && h != Fine {
			t.Errorf("%d: %q, %q", h, h, h.Words())
		}
		seen[h.String()], seen[h.Words()] = true, true
		if h.Met() != (h == Fine || h == Full || h == Expiring) {
			t.Errorf("%s: the policy is met: %v", h, h.Met())
		}
	}
}

var someAssessment = rapid.Custom(func(t *rapid.T) Assessment {
	a := Assessment{
		Health: Health(rapid.IntRange(int(Fine), int(Never)).Draw(t, "health")),
		Server: ServerRef{ID: rapid.SampledFrom([]ID{"1", "2", "10", "a", "b"}).Draw(t, "id"), Name: rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "name")},
	}
	if ago := rapid.IntRange(0, 2).Draw(t, "ago"); ago > 0 {
		a.Newest = now.Add(-time.Duration(ago) * time.Hour)
	}
	return a
})

func TestWorstFirstIsATotalOrderWhateverTheOrderBefore(t *testing.T) {
	same := func(a, b Assessment) bool {
		return a.Health == b.Health && a.Server == b.Server && a.Newest.Equal(b.Newest)
	}
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfN(someAssessment, 3, 8).Draw(t, "all")
		a, b, c := all[0], all[1], all[2]
		if WorstFirst(a, b) != -WorstFirst(b, a) || WorstFirst(a, b) == 0 && !same(a, b) || WorstFirst(a, a) != 0 {
			t.Fatalf("%+v and %+v: %d, %d", a, b, WorstFirst(a, b), WorstFirst(b, a))
		}
		if WorstFirst(a, b) <= 0 && WorstFirst(b, c) <= 0 && WorstFirst(a, c) > 0 {
			t.Fatalf("%+v, %+v, %+v go round", a, b, c)
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

func TestTheFirstRuleThatFitsAServerHolds(t *testing.T) {
	hourly, weekly, none := Policy{MaxAge: time.Hour, MinPoints: 3}, Policy{MaxAge: 7 * day, MinPoints: 1}, Policy{}
	rules := Policies{{Server: "db-*", Location: "us-*", Policy: hourly}, {Location: "eu-*", Policy: weekly}, {Server: "*-test", Policy: none}}
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

// sentences are the words of problems, one in a line.
func sentences(problems []Problem) string {
	var out []string
	for _, p := range problems {
		out = append(out, p.Words)
	}
	return strings.Join(out, "\n")
}

func TestARuleThatHoldsForNoServerIsReported(t *testing.T) {
	servers := []Server{{Name: "web-1", Location: "us-west"}, {Name: "db-1", Location: "us-east"}}
	got := sentences(Policies{
		{Server: "web*"}, {Server: "mail*"}, {Location: "us-west"}, {Server: "Db*", Location: "us-*"}, {}, {Server: "x\x1b[2J"},
	}.Unmatched(servers))
	want := `policy rule 2 (server mail*): it fits no server of this account: * stands for any characters, ? for one
policy rule 3 (location us-west): an earlier rule holds for each server that it fits: move it up
policy rule 4 (server Db*, location us-*): it fits no server of this account: * stands for any characters, ? for one
policy rule 6 (server x^[[2J): it fits no server of this account: * stands for any characters, ? for one`
	if got != want {
		t.Errorf("reported:\n%s\nwant:\n%s", got, want)
	}
}

func TestAnImpossiblePolicyIsRefusedWithItsPlace(t *testing.T) {
	got := sentences(Policies{
		{Policy: DefaultPolicy()}, {Server: "db*", Policy: Policy{MaxAge: -time.Hour, MinPoints: -1}}, {Policy: Policy{MaxAge: longestAge + 1, MinPoints: 101}},
		{Policy: Policy{MaxAge: longestAge, MinPoints: 100}},
	}.Check())
	want := `policy rule 2 (server db*): the newest point may not be -1 h old: write an age from 0 (any) to 100y
policy rule 2 (server db*): -1 points cannot be asked for: write a number from 0 (none) to 100
policy rule 3 (every server): the newest point may not be 36500 d old: write an age from 0 (any) to 100y
policy rule 3 (every server): 101 points cannot be asked for: write a number from 0 (none) to 100`
	if got != want {
		t.Errorf("refused:\n%s\nwant:\n%s", got, want)
	}
}
