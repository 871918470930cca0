package ui_test

import "testing"

func TestKindsMatchGolden(t *testing.T) {
	t.Parallel()
	for _, l := range []screenCase{
		{"kinds", everySize, nil, press("s", "ctrl+o")},
		{"kinds-ascii", []size{standard}, []option{withASCII, withoutColor}, press("s", "ctrl+o")},
		{"kinds-scrolled", []size{small}, nil, press("?", "ctrl+o", "G")},
	} {
		l.check(t)
	}
}

func TestFormsAndHelpSayWhichKindIsForWhat(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	for _, keys := range [][]string{{"s"}, {"b"}, {"*", "b"}, {"?"}} {
		w.Press(keys...)
		w.RequireText("ctrl+o")
		behind := w.Screen().Text()
		w.Press("ctrl+o")
		w.RequireText("Backup or snapshot?", "As the provider's documentation says", "disaster recovery", "Recommended")
		w.Press("esc")
		if got := w.Screen().Text(); got != behind {
			t.Errorf("after %q and the sheet:\n%s\nwant\n%s", keys, got, behind)
		}
		w.Press("esc", "esc")
	}
	w.requireActions()
}

func TestKindsKeepWhatWasTyped(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24)
	w.selectServer("web-server-01")
	w.Press("s")
	w.Type("before-update")
	w.Press("ctrl+o", "j", "ctrl+o")
	w.RequireText("New snapshot of web-server-01", "before-update")
	w.Press("ctrl+s")
	w.requireActions(`POST /snapshots/ {"server_id":12345,"name":"before-update"}`)
}
