package ui_test

import (
	"strings"
	"testing"
	"time"

	"vpsdeck/model"
)

func TestSnapshotIsCreatedFromItsForm(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24, withServers(2))
	atServer("web-server-01", "s")(w)
	w.Type("before-update")
	w.Press("enter")
	w.Type("New kernel")
	w.Press("enter")
	w.RequireText("◐ 1 running", "before-update", "◐ creating", "usually 3–10 m", "3/5")
	w.requireActions(`POST /snapshots/ {"server_id":12345,"name":"before-update","description":"New kernel"}`)
	w.advanceUntil(11*time.Minute, "snapshot before-update of web-server-01: completed in ")
	w.RequireNoText("running", "◐ creating")
	made := w.points(model.Snapshot, "12345")
	if made[0].Name != "before-update" || made[0].Status != model.Completed || made[0].Description != "New kernel" {
		t.Errorf("the account has %+v", made)
	}
	w.requireActions(`POST /snapshots/ {"server_id":12345,"name":"before-update","description":"New kernel"}`)
}

func TestBackupIsCreatedFromItsForm(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24, withServers(2))
	atServer("web-server-01", "b")(w)
	w.RequireText("New backup of web-server-01", "#12345", "1 of 10 manual backups used", "API: POST /backups/")
	w.Type("Before the upgrade")
	w.Press("enter")
	w.RequireText("◐ 1 running", "“Before the upgrade”", "no estimate", "2/10")
	w.requireActions(`POST /backups/ {"server_id":12345,"description":"Before the upgrade"}`)
	w.advanceUntil(time.Hour, "of web-server-01: completed in ")
	if !w.hasPoint(model.Backup, "502") {
		t.Error("the account has no backup #502")
	}
}

func TestABackupNeedsNoDescription(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24, withServers(2))
	atServer("web-server-01", "b", "enter")(w)
	w.RequireText("backup of")
	w.requireActions(`POST /backups/ {"server_id":12345}`)
}

func TestCancelledFormSendsNothing(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24)
	for _, action := range []string{"s", "b"} {
		atServer("web-server-01", action)(w)
		w.Type("name")
		w.Press("esc")
		w.RequireNoText("New snapshot", "New backup")
		w.RequireText("Cancelled. Nothing was sent.")
	}
	w.requireActions()
}

func TestSnapshotFormSuggestsANameThatIsFree(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24, withServers(2))
	atServer("web-server-01", "s")(w)
	w.RequireText("Name (typing replaces it)", "› web-server-01-2025-01-16")
	w.Press("ctrl+s")
	w.requireActions(`POST /snapshots/ {"server_id":12345,"name":"web-server-01-2025-01-16"}`)
	w.advanceHidden(15 * time.Minute)
	w.Press("s")
	w.RequireText("› web-server-01-2025-01-16-16")
	w.Type("mine")
	w.RequireText("› mine")
}

// The server may be suspended for a reason that the API minds: it says so only once it is asked.
func TestSuspendedServerIsPointedOutBeforeTheAction(t *testing.T) {
	t.Parallel()
	const warning = "he server is suspended: the API may refuse"
	for _, keys := range [][]string{{"s"}, {"b"}, {"2", "r"}} {
		w := startApp(t, 120, 40)
		atServer("legacy-app", keys...)(w)
		w.RequireText(warning)
		w.Press("esc")
		w.RequireNoText(warning)
		atServer("web-server-01", keys...)(w)
		w.RequireNoText(warning)
		w.requireActions()
	}
}

func TestCursorFollowsWhatWasCreated(t *testing.T) {
	t.Parallel()
	// the page has a column more
	for pane, row := range map[string]string{"3": "fresh", "enter": "▼ snapshot   fresh"} {
		w := startApp(t, 120, 40, withServers(2))
		atServer("web-server-01", pane, "j")(w)
		w.Press("s")
		w.Type("fresh")
		w.Press("ctrl+s")
		w.requireCursor(row)
	}
	w := startApp(t, 120, 40, withServers(2))
	atServer("web-server-01", "3", "j")(w)
	w.proxy.slowDown(5*time.Second, "POST /snapshots/")
	w.Press("s")
	w.Type("fresh")
	w.Press("ctrl+s", "k", "j") // a key may be meant for the row under the cursor
	w.Advance(5 * time.Second)
	w.RequireText("◐ creating")
	w.requireCursor("weekly-snap")
}

