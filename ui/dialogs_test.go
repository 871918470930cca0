package ui_test

import (
	"testing"
	"time"
)

// atServer selects a server and presses keys. It then waits until a dialog that they open accepts
// input.
func atServer(server string, keys ...string) func(*harness) {
	return func(w *harness) {
		w.selectServer(server)
		w.Press(keys...)
		w.skipInputDelay()
	}
}

func TestConfirmsMatchGolden(t *testing.T) {
	t.Parallel()
	all, ends := []size{small, standard, large}, []size{small, large}
	for _, l := range []screenCase{
		{"restore", all, nil, atServer("web-server-01", "3", "r")},
		{"restore-named", everySize, nil, func(w *harness) {
			atServer("web-server-01", "3", "r")(w)
			w.Type("web-server-01")
		}},
		{"restore-named-ascii", []size{standard}, []option{withASCII, withoutColor}, func(w *harness) {
			atServer("web-server-01", "3", "r")(w)
			w.Type("web-server-01")
		}},
		{"restore-pasted", everySize, nil, func(w *harness) {
			atServer("web-server-01", "3", "r")(w)
			w.Paste("web-server-01\n")
		}},
		{"restore-not-named", []size{small, standard}, nil, func(w *harness) {
			atServer("web-server-01", "3", "r")(w)
			w.Type("web-server-0")
			w.Press("enter")
		}},
		{"restore-no-room", ends, nil, atServer("db-server-01", "3", "r")},
		{"restore-backup", ends, nil, atServer("web-server-01", "2", "r")},
		{"delete", all, nil, atServer("web-server-01", "2", "j", "d")},
		{"delete-newest", ends, nil, atServer("web-server-01", "2", "d")},
		{"delete-last", ends, nil, atServer("legacy-app", "2", "d")},
	} {
		l.check(t)
	}
}

func TestFormsMatchGolden(t *testing.T) {
	t.Parallel()
	all, ends := []size{small, standard, large}, []size{small, large}
	for _, l := range []screenCase{
		{"snapshot-form", all, nil, atServer("web-server-01", "s")},
		{"snapshot-form-invalid", ends, nil,
			func(w *harness) { atServer("web-server-01", "s")(w); w.Type("before update"); w.Press("enter") }},
		{"snapshot-form-empty", ends, nil, atServer("web-server-01", "s", "ctrl+u", "enter")},
		{"snapshot-form-suspended", everySize, nil, atServer("legacy-app", "s")},
		{"snapshot-form-second-field", ends, nil, func(w *harness) {
			atServer("web-server-01", "s")(w)
			w.Type("before-update")
			w.Press("enter")
			w.Type("New kernel")
		}},
		{"backup-form", all, nil, atServer("web-server-01", "b")},
	} {
		l.check(t)
	}
}

func TestSheetsMatchGolden(t *testing.T) {
	t.Parallel()
	all, ends := []size{small, standard, large}, []size{small, large}
	for _, l := range []screenCase{
		{"help", everySize, nil, press("?")},
		{"help-search", everySize, nil, press("?", "/", "r", "e", "s", "t")},
		{"help-activity", []size{standard}, nil, press("A", "?")},
		{"help-scrolled", []size{small}, nil, press("?", "ctrl+d")},
		{"help-read-only", []size{large}, []option{readOnly}, press("?")},
		{"server-page", all, nil, atServer("web-server-01", "enter")},
		{"server-page-empty", []size{standard}, nil, atServer("db-server-02", "enter")},
		{"backup-details", ends, nil, atServer("web-server-01", "2", "enter")},
		{"snapshot-details", ends, nil, atServer("web-server-01", "3", "enter")},
		{"failed-details", []size{standard}, nil, atServer("ci-runner-02", "2", "enter")},
		{"running-details", []size{standard}, nil, atServer("web-server-02", "3", "enter")},
	} {
		l.check(t)
	}
}

func TestLoginMatchesGolden(t *testing.T) {
	t.Parallel()
	all, ends, sides := []size{small, standard, large}, []size{small, large}, []size{standard, large}
	token := func(text string) func(*harness) {
		return func(w *harness) {
			w.Press("enter")
			w.Type(text)
		}
	}
	for _, l := range []screenCase{
		{"login", all, []option{unauthenticated(nil)}, nil},
		{"token", all, []option{unauthenticated(nil)}, token("vps_secret")},
		{"token-spaced", ends, []option{unauthenticated(nil)}, token("vps secret")},
		{"token-refused", []size{small}, []option{unauthenticated(nil)},
			func(w *harness) { token("vps_wrong")(w); w.Press("enter") }},
		{"keep", sides, []option{unauthenticated(nil)}, func(w *harness) { token(liveToken)(w); w.Press("enter") }},
		{"token-expired", sides, []option{withAccess(nil)}, func(w *harness) {
			w.account.InjectFault("GET /: status 401")
			w.Advance(20 * time.Second)
		}},
	} {
		l.check(t)
	}
}
