package model

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

var (
	now = time.Date(2025, 1, 16, 16, 0, 0, 0, time.UTC)
	web = ServerRef{ID: "12345", Name: "web-server-01"}
	db  = ServerRef{ID: "12346", Name: "db-server-01"}
)

// backup and snapshot return completed points of web-server-01, created that long ago.
func backup(id ID, ago time.Duration) Point {
	return Point{Kind: Backup, ID: id, Server: web, Type: Manual, Status: Completed, CreatedAt: now.Add(-ago)}
}

func snapshot(id ID, ago time.Duration) Point {
	return Point{Kind: Snapshot, ID: id, Server: web, Name: "s" + string(id), Status: Completed,
		CreatedAt: now.Add(-ago)}
}

func (p Point) withStatus(status PointStatus) Point {
	p.Status = status
	return p
}

func (p Point) onServer(server ServerRef) Point {
	p.Server = server
	return p
}

func (p Point) asAutomatic() Point {
	p.Type = Automatic
	return p
}

func TestAllowedActionsByStatus(t *testing.T) {
	for status, want := range map[PointStatus]struct {
		restore, remove string // a part of the reason; empty: allowed
		running, bad    bool
		usable          bool
	}{
		Completed:   {usable: true},
		InProgress:  {restore: "still being created", remove: "still being created", running: true},
		Failed:      {restore: "cannot be restored", bad: true},
		Errored:     {restore: "cannot be restored", bad: true},
		"verifying": {}, // an unknown status: the API decides
		"":          {},
	} {
		p := snapshot("801", 0).withStatus(status)
		for reason, want := range map[string]string{p.CannotRestore(now): want.restore, p.CannotDelete(): want.remove} {
			switch {
			case (reason == "") != (want == ""), !strings.Contains(reason, want):
				t.Errorf("%q: the reason is %q, want %q in it", status, reason, want)
			case reason != "" && !strings.HasPrefix(reason, "snapshot #801 "):
				t.Errorf("%q: the reason does not name the point: %q", status, reason)
			}
		}
		if status.Running() != want.running || status.Failed() != want.bad || p.Usable(now) != want.usable {
			t.Errorf("%q: running %v, bad %v, usable %v", status, status.Running(), status.Failed(), p.Usable(now))
		}
	}
}

func TestPointLabels(t *testing.T) {
	for want, p := range map[string]Point{
		"pre-migration":         {Kind: Snapshot, ID: "801", Name: "pre-migration", Description: "Before it"},
		"Pre-update backup":     {ID: "499", Type: Manual, Description: "Pre-update backup"},
		"automatic backup #501": {ID: "501", Type: Automatic},
		"backup #7":             {ID: "7"},
		"snapshot #7":           {Kind: Snapshot, ID: "7"},
	} {
		if got := p.Label(); got != want {
			t.Errorf("the label of %+v is %q, want %q", p, got, want)
		}
	}
}

func TestRoleCountsOnlyUsablePoints(t *testing.T) {
	p := backup("1", time.Hour)
	for name, c := range map[string]struct {
		others []Point
		want   Role
	}{
		"alone":                            {nil, LastPoint},
		"next to a failed one":             {[]Point{backup("2", 0).withStatus(Failed)}, LastPoint},
		"next to one that is being made":   {[]Point{snapshot("2", 0).withStatus(InProgress)}, LastPoint},
		"next to one of an unknown status": {[]Point{backup("2", 0).withStatus("verifying")}, LastPoint},
		"next to those of another server": {[]Point{backup("2", 0).onServer(db), snapshot("3", 0).onServer(db)},
			LastPoint},
		"next to an older one": {[]Point{backup("2", 2*time.Hour)}, NewestPoint},
		// the same ID, another kind
		"next to an older snapshot": {[]Point{snapshot("1", 2*time.Hour)}, LastBackup},
		"next to a newer one":       {[]Point{backup("2", time.Minute)}, OrdinaryPoint},
		"next to a newer snapshot":  {[]Point{snapshot("1", time.Minute)}, LastBackup},
		"next to an expired one":    {[]Point{backup("2", 2*time.Hour).expiringIn(-time.Second)}, LastPoint},
		"and an expired one and a snapshot": {[]Point{backup("2", 2*time.Hour).expiringIn(0), snapshot("3", 0)},
			LastBackup},
		"next to one from the future": {[]Point{backup("2", -time.Hour)}, NewestPoint},
		"newest of what can be restored": {[]Point{backup("2", 0).withStatus(Failed),
			backup("3", 2*time.Hour).asAutomatic()}, NewestPoint},
		"between a newer and an older one": {[]Point{backup("2", 2*time.Hour), snapshot("3", 0)}, OrdinaryPoint},
		"with no time known for the others": {[]Point{{Kind: Backup, ID: "2", Server: web, Status: Completed}},
			NewestPoint},
	} {
		for _, all := range [][]Point{append(slices.Clone(c.others), p), append([]Point{p}, c.others...)} {
			if got := RoleOf(p, all, now); got != c.want {
				t.Errorf("%s: %v, want %v", name, got, c.want)
			}
		}
	}
	if got := RoleOf(p.withStatus(Failed), []Point{p.withStatus(Failed)}, now); got != OrdinaryPoint {
		t.Errorf("a failed point has the role %v, although nothing is lost with it", got)
	}
}

