package ui_test

import (
	"strings"
	"testing"
	"time"

	"vpsdeck/internal/lanes"
	"vpsdeck/ui"
	"vpsdeck/ui/command"
)

// withRequestLog starts the program with a log of its requests.
func withRequestLog() option {
	return func(s *setup) {
		s.log = &command.RequestLog{}
		s.ui.Requests = s.log
	}
}

// openRequests opens the requests, largest answer first: their order by time differs between runs.
func openRequests(keys ...string) func(*harness) {
	return func(w *harness) { w.Press(append([]string{"L", "o", "s", "g"}, keys...)...) }
}

// filterRequests opens the requests with a filter, and presses keys.
func filterRequests(filter string, keys ...string) func(*harness) {
	return func(w *harness) {
		w.Press("L", "/")
		w.Type(filter)
		w.Press(append([]string{"enter"}, keys...)...)
	}
}

func TestRequestsMatchGolden(t *testing.T) {
	t.Parallel()
	all, sides := []size{small, standard, large}, []size{standard, large}
	for _, l := range []screenCase{
		{"requests", all, []option{withRequestLog()}, openRequests()},
		{"requests-failed", all, []option{withRequestLog(), withFault("GET /snapshots/: status 503"),
			withFault("GET /backups/: html 502")}, openRequests()},
		{"requests-filtered", []size{standard}, []option{withRequestLog()}, filterRequests("snapshots 200")},
		{"requests-filtered-to-nothing", []size{standard}, []option{withRequestLog()}, filterRequests("zebra")},
		{"request-open", all, []option{withRequestLog()}, filterRequests("account/me", "enter")},
		{"request-of-an-action", sides, []option{withRequestLog()}, func(w *harness) {
			w.createSnapshot("web-server-01", "before-update")
			filterRequests("post", "enter")(w)
		}},
	} {
		l.check(t)
	}
}

func TestRequestsShowMethodPathAndStatus(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40, withRequestLog(), withServers(2))
	w.Press("L")
	w.RequireText("Requests the last 4", "GET", "/api/v1/servers/", "/api/v1/backups/", "/api/v1/snapshots/",
		"/api/v1/account/me/", "✓ 200", "15:45:00")
	w.Press("esc")
	w.proxy.slowDown(1500*time.Millisecond, "POST /snapshots/")
	w.createSnapshot("web-server-01", "before-update")
	w.Advance(1500 * time.Millisecond)
	filterRequests("post")(w)
	w.RequireText("POST", "/api/v1/snapshots/", "✓ 201", "1500 ms")
	w.Press("esc", "esc")
	w.selectServer("db-server-01")
	w.Press("3", "G")
	w.deleteSelected()
	filterRequests("delete")(w)
	w.RequireText("DELETE", "/api/v1/snapshots/795/", "✓ 204", "0 B")
}

func TestFailedRequestsShowTheReason(t *testing.T) {
	t.Parallel()
	for name, c := range lanes.Table(map[string]struct{ fault, find, row, open string }{
		"a status":  {"GET /account/me/: status 500", "account/me 500", "✗ 500", "500: "},
		"no answer": {"GET /account/me/: cut-before", "account/me", "✗ none", "no response: "},
		"a page":    {"GET /account/me/: html 502", "account/me 502", "✗ 502", "<html"},
		"garbage":   {"GET /account/me/: garbage", "account/me", "200", "^[[31m not JSON"},
	}) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 120, 40, withRequestLog(), withFault(c.fault))
			filterRequests(c.find)(w)
			w.RequireText(c.row)
			w.Press("enter")
			w.RequireText("GET /api/v1/account/me/", c.open)
		})
	}
}

func TestARequestIsOpenedWithBothItsBodies(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40, withRequestLog(), withServers(2))
	w.createSnapshot("web-server-01", "before-update")
	filterRequests("post", "enter")(w)
	w.RequireText("POST /api/v1/snapshots/", "status       201", "request", `"server_id": 12345`,
		`"name": "before-update"`, "response",
		`"status": "in_progress"`, `"size_mb": null`)
	w.Press("enter")
	w.RequireText("Requests the last")
	w.Press("esc", "/")
	w.Type("servers")
	w.Press("enter", "g", "enter")
	w.RequireText("empty", `"count": 2`)
	w.Press("esc", "esc", "esc")
	w.RequireText("Servers 2")
}

func TestALongAnswerScrolls(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24, withRequestLog())
	filterRequests("snapshots/", "enter")(w)
	first := w.Screen().Text()
	w.Press("j", "j", "pgdown")
	second := w.Screen().Text()
	w.Press("g")
	if w.Screen().Text() != first || second == first || !strings.Contains(first, "more") {
		t.Errorf("at first:\n%s\nfurther down:\n%s\nback:\n%s", first, second, w.Screen().Text())
	}
}