func TestANameThatTheAPIRefusesIsNotSent(t *testing.T) {
	t.Parallel()
	for name, message := range map[string]string{
		"":              "a snapshot needs a name",
		"before update": "only letters, digits, - and _: a space is not allowed",
		"größe":         "only letters, digits, - and _",
		strings.Repeat("x", model.MaxSnapshotName+1): "at most 100 characters",
	} {
		w := startApp(t, 80, 24)
		atServer("web-server-01", "s")(w)
		w.Paste(name)
		w.Press("enter", "tab", "down", "enter")
		w.RequireText("New snapshot of web-server-01", message)
		w.requireActions()
	}
}

func TestFullQuotaIsReportedBeforeTheForm(t *testing.T) {
	t.Parallel()
	w := startApp(t, 160, 24)
	atServer("db-server-01", "s")(w)
	w.RequireNoText("New snapshot of")
	w.requireRefused("db-server-01 has 5 of 5 snapshots used.", "Delete one first, such as known-good (#")
	atServer("staging-01", "b")(w)
	w.RequireNoText("New backup of")
	w.requireRefused("staging-01 has 10 of 10 manual backups used.", "Delete one first, such as Release 5.0 (#")
	w.requireActions()
}

func TestKeysTypedAheadIntoAFormLandInTheRightFields(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24, withServers(2))
	w.selectServer("web-server-01")
	w.pressAtOnce("s", "a", "b", "tab", "x", "y")
	w.Press("enter")
	w.RequireText("snapshot ab")
	w.requireActions(`POST /snapshots/ {"server_id":12345,"name":"ab","description":"xy"}`)
}

func TestKeysTypedAheadGoBackAndForthBetweenFields(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24, withServers(2))
	w.selectServer("web-server-01")
	w.pressAtOnce("s", "a", "tab", "x", "shift+tab", "b", "tab", "y")
	w.Press("enter")
	w.RequireText("snapshot ab")
	w.requireActions(`POST /snapshots/ {"server_id":12345,"name":"ab","description":"xy"}`)
}

func TestServerBeingRestoredRefusesEveryAction(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24)
	for _, keys := range [][]string{{"s"}, {"b"}, {"r"}, {"2", "r"}, {"2", "d"}, {"3", "r"}, {"3", "d"}, {"2", "s"},
		{"3", "b"}} {
		atServer("web-server-03", keys...)(w)
		w.RequireText("web-server-03 is being restored: wait until it has finished")
		w.RequireNoText("Cancel", "cancel")
	}
	w.requireActions()
}

func TestRefusalShowsTheAPIMessage(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24)
	w.createSnapshot("legacy-app", "last-look")
	w.RequireText("snapshot last-look of legacy-app: not done: Server legacy-app is suspended.")
	w.requireActions(`POST /snapshots/ {"server_id":12356,"name":"last-look"}`)
	if w.points(model.Snapshot, "12356") != nil {
		t.Error("a snapshot was created")
	}
}

func TestOnlyASecondSnapshotIsRefusedWhileOneRuns(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24, withServers(2))
	w.createSnapshot("web-server-01", "one")
	atServer("web-server-01", "s")(w)
	w.RequireText("“snapshot one of web-server-01” is still running")
	w.RequireNoText("Cancel", "cancel")
	w.Press("esc")
	for opened, keys := range map[string][]string{
		"New backup of web-server-01": {"b"}, "Restore overwrites the disk": {"r"}, "Delete for good": {"2", "d"},
	} {
		atServer("web-server-01", keys...)(w)
		w.RequireText(opened)
		w.Press("esc")
	}
	if n := len(w.proxy.actions()); n != 1 {
		t.Errorf("%d actions were sent", n)
	}
}