func TestSnapshotIsNeverTheLastBackup(t *testing.T) {
	p := snapshot("1", time.Hour)
	if got := RoleOf(p, []Point{p, snapshot("2", 2*time.Hour)}, now); got != NewestPoint {
		t.Errorf("the newest of two snapshots: %v", got)
	}
	if got := RoleOf(p, []Point{p, backup("2", time.Minute)}, now); got != OrdinaryPoint {
		t.Errorf("a snapshot next to a backup: %v", got)
	}
}

func TestExpiredPointCannotBeRestored(t *testing.T) {
	for left, want := range map[time.Duration]string{time.Second: "", 0: "expired 0 s ago",
		-3 * time.Hour: "expired 3 h ago: it can no longer be restored"} {
		p := backup("1", 48*time.Hour).expiringIn(left)
		if got := p.CannotRestore(now); (got == "") != (want == "") || !strings.Contains(got, want) ||
			p.Usable(now) != (want == "") {
			t.Errorf("%s left: %q, want %q; usable %v", left, got, want, p.Usable(now))
		}
		if p.CannotDelete() != "" {
			t.Errorf("%s left: it cannot be deleted", left)
		}
	}
}

func TestNewestUsablePrefersAKnownAge(t *testing.T) {
	undated := Point{Kind: Snapshot, ID: "9", Server: web, Status: Completed}
	for name, c := range map[string]struct {
		points []Point
		want   ID
	}{
		"a future one before it": {[]Point{backup("2", -time.Hour), backup("1", 50*time.Hour)}, "1"},
		"a little ahead":         {[]Point{backup("2", -MaxClockDrift), backup("1", time.Hour)}, "2"},
		"one without a time":     {[]Point{undated, backup("1", 50*time.Hour)}, "1"},
		"an expired one":         {[]Point{backup("2", time.Hour).expiringIn(0), backup("1", 50*time.Hour)}, "1"},
		"nothing else":           {[]Point{undated}, "9"},
		"none":                   {[]Point{backup("2", time.Hour).expiringIn(0)}, ""},
	} {
		if got, ok := NewestUsable(c.points, now); got.ID != c.want || ok != (c.want != "") {
			t.Errorf("%s: %s, %v", name, got.ID, ok)
		}
	}
}

func TestQuotaFollowsTheDocuments(t *testing.T) {
	several := func(n int, p Point) []Point { return slices.Repeat([]Point{p}, n) }
	for name, c := range map[string]struct {
		kind        Kind
		points      []Point
		want        Quota
		full, maybe bool
		left        int
	}{
		"nothing": {Backup, nil, Quota{0, 0, 10, false}, false, false, 10},
		"automatic ones do not count": {Backup, several(30, backup("1", 0).asAutomatic()), Quota{0, 0, 10, false},
			false, false, 10},
		"one is left": {Backup, several(9, backup("1", 0)), Quota{9, 0, 10, false}, false, false, 1},
		"full":        {Backup, several(10, backup("1", 0)), Quota{10, 0, 10, false}, true, true, 0},
		"over it":     {Backup, several(12, backup("1", 0)), Quota{12, 0, 10, false}, true, true, 0},
		"running and failed may count": {Snapshot,
			append(several(3, snapshot("1", 0)), snapshot("2", 0).withStatus(InProgress),
				snapshot("3", 0).withStatus(Errored)), Quota{3, 2, 5, false}, false, true, 0},
		"of which there is room": {Snapshot,
			append(several(3, snapshot("1", 0)), snapshot("2", 0).withStatus(Failed)), Quota{3, 1, 5, false}, false,
			false, 1},
		"unknown statuses count": {Snapshot, several(5, snapshot("1", 0).withStatus("verifying")),
			Quota{5, 0, 5, false}, true, true, 0},
		"another kind does not": {Snapshot, several(10, backup("1", 0)), Quota{0, 0, 5, false}, false, false, 5},
		"another server does not": {Snapshot, several(5, snapshot("1", 0).onServer(db)), Quota{0, 0, 5, false},
			false, false, 5},
		"a backup of no type does not": {Backup,
			several(3, Point{Kind: Backup, ID: "1", Server: web, Status: Completed}), Quota{0, 0, 10, false}, false,
			false, 10},
	} {
		got := QuotaOf(c.kind, web.ID, c.points)
		if got != c.want || got.Full() != c.full || got.MayBeFull() != c.maybe || got.Left() != c.left {
			t.Errorf("%s: %+v, full %v, may be %v, left %d", name, got, got.Full(), got.MayBeFull(), got.Left())
		}
	}
}

