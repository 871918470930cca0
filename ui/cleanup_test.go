package ui_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"vpsdeck/model"
)

// markPoints shows the restore points of all servers, filters one pane and marks its rows. Both
// panes first go to their first row, because their start depends on which list arrives first.
func markPoints(pane, filter string) func(*harness) {
	return func(w *harness) {
		w.Press("a", "2", "g", "3", "g", pane, "/")
		w.Type(filter)
		w.Press("enter", "*")
	}
}

// openBulkDelete opens the dialog that deletes the marked points.
func openBulkDelete(pane, filter string) func(*harness) {
	return func(w *harness) {
		markPoints(pane, filter)(w)
		w.Press("d")
		w.skipInputDelay()
	}
}

// openCleanup fills in the cleanup form up to the preview. An empty text leaves a field as it is.
func openCleanup(older, keep, servers string, kind int) func(*harness) {
	return func(w *harness) {
		w.Press("c")
		for _, text := range []string{older, keep, servers} {
			if text != "" {
				w.replaceField(text)
			}
			w.Press("enter")
		}
		for range kind {
			w.Press("down")
		}
		w.Press("enter")
		w.skipInputDelay()
	}
}

// The kinds of points in the form, by their position.
const (
	kindManual = iota
	kindSnapshots
	kindBackups
	kindAll
)

// confirmNumber types the required number and confirms.
func (h *harness) confirmNumber(n string) {
	h.Type(n)
	h.Press("tab", "enter")
}

func TestBulkDeleteAndCleanupMatchGolden(t *testing.T) {
	sides, all := []size{standard, large}, []size{small, standard, large}
	for _, l := range []screenCase{
		{"delete-several", all, nil, openBulkDelete("3", "server:db-server-01")},
		{"delete-several-last", sides, nil, openBulkDelete("2", "server:mail-01")},
		{"delete-several-long", all, nil, openBulkDelete("2", "server:ci*")},
		{"delete-several-scrolled", sides, nil,
			func(w *harness) { openBulkDelete("2", "server:ci*")(w); w.Press("pgdown") }},
		{"delete-several-refused", sides, nil,
			func(w *harness) { openBulkDelete("2", "server:mail-01")(w); w.confirmNumber("3") }},
		{"delete-several-done", sides, nil,
			func(w *harness) { openBulkDelete("3", "server:db-server-01")(w); w.confirmNumber("5") }},
		{"clear-form", all, nil, press("c")},
		{"clear-form-problem", []size{standard}, nil,
			func(w *harness) { w.Press("c"); w.replaceField("soon"); w.Press("enter") }},
		{"clear-form-kinds", []size{small, standard}, nil, press("c", "enter", "enter", "enter", "down")},
		{"clear-preview", all, nil, openCleanup("", "", "", kindManual)},
		{"clear-preview-typed", sides, nil, func(w *harness) { openCleanup("", "1", "", kindAll)(w); w.Type("13") }},
		{"clear-nothing", sides, nil, openCleanup("99y", "", "", kindManual)},
	} {
		l.check(t)
	}
}

func TestBulkDeleteListsPointsAndRequiresTheirNumber(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	openBulkDelete("3", "server:db-server-01")(w)
	w.RequireText("Delete 5 restore points of 1 server?", "db-server-01  snapshot #796 · 6 d ago · 60.",
		"· before-pg16-upg", "db-server-01  snapshot #788 · ", "· known-good",
		"Frees", "Type 5 to confirm", "API: 5 DELETE requests", "  Cancel ")
	w.Press("tab", "enter")
	w.RequireText("Delete 5 restore points", "Doesn't match: type 5")
	w.Press("shift+tab")
	w.confirmNumber("4")
	w.RequireText("Delete 5 restore points")
	w.requireActions()
	w.Press("backspace")
	w.Type("5")
	w.Press("enter")
	w.RequireText("5 of 5 done")
	if left := w.points(model.Snapshot, "12346"); len(left) > 0 || len(w.proxy.actions()) != 5 {
		t.Errorf("%d snapshots are left, %d deletions were sent", len(left), len(w.proxy.actions()))
	}
	w.Press("esc")
	w.RequireNoText("marked")
}

func TestTypedAheadKeysDoNotConfirmBulkDelete(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	markPoints("3", "server:db-server-01")(w)
	w.pressAtOnce("d", "5", "tab", "enter")
	w.RequireText("Delete 5 restore points of 1 server?", "  Cancel ")
	w.skipInputDelay()
	w.Press("enter")
	w.RequireText("Doesn't match: type 5")
	w.requireActions()
}

