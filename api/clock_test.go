package api

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"vpsdeck/api/apitest"
	"vpsdeck/model"
)

func TestNowCountsTheSleepOfTheMachine(t *testing.T) {
	c := newClient(t, apitest.Script(t))
	c.now = time.Now // with a monotonic reading, which stands still during sleep
	if now := c.Now(); now != now.Round(0) {
		t.Errorf("it is %s", now)
	}
}

// clockCase is the Date and Age of one response, and the offset expected after it.
type clockCase struct {
	date, age string
	want      time.Duration
}

func TestNowFollowsTheAPIClockOnceAnswersAgree(t *testing.T) {
	mine := time.Date(2025, 1, 16, 12, 0, 0, 0, time.UTC)
	at := func(d time.Duration) string { return mine.Add(d).Format(http.TimeFormat) }
	for _, test := range []struct {
		name  string
		times []clockCase
		doubt string // after the last one
	}{
		{"close to this machine's clock", []clockCase{
			{at(time.Second), "", 0}, {at(3 * time.Second), "", 3 * time.Second}, {"yesterday", "", 3 * time.Second},
			{at(-time.Second), "", 0},
		}, ""},
		{"one response is far off", []clockCase{{at(3 * time.Second), "", 3 * time.Second},
			{at(-30 * time.Hour), "", 3 * time.Second}}, ""},
		{"several responses agree", []clockCase{
			{at(-time.Hour), "", 0}, {at(-time.Hour + time.Second), "", 0}, {at(-time.Hour), "", -time.Hour},
			{at(-time.Hour + 5*time.Second), "", -time.Hour + 5*time.Second},
		}, "this machine's clock and the API's differ by 59 m 55 s"},
		{"they agree, and one does not", []clockCase{
			{at(time.Hour), "", 0}, {at(time.Hour), "", 0}, {at(time.Hour), "", time.Hour},
			{at(-48 * time.Hour), "", time.Hour},
		}, "this machine's clock and the API's differ by 1 h"},
		{"they agree on this machine's time again", []clockCase{
			{at(time.Hour), "", 0}, {at(time.Hour), "", 0}, {at(time.Hour), "", time.Hour},
			{at(time.Minute), "", time.Minute},
		}, ""},
		{"they do not agree", []clockCase{
			{at(-time.Hour), "", 0}, {at(-2 * time.Hour), "", 0}, {at(-3 * time.Hour), "", 0},
			{at(-4 * time.Hour), "", 0},
		}, "the API's answers do not agree on the time"},
		{"from a cache", []clockCase{
			{at(-30 * time.Hour), "108000", 0}, {at(-30 * time.Hour), "108000", 0}, {at(-30 * time.Hour), "108000", 0},
			{at(-30 * time.Hour), "108000", 0},
		}, "the API's answers come from a cache, 1 d 6 h old"},
		{"from a cache, a moment ago", []clockCase{{at(-10 * time.Second), "10", 0}}, ""},
		{"of 1970", []clockCase{
			{"Thu, 01 Jan 1970 00:00:00 GMT", "", 0}, {"Thu, 01 Jan 1970 00:00:01 GMT", "", 0},
			{"Thu, 01 Jan 1970 00:00:02 GMT", "", 0},
		}, ""},
		{"of 9999", []clockCase{
			{"Fri, 31 Dec 9999 23:59:59 GMT", "", 0}, {"Fri, 31 Dec 9999 23:59:59 GMT", "", 0},
			{"Fri, 31 Dec 9999 23:59:59 GMT", "", 0},
		}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var calls []apitest.Call
			for _, step := range test.times {
				call := apitest.Call{Path: "/account/me/", Status: http.StatusForbidden,
					ResponseHeader: map[string]string{"Date": step.date}}
				if step.age != "" {
					call.ResponseHeader["Age"] = step.age
				}
				calls = append(calls, call)
			}
			c := newClient(t, apitest.Script(t, calls...), WithClock(func() time.Time { return mine }))
			if c.Now() != mine {
				t.Errorf("before any answer: %v", c.Now())
			}
			for i, step := range test.times {
				_, _ = c.Account(t.Context()) // refused, but dated
				if got := c.Now().Sub(mine); got != step.want {
					t.Errorf("after answer %d: %v, expected %v", i+1, got, step.want)
				}
			}
			if got := c.ClockDoubt(); got != test.doubt {
				t.Errorf("doubt %q, expected %q", got, test.doubt)
			}
		})
	}
}

func TestAbsurdAgeHeaderIsBounded(t *testing.T) {
	calls := apitest.Call{Path: "/servers/", ResponseBody: `[]`,
		ResponseHeader: map[string]string{"Age": "9223372036854775807"}}
	c := newClient(t, apitest.Script(t, calls))
	if _, err := c.Servers(t.Context(), model.ServerFilter{}); err != nil ||
		!strings.Contains(c.ClockDoubt(), "365 d") {
		t.Errorf("%v, %q", err, c.ClockDoubt())
	}
}
