package ui_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"vpsdeck/model"
)

// fleet shows the restore points of all servers, those of a kind that a filter finds, and marks them. Both panes are
// first put on their first row: where they begin hangs on which list came first.
func fleet(pane, filter string) func(*world) {
	return func(w *world) {
		w.Press("a", "2", "g", "3", "g", pane, "/")
		w.Type(filter)
		w.Press("enter", "*")
	}
}

// deletes asks whether to delete what is marked.
func deletes(pane, filter string) func(*world) {
	return func(w *world) {
		fleet(pane, filter)(w)
		w.Press("d")
		w.wake()
	}
}

// clears fills in the form for clearing up as far as the preview; empty texts leave what stands there.
func clears(older, keep, servers string, kind int) func(*world) {
	return func(w *world) {
		w.Press("c")
		for _, text := range []string{older, keep, servers} {
			if text != "" {
				w.template(text)
			}
			w.Press("enter")
		}
		for range kind {
			w.Press("down")
		}
		w.Press("enter")
		w.wake()
	}
}

// The kinds of points in the form, by how far down they stand.
const (
	manual = iota
	snapshots
	backups
	everyKind
)

// number answers the question with a number typed.
func (w *world) number(n string) {
	w.Type(n)
	w.Press("tab", "enter")
}

func TestDeletingSeveralAndClearingUpLookAsApproved(t *testing.T) {
	sides, all := []size{usual, large}, []size{small, usual, large}
	for _, l := range []look{
		{"delete-several", all, nil, deletes("3", "server:db-server-01")},
		{"delete-several-last", sides, nil, deletes("2", "server:mail-01")},
		{"delete-several-long", all, nil, deletes("2", "server:ci*")},
		{"delete-several-scrolled", sides, nil, func(w *world) { deletes("2", "server:ci*")(w); w.Press("pgdown") }},
		{"delete-several-refused", sides, nil, func(w *world) { deletes("2", "server:mail-01")(w); w.number("3") }},
		{"delete-several-done", sides, nil, func(w *world) { deletes("3", "server:db-server-01")(w); w.number("5") }},
		{"clear-form", all, nil, press("c")},
		{"clear-form-problem", []size{usual}, nil, func(w *world) { w.Press("c"); w.template("soon") }},
		{"clear-form-kinds", []size{small, usual}, nil, press("c", "enter", "enter", "enter", "down")},
		{"clear-preview", all, nil, clears("", "", "", manual)},
		{"clear-preview-typed", sides, nil, func(w *world) { clears("", "1", "", everyKind)(w); w.Type("13") }},
		{"clear-nothing", sides, nil, clears("99y", "", "", manual)},
	} {
		l.check(t)
	}
}

func TestDeletingSeveralListsThemAndWantsTheirNumberTyped(t *testing.T) {
	t.Parallel()
	w := open(t, 120, 40)
	deletes("3", "server:db-server-01")(w)
	w.RequireText("Delete 5 restore points of 1 server?", "db-server-01  snapshot #796 · 6 d ago · 60.", "· before-pg16-upg", "db-server-01  snapshot #788 · ", "· known-good",
		"frees", "Type how many they are, 5, to confirm", "sends 5 × DELETE", "▸ Cancel")
	w.Press("tab", "enter")
	w.RequireText("Delete 5 restore points", "not yet: see above")
	w.Press("shift+tab")
	w.number("4")
	w.RequireText("Delete 5 restore points")
	w.requireDeeds()
	w.Press("backspace")
	w.Type("5")
	w.Press("enter")
	w.RequireText("5 of 5 done")
	if left := w.points(model.Snapshot, "12346"); len(left) > 0 || len(w.line.deeds()) != 5 {
		t.Errorf("%d snapshots are left, %d deletions were sent", len(left), len(w.line.deeds()))
	}
	w.Press("esc")
	w.RequireNoText("marked")
}

func TestKeysTypedAheadDoNotDeleteSeveral(t *testing.T) {
	t.Parallel()
	w := open(t, 120, 40)
	fleet("3", "server:db-server-01")(w)
	w.burst("d", "5", "tab", "enter")
	w.RequireText("Delete 5 restore points of 1 server?", "▸ Cancel")
	w.Press("enter")
	w.requireDeeds()
}

