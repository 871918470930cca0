package model

import (
	"strings"
	"testing"
	"time"
)

// lossText writes a loss as "now: none; later: none".
func lossText(losses []CoverageLoss) string {
	var out []string
	for _, l := range losses {
		for when, reasons := range [][]Reason{l.Now, l.Later} {
			for _, r := range reasons {
				out = append(out, []string{"now", "later"}[when]+" "+r.Health.String())
			}
		}
	}
	return strings.Join(out, ", ")
}

func TestCoverageLossIsWhatADeletionAddsToTheReasons(t *testing.T) {
	const h = time.Hour
	two := Policy{Backups: Requirement{MaxAge: 26 * h, Min: 2}}
	both := Policy{Backups: Requirement{MaxAge: 26 * h}, Snapshots: Requirement{Min: 1}}
	unreadable := func(p Point) Point { p.ExpiresUnreadable = true; return p }
	for name, c := range map[string]struct {
		policy Policy
		points []Point
		delete string // IDs of backups
		want   string
	}{
		"one of two of today":           {DefaultPolicy(), []Point{backup("2", h), backup("1", 2*h)}, "2", ""},
		"the only one":                  {DefaultPolicy(), []Point{backup("1", h)}, "1", "now none"},
		"the only one, and none is due": {Policy{}, []Point{backup("1", h)}, "1", ""},
		"the only one, overdue before":  {DefaultPolicy(), []Point{backup("1", 90*h)}, "1", "now none"},
		"the only backup": {DefaultPolicy(),
			[]Point{backup("1", h), snapshot("1", 2*h)}, "1", "now no backup"},
		"the newest of two": {DefaultPolicy(),
			[]Point{backup("2", h), backup("1", 30*h)}, "2", "now overdue"},
		"the newest, overdue before": {DefaultPolicy(),
			[]Point{backup("2", 30*h), backup("1", 60*h)}, "2", "now overdue"},
		"an older one, overdue before": {DefaultPolicy(),
			[]Point{backup("2", 30*h), backup("1", 60*h)}, "1", ""},
		"one of the two that are due": {two, []Point{backup("2", h), backup("1", 30*h)}, "1", "now too few"},
		"one of three": {two,
			[]Point{backup("3", h), backup("2", 2*h), backup("1", 3*h)}, "1", ""},
		"one of two, too few before": {Policy{Backups: Requirement{Min: 3}},
			[]Point{backup("2", h), backup("1", 2*h)}, "1", "now too few"},
		"a failed one": {DefaultPolicy(),
			[]Point{backup("2", h), backup("1", 2*h).withStatus(Failed)}, "1", ""},
		"what hid a failure": {DefaultPolicy(),
			[]Point{backup("3", h), backup("2", 2*h).withStatus(Failed), backup("1", 3*h)}, "3", "now failing"},
		"several reasons, worst first": {two,
			[]Point{backup("2", h), backup("1", 30*h)}, "2", "now overdue, now too few"},
		"the snapshot stays as required": {both,
			[]Point{backup("1", h), snapshot("1", 2*h)}, "1", "now no backup"},
		"the other expires in two days": {DefaultPolicy(),
			[]Point{backup("2", h), backup("1", 2*h).expiringIn(47 * h)}, "2", "now expiring, later none"},
		"the other expires in a week": {DefaultPolicy(),
			[]Point{backup("2", h), backup("1", 2*h).expiringIn(7 * 24 * h)}, "2", "later none"},
		"the other expires a second later": {DefaultPolicy(),
			[]Point{backup("2", h), backup("1", 2*h).expiringIn(7*24*h + time.Second)}, "2", ""},
		"the other's expiry is unreadable": {DefaultPolicy(),
			[]Point{backup("2", h), unreadable(backup("1", 2*h))}, "2", "now expiring, later none"},
		"what expires anyway": {DefaultPolicy(), []Point{backup("2", h).expiringIn(100 * h),
			backup("1", 2*h).expiringIn(90 * h)}, "1", ""},
		"an old one stays then": {DefaultPolicy(), []Point{backup("3", h), backup("2", 2*h).expiringIn(100 * h),
			backup("1", 60*h)}, "3", "later overdue"},
		"a snapshot stays then": {DefaultPolicy(), []Point{backup("2", h), backup("1", 2*h).expiringIn(100 * h),
			snapshot("1", 60*h)}, "2", "later no backup"},
		"the automatic one that is due": {Policy{Automatic: true},
			[]Point{backup("2", h), backup("1", 2*h).asAutomatic()},
			"1", "now too few"},
		"nothing": {DefaultPolicy(), []Point{backup("1", 90*h)}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			var backups, snapshots, deleted []Point
			for _, p := range c.points {
				if p.Kind == Snapshot {
					snapshots = append(snapshots, p)
					continue
				}
				backups = append(backups, p)
				if strings.Contains(c.delete, string(p.ID)) {
					deleted = append(deleted, p)
				}
			}
			fleet := newFleet([]Server{webServer}, backups, snapshots)
			got := lossText(fleet.CoverageLosses(Policies{{Policy: c.policy}}, deleted, now))
			if got != c.want {
				t.Errorf("it says %q, want %q", got, c.want)
			}
		})
	}
}

func TestCoverageLossesComeInTheOrderOfThePointsAndOnlyForListedServers(t *testing.T) {
	other, gone := backup("2", 0).onServer(db), backup("3", 0).onServer(ServerRef{ID: "999", Name: "gone"})
	points := []Point{other, backup("1", time.Hour), gone}
	fleet := newFleet([]Server{webServer, {ID: db.ID, Name: db.Name}}, points, nil)
	losses := fleet.CoverageLosses(nil, points, now)
	if len(losses) != 2 || losses[0].Server.Name != db.Name || losses[1].Server.Name != web.Name {
		t.Errorf("%+v", losses)
	}
}
