package ui_test

import (
	"strings"
	"testing"
	"time"

	"vpsdeck/internal/lanes"
	"vpsdeck/internal/terminal"
	"vpsdeck/model"
	"vpsdeck/ui/widget"
)

// openPage opens a server's page and presses keys.
func openPage(server string, keys ...string) func(*harness) {
	return func(w *harness) {
		w.selectServer(server)
		w.Press("enter")
		w.Press(keys...)
	}
}

// removeServer removes a server from the account between two polls: the API lists it under another
// ID.
func removeServer(w *harness, id string) {
	w.proxy.rewrite(func(answer string) string { return strings.ReplaceAll(answer, id, "99"+id) })
	w.advanceHidden(21 * time.Second)
}

func TestServerPageMatchesGolden(t *testing.T) {
	t.Parallel()
	all, sides := []size{small, standard, large}, []size{standard, large}
	for _, l := range []screenCase{
		{"page", all, nil, openPage("web-server-01", "j")},
		{"page-of-a-failure", []size{small, standard}, nil, openPage("ci-runner-02")},
		{"page-full", sides, nil, openPage("staging-01")},
		{"page-at-work", sides, nil, openPage("web-server-02")},
		{"page-empty", all, nil, openPage("db-server-02")},
		{"page-vanished", all, nil, func(w *harness) { openPage("db-server-02")(w); removeServer(w, "12347") }},
		{"page-filtered", []size{small, standard}, nil,
			func(w *harness) { openPage("web-server-01", "/")(w); w.Type("type:manual pre") }},
		{"page-filtered-to-nothing", []size{standard}, nil,
			func(w *harness) { openPage("web-server-01", "/")(w); w.Type("zebra"); w.Press("enter") }},
		{"page-marked", []size{small, standard}, nil, openPage("web-server-01", "space", "space", "j")},
		{"page-error-with-data", []size{standard}, nil, func(w *harness) {
			openPage("web-server-01")(w)
			w.account.InjectFault("GET /snapshots/: status 503")
			w.advanceHidden(20 * time.Second)
		}},
		{"page-ascii", []size{standard}, []option{withASCII}, openPage("web-server-01", "j")},
	} {
		l.check(t)
	}
}

// timelineRow returns the row of the timeline and its symbols by column, counted from its first
// cell.
func timelineRow(t *testing.T, g terminal.Grid) (y, left, width int, glyphs map[int]string) {
	t.Helper()
	columns, height := g.Size()
	for y := range height {
		line := g.Line(y)
		if !strings.HasSuffix(strings.TrimRight(line, " │"), "┤") {
			continue
		}
		const edge = 3 // the border and two blanks
		glyphs := map[int]string{}
		for x := edge; x < columns; x++ {
			switch c := g.Cell(x, y).Content; c {
			case "┤":
				return y, edge, x - edge + 1, glyphs
			case "─", "┼":
			default:
				glyphs[x-edge] = c
			}
		}
	}
	t.Fatalf("there is no timeline:\n%s", g.Text())
	return 0, 0, 0, nil
}

// reversedColumns returns the columns of a row that are drawn in reverse.
func reversedColumns(g terminal.Grid, y int) []int {
	width, _ := g.Size()
	var out []int
	for x := range width {
		if g.Cell(x, y).Style.Reverse {
			out = append(out, x)
		}
	}
	return out
}

// allPoints returns a server's points, newest first, as another user sees them.
func (h *harness) allPoints(server model.ID) []model.Point {
	h.t.Helper()
	points := append(h.points(model.Backup, server), h.points(model.Snapshot, server)...)
	model.SortNewestFirst(points)
	return points
}

func pointSymbol(p model.Point) string {
	switch {
	case p.Status.Failed():
		return "✗"
	case p.Kind == model.Snapshot:
		return "▼"
	case p.Type == model.Manual:
		return "◇"
	}
	return "◆"
}

