package ui_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"vpsdeck/internal/lanes"
	"vpsdeck/ui"
)

func TestCopyMatchesGolden(t *testing.T) {
	t.Parallel()
	for _, l := range []screenCase{
		{"copy-server", everySize, nil, atServer("web-server-01", "y")},
		{"copy-backup", []size{standard}, nil, atServer("web-server-01", "2", "y")},
	} {
		l.check(t)
	}
}

// copied fails the test unless these texts were sent to the clipboard since the last call.
func (h *harness) requireCopied(want ...string) {
	h.t.Helper()
	h.Screen()
	if got := h.recorder.clipboard; !slices.Equal(got, want) {
		h.t.Errorf("copied: %q, want %q", got, want)
	}
	h.recorder.clipboard = nil
}

func TestAKeyCopiesTheIDAndASecondOneMore(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	w.selectServer("web-server-01")
	for _, c := range []struct {
		keys   []string
		notice string
		want   []string
	}{
		{[]string{"y", "y"}, "", []string{"12345"}},
		{[]string{"y", "n"}, "name of server #12345 sent to the terminal", []string{"12345", "web-server-01"}},
		{[]string{"y", "a"}, "address of server #12345 sent", []string{"12345", "203.0.113.10"}},
		{[]string{"3", "y", "n"}, "name of snapshot #801 sent", []string{"801", "pre-migration-snapshot"}},
		{[]string{"y", "d"}, "description of snapshot #801 sent", []string{"801", "Before major migration"}},
		{[]string{"y", "a"}, "address of snapshot #801 sent", []string{"801", "203.0.113.10"}},
		{[]string{"2", "y", "n"}, "backup #501 has no name", []string{"501"}},
	} {
		w.Press(c.keys...)
		w.RequireText(c.notice)
		w.RequireNoText("─ Copy ─")
		w.requireCopied(c.want...)
	}
	w.Press("y", "c")
	w.RequireText("curl of backup #501 sent")
	got := w.recorder.clipboard[1]
	if want := `curl -sS -H "Authorization: Bearer $VPS_API_TOKEN" '` + w.url +
		`/backups/?server_id=12345'`; got != want {
		t.Errorf("copied %q, want %q", got, want)
	}
	w.requireActions()
}

func TestJSONIsCopiedWhenItArrives(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	w.selectServer("web-server-01")
	w.proxy.slowDown(5*time.Second, "GET /servers/")
	w.Press("y", "J")
	w.requireCopied("12345")
	w.Advance(6 * time.Second)
	w.RequireText("JSON of server #12345 sent to the terminal")
	if got := w.recorder.clipboard; len(got) != 1 || !strings.Contains(got[0], "\"id\": 12345,\n") {
		t.Errorf("copied: %q", got)
	}
	w.Press("J") // its answer is shown, and not copied
	w.Advance(6 * time.Second)
	w.RequireText(`"id": 12345,`)
	w.Press("esc")
	w.account.InjectFault("GET /servers/: status 500")
	w.recorder.clipboard = nil
	w.Press("y", "J")
	w.Advance(time.Minute)
	w.RequireText("JSON of server #12345 not copied")
	w.requireCopied("12345")
}

func TestCopyWithoutARowSaysSo(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24, withServers(-1))
	w.Press("y")
	w.RequireText("there is no server and no restore point under the cursor")
	w.requireCopied()
}

func TestRowMenuMatchesGolden(t *testing.T) {
	t.Parallel()
	for _, l := range []screenCase{
		{"row-menu", everySize, nil, atServer("db-server-01", "x")},
		{"row-menu-point", []size{standard}, nil, atServer("web-server-03", "3", "x")},
		{"row-menu-read-only", []size{standard}, []option{readOnly}, atServer("web-server-01", "x")},
		{"row-menu-marked", []size{standard}, nil, func(w *harness) {
			markServers("mail-01", "vpn-gw")(w)
			w.Press("x")
		}},
	} {
		l.check(t)
	}
}

