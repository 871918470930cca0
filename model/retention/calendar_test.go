package retention_test

import (
	"fmt"
	"testing"
	"time"

	"vpsdeck/model"
	"vpsdeck/model/retention"
)

func TestCalendarCountsEachDay(t *testing.T) {
	at := func(day, hour int) time.Time { return time.Date(2025, 1, day, hour, 0, 0, 0, time.UTC) }
	decide := func(kind model.Kind, created time.Time, remove bool) retention.Decision {
		return retention.Decision{Point: model.Point{Kind: kind, CreatedAt: created}, Remove: remove}
	}
	plan := retention.Plan{At: at(16, 15), Decisions: []retention.Decision{ // a Thursday
		decide(model.Backup, at(16, 3), false),
		decide(model.Backup, at(16, 1), true),
		decide(model.Backup, at(13, 0), true),   // the first second of Monday
		decide(model.Backup, at(12, 23), false), // Sunday
		decide(model.Backup, at(-40, 0), true),  // 21 November, a Thursday: the 9th week
		decide(model.Backup, time.Time{}, false),
		decide(model.Backup, at(17, 0), false), // a clock that is ahead
		decide(model.Snapshot, at(15, 0), true),
	}}
	if got := (retention.Plan{At: at(16, 15)}).Weeks(); got != 4 {
		t.Errorf("an empty plan has %d weeks", got)
	}
	for _, c := range []struct {
		kind  model.Kind
		weeks int
		start time.Time
		days  string // index of the day: kept, removed
		older retention.Day
	}{
		{model.Backup, plan.Weeks(), time.Date(2024, 11, 18, 0, 0, 0, 0, time.UTC),
			"3:{0 1} 55:{1 0} 56:{0 1} 59:{2 1} ", retention.Day{Kept: 1}},
		{model.Backup, 2, at(6, 0), "6:{1 0} 7:{0 1} 10:{2 1} ", retention.Day{Kept: 1, Removed: 1}},
		{model.Snapshot, 4, time.Date(2024, 12, 23, 0, 0, 0, 0, time.UTC), "23:{0 1} ", retention.Day{}},
		{model.Snapshot, 1, at(13, 0), "2:{0 1} ", retention.Day{}},
	} {
		got := plan.Calendar(c.kind, c.weeks)
		days := ""
		for i, d := range got.Days {
			if d != (retention.Day{}) {
				days += fmt.Sprintf("%d:%v ", i, d)
			}
		}
		if !got.Start.Equal(c.start) || days != c.days || got.Older != c.older {
			t.Errorf("%s, %d weeks: from %s, %s, older %v", c.kind, c.weeks, got.Start, days, got.Older)
		}
	}
}

func TestRulesAreReadAsTheyAreWritten(t *testing.T) {
	all := retention.Rules{Last: 1, Hourly: 2, Daily: 3, Weekly: 4, Monthly: 5, Yearly: 6,
		Within: 36*time.Hour + 90*time.Second}
	if got, err := retention.ParseRules(all.Words()); err != nil || got != all {
		t.Errorf("%q is read as %+v, %v", all.Words(), got, err)
	}
	for text, want := range map[string]string{
		"keep_last=2, daily 7": "last 2 daily 7", "within 7d": "within 7d", "LAST 3": "last 3",
	} {
		if got, err := retention.ParseRules(text); err != nil || got.Words() != want {
			t.Errorf("%q is read as %q, %v", text, got.Words(), err)
		}
	}
	for text, want := range map[string]string{
		"":             "write what to keep, such as last 2 daily 7 within 36h",
		"soon":         "soon is no rule: last, hourly, daily, weekly, monthly, yearly or within",
		"last":         "last needs a value, such as last 7",
		"last few":     "last needs a whole number, such as last 7",
		"last -1":      "keep_last cannot be -1: write a number from 0 to 10000",
		"within soon":  "soon is not a duration: write 36h, 7d or 2w",
		"last 0":       "these keep nothing: write a number of at least 1",
		"daily 7 last": "last needs a value, such as last 7",
	} {
		if _, err := retention.ParseRules(text); err == nil || err.Error() != want {
			t.Errorf("%q: %v", text, err)
		}
	}
}