func TestTheTimelineIsDrawnToScale(t *testing.T) {
	t.Parallel()
	for name, id := range lanes.Table(map[string]model.ID{"web-server-01": "12345", "ci-runner-02": "12353",
		"staging-01": "12355"}) {
		for _, s := range lanes.Rows([]size{standard, large, larger}) {
			t.Run(name+"-"+s.String(), func(t *testing.T) {
				t.Parallel()
				w := startApp(t, s.width, s.height)
				openPage(name)(w)
				points := w.allPoints(id)
				_, _, width, glyphs := timelineRow(t, w.Screen())
				oldest := points[len(points)-1].CreatedAt
				span := startTime.Sub(oldest)
				places := map[int]bool{}
				for _, p := range points {
					at := int(float64(width-2) * float64(p.CreatedAt.Sub(oldest)) / float64(span))
					if glyphs[at] == "" {
						t.Errorf("%s of %s should be at column %d of %d", p.Label(), p.CreatedAt, at, width)
					} else if !places[at] && len(glyphs) == len(points) && glyphs[at] != pointSymbol(p) {
						t.Errorf("%s is shown at column %d as %s, want %s", p.Label(), at, glyphs[at], pointSymbol(p))
					}
					places[at] = true
				}
				if len(places) != len(glyphs) {
					t.Errorf("%d places are marked, want %d", len(glyphs), len(places))
				}
			})
		}
	}
}

func TestTimelineShowsThePointUnderTheCursorAmongMany(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24)
	openPage("staging-01")(w)
	last := 1000
	for i, p := range w.allPoints("12355") {
		g := w.Screen()
		y, _, _, _ := timelineRow(t, g)
		at := reversedColumns(g, y)
		if len(at) != 1 {
			t.Fatalf("row %d: %d cells of the timeline are highlighted:\n%s", i, len(at), g.Styled())
		}
		if at[0] > last {
			t.Errorf("row %d is older than the one above it, but to its right", i)
		}
		if got := g.Cell(at[0], y).Content; got != pointSymbol(p) {
			t.Errorf("row %d, %s, is shown as %s, want %s", i, p.Label(), got, pointSymbol(p))
		}
		last = at[0]
		w.Press("j")
	}
}

func TestLongestGapCountsUsablePointsUpToNow(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	for server, id := range map[string]model.ID{"web-server-01": "12345", "ci-runner-02": "12353", "mail-01": "12348"} {
		openPage(server)(w)
		longest, after := time.Duration(0), w.account.Now()
		for _, p := range w.allPoints(id) {
			if p.Usable(w.account.Now()) {
				longest, after = max(longest, after.Sub(p.CreatedAt)), p.CreatedAt
			}
		}
		w.RequireText("longest gap " + widget.FormatDuration(longest))
		w.Press("esc")
	}
}

func TestPageExplainsTheCoverage(t *testing.T) {
	t.Parallel()
	for server, reasons := range lanes.Table(map[string][]string{
		"db-server-02": {"✗ no usable restore point"},
		"ci-runner-02": {"✗ the last backup, #", "failed", "▲ the newest backup is 1 d 12 h old: at most 1 d 2 h is " +
			"allowed"},
		"mail-01":      {"▲ the newest backup is 9 d 2 h old"},
		"db-server-01": {"▲ 5 of 5 snapshots: no room for another"},
		"staging-01":   {"▲ 10 of 10 manual backups: no room for another"},
	}) {
		t.Run(server, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 120, 40)
			openPage(server)(w)
			w.RequireText(reasons...)
		})
	}
}

func TestEachRowShowsTheDataLossOfARestore(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	openPage("web-server-01", "j")(w)
	w.requireCursor("▼ snapshot   pre-migration-snapshot                    ✓ completed   15 Jan 18:30   21 h 15 m   " +
		"5.0 GB  none stated")
	w.Press("enter")
	w.RequireText("Snapshot #801", "loses the last 21 h 15 m")
	w.Press("esc", "r")
	w.skipInputDelay()
	w.RequireText("everything written since 15 Jan 18:30 UTC (21 h 15 m)")
}

