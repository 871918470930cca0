package retention

import (
	"time"

	"vpsdeck/model"
)

// Day is how many points of one day a plan keeps and removes.
type Day struct{ Kept, Removed int }

// Calendar is what a plan does with the points of one kind, day by day in UTC.
type Calendar struct {
	Start time.Time // a Monday, 00:00 UTC
	Days  []Day     // from Start to the plan's day
	Older Day       // before Start, or of unknown date
	Total Day       // of all days
}

// day is a day in UTC, which has no summer time.
const day = 24 * time.Hour

// Weeks returns how many calendar weeks the points of the plan span up to its week, at least 4.
func (p Plan) Weeks() int {
	weeks, monday := 4, mondayOf(p.At)
	for i := range p.Decisions {
		if at := p.Decisions[i].Point.CreatedAt; !at.IsZero() && at.Before(monday) {
			weeks = max(weeks, int((monday.Sub(at)+7*day-1)/(7*day))+1)
		}
	}
	return weeks
}

// mondayOf returns the start of the week.
func mondayOf(at time.Time) time.Time {
	today := at.UTC().Truncate(day)
	return today.AddDate(0, 0, -(int(today.Weekday())+6)%7)
}

// Calendar returns the days of a kind in the last weeks, that of the plan included.
func (p Plan) Calendar(kind model.Kind, weeks int) Calendar {
	c := Calendar{Start: mondayOf(p.At).AddDate(0, 0, -7*(max(weeks, 1)-1))}
	c.Days = make([]Day, int(p.At.Sub(c.Start)/day)+1)
	for i := range p.Decisions {
		d := &p.Decisions[i]
		if d.Point.Kind != kind {
			continue
		}
		into := &c.Older
		if at := d.Point.CreatedAt; !at.Before(c.Start) { // a clock may be slightly ahead
			into = &c.Days[min(int(at.Sub(c.Start)/day), len(c.Days)-1)]
		}
		for _, count := range []*Day{into, &c.Total} {
			if d.Remove {
				count.Removed++
			} else {
				count.Kept++
			}
		}
	}
	return c
}