func TestTheLastPointOfAServerIsNamedAsSuch(t *testing.T) {
	t.Parallel()
	w := open(t, 120, 40)
	deletes("2", "server:mail-01")(w)
	w.RequireText("Delete 2 restore points of 1 server?", "the LAST restore point of mail-01")
	w.Press("esc", "esc", "/", "esc")
	w.Press("/")
	w.Type("server:mail-01")
	w.Press("enter", "space", "d")
	w.wake()
	w.RequireText("Delete 1 restore point")
	w.RequireNoText("LAST")
}

func TestTheListOfWhatIsDeletedScrollsByKeyAndWheel(t *testing.T) {
	t.Parallel()
	w := open(t, 80, 24, withMouse)
	deletes("2", "server:ci*")(w)
	first := w.Screen().Text()
	if !strings.Contains(first, "▾") {
		t.Fatalf("nothing says that there is more:\n%s", first)
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

func TestTwoDeletionsNeverRunOnOneServerAtOnce(t *testing.T) {
	t.Parallel()
	w := open(t, 120, 40)
	w.fault("DELETE /backups/{id}/: hold")
	deletes("2", "server:web-server-01 age>4d")(w)
	w.RequireText("Delete 3 restore points")
	w.Type("3")
	w.Press("tab", "enter")
	for sent := range 3 {
		w.awaitHeld(http.MethodDelete, sent+1, 1, 1)
		w.account.Release()
	}
	w.RequireText("3 of 3 done")
}

func TestAFailedDeletionStaysMarkedForAnotherTry(t *testing.T) {
	t.Parallel()
	w := open(t, 120, 40)
	w.fault("DELETE /backups/{id}/: status 500 x1")
	deletes("2", "server:web-server-01 age>4d")(w) // of one server, hence one after the other
	w.number("3")
	w.RequireText("2 of 3 done, 1 failed", "✗ web-server-01  delete backup #", "✓ web-server-01  delete backup #")
	w.Press("esc")
	w.RequireText("• 1 marked")
	w.Press("d")
	w.wake()
	w.RequireText("Delete 1 restore point of 1 server?")
	w.number("1")
	w.RequireText("1 of 1 done")
	w.Press("esc")
	w.RequireNoText("marked")
}

func TestSeveralAreNotDeletedWhileOneOfThemIsBeingMade(t *testing.T) {
	t.Parallel()
	w := open(t, 120, 40)
	deletes("3", "server:web-server-02")(w)
	w.RequireNoText("Delete 2")
	w.requireRefused("Not all 2: ")
	w.requireDeeds()
}

func TestTheClearingFormChecksAsOneTypes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		field       int
		typed, says string
	}{
		"no age":             {0, "soon", "soon is no length of time: write 36h, 7d or 2w"},
		"an age too long":    {0, "200y", "200y is too long: at most 100y"},
		"no number":          {1, "few", "a whole number, 0 to 100"},
		"too many":           {1, "101", "a whole number, 0 to 100"},
		"a server too wrong": {2, "web* zebra", "servers: zebra is no server's name or ID"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t, 120, 40)
			w.Press("c")
			for range c.field {
				w.Press("enter")
			}
			w.template(c.typed)
			w.RequireText(c.says)
			w.Press("enter", "enter", "enter", "enter")
			w.RequireText("Clear up old restore points", c.says)
			w.Press("esc")
			w.RequireNoText("Clear up")
			w.requireDeeds()
		})
	}
}

