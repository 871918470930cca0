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

// Calendar returns the days of a kind: the weeks that have points, but at least 4 and at most most.
func (p Plan) Calendar(kind model.Kind, most int) Calendar {
	const day, minWeeks = 24 * time.Hour, 4
	today := p.At.UTC().Truncate(day)
	monday := today.AddDate(0, 0, -(int(today.Weekday())+6)%7)
	weeks := minWeeks
	for i := range p.Decisions {
		d := &p.Decisions[i].Point
		if at := d.CreatedAt; d.Kind == kind && !at.IsZero() && at.Before(monday) {
			weeks = max(weeks, int((monday.Sub(at)+7*day-1)/(7*day))+1)
		}
	}
	c := Calendar{Start: monday.AddDate(0, 0, -7*(max(min(weeks, most), 1)-1))}
	c.Days = make([]Day, int(today.Sub(c.Start)/day)+1)
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
