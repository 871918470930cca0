package ui_test

import (
	"strings"
	"testing"
	"time"

	"vpsdeck/internal/terminal"
)

// cursorRow returns the row under the cursor of the focused pane.
func cursorRow(g terminal.Grid) string {
	_, height := g.Size()
	for y := range height {
		if _, row, found := strings.Cut(g.Line(y), "▌"); found {
			row, _, _ = strings.Cut(row, "│")
			return strings.TrimSpace(row)
		}
	}
	return ""
}

func (h *harness) requireCursor(on string) {
	h.t.Helper()
	if g := h.Screen(); !strings.HasPrefix(cursorRow(g), on) {
		h.t.Errorf("the cursor is not on %q:\n%s", on, g.Text())
	}
}

// requirePoint fails the test unless the sheet of the point under the cursor has this heading.
func (h *harness) requirePoint(heading string) {
	h.t.Helper()
	h.Press("enter")
	h.RequireText("╭─ " + heading + " ─")
	h.Press("esc")
}

func TestTheCursorMovesByVimKeysAndArrows(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24)
	for _, step := range []struct{ keys, on string }{
		{"", "db-server-02"}, {"j", "ci-runner-02"}, {"down", "legacy-app"}, {"k", "ci-runner-02"},
		{"up", "db-server-02"},
		{"up", "db-server-02"}, {"G", "web-server-03"}, {"j", "web-server-03"}, {"g", "db-server-02"},
		{"end", "web-server-03"},
		{"home", "db-server-02"}, {"ctrl+d", "mail-01"}, {"pgdown", "cache-01"}, {"ctrl+u", "mail-01"},
		{"pgup", "db-server-02"},
	} {
		if step.keys != "" {
			w.Press(step.keys)
		}
		w.requireCursor(step.on)
	}
	w.Advance(time.Second)
	w.RequireText("Backups db-server-02", "Snapshots db-server-02")
}

func TestTheFocusMovesBetweenThePanes(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24)
	w.selectServer("web-server-01")
	for _, step := range []struct{ key, on string }{
		{"tab", "automatic"}, {"tab", "pre-migration"}, {"tab", "web-server-01"}, {"shift+tab", "pre-migration"},
		{"h", "automatic"}, {"left", "web-server-01"}, {"l", "automatic"}, {"right", "pre-migration"},
		{"1", "web-server-01"}, {"2", "automatic"}, {"3", "pre-migration"},
	} {
		w.Press(step.key)
		w.requireCursor(step.on)
	}
}

func TestCursorStaysOnItsPointWhenOthersChange(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24, withServers(2))
	w.selectServer("web-server-01")
	w.Press("2", "j", "j")
	w.requirePoint("Backup #499")
	w.mustAccept(w.otherClient.CreateBackup(t.Context(), "12345", "one more"))
	w.Advance(20 * time.Second)
	w.RequireText("Backups web-server-01 · 9")
	w.requirePoint("Backup #499")
	w.must(w.otherClient.DeleteBackup(t.Context(), "501"))
	w.must(w.otherClient.DeleteBackup(t.Context(), "495"))
	w.Advance(20 * time.Second)
	w.RequireText("Backups web-server-01 · 7")
	w.requirePoint("Backup #499")
}

func TestTheCursorStaysOnItsPointInEveryOrder(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24, withServers(2))
	w.selectServer("web-server-01")
	w.Press("2", "j", "j")
	for _, column := range []string{"e", "n", "t", "s", "c"} {
		w.requirePoint("Backup #499")
		w.Press("o", column)
	}
}

