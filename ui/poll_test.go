package ui_test

import (
	"strings"
	"testing"
	"time"

	"vpsdeck/internal/lanes"
)

var listPaths = []string{"/servers/", "/backups/", "/snapshots/"}

// intervals returns the times between successive requests.
func intervals(at []time.Time) []time.Duration {
	var out []time.Duration
	for i := 1; i < len(at); i++ {
		out = append(out, at[i].Sub(at[i-1]))
	}
	return out
}

func TestIdleDashboardPollsEveryTwentySeconds(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24, withServers(2))
	w.advanceHidden(10 * time.Minute)
	for _, path := range listPaths {
		if n := len(w.proxy.readTimes(path)); n != 31 {
			t.Errorf("%s was requested %d times in ten minutes", path, n)
		}
		for _, gap := range intervals(w.proxy.readTimes(path)) {
			if gap != 20*time.Second {
				t.Errorf("%s was requested again after %s", path, gap)
			}
		}
	}
	if n := len(w.proxy.readTimes("/account/me/")); n != 1 {
		t.Errorf("the account was requested %d times", n)
	}
	w.requireActions()
}

func TestSimulatedAccountReceivedTheSameRequests(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24, withServers(2))
	w.Advance(time.Minute)
	w.createSnapshot("web-server-01", "before-update")
	w.Screen()
	posts := 0
	for _, r := range w.account.Requests() {
		if r.Method == "POST" && r.Path == "/snapshots/" && r.Status == 201 {
			posts++
		} else if r.Method != "GET" || r.Status != 200 {
			t.Errorf("unexpected request %+v", r)
		}
	}
	if posts != 1 {
		t.Errorf("%d snapshots were created", posts)
	}
}

func TestSlowRequestIsNotRepeated(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24, withServers(2))
	w.proxy.reset()
	w.proxy.slowDown(70*time.Second, listPaths...)
	w.advanceHidden(10 * time.Minute)
	w.Press("R", "R", "R")
	w.Screen()
	if w.proxy.maxInFlight != 1 {
		t.Errorf("%d requests for one list were under way at once", w.proxy.maxInFlight)
	}
	if n := len(w.proxy.readTimes("/servers/")); n < 2 || n > 4 { // slow polls are up to five minutes apart
		t.Errorf("the servers were requested %d times in ten minutes, each answered after 70 s", n)
	}
}

func TestRunningOperationIsPolledOftenAtFirst(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24, withServers(2))
	w.createSnapshot("web-server-01", "before-update")
	w.Screen()
	w.proxy.reset()
	w.advanceHidden(2 * time.Minute)
	narrow := w.proxy.requests(func(a recordedRequest) bool {
		return a.path == "/snapshots/" &&
			a.query == "server_id=12345"
	})
	if len(narrow) < 12 || len(narrow) > 40 {
		t.Errorf("the one server's snapshots were requested %d times in two minutes", len(narrow))
	}
	var at []time.Time
	for _, a := range narrow {
		at = append(at, a.time)
	}
	waits := intervals(at)
	if first, last := waits[0], waits[len(waits)-1]; first > 2*time.Second || last < 8*time.Second ||
		last > 20*time.Second {
		t.Errorf("the waits are %s", waits)
	}
	for _, path := range []string{"/servers/", "/backups/"} {
		if n := len(w.proxy.readTimes(path)); n > 6 {
			t.Errorf("%s, on which nothing runs, was requested %d times in two minutes", path, n)
		}
	}
	if w.proxy.maxInFlight != 1 {
		t.Errorf("%d requests for one list were under way at once", w.proxy.maxInFlight)
	}
}

func TestUnfocusedTerminalPollsLessOften(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24, withServers(2))
	w.Blur()
	w.Advance(30 * time.Second)
	w.Screen()
	w.proxy.reset()
	w.advanceHidden(10 * time.Minute)
	if n := len(w.proxy.readTimes("/servers/")); n < 4 || n > 5 {
		t.Errorf("the servers were requested %d times in ten minutes", n)
	}
}

func TestFailuresBackOffUpToAMinute(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24, withServers(2))
	w.account.InjectFault("GET /: status 500")
	w.proxy.reset()
	w.advanceHidden(10 * time.Minute)
	waits := intervals(w.proxy.readTimes("/servers/"))
	if len(waits) < 8 || len(waits) > 20 {
		t.Fatalf("the waits are %s", waits)
	}
	for i, wait := range waits {
		if i > 0 && wait < waits[i-1]-time.Second || wait > 62*time.Second {
			t.Errorf("the waits are %s", waits)
			break
		}
	}
	w.RequireText("✗ ", "data 10 m old", "again in ")
	w.account.ClearFaults()
	w.Advance(time.Minute)
	w.RequireNoText("again in ", " old")
	w.proxy.reset()
	w.Advance(time.Minute)
	if n := len(w.proxy.readTimes("/servers/")); n != 3 {
		t.Errorf("after the failures it polled %d times in a minute", n)
	}
}