func TestSnapshotNameFollowsTheAPIRule(t *testing.T) {
	for name, want := range map[string]string{
		"before-update":          "",
		"A_z-09":                 "",
		"-":                      "",
		strings.Repeat("a", 100): "",
		strings.Repeat("a", 101): "at most 100 characters",
		"":                       "needs a name",
		"before update":          "a space is not allowed",
		"v1.2":                   "'.' is not allowed",
		"a/b":                    "'/' is not allowed",
		"über":                   "'ü' is not allowed",
		"日本":                     "'日' is not allowed",
		"a\x1b":                  "^[ is not allowed",
		"a\u200b":                "‹200B› is not allowed",
		"a\n":                    "↵ is not allowed",
	} {
		checkReason(t, name, CheckSnapshotName(name), want)
	}
}

func TestDescriptionIsPlainTextOfLimitedLength(t *testing.T) {
	for text, want := range map[string]string{
		"": "",
		"Before the upgrade – 50 % 日本 🚀": "",
		strings.Repeat("é", 500):         "",
		strings.Repeat("é", 501):         "at most 500 characters, this has 501",
		strings.Repeat("a", 5000):        "this has 5000",
		"two\nlines":                     "only plain text",
		"\x1b[31mred":                    "only plain text",
		"a\u202eb":                       "only plain text",
		"a\xffb":                         "only plain text",
	} {
		checkReason(t, text, CheckDescription(text), want)
	}
}

func checkReason(t *testing.T, text string, err error, want string) {
	t.Helper()
	if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
		t.Errorf("%q: %v, want %q", text, err, want)
	}
	if err != nil && Clean(err.Error()) != err.Error() {
		t.Errorf("the reason contains unsafe characters: %q", err)
	}
}

func TestPointOrderIsTotal(t *testing.T) {
	points := []Point{
		backup("12", 0), backup("9", 0), snapshot("12", 0), snapshot("9", 0), snapshot("a", 0), // all at the same time
		backup("3", time.Hour), snapshot("4", time.Minute), {Kind: Backup, ID: "1"}, {Kind: Snapshot, ID: "1"},
		{Kind: Snapshot, ID: "01"},
	}
	want := slices.Clone(points)
	SortNewestFirst(want)
	for i := 1; i < len(want); i++ {
		if want[i].CreatedAt.After(want[i-1].CreatedAt) {
			t.Errorf("%v comes after an older one", want[i].Key())
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		random.Shuffle(len(points), func(i, j int) { points[i], points[j] = points[j], points[i] })
		SortNewestFirst(points)
		if !slices.Equal(points, want) {
			t.Fatalf("the same points are in another order: %v, %v", keys(points), keys(want))
		}
	}
}

func keys(points []Point) []Key {
	out := make([]Key, len(points))
	for i, p := range points {
		out[i] = p.Key()
	}
	return out
}

func TestAccountLabels(t *testing.T) {
	full := Account{Company: "Acme Inc.", FirstName: "Ada", LastName: "Byron", Email: "ada@example.com"}
	for want, change := range map[string]func(*Account){
		"Acme Inc.":       func(*Account) {},
		"Ada Byron":       func(a *Account) { a.Company = "" },
		"ada@example.com": func(a *Account) { a.Company, a.LastName = "", "" },
		"account":         func(a *Account) { *a = Account{} },
	} {
		a := full
		if change(&a); a.Label() != want {
			t.Errorf("the label of %+v is %q, want %q", a, a.Label(), want)
		}
	}
}

func TestOnlyARunningRestoreBlocksAServer(t *testing.T) {
	for status, barred := range map[ServerStatus]bool{
		ServerActive: false, ServerStopped: false, ServerSuspended: false, ServerRestoring: true, "migrating": false,
		"": false,
	} {
		s := Server{ID: "1", Name: "web-server-01", Status: status}
		if why := s.CannotChange(); (why != "") != barred || barred && !strings.Contains(why, "web-server-01") {
			t.Errorf("%q: %q", status, why)
		}
		if s.Running() != (status == ServerActive) {
			t.Errorf("%q: running is %v", status, s.Running())
		}
	}
}
