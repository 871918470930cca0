package ui_test

import (
	"strings"
	"testing"
	"time"

	"vpsdeck/internal/lanes"
	"vpsdeck/internal/terminal"
	"vpsdeck/model"
	"vpsdeck/ui"
	"vpsdeck/ui/dialog"
)

// detailsBox returns the text of the details box; "" if it is not shown.
func detailsBox(g terminal.Grid) string {
	_, height := g.Size()
	var lines []string
	for y := range height {
		line := []rune(g.Line(y))
		switch {
		case strings.HasPrefix(string(line), "╭─ Details"):
			lines = []string{""}
			fallthrough
		case len(lines) > 0 && !strings.HasPrefix(string(line), "╰"):
			left, _, _ := strings.Cut(strings.TrimPrefix(string(line), "│"), "│")
			lines = append(lines, strings.TrimSpace(left))
		case len(lines) > 0:
			return strings.Join(lines, "\n")
		}
	}
	return ""
}

func (h *harness) requireDetails(texts ...string) {
	h.t.Helper()
	box := detailsBox(h.Screen())
	for _, text := range texts {
		if !strings.Contains(box, text) {
			h.t.Errorf("the details do not say %q:\n%s", text, h.Screen().Text())
		}
	}
}

func TestDetailsMatchGolden(t *testing.T) {
	t.Parallel()
	sizes := []size{large, wider}
	for _, l := range []screenCase{
		{"details-of-a-snapshot", sizes, nil, func(w *harness) {
			w.selectServer("db-server-01")
			w.Press("3", "j")
			w.Advance(200 * time.Millisecond)
		}},
		{"details-of-a-failure", sizes, nil, func(w *harness) { w.selectServer("ci-runner-02") }},
		{"details-overdue", sizes, nil, func(w *harness) { w.selectServer("legacy-app") }},
		{"details-unknown", []size{large}, []option{withFault("GET /snapshots/: status 503")}, nil},
		{"details-ascii", []size{wider}, []option{withASCII}, func(w *harness) { w.selectServer("web-server-01") }},
	} {
		l.check(t)
	}
}

func TestDetailsSayWhyAServerIsAtRiskAndWhatItMustHave(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	w.selectServer("legacy-app")
	w.requireDetails("Details legacy-app #12356", "▲ The newest backup is 21 d",
		"policy   a backup at most 1 d 2 h old", "address  203.0.113.21",
		"system ", "plan ", "expires ", "newest   manual")
	w.selectServer("web-server-01")
	w.requireDetails("✓ Meets its policy.", "expires  next in 11 h", "newest   automatic")
}

// The details follow the first step at once. While the cursor moves on, they stay with the server
// that they name, until it rests.
func TestDetailsFollowTheFirstStepAndTheRest(t *testing.T) {
	t.Parallel()
	for name, pane := range map[string]string{"servers": "1", "points of all servers": "2"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 120, 40)
			w.Press("a", pane, "g")
			before := detailsBox(w.Screen())
			w.Press("j")
			if now := detailsBox(w.Screen()); now != before || before == "" {
				t.Errorf("the details came in the frame of the cursor:\n%s", now)
			}
			w.Advance(25 * time.Millisecond)
			first := detailsBox(w.Screen())
			if first == before {
				t.Errorf("the details have not followed the first step:\n%s", first)
			}
			for range 4 { // held
				w.Press("j")
				w.Advance(100 * time.Millisecond)
			}
			if now := detailsBox(w.Screen()); now != first {
				t.Errorf("the details have followed too early:\n%s", now)
			}
			w.Advance(50 * time.Millisecond)
			if now := detailsBox(w.Screen()); now == first {
				t.Errorf("the details have not followed:\n%s", now)
			}
		})
	}
}

func TestDetailsShowALongDescriptionInFull(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	words := make([]string, 80)
	for i := range words {
		words[i] = string(rune('a'+i%26)) + "word"
	}
	long := strings.Join(words, " ")
	w.mustAccept(w.otherClient.CreateSnapshot(t.Context(), w.serverID("mail-01"), "long", long))
	w.Press("R")
	w.selectServer("mail-01")
	w.Press("3")
	w.requireDetails("snapshot long")
	if box := strings.Join(strings.Fields(detailsBox(w.Screen())), " "); !strings.Contains(box, long) {
		t.Errorf("the description is cut:\n%s", w.Screen().Text())
	}
}