func TestLastPointOfAServerIsPointedOut(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	openBulkDelete("2", "server:mail-01")(w)
	w.RequireText("Delete 2 restore points of 1 server?", "the LAST restore point of mail-01")
	w.Press("esc", "esc", "/", "esc")
	w.Press("/")
	w.Type("server:mail-01")
	w.Press("enter", "space", "d")
	w.skipInputDelay()
	w.RequireText("Delete 1 restore point")
	w.RequireNoText("LAST")
}

// The list does not show that its point is the server's last one, so the deletion is not confirmed.
func TestPointThatBecameTheLastOneIsNotDeleted(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	w.Press("a", "2", "/")
	w.Type("server:mail-01")
	w.Press("enter", "space", "d")
	w.skipInputDelay()
	shown := w.Screen().Text()
	for _, p := range w.points(model.Backup, "12348") {
		if !strings.Contains(shown, "backup #"+string(p.ID)) {
			w.must(w.otherClient.DeleteBackup(t.Context(), p.ID))
		}
	}
	w.advanceHidden(21 * time.Second)
	w.RequireText("Delete 1 restore point of 1 server?")
	w.RequireNoText("LAST")
	w.confirmNumber("1")
	w.RequireText("0 of 1 done, 1 failed", "is now the last")
	w.requireActions()
}

func TestDeletionListScrollsByKeyAndWheel(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24, withMouse)
	openBulkDelete("2", "server:ci*")(w)
	first := w.Screen().Text()
	if !strings.Contains(first, "▾") {
		t.Fatalf("nothing shows that the list continues:\n%s", first)
	}
	w.Press("pgdown")
	second := w.Screen().Text()
	if second == first || !strings.Contains(second, "▴") {
		t.Errorf("it did not scroll:\n%s", second)
	}
	w.Press("pgup")
	if w.Screen().Text() != first {
		t.Error("it did not scroll back")
	}
	for range 5 {
		w.Wheel(40, 10, 1)
	}
	if w.Screen().Text() != second {
		t.Errorf("five notches are not five lines:\n%s", w.Screen().Text())
	}
	w.Wheel(40, 10, 100)
	if w.Screen().Contains("▾") {
		t.Errorf("the end was not reached:\n%s", w.Screen().Text())
	}
}

func TestDeletionsOnOneServerRunOneAtATime(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	w.account.InjectFault("DELETE /backups/{id}/: hold")
	openBulkDelete("2", "server:web-server-01 age>4d")(w)
	w.RequireText("Delete 3 restore points")
	w.Type("3")
	w.Press("tab", "enter")
	for sent := range 3 {
		w.waitForHeld(http.MethodDelete, sent+1, 1, 1)
		w.account.Release()
	}
	w.RequireText("3 of 3 done")
}

func TestFailedDeletionStaysMarked(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	w.account.InjectFault("DELETE /backups/{id}/: status 500 x1")
	openBulkDelete("2", "server:web-server-01 age>4d")(w) // on one server, so one at a time
	w.confirmNumber("3")
	w.RequireText("2 of 3 done, 1 failed", "✗ web-server-01  delete backup #", "✓ web-server-01  delete backup #")
	w.Press("esc")
	w.RequireText("• 1 marked")
	w.Press("d")
	w.skipInputDelay()
	w.RequireText("Delete 1 restore point of 1 server?")
	w.confirmNumber("1")
	w.RequireText("1 of 1 done")
	w.Press("esc")
	w.RequireNoText("marked")
}

func TestBulkDeleteIsRefusedWhileOneIsBeingCreated(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	openBulkDelete("3", "server:web-server-02")(w)
	w.RequireNoText("Delete 2")
	w.requireRefused("Not all 2 can be deleted: ")
	w.requireActions()
}

func TestCleanupFormValidatesWhenAFieldIsLeft(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		field          int
		typed, message string
	}{
		"no age":            {0, "soon", "soon is not a duration: write 36h, 7d or 2w"},
		"an age too long":   {0, "200y", "200y is too long: at most 100y"},
		"no number":         {1, "few", "a whole number, 0 to 100"},
		"too many":          {1, "101", "a whole number, 0 to 100"},
		"an unknown server": {2, "web* zebra", "servers: no server has the name or ID zebra"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 120, 40)
			w.Press("c")
			for range c.field {
				w.Press("enter")
			}
			w.replaceField(c.typed)
			w.RequireNoText(c.message)
			w.Press("enter", "enter", "enter", "enter")
			w.RequireText("Clean up old restore points", c.message)
			w.Press("esc")
			w.RequireNoText("Clean up")
			w.requireActions()
		})
	}
}

