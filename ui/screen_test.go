package ui_test

import (
	"fmt"
	"testing"
	"time"

	"vpsdeck/internal/lanes"
	"vpsdeck/internal/terminal"
)

// size is the size of a terminal in columns and rows.
type size struct{ width, height int }

func (s size) String() string { return fmt.Sprintf("%dx%d", s.width, s.height) }

var (
	small    = size{40, 12}
	standard = size{80, 24}
	large    = size{120, 40}
	wider    = size{160, 50}
	larger   = size{200, 60}

	everySize = []size{small, standard, large, wider, larger}
)

// screenCase is a screen that is compared with its golden file: how to reach it, and at which
// sizes.
type screenCase struct {
	name    string
	sizes   []size
	options []option
	reach   func(w *harness)
}

// check compares the screen at each size, in a cut run only at the first. The program does the same
// at all sizes, and only draws more.
func (c screenCase) check(t *testing.T) {
	t.Helper()
	sizes := c.sizes
	if lanes.IsCut() {
		sizes = sizes[:1]
	}
	for _, s := range sizes {
		name := c.name + "-" + s.String()
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, s.width, s.height, c.options...)
			if c.reach != nil {
				c.reach(w)
			}
			w.requireGolden(name)
			requireAligned(t, w.Screen())
		})
	}
}

// press reaches a screen by keys alone.
func press(keys ...string) func(*harness) { return func(w *harness) { w.Press(keys...) } }

var allPaths = []string{"/servers/", "/backups/", "/snapshots/", "/account/me/"}

func TestDashboardMatchesGolden(t *testing.T) {
	t.Parallel()
	for _, l := range []screenCase{
		{"dashboard", everySize, nil, nil},
		{"web-server", everySize, nil,
			func(w *harness) { w.selectServer("web-server-01"); w.Press("2") }},
		{"snapshots-tab", []size{small}, nil, func(w *harness) { w.selectServer("web-server-01"); w.Press("3") }},
		{"fleet", []size{small, standard, large, larger}, nil, press("a", "2", "g")},
		{"filter-typed", []size{small, standard, large}, nil, func(w *harness) { w.Press("/"); w.Type("web us") }},
		{"filter-kept", []size{small, standard, large}, nil,
			func(w *harness) { w.Press("/"); w.Type("web"); w.Press("enter") }},
		{"filtered-to-nothing", []size{small, standard, large}, nil,
			func(w *harness) { w.Press("/"); w.Type("zebra"); w.Press("enter") }},
		{"points-filtered-to-nothing", []size{standard}, nil, func(w *harness) {
			w.selectServer("web-server-01")
			w.Press("2", "/")
			w.Type("zebra")
			w.Press("enter")
		}},
		{"ascii", []size{standard, large}, []option{withASCII},
			func(w *harness) { w.selectServer("web-server-01"); w.Press("2") }},
		{"read-only", []size{small, standard}, []option{readOnly}, nil},
		{"demo", []size{small, standard}, []option{demo}, nil},
		{"demo-read-only", []size{small, standard}, []option{demo, readOnly}, nil},
	} {
		l.check(t)
	}
}

func TestPaneStatesMatchGolden(t *testing.T) {
	t.Parallel()
	for _, l := range []screenCase{
		{"loading", []size{small, standard, large},
			[]option{beforeStart(func(w *harness) { w.proxy.slowDown(time.Hour, allPaths...) })}, nil},
		{"points-loading", []size{standard},
			[]option{beforeStart(func(w *harness) { w.proxy.slowDown(time.Hour, "/backups/", "/snapshots/") })}, nil},
		{"no-servers", []size{small, standard, large}, []option{withServers(-1)}, nil},
		{"error-without-data", []size{small, standard, large}, []option{withFault("GET /: status 503")}, nil},
		{"error-with-data", []size{small, standard, large}, nil, func(w *harness) {
			w.account.InjectFault("GET /: status 503")
			w.Advance(20 * time.Second)
		}},
		{"offline", []size{small, standard, large}, nil, func(w *harness) {
			w.account.InjectFault("GET /: cut-before")
			w.Advance(90 * time.Second)
		}},
		{"partly-failed", []size{small, standard, large}, []option{withFault("GET /snapshots/: status 503")},
			press("3")},
		{"partly-failed-with-data", []size{standard, large}, nil, func(w *harness) {
			w.account.InjectFault("GET /snapshots/: status 503")
			w.selectServer("web-server-01")
			w.Advance(20 * time.Second)
		}},
		{"rate-limited", []size{small, standard, large}, nil, func(w *harness) {
			w.account.InjectFault("GET /: status 429 retry 45s")
			w.Advance(20 * time.Second)
		}},
		{"rate-limited-without-data", []size{standard}, []option{withFault("GET /: status 429 retry 45s")}, nil},
	} {
		l.check(t)
	}
}

func TestOperationsAndNoticesMatchGolden(t *testing.T) {
	t.Parallel()
	for _, l := range []screenCase{
		{"operation", []size{small, standard, large}, []option{withServers(2)}, func(w *harness) {
			w.createSnapshot("web-server-01", "before-update")
			w.Advance(2*time.Minute + 10*time.Second)
		}},
		{"operation-longer-than-usual", []size{standard}, []option{withServers(2)}, func(w *harness) {
			w.createSnapshot("web-server-01", "before-update")
			w.proxy.slowDown(time.Hour, "GET /snapshots/")
			w.Advance(10*time.Minute + 30*time.Second)
		}},
		{"operations-many", []size{small, standard, large}, nil, func(w *harness) {
			for _, server := range []string{"web-server-01", "db-server-02", "mail-01", "cache-01", "vpn-gw"} {
				w.createSnapshot(server, "before-update")
			}
		}},
		{"notice-neutral", []size{standard}, nil, press("o", "n")},
		{"notice-good", []size{small, standard}, nil,
			func(w *harness) { w.selectServer("web-server-01"); w.Press("2"); w.deleteSelected() }},
		{"notice-warning", []size{small, standard}, nil,
			func(w *harness) { w.selectServer("web-server-03"); w.Press("s") }},
		{"notice-trouble", []size{small, standard, large}, nil, func(w *harness) {
			w.account.InjectFault("POST /snapshots/: status 400")
			w.createSnapshot("web-server-01", "before-update")
		}},
		{"notices-queue", []size{standard}, nil, func(w *harness) {
			w.account.InjectFault("POST /snapshots/: status 400")
			w.proxy.slowDown(5*time.Second, "POST /snapshots/")
			w.createSnapshot("web-server-01", "one")
			w.createSnapshot("mail-01", "two")
			w.Advance(5 * time.Second)
		}},
	} {
		l.check(t)
	}
}

func TestStylesMatchGolden(t *testing.T) {
	t.Parallel()
	get := func(w *harness) {
		w.selectServer("web-server-01")
		w.Press("2")
	}
	for name, options := range lanes.Table(map[string][]option{
		"styled-dark":     nil,
		"styled-light":    {withTerminal(terminal.WithLight())},
		"styled-no-color": {withoutColor},
	}) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, standard.width, standard.height, options...)
			get(w)
			w.requireStyledGolden(name)
		})
		t.Run(name+"-question", func(t *testing.T) {
			t.Parallel()
			w := startApp(t, standard.width, standard.height, options...)
			get(w)
			w.Press("j", "d")
			w.skipInputDelay()
			w.Press("tab")
			w.requireStyledGolden(name + "-question")
		})
	}
}
