package ui_test

import (
	"strings"
	"testing"
	"time"

	"vpsdeck/ui"
	"vpsdeck/ui/command"
)

// remembering starts the program with a log of its requests.
func remembering() option {
	return func(s *setup) {
		s.log = &command.RequestLog{}
		s.ui.Requests = s.log
	}
}

// requests opens the screen, the largest answers first: which of several came first is not the same in every run.
func requests(keys ...string) func(*world) {
	return func(w *world) { w.Press(append([]string{"L", "o", "o", "g"}, keys...)...) }
}

// heard is a filter that leaves only one request.
func heard(filter string, keys ...string) func(*world) {
	return func(w *world) {
		w.Press("L", "/")
		w.Type(filter)
		w.Press(append([]string{"enter"}, keys...)...)
	}
}

func TestTheRequestsLookAsApproved(t *testing.T) {
	all, sides := []size{small, usual, large}, []size{usual, large}
	for _, l := range []look{
		{"requests", all, []option{remembering()}, requests()},
		{"requests-failed", all, []option{remembering(), fault("GET /snapshots/: status 503"), fault("GET /backups/: html 502")}, requests()},
		{"requests-filtered", []size{usual}, []option{remembering()}, heard("snapshots 200")},
		{"requests-filtered-to-nothing", []size{usual}, []option{remembering()}, heard("zebra")},
		{"request-open", all, []option{remembering()}, heard("account/me", "enter")},
		{"request-of-a-deed", sides, []option{remembering()}, func(w *world) {
			w.makeSnapshot("web-server-01", "before-update")
			heard("post", "enter")(w)
		}},
	} {
		l.check(t)
	}
}

func TestTheRequestsTellMethodPathAndStatus(t *testing.T) {
	t.Parallel()
	w := open(t, 120, 40, remembering(), servers(2))
	w.Press("L")
	w.RequireText("Requests the last 4", "GET", "/api/v1/servers/", "/api/v1/backups/", "/api/v1/snapshots/", "/api/v1/account/me/", "✓ 200", "15:45:00")
	w.Press("esc")
	w.line.slowDown(1500*time.Millisecond, "POST /snapshots/")
	w.makeSnapshot("web-server-01", "before-update")
	w.Advance(1500 * time.Millisecond)
	heard("post")(w)
	w.RequireText("POST", "/api/v1/snapshots/", "✓ 201", "1500 ms")
	w.Press("esc", "esc")
	w.choose("db-server-01")
	w.Press("3", "G")
	w.deleteChosen()
	heard("delete")(w)
	w.RequireText("DELETE", "/api/v1/snapshots/795/", "✓ 204", "0 B")
}

func TestTheRequestsThatFailedSayWhy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ fault, find, row, open string }{
		"a status":  {"GET /account/me/: status 500", "account/me 500", "✗ 500", "500: "},
		"no answer": {"GET /account/me/: cut-before", "account/me", "✗ none", "no answer: "},
		"a page":    {"GET /account/me/: html 502", "account/me 502", "✗ 502", "<html"},
		"garbage":   {"GET /account/me/: garbage", "account/me", "200", "^[[31m not JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t, 120, 40, remembering(), fault(c.fault))
			heard(c.find)(w)
			w.RequireText(c.row)
			w.Press("enter")
			w.RequireText("GET /api/v1/account/me/", c.open)
		})
	}
}

func TestARequestIsOpenedWithBothItsBodies(t *testing.T) {
	t.Parallel()
	w := open(t, 120, 40, remembering(), servers(2))
	w.makeSnapshot("web-server-01", "before-update")
	heard("post", "enter")(w)
	w.RequireText("POST /api/v1/snapshots/", "status       201", "sent", `"server_id": 12345`, `"name": "before-update"`, "answered",
		`"status": "in_progress"`, `"size_mb": null`)
	w.Press("enter")
	w.RequireText("Requests the last")
	w.Press("esc", "/")
	w.Type("servers")
	w.Press("enter", "g", "enter")
	w.RequireText("nothing", `"count": 2`)
	w.Press("esc", "esc", "esc")
	w.RequireText("Servers 2")
}

func TestALongAnswerScrolls(t *testing.T) {
	t.Parallel()
	w := open(t, 80, 24, remembering())
	heard("snapshots/", "enter")(w)
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
	w := open(t, 120, 40, remembering(), servers(2))
	w.Press("L", "G")
	before := underCursor(w.Screen())
	w.later(21 * time.Second)
	w.RequireText("Requests the last 7")
	w.requireCursor(before)
}

