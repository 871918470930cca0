package ui_test

import (
	"strings"
	"testing"
	"time"

	"vpsdeck/ui/dialog"
)

// clickButton clicks a button of the open dialog, which it finds by its word on the line of the
// buttons.
func (h *harness) clickButton(word string) {
	h.t.Helper()
	g := h.Screen()
	_, y, found := g.Find("Cancel  ")
	x := strings.Index(g.Line(max(y, 0)), word)
	if !found || x < 0 {
		h.t.Fatalf("there is no button %q:\n%s", word, g.Text())
	}
	h.Click(len([]rune(g.Line(y)[:x])), y)
}

func TestAClickFocusesAndSelects(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 30, withMouse)
	w.ClickOn("web-server-01")
	w.requireCursor("web-server-01")
	w.RequireText("Backups web-server-01")
	w.ClickOn("manual     ✓ completed   4.4 GB    2 d ago")
	w.requirePoint("Backup #499")
	w.ClickOn("weekly-snapshot")
	w.requirePoint("Snapshot #798")
	w.ClickOn("NAME")
	w.Click(5, 25)
	w.requireCursor("web-server-01")
}

func TestAClickOnATabFocusesIt(t *testing.T) {
	t.Parallel()
	w := startApp(t, 40, 12, withMouse)
	w.selectServer("web-server-01")
	for tab, shows := range map[string]string{"Snapshots": "pre-migration", "Backups": "automatic",
		"Servers": "web-server-01"} {
		w.ClickOn(tab)
		w.RequireText("▸ "+tab, shows)
	}
}

func TestTheWheelScrollsThePaneUnderIt(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 12, withMouse)
	w.requireCursor("db-server-02")
	w.Wheel(5, 5, 1) // three lines: the cursor stays in sight
	w.RequireNoText("db-server-02  ●", "legacy-app")
	w.requireCursor("mail-01")
	w.Wheel(5, 5, 20)
	w.RequireText("web-server-03")
	w.Wheel(5, 5, -20)
	w.RequireText("db-server-02")
	w.selectServer("web-server-01")
	w.Wheel(100, 3, 1) // the backups, which have not the focus
	w.requireCursor("web-server-01")
	w.RequireNoText("12 h ago")
	all := startApp(t, 120, 40, withMouse)
	all.Wheel(5, 5, 3) // all rows are in sight
	all.requireCursor("db-server-02")
}

func TestAClickOnAHeadingOrders(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 30, withMouse)
	w.ClickOn("NAME")
	w.RequireText("NAME ↑", "ordered by name, from A to Z")
	w.ClickOn("NAME")
	w.RequireText("NAME ↓", "╭─ Servers") // reversed, and not opened by the second click
	w.selectServer("web-server-01")
	w.ClickOn("SIZE")
	w.RequireText("SIZE ↓", "NAME ↓")
	w.Press("1", "enter")
	w.ClickOn("DATA LOSS")
	w.ClickOn("DATA LOSS")
	w.RequireText("DATA LOSS ↓", "╭─ web-server-01 #12345")
	w.RequireNoText("description")
}

func TestADoubleClickOpens(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 30, withMouse)
	w.ClickOn("mail-01  ")
	w.Advance(time.Second)
	w.ClickOn("mail-01  ") // too late
	w.RequireText("╭─ Servers")
	w.ClickOn("cache-01  ")
	w.ClickOn("mail-01  ") // another row
	w.RequireText("╭─ Servers")
	w.ClickOn("mail-01  ")
	w.RequireText("╭─ mail-01 #12348")
	w.Press("esc")
	w.selectServer("web-server-01")
	w.ClickOn("weekly-snapshot")
	w.ClickOn("weekly-snapshot")
	w.RequireText("Snapshot #798")
}

func TestTheButtonsCanBeClicked(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 30, withMouse)
	atServer("web-server-01", "2", "j", "d")(w)
	w.clickButton("Cancel")
	w.RequireNoText("Delete backup #495")
	w.requireActions()
	w.Press("d")
	w.clickButton("Delete ")
	w.RequireText("Delete backup #495") // it does not accept input yet
	w.requireActions()
	w.Advance(dialog.InputDelay)
	w.Click(1, 1)
	w.RequireText("Delete backup #495") // outside of it
	w.clickButton("Delete ")
	w.RequireText("delete backup #495 of web-server-01: deleted")
	w.requireActions("DELETE /backups/495/")
}

func TestCheckboxCanBeClickedAndNameIsStillRequired(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 30, withMouse)
	atServer("web-server-01", "3", "r")(w)
	w.ClickOn("take a snapshot first")
	w.RequireText("[ ] take a snapshot first", "API: POST /snapshots/801/restore/")
	w.clickButton("Restore ")
	w.RequireText("Doesn't match: type web-server-01")
	w.requireActions()
	w.Type("web-server-01")
	w.clickButton("Restore ")
	w.RequireText("◐ restoring")
	w.requireActions(postRestore801)
}

func TestTheWheelScrollsASheet(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 12, withMouse)
	w.Press("?")
	w.RequireText("clean up")
	w.Wheel(40, 5, 60)
	w.RequireNoText("clean up", "▾ more")
	w.Wheel(40, 5, -60)
	w.RequireText("clean up", "▾ more")
}
