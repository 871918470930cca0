package ui_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"vpsdeck/internal/lanes"
	"vpsdeck/model"
	"vpsdeck/model/retention"
	"vpsdeck/ui"
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
func openCleanup(keep, servers string, kind int) func(*harness) {
	return func(w *harness) {
		w.Press("c")
		for _, text := range []string{keep, servers} {
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
	t.Parallel()
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
		{"clear-form-config", everySize, []option{withRetention}, press("c")},
		{"clear-form-problem", []size{standard}, nil,
			func(w *harness) { w.Press("c"); w.replaceField("soon"); w.Press("enter") }},
		{"clear-form-kinds", []size{small, standard}, nil, press("c", "enter", "enter", "down")},
		{"clear-preview", everySize, nil, openCleanup("last 3 weekly 2", "", kindManual)},
		{"clear-preview-typed", sides, nil, func(w *harness) { openCleanup("last 1", "", kindAll)(w); w.Type("13") }},
		{"clear-preview-snapshots", []size{standard, large}, nil, openCleanup("last 1", "", kindSnapshots)},
		{"clear-preview-ascii", []size{standard}, []option{withASCII, withoutColor},
			openCleanup("last 3 weekly 2", "", kindManual)},
		{"clear-nothing", sides, nil, openCleanup("last 99", "", kindManual)},
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

// renameServer renames a server in the list of servers. Its restore points keep the name of before.
func (h *harness) renameServer(from, to string) {
	h.proxy.rewrite(func(answer string) string {
		if !strings.Contains(answer, `"ip_address"`) {
			return answer
		}
		return strings.ReplaceAll(answer, `"`+from+`"`, `"`+to+`"`)
	})
	h.advanceHidden(21 * time.Second)
}

// What was confirmed are the points of a server of another name, which another server may have by now.
func TestNothingIsDeletedOnAServerThatWasRenamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		open    func(*harness)
		number  string
		message string
	}{
		"bulk deletion": {openBulkDelete("3", "server:db-server-01"), "5", "0 of 5 done, 5 failed"},
		"clean-up": {openCleanup("last 1", "db-server-01", kindSnapshots), "4",
			"The restore points have changed since the preview"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 120, 40)
			c.open(w)
			w.renameServer("db-server-01", "db-server-99")
			w.confirmNumber(c.number)
			w.RequireText(c.message)
			w.requireActions()
		})
	}
}

// Restore points may carry the name that their server had when they were created.
func TestDeletionsNameTheServerAsItIsListed(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	w.renameServer("db-server-01", "db-server-99")
	openBulkDelete("3", "server:db-server-01")(w)
	w.RequireText("db-server-99  snapshot #796")
	w.confirmNumber("5")
	w.RequireText("5 of 5 done", "✓ db-server-99  delete snapshot known-good")

	w = startApp(t, 120, 40)
	w.renameServer("db-server-01", "db-server-99")
	openCleanup("last 1", "db-server-99", kindSnapshots)(w)
	w.RequireText("db-server-99: delete 4, keep 1")
	w.confirmNumber("4")
	w.RequireText("4 of 4 done", "✓ db-server-99  delete snapshot known-good")
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
	for name, c := range lanes.Table(map[string]struct {
		field          int
		typed, message string
	}{
		"no rule":           {0, "soon", "soon is no rule: last, hourly, daily, weekly, monthly, yearly or"},
		"no number":         {0, "last few", "last needs a whole number, such as last 7"},
		"too many":          {0, "last 10001", "keep_last cannot be 10001"},
		"an unknown server": {1, "web* zebra", "servers: no server has the name or ID zebra"},
	}) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 120, 40)
			w.Press("c")
			for range c.field {
				w.Press("enter")
			}
			w.replaceField(c.typed)
			w.RequireNoText(c.message)
			w.Press("enter", "enter", "enter")
			w.RequireText("Clean up old restore points", c.message)
			w.Press("esc")
			w.RequireNoText("Clean up")
			w.requireActions()
		})
	}
}

// withRetention gives the program a config with retention rules.
var withRetention = withOptions(func(o *ui.Options) {
	o.Profile.Retention = []retention.Policy{
		{Servers: []string{"db-*"}, Kinds: []model.Kind{model.Snapshot}, Rules: retention.Rules{Last: 1},
			Protect: []string{"known-*"}},
		{Servers: []string{"staging-*"}, Rules: retention.Rules{Last: 2}},
	}
})

// cleanupPlan is the plan for the account as it is now.
func (h *harness) cleanupPlan(policies ...retention.Policy) retention.Plan {
	h.t.Helper()
	servers, err := h.otherClient.Servers(h.t.Context(), model.ServerFilter{})
	h.must(err)
	return retention.New(retention.Input{Servers: servers, Now: startTime, Retain: policies,
		Points: append(h.points(model.Backup, ""), h.points(model.Snapshot, "")...)})
}

