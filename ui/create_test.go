package ui_test

import (
	"strings"
	"testing"
	"time"

	"vpsdeck/model"
)

func TestASnapshotIsMadeFromItsForm(t *testing.T) {
	t.Parallel()
	w := open(t, 120, 24, servers(2))
	at("web-server-01", "s")(w)
	w.Type("before-update")
	w.Press("enter")
	w.Type("New kernel")
	w.Press("enter")
	w.RequireText("◐ 1 running", "before-update", "◐ creating", "usually 3–10 m", "3/5")
	w.requireDeeds(`POST /snapshots/ {"server_id":12345,"name":"before-update","description":"New kernel"}`)
	w.pass(11*time.Minute, "snapshot before-update of web-server-01: completed in ")
	w.RequireNoText("running", "◐ creating")
	made := w.points(model.Snapshot, "12345")
	if made[0].Name != "before-update" || made[0].Status != model.Completed || made[0].Description != "New kernel" {
		t.Errorf("the account has %+v", made)
	}
	w.requireDeeds(`POST /snapshots/ {"server_id":12345,"name":"before-update","description":"New kernel"}`)
}

func TestABackupIsMadeFromItsForm(t *testing.T) {
	t.Parallel()
	w := open(t, 120, 24, servers(2))
	at("web-server-01", "b")(w)
	w.RequireText("New backup of web-server-01", "#12345", "1 of 10 manual backups used", "sends POST /backups/")
	w.Type("Before the upgrade")
	w.Press("enter")
	w.RequireText("◐ 1 running", "“Before the upgrade”", "duration varies", "2/10")
	w.requireDeeds(`POST /backups/ {"server_id":12345,"description":"Before the upgrade"}`)
	w.pass(time.Hour, "of web-server-01: completed in ")
	if !w.has(model.Backup, "502") {
		t.Error("the account has no backup #502")
	}
}

func TestABackupNeedsNoDescription(t *testing.T) {
	t.Parallel()
	w := open(t, 120, 24, servers(2))
	at("web-server-01", "b", "enter")(w)
	w.RequireText("backup without a description")
	w.requireDeeds(`POST /backups/ {"server_id":12345}`)
}

func TestAFormIsLeftWithoutADeed(t *testing.T) {
	t.Parallel()
	w := open(t, 80, 24)
	for _, deed := range []string{"s", "b"} {
		at("web-server-01", deed)(w)
		w.Type("name")
		w.Press("esc")
		w.RequireNoText("New snapshot", "New backup")
	}
	w.requireDeeds()
}

func TestANameThatTheAPIRefusesIsNotSent(t *testing.T) {
	t.Parallel()
	for name, says := range map[string]string{
		"":              "a snapshot needs a name",
		"before update": "only letters, digits, - and _: a space is not allowed",
		"größe":         "only letters, digits, - and _",
		strings.Repeat("x", model.MaxSnapshotName+1): "at most 100 characters",
	} {
		w := open(t, 80, 24)
		at("web-server-01", "s")(w)
		w.Paste(name)
		w.Press("enter", "tab", "down", "enter")
		w.RequireText("New snapshot of web-server-01", says)
		w.requireDeeds()
	}
}

func TestAFullQuotaSaysSoBeforeTheForm(t *testing.T) {
	t.Parallel()
	w := open(t, 160, 24)
	at("db-server-01", "s")(w)
	w.RequireNoText("New snapshot of")
	w.requireRefused("db-server-01 has 5 of 5 snapshots used.", "Delete one first, such as known-good (#")
	at("staging-01", "b")(w)
	w.RequireNoText("New backup of")
	w.requireRefused("staging-01 has 10 of 10 manual backups used.", "Delete one first, such as Release 5.0 (#")
	w.requireDeeds()
}

func TestKeysTypedAheadIntoAFormLandInTheRightFields(t *testing.T) {
	t.Parallel()
	w := open(t, 120, 24, servers(2))
	w.choose("web-server-01")
	w.burst("s", "a", "b", "tab", "x", "y")
	w.Press("enter")
	w.RequireText("snapshot ab")
	w.requireDeeds(`POST /snapshots/ {"server_id":12345,"name":"ab","description":"xy"}`)
}

func TestKeysTypedAheadGoBackAndForthBetweenFields(t *testing.T) {
	t.Parallel()
	w := open(t, 120, 24, servers(2))
	w.choose("web-server-01")
	w.burst("s", "a", "tab", "x", "shift+tab", "b", "tab", "y")
	w.Press("enter")
	w.RequireText("snapshot ab")
	w.requireDeeds(`POST /snapshots/ {"server_id":12345,"name":"ab","description":"xy"}`)
}

func TestAServerThatIsBeingRestoredRefusesEveryDeed(t *testing.T) {
	t.Parallel()
	w := open(t, 80, 24)
	for _, keys := range [][]string{{"s"}, {"b"}, {"r"}, {"2", "r"}, {"2", "d"}, {"3", "r"}, {"3", "d"}, {"2", "s"}, {"3", "b"}} {
		at("web-server-03", keys...)(w)
		w.RequireText("web-server-03 is being restored: wait until that has ended")
		w.RequireNoText("Cancel", "cancel")
	}
	w.requireDeeds()
}

func TestARefusalIsSaidInTheAPIsWords(t *testing.T) {
	t.Parallel()
	w := open(t, 120, 24)
	w.makeSnapshot("legacy-app", "last-look")
	w.RequireText("snapshot last-look of legacy-app: not done: Server legacy-app is suspended.")
	w.requireDeeds(`POST /snapshots/ {"server_id":12356,"name":"last-look"}`)
	if w.points(model.Snapshot, "12356") != nil {
		t.Error("there is a snapshot all the same")
	}
}

func TestASecondSnapshotIsNotMadeWhileOneRunsAndAllElseIs(t *testing.T) {
	t.Parallel()
	w := open(t, 120, 24, servers(2))
	w.makeSnapshot("web-server-01", "one")
	at("web-server-01", "s")(w)
	w.RequireText("“snapshot one of web-server-01” is still running")
	w.RequireNoText("Cancel", "cancel")
	w.Press("esc")
	for opened, keys := range map[string][]string{
		"New backup of web-server-01": {"b"}, "Restore overwrites the disk": {"r"}, "Delete for good": {"2", "d"},
	} {
		at("web-server-01", keys...)(w)
		w.RequireText(opened)
		w.Press("esc")
	}
	if n := len(w.line.deeds()); n != 1 {
		t.Errorf("%d actions were sent", n)
	}
}
