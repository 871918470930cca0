package ui_test

import (
	"strings"
	"testing"
	"time"

	"vpsdeck/keymap"
	"vpsdeck/ui"
)

func withRemappedKeys(t *testing.T, keys map[string][]string) option {
	t.Helper()
	k := keymap.Default()
	if err := k.Remap(keys); err != nil {
		t.Fatal(err)
	}
	return withOptions(func(o *ui.Options) { o.Keys = k })
}

func TestRemappedKeysWorkAndAreShown(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40, withRemappedKeys(t, map[string][]string{
		"action.snapshot": {"X", "f5"}, "action.backup": {}, "view.quit": {"Q"}, "view.help": {"f1"},
		"dialog.cancel": {"ctrl+g"},
		"dialog.yes":    {"ctrl+y"}, "move.down": {"n"},
	}))
	w.RequireText("X snapshot", "f1 help", "X f5 creates the first one.")
	w.RequireNoText("back up", "s snapshot", "│   creates the first one")
	w.Press("s", "b", "?", "j", "q")
	w.requireCursor("db-server-02")
	w.RequireNoText("New snapshot", "New backup", "╭─ Keys")
	w.Press("n")
	w.requireCursor("ci-runner-02")
	w.Press("f1")
	w.RequireText("X f5", "ctrl+g", "Q  ")
	w.RequireNoText("back up")
	w.Press("esc")
	w.RequireText("╭─ Keys")
	w.Press("ctrl+g")
	w.RequireNoText("╭─ Keys")
	w.Press("f5")
	w.RequireText("New snapshot of ci-runner-02", "ctrl+g cancel")
	w.Press("ctrl+g")
	w.selectServer("web-server-01")
	w.Press("2", "n", "d")
	w.skipInputDelay()
	w.Press("y", "enter") // y is bound to nothing, and enter presses Cancel
	w.RequireNoText("Delete backup")
	w.Press("d")
	w.skipInputDelay()
	w.Press("ctrl+y", "enter")
	w.RequireText("deleted")
	w.requireActions("DELETE /backups/495/")
	w.Press("Q")
	w.Wait()
}

func TestNoKeyStartsAnActionInReadOnly(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40, readOnly)
	w.RequireText("read-only")
	w.RequireNoText("s snapshot", "b back up", "r restore", "d delete", "creates the first one")
	w.selectServer("web-server-01")
	for _, pane := range []string{"1", "2", "3"} {
		for _, action := range []string{"s", "b", "r", "d"} {
			w.Press(pane, action)
			w.skipInputDelay()
			w.RequireNoText("Cancel", "esc cancel", "s snapshot", "d delete")
			w.requireRefused("This session is read-only: actions are disabled.")
			w.pressAtOnce(action, "y", "enter", "tab", "enter", "esc")
		}
	}
	w.Press("enter", "esc", "?")
	w.RequireText("Panes", "View")
	w.RequireNoText("Actions", "back up")
	w.requireActions()
}

func TestFooterShowsTheKeysOfTheFocusedPane(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 30)
	footer := func() string { g := w.Screen(); return g.Line(29) }
	for _, c := range []struct{ keys, want, unwanted string }{
		{"1", "s snapshot", "d delete"}, {"2", "d delete", "cancel"}, {"3", "r restore", "cancel"},
		{"?", "esc close", "restore"}, {"esc", "? help", "cancel"},
	} {
		w.Press(c.keys)
		if f := footer(); !strings.Contains(f, c.want) || strings.Contains(f, c.unwanted) {
			t.Errorf("after %s the footer is %q", c.keys, f)
		}
	}
}

func TestAServerIsNotDeletedFromItsPane(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24)
	w.Press("d")
	w.requireRefused("Servers are not deleted here.", "Pick a backup (2) or a snapshot (3) to delete.")
	w.requireActions()
}

func TestEscapeGoesBackOneStepAndNeverQuits(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24)
	w.Press("/")
	w.Type("web")
	w.Press("enter", "enter")
	w.RequireText("╭─ web-server-01 #12345")
	w.Press("esc")
	w.RequireText("Servers 3 of 12")
	w.Press("esc")
	w.RequireText("Servers 12")
	w.Press("esc", "esc", "esc")
	w.RequireText("Servers 12")
}

func TestTheQuitKeyLeavesAPageFirst(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24, withRequestLog())
	w.selectServer("web-server-01")
	w.Press("enter", "/")
	w.Type("snapshot")
	w.Press("enter", "A", "L")
	for _, page := range []string{"╭─ Requests", "╭─ Activity", "╭─ web-server-01 #12345"} {
		w.RequireText(page)
		w.Press("q")
		w.RequireNoText(page)
	}
	w.RequireText("╭─ Servers 12")
	w.Press("A", "?", "G")
	w.RequireText("q              back")
	w.Press("q", "q", "?", "G")
	w.RequireText("q              quit")
	w.Press("esc", "A", ":")
	w.Type("quit")
	w.Press("enter")
	w.Wait()
}

func TestOpenDetailsAreKeptUpToDate(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24)
	atServer("web-server-01", "2", "j", "enter")(w)
	w.RequireText("Backup #495")
	w.must(w.otherClient.DeleteBackup(t.Context(), "495"))
	w.Advance(20 * time.Second)
	w.RequireText("It no longer exists.")
	w.Press("esc")
	w.RequireNoText("It no longer exists.")
}