func TestTheRowMenuDoesWhatTheKeyDoes(t *testing.T) {
	t.Parallel()
	for _, key := range lanes.Rows([]string{"s", "b", "r", "c", "J", "W", "space", "y"}) {
		t.Run(key, func(t *testing.T) {
			t.Parallel()
			byKey, byMenu := startApp(t, 80, 24), startApp(t, 80, 24)
			for _, w := range []*harness{byKey, byMenu} {
				w.selectServer("web-server-01")
			}
			byKey.Press(key)
			byMenu.Press("x", key)
			if want, got := maskPort(byKey.Screen().Text()), maskPort(byMenu.Screen().Text()); got != want {
				t.Errorf("by its key:\n%s\nby the menu:\n%s", want, got)
			}
		})
	}
}

func TestChoiceForARowThatIsGoneDoesNotActOnTheNext(t *testing.T) {
	t.Parallel()
	for name, c := range lanes.Table(map[string]struct {
		offer  func(*harness)
		choose string
	}{
		"in the row's menu": {press("x"), "d"},
		"in the palette":    {typeInPalette("delete"), "enter"},
	}) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 120, 40)
			atServer("web-server-01", "2", "j")(w)
			w.requirePoint("Backup #495")
			c.offer(w)
			w.must(w.otherClient.DeleteBackup(t.Context(), "495"))
			w.Advance(20 * time.Second)
			w.Press(c.choose)
			w.RequireText("backup #495 is no longer under the cursor: nothing was done")
			w.RequireNoText("Delete for good")
			w.Press("d")
			w.RequireText("Delete for good")
			w.requireActions()
		})
	}
}

func TestKeysTypedAfterAChoiceGoToItsForm(t *testing.T) {
	t.Parallel()
	for name, c := range lanes.Table(map[string]struct {
		offer  func(*harness)
		choose string
	}{
		"in the row's menu": {press("x"), "s"},
		"of a key's name":   {typeInPalette("snapshot"), "enter"},
		"of a command":      {typeInPalette("snapshot web-server-01"), "enter"},
	}) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 120, 40)
			w.selectServer("web-server-01")
			c.offer(w)
			w.pressAtOnce(append([]string{c.choose}, strings.Split("before-big-change", "")...)...)
			w.RequireText("New snapshot of web-server-01", "› before-big-change")
			w.Press("esc")
			w.RequireNoText("New backup")
			w.requireActions()
		})
	}
}

func TestAnItemThatCannotActOpensTheRefusal(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	w.selectServer("db-server-01")
	w.Press("x")
	w.RequireText("✗ db-server-01 has 5 of 5 snapshots used")
	w.Press("s")
	w.requireRefused("db-server-01 has 5 of 5 snapshots used.")
	w.Press("x", "esc", "x", "x")
	w.RequireNoText("─ db-server-01 · server #12346")
	w.Press("x", "down", "down", "enter") // the third is restore
	w.RequireText("Restore overwrites the disk")
	w.requireActions()
}

func TestReadOnlyRowMenuStartsNothing(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24, readOnly)
	w.selectServer("web-server-01")
	w.Press("x", "s")
	w.requireRefused("This session is read-only: actions are disabled.")
	w.requireActions()
}

func TestThePanelIsALinkWithoutABrowser(t *testing.T) {
	t.Parallel()
	named := func(s *setup) { s.namedHost = true }
	w := startApp(t, 80, 24, named)
	w.selectServer("web-server-01")
	w.Press("W")
	w.RequireText("─ Provider's panel ─", "https://admin.vps.org/")
	w.Press("W")
	w.RequireNoText("─ Provider's panel ─")
	pattern := withOptions(func(o *ui.Options) { o.Profile.PanelURL = "https://panel.example.com/vps/{id}/#top" })
	w = startApp(t, 80, 24, named, pattern)
	w.selectServer("web-server-01")
	w.Press("2", "W")
	if view := w.lastView().Content; !strings.Contains(view, "\x1b]8;;https://panel.example.com/vps/12345/#top") {
		t.Errorf("it is not a link: %q", view)
	}
	w = startApp(t, 80, 24)
	w.Press("W")
	w.RequireText("set panel_url in the config")
}