func TestEveryActionWorksFromThePage(t *testing.T) {
	t.Parallel()
	for name, c := range lanes.Table(map[string]struct {
		keys  []string
		do    func(*harness)
		sent  string
		shows string
	}{
		"a snapshot": {[]string{"s"}, func(w *harness) { w.Type("from-page"); w.Press("enter", "enter") },
			`POST /snapshots/ {"server_id":12345,"name":"from-page"}`, "▼ snapshot   from-page"},
		"a backup": {[]string{"b"}, func(w *harness) { w.Type("From the page"); w.Press("enter") },
			`POST /backups/ {"server_id":12345,"description":"From the page"}`, "◇ manual     From the page"},
		"a restore from a backup": {[]string{"j", "j", "r"},
			func(w *harness) { w.Type("web-server-01"); w.Press("shift+tab", "space", "tab", "enter") },
			`POST /servers/12345/restore/ {"backup_id":495}`, "◐ restoring"},
		"a restore from a snapshot": {[]string{"j", "r"},
			func(w *harness) { w.Type("web-server-01"); w.Press("shift+tab", "space", "tab", "enter") },
			`POST /snapshots/801/restore/`, "◐ restoring"},
		"a deletion": {[]string{"j", "d"}, func(w *harness) { w.Press("y", "enter") },
			`DELETE /snapshots/801/`, "#12345 · 9 restore points"},
	}) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 120, 40)
			openPage("web-server-01", c.keys...)(w)
			w.skipInputDelay()
			c.do(w)
			w.requireActions(c.sent)
			w.RequireText(c.shows, "web-server-01 #12345")
		})
	}
}

func TestADeletedPointLeavesThePageAndTheTimeline(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	openPage("web-server-01", "j")(w)
	_, _, _, before := timelineRow(t, w.Screen())
	w.deleteSelected()
	w.RequireText("web-server-01 #12345 · 9 restore points", "deleted")
	if _, _, _, after := timelineRow(t, w.Screen()); len(after) != len(before)-1 {
		t.Errorf("%d points are on the timeline, want %d", len(after), len(before)-1)
	}
	w.requireCursor("◆ automatic  Automatic daily backup                    ✓ completed   15 Jan 03:00")
}

func TestEmptyPageSaysHowToCreateTheFirstPoint(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	openPage("db-server-02")(w)
	w.RequireText("No restore points yet.", "s takes a snapshot, b a backup.", "#12347 · 0 restore points")
	for _, action := range []string{"r", "d"} {
		w.Press(action)
		w.requireRefused("There is no restore point under the cursor.")
	}
	w.Press("enter")
	w.RequireText("there is no restore point under the cursor")
	w.Press("s")
	w.Type("the-first")
	w.Press("enter", "enter")
	w.requireActions(`POST /snapshots/ {"server_id":12347,"name":"the-first"}`)
	w.RequireText("1 restore point ─", "▼ snapshot   the-first", "◐ creating")
	w.advanceHidden(15 * time.Minute)
	w.RequireText("✓ completed")
	w.RequireNoText("there is no restore point that can be gone back to")
}

func TestPageOfRemovedServerSaysSoAndDoesNothing(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	openPage("db-server-02")(w)
	removeServer(w, "12347")
	w.RequireText("This server no longer exists.", "esc goes back.")
	for _, action := range []string{"s", "b"} {
		w.Press(action)
		w.requireRefused("There is no server under the cursor.")
		w.RequireText("This server no longer exists.")
	}
	w.Press("esc")
	w.RequireText("Servers 12")
	w.requireActions()
}

