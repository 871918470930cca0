package model

import "time"

// DayCover is the best that a server has of one day, as a coverage picture shows it.
type DayCover int

// What a day can have. A failed backup shows through a snapshot, which is no backup.
const (
	DayNone      DayCover = iota // no restore point that is still usable
	DaySnapshot                  // a usable snapshot
	DayFailed                    // a failed attempt, and no usable backup
	DayManual                    // a usable backup that was made on request
	DayAutomatic                 // a usable backup of the plan
)

// Days is the number of days in a coverage picture.
const Days = 14

// CoverByDay returns what the server has of the last days by the API's clock, in UTC: the oldest
// first, today last. Points of unknown age, running and expired ones do not count.
func (f *Fleet) CoverByDay(server ID, now time.Time) (days [Days]DayCover) {
	f.coverDays(server, now, days[:])
	return days
}

// CoverLastDays is CoverByDay for another number of days.
func (f *Fleet) CoverLastDays(server ID, now time.Time, n int) []DayCover {
	days := make([]DayCover, n)
	f.coverDays(server, now, days)
	return days
}

// coverDays fills in what the server has of each day; the last one is today.
func (f *Fleet) coverDays(server ID, now time.Time, days []DayCover) {
	today := unixDay(now)
	for _, place := range f.groups[server].indexes {
		p := f.pointAt(place)
		if _, known := p.Age(now); !known {
			continue
		}
		back := max(today-unixDay(p.CreatedAt), 0) // a clock may be slightly ahead
		if back >= int64(len(days)) {
			continue
		}
		day := &days[int64(len(days))-1-back]
		*day = max(*day, p.dayCover(now))
	}
}

// unixDay numbers the days in UTC.
func unixDay(t time.Time) int64 { return t.Unix() / (24 * 60 * 60) }

// dayCover returns what the point means for its day.
func (p *Point) dayCover(now time.Time) DayCover {
	switch {
	case p.Status.Failed():
		return DayFailed
	case !p.Usable(now):
		return DayNone
	case p.Kind == Snapshot:
		return DaySnapshot
	case p.Type == Manual:
		return DayManual
	}
	return DayAutomatic
}
