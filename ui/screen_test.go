package ui_test

import (
	"fmt"
	"testing"
	"time"

	"vpsdeck/internal/terminal"
)

// size is a terminal's, in columns and rows.
type size struct{ width, height int }

func (s size) String() string { return fmt.Sprintf("%dx%d", s.width, s.height) }

var (
	small  = size{40, 12}
	usual  = size{80, 24}
	large  = size{120, 40}
	larger = size{200, 60}
)

// look is a screen that was approved: how one gets there, and at which sizes.
type look struct {
	name    string
	sizes   []size
	options []option
	get     func(w *world)
}

func (l look) check(t *testing.T) {
	t.Helper()
	for _, s := range l.sizes {
		name := l.name + "-" + s.String()
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t, s.width, s.height, l.options...)
			if l.get != nil {
				l.get(w)
			}
			w.requireGolden(name)
			requireStraight(t, w.Screen())
		})
	}
}

// press is a way to a screen by keys alone.
func press(keys ...string) func(*world) { return func(w *world) { w.Press(keys...) } }

var everything = []string{"/servers/", "/backups/", "/snapshots/", "/account/me/"}

func TestTheDashboardLooksAsApproved(t *testing.T) {
	for _, l := range []look{
		{"dashboard", []size{small, usual, large, larger}, nil, nil},
		{"web-server", []size{small, usual, large, larger}, nil, func(w *world) { w.choose("web-server-01"); w.Press("2") }},
		{"snapshots-tab", []size{small}, nil, func(w *world) { w.choose("web-server-01"); w.Press("3") }},
		{"fleet", []size{small, usual, large}, nil, press("a", "2", "g")},
		{"filter-typed", []size{small, usual, large}, nil, func(w *world) { w.Press("/"); w.Type("web us") }},
		{"filter-kept", []size{small, usual, large}, nil, func(w *world) { w.Press("/"); w.Type("web"); w.Press("enter") }},
		{"filtered-to-nothing", []size{small, usual, large}, nil, func(w *world) { w.Press("/"); w.Type("zebra"); w.Press("enter") }},
		{"points-filtered-to-nothing", []size{usual}, nil, func(w *world) {
			w.choose("web-server-01")
			w.Press("2", "/")
			w.Type("zebra")
			w.Press("enter")
		}},
		{"ascii", []size{usual, large}, []option{inASCII}, func(w *world) { w.choose("web-server-01"); w.Press("2") }},
		{"read-only", []size{small, usual}, []option{readOnly}, nil},
		{"demo", []size{small, usual}, []option{demo}, nil},
		{"demo-read-only", []size{small, usual}, []option{demo, readOnly}, nil},
	} {
		l.check(t)
	}
}

func TestEveryStateOfThePanesLooksAsApproved(t *testing.T) {
	for _, l := range []look{
		{"loading", []size{small, usual, large}, []option{before(func(w *world) { w.line.slowDown(time.Hour, everything...) })}, nil},
		{"points-loading", []size{usual}, []option{before(func(w *world) { w.line.slowDown(time.Hour, "/backups/", "/snapshots/") })}, nil},
		{"no-servers", []size{small, usual, large}, []option{servers(-1)}, nil},
		{"error-without-data", []size{small, usual, large}, []option{fault("GET /: status 503")}, nil},
		{"error-with-data", []size{small, usual, large}, nil, func(w *world) {
			w.fault("GET /: status 503")
			w.Advance(20 * time.Second)
		}},
		{"offline", []size{small, usual, large}, nil, func(w *world) {
			w.fault("GET /: cut-before")
			w.Advance(90 * time.Second)
		}},
		{"partly-failed", []size{small, usual, large}, []option{fault("GET /snapshots/: status 503")}, press("3")},
		{"partly-failed-with-data", []size{usual, large}, nil, func(w *world) {
			w.fault("GET /snapshots/: status 503")
			w.choose("web-server-01")
			w.Advance(20 * time.Second)
		}},
		{"rate-limited", []size{small, usual, large}, nil, func(w *world) {
			w.fault("GET /: status 429 retry 45s")
			w.Advance(20 * time.Second)
		}},
		{"rate-limited-without-data", []size{usual}, []option{fault("GET /: status 429 retry 45s")}, nil},
	} {
		l.check(t)
	}
}

func TestOperationsAndNoticesLookAsApproved(t *testing.T) {
	for _, l := range []look{
		{"operation", []size{small, usual, large}, []option{servers(2)}, func(w *world) {
			w.makeSnapshot("web-server-01", "before-update")
			w.Advance(2*time.Minute + 10*time.Second)
		}},
		{"operation-longer-than-usual", []size{usual}, []option{servers(2)}, func(w *world) {
			w.makeSnapshot("web-server-01", "before-update")
			w.line.slowDown(time.Hour, "GET /snapshots/")
			w.Advance(10*time.Minute + 30*time.Second)
		}},
		{"operations-many", []size{small, usual, large}, nil, func(w *world) {
			for _, server := range []string{"web-server-01", "db-server-02", "mail-01", "cache-01", "vpn-gw"} {
				w.makeSnapshot(server, "before-update")
			}
		}},
		{"notice-neutral", []size{usual}, nil, press("o")},
		{"notice-good", []size{small, usual}, nil, func(w *world) { w.choose("web-server-01"); w.Press("2"); w.deleteChosen() }},
		{"notice-warning", []size{small, usual}, nil, func(w *world) { w.choose("web-server-03"); w.Press("s") }},
		{"notice-trouble", []size{small, usual, large}, nil, func(w *world) {
			w.fault("POST /snapshots/: status 400")
			w.makeSnapshot("web-server-01", "before-update")
		}},
		{"notices-queue", []size{usual}, nil, func(w *world) {
			w.fault("POST /snapshots/: status 400")
			w.line.slowDown(5*time.Second, "POST /snapshots/")
			w.makeSnapshot("web-server-01", "one")
			w.makeSnapshot("mail-01", "two")
			w.Advance(5 * time.Second)
		}},
	} {
		l.check(t)
	}
}

func TestEveryColourKeepsItsPlace(t *testing.T) {
	get := func(w *world) {
		w.choose("web-server-01")
		w.Press("2")
	}
	for name, options := range map[string][]option{
		"styled-dark":     nil,
		"styled-light":    {on(terminal.WithLight())},
		"styled-no-color": {noColour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t, usual.width, usual.height, options...)
			get(w)
			w.requireStyled(name)
		})
		t.Run(name+"-question", func(t *testing.T) {
			t.Parallel()
			w := open(t, usual.width, usual.height, options...)
			get(w)
			w.Press("j", "d")
			w.wake()
			w.Press("tab")
			w.requireStyled(name + "-question")
		})
	}
}