func TestEscapeUndoesOneStepAtATimeOnThePage(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	openPage("web-server-01", "/")(w)
	w.Type("snapshot")
	w.RequireText("/snapshot", "pre-migration-snapshot")
	w.Press("esc")
	w.RequireText("Automatic daily backup", "#12345")
	w.Press("/")
	w.Type("weekly")
	w.Press("enter", "space")
	w.RequireText("1 marked", "/weekly  esc clears")
	w.Press("esc")
	w.RequireText("/weekly  esc clears")
	w.RequireNoText("1 marked")
	w.Press("esc")
	w.RequireText("Automatic daily backup", "#12345")
	w.RequireNoText("/weekly")
	w.Press("esc")
	w.RequireText("Servers 12")
	w.RequireNoText("10 restore points")
}

func TestThePageIsFilteredAndOrdered(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	openPage("web-server-01", "/")(w)
	w.Type("kind:snapshot age>7d")
	w.RequireText("weekly-snapshot-2025-01-08")
	w.RequireNoText("pre-migration-snapshot", "Automatic daily backup")
	if _, _, _, glyphs := timelineRow(t, w.Screen()); len(glyphs) != 1 {
		t.Errorf("the timeline shows %v, not the filtered point alone", glyphs)
	}
	w.Press("esc", "O")
	w.RequireText("oldest first", "CREATED UTC ↑")
	w.Press("g")
	w.requireCursor("▼ snapshot   weekly-snapshot-2025-01-08")
	w.Press("o", "s")
	w.RequireText("ordered by size, largest first", "SIZE ↓")
	w.Press("g")
	w.requireCursor("▼ snapshot   pre-migration-snapshot")
	w.Press("o", "c", "g")
	w.requireCursor("◆ automatic  Automatic daily backup                    ✓ completed   16 Jan 03:00")
}

func TestThePageIsUsedWithTheMouse(t *testing.T) {
	t.Parallel()
	for _, s := range lanes.Rows([]size{small, standard, large}) {
		t.Run(s.String(), func(t *testing.T) {
			t.Parallel()
			w := startApp(t, s.width, s.height, withMouse)
			openPage("web-server-01")(w)
			w.ClickOn("pre-m")
			w.requirePoint("Snapshot #801")
			x, y, _ := w.Screen().Find("pre-m")
			w.Click(x, 1) // clicks on the frame, the details and the timeline do nothing
			w.ClickOn("203.0.113.10")
			w.requirePoint("Snapshot #801")
			w.ClickOn("CREATED")
			w.RequireText("CREATED UTC ↑")
			w.Wheel(x, y, 9)
			w.RequireText("16 Jan 03:00")
			w.Wheel(x, y, -9)
			w.RequireText("8 Jan 12:00")
		})
	}
}

func TestAPanesKeyLeavesThePage(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"1", "2", "3", "tab"} {
		w := startApp(t, 80, 24)
		openPage("web-server-01")(w)
		w.Press(key)
		w.RequireText("Servers 12", "Backups web-server-01")
	}
}

func TestReadOnlyPageOffersNoAction(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40, readOnly)
	openPage("web-server-01")(w)
	w.RequireNoText("r restore", "d delete", "s snapshot", "b back up")
	for _, action := range []string{"s", "b", "r", "d"} {
		w.Press(action)
		w.requireRefused("This session is read-only: actions are disabled.")
	}
	w.requireActions()
}

// The keys that leave a page stay with its server: the snapshots of another one would be offered for
// deletion.
func TestAServerFromThePaletteKeepsTheFollowingKeys(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	w.selectServer("web-server-01")
	w.Press("/")
	w.Type("web") // hides the other server
	w.Press("enter", ":")
	w.Type("db-server-01")
	w.Press("enter")
	w.RequireText("╭─ db-server-01 #12346")
	w.Press("3")
	w.RequireText("Snapshots db-server-01")
	w.Press("G", "d")
	w.RequireText("of db-server-01?")
}

func TestASingleRestorePointIsCountedAsOne(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24)
	atServer("legacy-app", "enter")(w)
	w.RequireText("legacy-app #12356 · 1 restore point ─")
}