func TestOnlyTheLastTwoHundredRequestsAreKept(t *testing.T) {
	t.Parallel()
	w := open(t, 120, 40, remembering(), servers(2))
	w.later(30 * time.Minute)
	w.Press("L")
	w.RequireText("Requests the last 200")
}

func TestRequestsAreOrderedByWhenHowLongAndHowLarge(t *testing.T) {
	t.Parallel()
	w := open(t, 120, 40, remembering(), servers(2))
	w.line.slowDown(2*time.Second, "/backups/")
	w.Press("R")
	w.Advance(2 * time.Second)
	w.Press("L", "o")
	w.RequireText("ordered by what they took, slowest first", "TOOK ↓")
	w.Press("g")
	if row := underCursor(w.Screen()); !strings.Contains(row, "/backups/") || !strings.Contains(row, "2000 ms") {
		t.Errorf("the slowest is %q", row)
	}
	w.Press("o")
	w.RequireText("ordered by size, largest first", "SIZE ↓")
	w.Press("g")
	if row := underCursor(w.Screen()); !strings.Contains(row, "/backups/") {
		t.Errorf("the largest is %q", row)
	}
	w.Press("o", "o", "o", "o", "g")
	w.RequireText("TIME UTC ↓")
}

func TestTheKeyOfTheRequestsDoesNothingWhereNoneAreKept(t *testing.T) {
	t.Parallel()
	w := open(t, 80, 24)
	w.Press("L")
	w.RequireText("Servers 12")
}

func TestTheTokenIsNowhereOnTheScreenOfRequests(t *testing.T) {
	t.Parallel()
	w := open(t, 120, 40, remembering(), before(func(w *world) { // an API that says the token back
		w.line.rewrite(func(answer string) string {
			return strings.ReplaceAll(answer, `"email":"`, `"echo":"Bearer `+liveToken+`","email":"`)
		})
	}))
	heard("account/me", "enter")(w)
	w.RequireText("echo")
	w.RequireNoText(liveToken)
	w.Press("esc", "esc")
	w.makeSnapshot("web-server-01", "before-update")
	w.Press("L")
	for range 8 {
		w.Press("enter")
		w.RequireNoText(liveToken)
		w.Press("esc", "j")
	}
}

func TestARequestIsCopiedAsCurlWithTheTokenLeftOut(t *testing.T) {
	t.Parallel()
	w := first(listen(t, unadorned, remembering()))
	w.snapshot("before-update")
	w.person.Press("L", "/")
	w.person.Type("post")
	w.person.Press("enter", "y")
	if g := w.look(); !g.Contains("curl command, with $VPS_API_TOKEN for the token, sent to the terminal") {
		t.Errorf("nothing is said of it:\n%s", g.Text())
	}
	want := `curl -sS -X POST -H "Authorization: Bearer $VPS_API_TOKEN" -H 'Content-Type: application/json' -d ` +
		`'{"server_id":12345,"name":"before-update"}' '` + w.url + `/snapshots/'`
	if got := w.clipboard(); got != want {
		t.Errorf("copied is\n%s\nnot\n%s", got, want)
	}
	w.person.Press("esc", "/")
	w.person.Type("account")
	w.person.Press("enter", "enter", "y") // from its bodies
	if got, want := w.clipboard(), `curl -sS -H "Authorization: Bearer $VPS_API_TOKEN" '`+w.url+`/account/me/'`; got != want {
		t.Errorf("copied is\n%s\nnot\n%s", got, want)
	}
	if strings.Contains(w.sent.text(), liveToken) {
		t.Error("the token was sent to the terminal")
	}
}

func TestAQuoteInABodyCannotLeaveTheCopiedCommand(t *testing.T) {
	t.Parallel()
	w := first(listen(t, unadorned, remembering()))
	w.person.Press("b")
	w.person.Type("it's; $(rm) `x`")
	w.person.Press("enter", "L", "/")
	w.person.Type("post")
	w.person.Press("enter", "y")
	if got, want := w.clipboard(), `'{"server_id":12345,"description":"it'\''s; $(rm) `+"`x`"+`"}'`; !strings.Contains(got, want) {
		t.Errorf("copied is\n%s\nwhich has not\n%s", got, want)
	}
}

func TestTheDemosRequestsAreShownToo(t *testing.T) {
	t.Parallel()
	w := open(t, 80, 24, remembering(), with(func(o *ui.Options) { o.Demo = true }))
	w.Press("L")
	w.RequireText("/api/v1/servers/")
}
