package ui_test

import (
	"strings"
	"testing"
	"time"

	"vpsdeck/internal/lanes"
	"vpsdeck/ui"
)

// setRefusal makes the API refuse snapshots with these words.
func (h *harness) setRefusal(words string) {
	h.t.Helper()
	h.proxy.rewrite(strings.NewReplacer("Injected fault: Bad Request.", words).Replace)
	h.account.InjectFault("POST /snapshots/: status 400")
}

func TestALongNoticeIsReadable(t *testing.T) {
	t.Parallel()
	for _, s := range lanes.Rows([]size{{80, 24}, {108, 30}, {120, 40}, {80, 12}}) {
		t.Run(s.String(), func(t *testing.T) {
			t.Parallel()
			w := startApp(t, s.width, s.height)
			w.setRefusal("The plan of this account does not allow more than two snapshots while a migration is " +
				"planned; ask the support desk.")
			w.createSnapshot("web-server-01", "before-update")
			g := w.Screen()
			if text := strings.Join(strings.Fields(g.Text()), " "); !strings.Contains(text,
				"is planned; ask the support desk.") {
				t.Errorf("the reason is cut:\n%s", g.Text())
			}
			if _, _, there := g.Find("▌ web-server-01"); !there {
				t.Errorf("the row under the cursor is hidden:\n%s", g.Text())
			}
			requireAligned(t, g)
			w.Advance(time.Second)
			w.Press("j", "k")
			w.RequireNoText("support desk")
		})
	}
}

func TestTruncatedNoticeSaysWhereToReadIt(t *testing.T) {
	t.Parallel()
	w := startApp(t, 40, 12)
	w.setRefusal(strings.Repeat("All the reasons are told at length. ", 8) + "This is the last one.")
	w.createSnapshot("web-server-01", "before-update")
	w.RequireText("A shows all")
	requireAligned(t, w.Screen())
	w.skipInputDelay()
	w.Press("A") // the cursor is on what the notice was about, below what runs
	w.RequireText("▌ snapshot web-server-01", "web-server-01: not done: All", "space shows all")
	w.Press("space")
	w.RequireText("web-server-01: not done: All")
	w.Press("ctrl+d")
	w.RequireText("last one.")
}

func TestNoticeOfThreeFullLinesIsNotTruncated(t *testing.T) {
	t.Parallel()
	for extra := 14; extra < 22; extra++ { // 18 fill the line
		w := startApp(t, 40, 12)
		w.setRefusal(strings.Repeat("x", extra) + " and that was all.")
		w.createSnapshot("web-server-01", "before-update")
		if g := w.Screen(); !g.Contains("all.") && !g.Contains("A shows all") || g.Contains("all.") &&
			g.Contains("A shows all") {
			t.Errorf("%d more characters:\n%s", extra, g.Text())
		}
	}
}

func TestAWarningCanBeReadAgain(t *testing.T) {
	t.Parallel()
	w := startApp(t, 40, 12)
	w.selectServer("db-server-02")
	w.Press("3", "enter")
	w.RequireText("▲ there is no snapshot under the")
	w.Advance(time.Minute)
	w.RequireNoText("there is no snapshot")
	w.Press("A", "/")
	w.Type("no snapshot")
	w.RequireText("notice", "▲ there is no snapshot under")
	w.Press("enter", "enter") // it has no server to go to, so that it is shown in full
	w.RequireText("╭─ notice ─", "there is no snapshot under the")
}

func TestRemappedActionKeysExplainReadOnly(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24, readOnly, withOptions(func(o *ui.Options) {
		if err := o.Keys.Remap(map[string][]string{"action.snapshot": {"X"}}); err != nil {
			t.Fatal(err)
		}
	}))
	w.Press("s")
	w.RequireNoText("actions are disabled")
	for _, key := range []string{"X", "b", "r", "d", "c"} {
		w.Press(key)
		w.requireRefused("This session is read-only: actions are disabled.")
	}
	w.requireActions()
}

func TestActivityShowsOperationsInFullOnASmallScreen(t *testing.T) {
	t.Parallel()
	w := startApp(t, 40, 12)
	w.Press("A")
	requireWrapped := func(text string) {
		t.Helper()
		if g := w.Screen(); !strings.Contains(withoutFrame(g.Text()), text) {
			t.Errorf("the screen does not show %q:\n%s", text, g.Text())
		}
	}
	requireWrapped("◐ restore onto web-server-03: just found, no estimate")
	w.Press("j")
	requireWrapped("◐ snapshot before-nginx-update of web-server-02: 2 m, usually 3–10 m")
	w.Press("space")
	requireWrapped("◐ snapshot before-nginx-update of web-server-02: 2 m, usually 3–10 m")
}

// withoutFrame is a text of the screen in one line, without borders.
func withoutFrame(text string) string {
	words := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("│╭╮╰╯─ \n", r) })
	return strings.Join(words, " ")
}