func TestCleanupSendsExactlyWhatItsPreviewShows(t *testing.T) {
	t.Parallel()
	policies := []retention.Policy{{Servers: []string{"staging-01", "db-server-01"}, Rules: retention.Rules{Last: 1}}}
	config := setup{}
	withRetention(&config)
	for name, c := range map[string]struct {
		policies []retention.Policy
		options  []option
		open     func(*harness)
	}{
		"typed rules": {policies, nil, openCleanup("last 1", "staging-01 db-server-01", kindManual)},
		"rules of the config": {config.ui.Profile.Retention, []option{withRetention},
			func(w *harness) { w.Press("c", "ctrl+s"); w.skipInputDelay() }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 160, 50, c.options...)
			plan := w.cleanupPlan(c.policies...)
			if plan.Removed < 6 {
				t.Fatalf("only %d points are deleted: the fleet has changed", plan.Removed)
			}
			c.open(w)
			listed := strings.Join(w.dialogLines(), "\n")
			var want []string
			for _, d := range plan.Decisions {
				verb := "keep   "
				if d.Remove {
					verb = "delete "
					want = append(want, fmt.Sprintf("DELETE /%ss/%s/", d.Point.Kind, d.Point.ID))
				}
				if line := fmt.Sprintf("%s%s #%s ", verb, d.Point.Kind, d.Point.ID); !strings.Contains(listed, line) {
					t.Errorf("%q is not in the list:\n%s", line, listed)
				}
			}
			w.RequireText("kept by no rule", "Frees")
			w.requireActions()
			w.confirmNumber(fmt.Sprint(plan.Removed))
			w.RequireText(fmt.Sprintf("%d of %[1]d done", plan.Removed))
			got := w.proxy.actions()
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("sent\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

// The points of servers that lose none are not theirs.
func TestCleanupCountsThePointsOfTheServersThatLoseSome(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	openCleanup("last 1", "mail-01 web-server-01 cache-01", kindManual)(w)
	w.RequireText("Delete 2 of 12 restore points of 2 servers?", "mail-01: delete 1, keep 1",
		"web-server-01: delete 1, keep 9")
}

func TestCleanupCalendarShowsWhatStaysAndGoes(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	openCleanup("last 1", "db-server-01", kindSnapshots)(w)
	w.RequireText("Snapshots ■ 1 stay ✗ 4 go", "Mo ", "Su ", "Dec")
	w.RequireNoText("Backups ■")
	w.Press("esc")
	w = startApp(t, 40, 12)
	openCleanup("last 1", "db-server-01", kindSnapshots)(w)
	w.RequireText("Snapshots: 1 stay, 4 go")
	w.RequireNoText("Mo ")
}

func TestCleanupDeletesNothingWithoutConfirmation(t *testing.T) {
	t.Parallel()
	for name, keys := range lanes.Table(map[string][]string{"escape": {"esc"}, "enter": {"enter", "esc"},
		"the wrong number": {"1", "tab", "enter", "esc"}, "no number": {"tab", "enter", "esc"}}) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 80, 24)
			openCleanup("last 3 weekly 2", "", kindManual)(w)
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
	openCleanup("last 1", "", kindAll)(w)
	w.RequireText("Delete ")
	listed := w.dialogLines()
	for _, id := range []model.ID{"12345", "12346", "12348", "12352", "12353", "12354", "12355", "12356"} {
		newest, _ := model.NewestUsable(w.allPoints(id), w.clock.Now())
		for _, line := range listed {
			if strings.Contains(line, fmt.Sprintf("delete %s #%s ", newest.Kind, newest.ID)) {
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
	n := w.cleanupPlan(retention.Policy{Servers: []string{"mail-01", "staging-01"},
		Rules: retention.Rules{Last: 1}}).Removed
	openCleanup("last 1", "mail-01 staging-01", kindManual)(w)
	w.RequireText("mail-01: delete 1, keep 1")
	older := w.points(model.Backup, "12348")
	// the newest of mail-01: the point to delete is now its last
	w.must(w.otherClient.DeleteBackup(t.Context(), older[0].ID))
	w.advanceHidden(21 * time.Second)
	w.confirmNumber(fmt.Sprint(n))
	w.RequireText(fmt.Sprintf("▲ %d of %[1]d done, 1 left out", n-1),
		fmt.Sprintf("○ left out at the start: backup #%s of mail-01 (changed since the preview)", older[1].ID))
	if left := w.points(model.Backup, "12348"); len(left) != 1 {
		t.Errorf("mail-01 has %d backups left, want its last", len(left))
	}
	if sent := w.proxy.actions(); len(sent) != n-1 {
		t.Errorf("sent: %q", sent)
	}
}

func TestCleanupReportsNothingToDelete(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	openCleanup("last 99", "", kindAll)(w)
	w.requireRefused("Nothing cleaned up", "The rules keep every restore point")
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