func TestCleanupPreviewNamesEveryPointAndWhatRemains(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	openCleanup("30d", "1", "staging-01 db-server-01", kindManual)(w)
	rule := model.CleanupRule{OlderThan: 30 * 24 * time.Hour, KeepAtLeast: 1,
		Servers: []string{"staging-01", "db-server-01"}, Types: []model.BackupType{model.Manual}}
	plan := rule.Plan(append(w.allPoints("12355"), w.allPoints("12346")...), startTime)
	if len(plan.Items) < 6 {
		t.Fatalf("only %d points are deleted: the fleet has changed", len(plan.Items))
	}
	text := w.Screen()
	for _, p := range plan.Items {
		if !text.Contains("#" + string(p.ID)) {
			t.Errorf("#%s is not named:\n%s", p.ID, text.Text())
		}
	}
	w.RequireText("db-server-01: delete 3, keep 17 (newest 13 h ago)", "staging-01: delete 5, keep 6 (newest 20 h ago)",
		"Frees", "Type 8 to confirm")
	w.requireActions()
	w.confirmNumber("8")
	w.RequireText("8 of 8 done")
	if got := len(w.proxy.actions()); got != len(plan.Items) {
		t.Errorf("%d were deleted, want %d", got, len(plan.Items))
	}
	for _, p := range plan.Items {
		if w.hasPoint(p.Kind, p.ID) {
			t.Errorf("%s #%s is still there", p.Kind, p.ID)
		}
	}
}

func TestCleanupDeletesNothingWithoutConfirmation(t *testing.T) {
	t.Parallel()
	for name, keys := range map[string][]string{"escape": {"esc"}, "enter": {"enter", "esc"},
		"the wrong number": {"1", "tab", "enter", "esc"}, "no number": {"tab", "enter", "esc"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 80, 24)
			openCleanup("", "", "", kindManual)(w)
			w.RequireText("Clean up")
			w.Press(keys...)
			w.RequireNoText("Clean up")
			w.requireActions()
		})
	}
}

func TestCleanupNeverOffersTheNewestPoint(t *testing.T) {
	t.Parallel()
	w := startApp(t, 200, 60)
	openCleanup("1m", "0", "", kindAll)(w)
	w.RequireText("Delete ")
	listed := w.dialogLines()
	for _, id := range []model.ID{"12345", "12346", "12348", "12352", "12353", "12354", "12355", "12356"} {
		newest, _ := model.NewestUsable(w.allPoints(id), w.clock.Now())
		for _, line := range listed {
			if strings.Contains(line, newest.Kind.String()+" ") && strings.Contains(line, "#"+string(newest.ID)) {
				t.Errorf("the newest of #%s is offered: %s", id, line)
			}
		}
	}
	if len(listed) < 80 {
		t.Errorf("only %d lines were listed", len(listed))
	}
}

// dialogLines returns every line of the dialog's list, from first to last.
func (h *harness) dialogLines() []string {
	h.t.Helper()
	seen := map[string]bool{}
	var out []string
	for range 60 {
		for line := range strings.Lines(h.Screen().Text()) {
			if strings.Contains(line, "#") && !seen[line] {
				seen[line] = true
				out = append(out, line)
			}
		}
		if !h.Screen().Contains("▾") {
			return out
		}
		h.Press("pgdown")
	}
	h.t.Errorf("the list has no end:\n%s", h.Screen().Text())
	return out
}

func TestPointsChangedSinceThePreviewAreKept(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	openCleanup("5d", "0", "mail-01 vpn-gw", kindManual)(w)
	w.RequireText("Delete 2 restore points of 2 servers?", "mail-01: delete 1", "vpn-gw: delete 1")
	older := w.points(model.Backup, "12348")
	// the newest of mail-01: the point to delete is now its last
	w.must(w.otherClient.DeleteBackup(t.Context(), older[0].ID))
	w.advanceHidden(21 * time.Second)
	w.confirmNumber("2")
	w.RequireText("1 of 1 done")
	if left := w.points(model.Backup, "12348"); len(left) != 1 {
		t.Errorf("mail-01 has %d backups left, want its last", len(left))
	}
	if sent := w.proxy.actions(); len(sent) != 1 {
		t.Errorf("sent: %q", sent)
	}
}

func TestCleanupReportsNothingToDelete(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	openCleanup("99y", "", "", kindAll)(w)
	w.requireRefused("Nothing cleaned up", "No restore point is older than")
	w.requireActions()
}

func TestCleanupWaitsForAllLists(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40, beforeStart(func(w *harness) { w.proxy.slowDown(time.Hour, "/snapshots/") }))
	w.Press("c")
	w.RequireText("Waiting for the snapshots…")
}

func TestCleanupWorksFromEveryPaneAndThePage(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	for _, keys := range [][]string{{"1"}, {"2"}, {"3"}, {"1", "enter"}} {
		w.Press(keys...)
		w.Press("c")
		w.RequireText("Clean up old restore points")
		w.Press("esc")
	}
}