func TestCursorMovesToTheNeighbourOfARemovedRow(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24, withServers(2))
	w.selectServer("web-server-01")
	w.Press("2", "j")
	w.requirePoint("Backup #495")
	w.must(w.otherClient.DeleteBackup(t.Context(), "495"))
	w.Advance(20 * time.Second)
	w.requirePoint("Backup #499")
	w.Press("3", "G")
	w.requirePoint("Snapshot #798")
	w.must(w.otherClient.DeleteSnapshot(t.Context(), "798"))
	w.Advance(20 * time.Second)
	w.requirePoint("Snapshot #801")
	w.must(w.otherClient.DeleteSnapshot(t.Context(), "801"))
	w.Advance(20 * time.Second)
	w.RequireText("No snapshots of web-server-01 yet.")
	w.Press("d")
	w.requireRefused("There is no snapshot under the cursor.")
	w.requireActions()
}

func TestTheCursorStaysOnItsServerWhenTheOrderChanges(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24)
	w.Press("j", "j", "j")
	w.requireCursor("mail-01")
	w.mustAccept(w.otherClient.CreateBackup(t.Context(), "12348", "all is well"))
	w.advanceHidden(time.Hour)
	w.requireCursor("mail-01")
	w.RequireNoText("9 d      none    2     0  ▲ overdue")
	for _, column := range []string{"n", "t", "b", "s", "B"} {
		w.Press("o", column)
		w.requireCursor("mail-01")
	}
}

func TestCursorStaysWhenTheListsArrive(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24, beforeStart(func(w *harness) { w.proxy.slowDown(30*time.Second, "/backups/") }))
	w.Press("j", "j")
	w.requireCursor("ci-runner-02")
	w.Advance(30 * time.Second)
	w.RequireText("✗ none")
	w.requireCursor("ci-runner-02")
}

func TestCursorStaysOnServerChosenBeforeTheListsArrived(t *testing.T) {
	t.Parallel()
	for how, choose := range map[string]func(w *harness){
		"by its name": func(w *harness) { w.selectServer("web-server-01") },
		"by a click":  func(w *harness) { w.ClickOn("web-server-01") },
	} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 120, 30, withMouse,
				beforeStart(func(w *harness) { w.proxy.slowDown(30*time.Second, "/backups/") }))
			choose(w)
			w.requireCursor("web-server-01")
			w.Advance(30 * time.Second)
			w.RequireText("✗ none")
			w.requireCursor("web-server-01")
		})
	}
}

func TestFilterNarrowsWhileTyping(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24)
	w.Press("/")
	w.Type("server")
	w.RequireText("Servers 5 of 12")
	w.Type(" web-server-03")
	w.RequireText("Servers 1 of 12")
	w.requireCursor("web-server-03")
	w.Press("enter", "esc")
	w.RequireText("Servers 12")
	w.requireCursor("web-server-03")
}

func TestKeysAreTextWhileAFilterIsTyped(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24)
	w.Press("/")
	w.Type("qsbrd?aoR123")
	w.RequireText("/qsbrd?aoR123", "No server matches “qsbrd?aoR123”.")
	w.Press("esc")
	w.RequireText("Servers 12")
	w.requireActions()
}

func TestAllServersAreShownTogether(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24)
	w.Press("a", "3")
	w.RequireText("Backups of all servers · 93", "Snapshots of all servers · 14")
	w.Press("/")
	w.Type("clean-image runner-01")
	w.Press("enter", "r")
	w.RequireText("Restore ci-runner-01 from snapshot clean-image")
	w.Press("esc", "s")
	w.RequireText("New snapshot of ci-runner-01")
	w.Press("esc", "esc", "a")
	w.RequireText("Snapshots db-server-02")
	w.requireActions()
}

func TestPointsOfAllServersStartAtTheFirstRow(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24, beforeStart(func(w *harness) { w.proxy.slowDown(5*time.Second, "/snapshots/") }))
	w.Advance(5 * time.Second) // until then the servers are in another order, and the preview shows another server
	w.Press("a", "2")
	w.requireCursor("ci-runner-02")
	w.Press("j")
	w.requireCursor("ci-runner-01")
	w.Press("a", "a")
	w.requireCursor("ci-runner-0") // a chosen row stays selected while it exists
}
