package model

import (
	"strconv"
	"testing"
	"time"
)

func TestCoverByDayShowsTheBestOfEachDay(t *testing.T) {
	now := time.Date(2025, 1, 16, 1, 0, 0, 0, time.UTC) // before today's backup
	server := ServerRef{ID: "1", Name: "web"}
	id := 0
	point := func(kind Kind, at time.Time, change func(*Point)) Point {
		id++
		p := Point{Kind: kind, ID: ID(strconv.Itoa(id)), Server: server, Status: Completed, CreatedAt: at}
		if kind == Backup {
			p.Type = Automatic
		}
		if change != nil {
			change(&p)
		}
		return p
	}
	day := func(back int, hour int) time.Time { return time.Date(2025, 1, 16-back, hour, 0, 0, 0, time.UTC) }
	failed := func(p *Point) { p.Status = Failed }
	backups := []Point{
		point(Backup, day(1, 23), nil),   // two hours ago, and yesterday
		point(Backup, day(2, 3), failed), // retried by hand
		point(Backup, day(2, 9), func(p *Point) { p.Type = Manual }),
		point(Backup, day(3, 3), failed), // the snapshot does not hide it
		point(Backup, day(5, 3), func(p *Point) { p.Status = InProgress }),
		point(Backup, day(6, 3), func(p *Point) { p.ExpiresAt = now.Add(-time.Hour) }),
		point(Backup, day(7, 3), func(p *Point) { p.Status = "odd" }),
		point(Backup, day(13, 0), nil),
		point(Backup, day(14, 23), nil), // too old
		point(Backup, time.Time{}, nil),
		point(Backup, now.Add(24*time.Hour), nil), // not trusted
	}
	snapshots := []Point{point(Snapshot, day(3, 12), nil), point(Snapshot, day(4, 12), nil)}
	f := newFleet([]Server{{ID: "1", Name: "web"}}, backups, snapshots)
	want := [Days]DayCover{0: DayAutomatic, 9: DaySnapshot, 10: DayFailed, 11: DayManual, 12: DayAutomatic}
	if got := f.CoverByDay("1", now); got != want {
		t.Errorf("got\n%v, want\n%v", got, want)
	}
	if got := f.CoverByDay("2", now); got != ([Days]DayCover{}) {
		t.Errorf("an unknown server has %v", got)
	}
	if got := f.CoverByDay("1", day(1, 23).Add(-time.Minute)); got[Days-1] != DayAutomatic {
		t.Errorf("a clock that is a minute behind shows %v", got)
	}
}