func TestRetryAfterIsRespected(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24, withServers(2))
	w.account.InjectFault("GET /: status 429 retry 90s x3")
	w.Advance(20 * time.Second)
	w.RequireText("rate limited · data 20 s old · again in 1 m")
	w.proxy.reset()
	w.Press("R")
	w.RequireText("rate limited: retrying in 1 m 30 s")
	w.Advance(89 * time.Second)
	for _, path := range listPaths {
		if n := len(w.proxy.readTimes(path)); n != 0 {
			t.Errorf("%s was requested %d times before the time was over", path, n)
		}
	}
	w.Advance(10 * time.Second)
	w.RequireNoText("rate limited")
	for _, path := range listPaths {
		if n := len(w.proxy.readTimes(path)); n != 1 {
			t.Errorf("%s was requested %d times once the time was over", path, n)
		}
	}
}

func TestRefreshRequestsEveryListAtOnce(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24, withServers(2))
	w.Advance(7 * time.Second)
	w.proxy.reset()
	w.Press("R")
	w.RequireText("● just now")
	for _, path := range append([]string{"/account/me/"}, listPaths...) {
		if n := len(w.proxy.readTimes(path)); n != 1 {
			t.Errorf("%s was requested %d times", path, n)
		}
	}
}

func TestActionWhileOfflineIsRefusedWithTheReason(t *testing.T) {
	t.Parallel()
	w := startApp(t, 160, 24)
	w.selectServer("web-server-01")
	w.account.InjectFault("GET /: cut-before")
	w.Advance(20 * time.Second)
	for _, keys := range [][]string{{"1", "s"}, {"1", "b"}, {"1", "r"}, {"2", "d"}, {"3", "r"}} {
		w.Press(keys...)
		w.RequireNoText("Cancel", "esc cancel")
		w.requireRefused("The account cannot be read: The connection to 127.0.0.1:")
	}
	w.RequireText("web-server-01", "Pre-update")
	w.requireActions()
}

func TestPartOfTheAccountIsShownWhenTheRestFails(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24, withServers(2), withFault("GET /snapshots/: status 503"))
	w.Press("G")
	w.Advance(25 * time.Millisecond)
	w.RequireText("partly failed", "✗ no snapshots: ", "Backups web-server-01 · 8")
	w.Press("s")
	w.requireRefused("The snapshots cannot be read: ")
	w.account.ClearFaults()
	w.Advance(time.Minute)
	w.RequireText("pre-migration-snap")
	w.RequireNoText("partly failed")
	w.requireActions()
}

func TestUnreadableAnswerShowsAPlainMessage(t *testing.T) {
	t.Parallel()
	for _, fault := range lanes.Rows([]string{"garbage", "html 502", "html", "empty", "truncated", "cut-in-body",
		"status 403", "status 404", "status 418"}) {
		t.Run(strings.ReplaceAll(fault, " ", "-"), func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 80, 24, withServers(2))
			w.account.InjectFault("GET /servers/: " + fault)
			w.Advance(20 * time.Second)
			w.RequireText("web-server-01", "✗ 20 s old: ", "partly failed")
			w.RequireNoText("json", "EOF", "http:", "<html", "%!", "invalid character")
			requireAligned(t, w.Screen())
		})
	}
}

func TestFocusRefreshesStaleLists(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24, withServers(2))
	w.Blur()
	w.Advance(30 * time.Second)
	w.advanceHidden(90 * time.Second)
	w.proxy.reset()
	w.Focus()
	w.RequireText("● just now")
	for _, path := range listPaths {
		if n := len(w.proxy.readTimes(path)); n != 1 {
			t.Errorf("%s was requested %d times", path, n)
		}
	}
	w.Advance(5 * time.Second)
	w.Blur()
	w.proxy.reset()
	w.Focus() // fresh lists are not refreshed
	w.Screen()
	if n := len(w.proxy.readTimes("/servers/")); n != 0 {
		t.Errorf("the servers were requested %d times", n)
	}
	w.Advance(20 * time.Second)
	if n := len(w.proxy.readTimes("/servers/")); n != 1 {
		t.Errorf("with the focus they were requested %d times in 20 s", n)
	}
}

func TestFocusDoesNotBypassTheRateLimit(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24, withServers(2))
	w.account.InjectFault("GET /: status 429 retry 90s")
	w.Advance(20 * time.Second)
	w.proxy.reset()
	w.Blur()
	w.Advance(40 * time.Second)
	w.Focus()
	w.Screen()
	if n := len(w.proxy.readTimes("/servers/")); n != 0 {
		t.Errorf("the servers were requested %d times", n)
	}
}

func TestAHeldRefreshKeyRefreshesOnceASecond(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24, withServers(2))
	w.proxy.reset()
	for range 3 {
		w.Press("R", "R", "R", "R", "R")
		w.Screen()
		w.Advance(time.Second)
	}
	for _, path := range append(listPaths, "/account/me/") {
		if n := len(w.proxy.readTimes(path)); n != 3 {
			t.Errorf("%s was requested %d times in three seconds", path, n)
		}
	}
}