func TestNewRequestsJoinTheListAndTheCursorStays(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40, withRequestLog(), withServers(2))
	w.Press("L", "G")
	before := cursorRow(w.Screen())
	w.advanceHidden(21 * time.Second)
	w.RequireText("Requests the last 7")
	w.requireCursor(before)
}

func TestOnlyTheLastTwoHundredRequestsAreKept(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40, withRequestLog(), withServers(2))
	w.advanceHidden(30 * time.Minute)
	w.Press("L")
	w.RequireText("Requests the last 200")
}

func TestRequestsAreOrderedByTimeDurationAndSize(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40, withRequestLog(), withServers(2))
	w.proxy.slowDown(2*time.Second, "/backups/")
	w.Press("R")
	w.Advance(2 * time.Second)
	w.Press("L", "o", "d")
	w.RequireText("ordered by duration, slowest first", "TOOK ↓")
	w.Press("g")
	if row := cursorRow(w.Screen()); !strings.Contains(row, "/backups/") || !strings.Contains(row, "2000 ms") {
		t.Errorf("the slowest is %q", row)
	}
	w.Press("o", "s")
	w.RequireText("ordered by size, largest first", "SIZE ↓")
	w.Press("g")
	if row := cursorRow(w.Screen()); !strings.Contains(row, "/backups/") {
		t.Errorf("the largest is %q", row)
	}
	w.Press("o", "t", "g")
	w.RequireText("TIME UTC ↓")
}

func TestRequestsKeyDoesNothingWithoutALog(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24)
	w.Press("L")
	w.RequireText("Servers 12")
}

func TestTheTokenIsNowhereOnTheScreenOfRequests(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40, withRequestLog(), beforeStart(func(w *harness) { // an API that echoes the token
		w.proxy.rewrite(func(answer string) string {
			return strings.ReplaceAll(answer, `"email":"`, `"echo":"Bearer `+liveToken+`","email":"`)
		})
	}))
	filterRequests("account/me", "enter")(w)
	w.RequireText("echo")
	w.RequireNoText(liveToken)
	w.Press("esc", "esc")
	w.createSnapshot("web-server-01", "before-update")
	w.Press("L")
	for range 8 {
		w.Press("enter")
		w.RequireNoText(liveToken)
		w.Press("esc", "j")
	}
}

func TestARequestIsCopiedAsCurlWithTheTokenLeftOut(t *testing.T) {
	t.Parallel()
	w := selectLastServer(startWithOutput(t, plainEnvironment, withRequestLog()))
	w.takeSnapshot("before-update")
	w.Press("L", "/")
	w.Type("post")
	w.Press("enter", "y")
	if g := w.Screen(); !g.Contains("curl command, with $VPS_API_TOKEN for the token, sent to the terminal") {
		t.Errorf("there is no notice:\n%s", g.Text())
	}
	want := `curl -sS -X POST -H "Authorization: Bearer $VPS_API_TOKEN" -H 'Content-Type: application/json' -d ` +
		`'{"server_id":12345,"name":"before-update"}' '` + w.url + `/snapshots/'`
	if got := w.clipboard(); got != want {
		t.Errorf("copied\n%s\nwant\n%s", got, want)
	}
	w.Press("esc", "/")
	w.Type("account")
	w.Press("enter", "enter", "y") // from the open request
	if got, want := w.clipboard(),
		`curl -sS -H "Authorization: Bearer $VPS_API_TOKEN" '`+w.url+`/account/me/'`; got != want {
		t.Errorf("copied\n%s\nwant\n%s", got, want)
	}
	if strings.Contains(w.output.text(), liveToken) {
		t.Error("the token was sent to the terminal")
	}
}

func TestAQuoteInABodyCannotLeaveTheCopiedCommand(t *testing.T) {
	t.Parallel()
	w := selectLastServer(startWithOutput(t, plainEnvironment, withRequestLog()))
	w.Press("b")
	w.Type("it's; $(rm) `x`")
	w.Press("enter", "L", "/")
	w.Type("post")
	w.Press("enter", "y")
	if got, want := w.clipboard(),
		`'{"server_id":12345,"description":"it'\''s; $(rm) `+"`x`"+`"}'`; !strings.Contains(got, want) {
		t.Errorf("copied\n%s\nwithout\n%s", got, want)
	}
}

func TestTheDemosRequestsAreShownToo(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24, withRequestLog(), withOptions(func(o *ui.Options) { o.Demo = true }))
	w.Press("L")
	w.RequireText("/api/v1/servers/")
}