func TestThePreviewNamesEveryItemAndWhatStays(t *testing.T) {
	t.Parallel()
	w := open(t, 120, 40)
	clears("30d", "1", "staging-01 db-server-01", manual)(w)
	rule := model.ClearRule{OlderThan: 30 * 24 * time.Hour, KeepAtLeast: 1, Servers: []string{"staging-01", "db-server-01"}, Types: []model.BackupType{model.Manual}}
	plan := rule.Plan(append(w.all("12355"), w.all("12346")...), opening)
	if len(plan.Items) < 6 {
		t.Fatalf("only %d items go: the fleet has changed", len(plan.Items))
	}
	text := w.Screen()
	for _, p := range plan.Items {
		if !text.Contains("#" + string(p.ID)) {
			t.Errorf("#%s is not named:\n%s", p.ID, text.Text())
		}
	}
	w.RequireText("db-server-01 loses 3, keeps 17, the newest 13 h ago", "staging-01 loses 5, keeps 6, the newest 20 h ago",
		"frees", "Type how many they are, 8, to confirm")
	w.requireDeeds()
	w.number("8")
	w.RequireText("8 of 8 done")
	if got := len(w.line.deeds()); got != len(plan.Items) {
		t.Errorf("%d were deleted, want %d", got, len(plan.Items))
	}
	for _, p := range plan.Items {
		if w.has(p.Kind, p.ID) {
			t.Errorf("%s #%s is still there", p.Kind, p.ID)
		}
	}
}

func TestNothingIsClearedWithoutAYes(t *testing.T) {
	t.Parallel()
	for name, keys := range map[string][]string{"escape": {"esc"}, "enter": {"enter"}, "the wrong number": {"1", "tab", "enter", "esc"}, "no number": {"tab", "enter", "esc"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t, 80, 24)
			clears("", "", "", manual)(w)
			w.RequireText("Clear up")
			w.Press(keys...)
			w.RequireNoText("Clear up")
			w.requireDeeds()
		})
	}
}

func TestClearingUpNeverOffersTheNewestPointOfAServer(t *testing.T) {
	t.Parallel()
	w := open(t, 200, 60)
	clears("1m", "0", "", everyKind)(w)
	w.RequireText("Delete ")
	listed := w.list()
	for _, id := range []model.ID{"12345", "12346", "12348", "12352", "12353", "12354", "12355", "12356"} {
		newest, _ := model.Newest(w.all(id), w.clock.Now())
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

// list is every line of the question's list, from the first to the last.
func (w *world) list() []string {
	w.t.Helper()
	seen := map[string]bool{}
	var out []string
	for range 60 {
		for line := range strings.Lines(w.Screen().Text()) {
			if strings.Contains(line, "#") && !seen[line] {
				seen[line] = true
				out = append(out, line)
			}
		}
		if !w.Screen().Contains("▾") {
			return out
		}
		w.Press("pgdown")
	}
	w.t.Errorf("the list has no end:\n%s", w.Screen().Text())
	return out
}

func TestWhatHasChangedSinceThePreviewStays(t *testing.T) {
	t.Parallel()
	w := open(t, 120, 40)
	clears("5d", "0", "mail-01 vpn-gw", manual)(w)
	w.RequireText("Delete 2 restore points of 2 servers?", "mail-01 loses 1", "vpn-gw loses 1")
	older := w.points(model.Backup, "12348")
	w.must(w.others.DeleteBackup(t.Context(), older[0].ID)) // the newest of mail-01: what was to go is now its last
	w.later(21 * time.Second)
	w.number("2")
	w.RequireText("1 of 1 done")
	if left := w.points(model.Backup, "12348"); len(left) != 1 {
		t.Errorf("mail-01 has %d backups left, want its last", len(left))
	}
	if sent := w.line.deeds(); len(sent) != 1 {
		t.Errorf("sent were %q", sent)
	}
}

func TestClearingUpWithNothingToGoSaysSo(t *testing.T) {
	t.Parallel()
	w := open(t, 120, 40)
	clears("99y", "", "", everyKind)(w)
	w.requireRefused("Nothing cleared up", "No restore point is older than")
	w.requireDeeds()
}

func TestClearingUpWaitsUntilAllIsKnown(t *testing.T) {
	t.Parallel()
	w := open(t, 120, 40, before(func(w *world) { w.line.slowDown(time.Hour, "/snapshots/") }))
	w.Press("c")
	w.RequireText("Waiting for the snapshots…")
}

func TestClearingUpWorksFromEveryPaneAndThePage(t *testing.T) {
	t.Parallel()
	w := open(t, 120, 40)
	for _, keys := range [][]string{{"1"}, {"2"}, {"3"}, {"1", "enter"}} {
		w.Press(keys...)
		w.Press("c")
		w.RequireText("Clear up old restore points")
		w.Press("esc")
	}
}
