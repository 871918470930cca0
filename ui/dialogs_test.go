package ui_test

import (
	"testing"
	"time"
)

// at puts the cursor on a server and presses keys; a question that they open listens.
func at(server string, keys ...string) func(*world) {
	return func(w *world) {
		w.choose(server)
		w.Press(keys...)
		w.wake()
	}
}

func TestEveryQuestionLooksAsApproved(t *testing.T) {
	all, ends := []size{small, usual, large}, []size{small, large}
	for _, l := range []look{
		{"restore", all, nil, at("web-server-01", "3", "r")},
		{"restore-named", all, nil, func(w *world) {
			at("web-server-01", "3", "r")(w)
			w.Type("web-server-01")
			w.Press("tab")
		}},
		{"restore-not-named", []size{small, usual}, nil, func(w *world) {
			at("web-server-01", "3", "r")(w)
			w.Type("web-server-0")
			w.Press("tab", "enter")
		}},
		{"restore-no-room", ends, nil, at("db-server-01", "3", "r")},
		{"restore-backup", ends, nil, at("web-server-01", "2", "r")},
		{"delete", all, nil, at("web-server-01", "2", "j", "d")},
		{"delete-newest", ends, nil, at("web-server-01", "2", "d")},
		{"delete-last", ends, nil, at("legacy-app", "2", "d")},
	} {
		l.check(t)
	}
}

func TestEveryFormLooksAsApproved(t *testing.T) {
	all, ends := []size{small, usual, large}, []size{small, large}
	for _, l := range []look{
		{"snapshot-form", all, nil, at("web-server-01", "s")},
		{"snapshot-form-invalid", ends, nil, func(w *world) { at("web-server-01", "s")(w); w.Type("before update") }},
		{"snapshot-form-empty", ends, nil, at("web-server-01", "s", "enter")},
		{"snapshot-form-second-field", ends, nil, func(w *world) {
			at("web-server-01", "s")(w)
			w.Type("before-update")
			w.Press("enter")
			w.Type("New kernel")
		}},
		{"backup-form", all, nil, at("web-server-01", "b")},
	} {
		l.check(t)
	}
}

func TestEverySheetLooksAsApproved(t *testing.T) {
	all, ends := []size{small, usual, large}, []size{small, large}
	for _, l := range []look{
		{"help", all, nil, press("?")},
		{"help-scrolled", []size{small}, nil, press("?", "ctrl+d")},
		{"help-read-only", []size{large}, []option{readOnly}, press("?")},
		{"server-page", all, nil, at("web-server-01", "enter")},
		{"server-page-empty", []size{usual}, nil, at("db-server-02", "enter")},
		{"backup-details", ends, nil, at("web-server-01", "2", "enter")},
		{"snapshot-details", ends, nil, at("web-server-01", "3", "enter")},
		{"failed-details", []size{usual}, nil, at("ci-runner-02", "2", "enter")},
		{"running-details", []size{usual}, nil, at("web-server-02", "3", "enter")},
	} {
		l.check(t)
	}
}

func TestEveryStepOfTheLoginLooksAsApproved(t *testing.T) {
	all, ends, sides := []size{small, usual, large}, []size{small, large}, []size{usual, large}
	token := func(text string) func(*world) {
		return func(w *world) {
			w.Press("enter")
			w.Type(text)
		}
	}
	for _, l := range []look{
		{"login", all, []option{stranger(nil)}, nil},
		{"token", all, []option{stranger(nil)}, token("vps_secret")},
		{"token-spaced", ends, []option{stranger(nil)}, token("vps secret")},
		{"token-refused", []size{small}, []option{stranger(nil)}, func(w *world) { token("vps_wrong")(w); w.Press("enter") }},
		{"keep", sides, []option{stranger(nil)}, func(w *world) { token(liveToken)(w); w.Press("enter") }},
		{"token-expired", sides, []option{withDoor(nil)}, func(w *world) {
			w.fault("GET /: status 401")
			w.Advance(20 * time.Second)
		}},
	} {
		l.check(t)
	}
}