func TestCoverageOfAnIncompleteListIsUnknownInDetails(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40, withFault("GET /backups/: status 503"))
	w.requireDetails("Coverage unknown")
	if box := detailsBox(w.Screen()); strings.Contains(box, "Meets") || !strings.Contains(box, "expires  not known") {
		t.Errorf("what is not known is shown as fine:\n%s", box)
	}
}

func TestDetailsDescribeThePolicy(t *testing.T) {
	t.Parallel()
	policies := model.Policies{
		{Server: "web-*", Policy: model.Policy{Backups: model.Requirement{Min: 3, MaxAge: 48 * time.Hour},
			Snapshots: model.Requirement{Min: 1}}},
		{Policy: model.Policy{}},
	}
	w := startApp(t, 200, 60, withOptions(func(o *ui.Options) { o.Profile.Policies = policies }))
	w.selectServer("web-server-01")
	w.requireDetails("policy   3 backups, the newest at most 2 d old; a snapshot of any age")
	w.selectServer("mail-01")
	w.requireDetails("policy   requires nothing")
}

func TestDetailsNeedRoom(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	for s, want := range map[size]bool{{110, 36}: true, {109, 60}: false, {120, 35}: false, {200, 60}: true} {
		w.Resize(s.width, s.height)
		if got := w.Screen().Contains("─ Details "); got != want {
			t.Errorf("%s: details shown: %t", s, got)
		}
	}
}

func TestTheLastDaysNeedAWideScreen(t *testing.T) {
	t.Parallel()
	w := startApp(t, 149, 40, withMouse)
	w.RequireNoText("LAST 14 DAYS")
	w.Resize(150, 40)
	w.RequireText("LAST 14 DAYS", "◆◆◆◆◆◆◆◆◆◆◆◆◆✗", "·····▼·◆◆◆◆◆◆◆")
	w.ClickOn("SNAPSHOT COVERAGE") // a wider heading elsewhere
	w.RequireText("SNAPSHOT ↑", "LAST 14 DAYS")
}

func TestTheLastDaysAreToldApartInASCIIAndWithoutColor(t *testing.T) {
	t.Parallel()
	w := startApp(t, 160, 50, withASCII, withoutColor)
	w.RequireText("aaaaaaaaaaaaaX", "-----s-aaaaaaa", "--------------")
}

func TestTheLastDaysOfAnIncompleteListAreNotShown(t *testing.T) {
	t.Parallel()
	w := startApp(t, 160, 50, withFault("GET /snapshots/: status 503"))
	w.RequireText("LAST 14 DAYS")
	w.RequireNoText("◆◆◆◆◆◆◆ │")
}

func TestListsSayWhereTheCursorIs(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24)
	w.RequireText(" 1/12 ▾ more ─╯")
	w.Press("j", "j")
	w.RequireText(" 3/12 ▾ more ─╯")
	w.Press("G")
	w.RequireText(" 12/12 ▴ more ─╯")
	w.Resize(120, 40)
	w.RequireText(" 12/12 ─╯")
	w.Press("/")
	w.Type("web")
	w.RequireText(" 3/3 ─╯")
}

func TestSheetsAreAsWideAsTheirContent(t *testing.T) {
	t.Parallel()
	w := startApp(t, 200, 60)
	boxWidth := func(title string) int {
		g := w.Screen()
		x, y, found := g.Find("╭─ " + title)
		if !found {
			t.Fatalf("there is no %s:\n%s", title, g.Text())
		}
		end := x + 1
		for g.Cell(end, y).Content != "╮" {
			end++
		}
		return end - x + 1
	}
	w.selectServer("web-server-01")
	w.Press("3", "enter")
	if n := boxWidth("Snapshot #801"); n > 60 {
		t.Errorf("the sheet of a snapshot is %d cells wide", n)
	}
	w.Press("esc", "?")
	if n := boxWidth("Keys"); n < 90 || n > 140 {
		t.Errorf("the help is %d cells wide", n)
	}
}

// A notice that arrives while a dialog is open is readable: the dialog makes room for it.
func TestNoticesAreNeverUnderADialog(t *testing.T) {
	t.Parallel()
	for name, open := range lanes.Table(map[string]func(*harness){
		"form":    atServer("web-server-01", "s"),
		"confirm": atServer("web-server-01", "3", "r"),
		"help":    press("?"),
		"palette": press(":"),
	}) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 80, 24)
			open(w)
			w.Advance(dialog.InputDelay)
			text := strings.TrimSpace(strings.Repeat("something has happened meanwhile ", 6)) + " END"
			w.send(ui.NoticeMsg{Text: text})
			w.RequireText("END")
			requireAligned(t, w.Screen())
		})
	}
}
