package ui_test

import (
	"testing"
	"time"

	"vpsdeck/internal/lanes"
)

// withSlowSnapshots delays the list of snapshots.
var withSlowSnapshots = beforeStart(func(w *harness) { w.proxy.slowDown(10*time.Second, "GET /snapshots/") })

func TestAFormWaitsForTheListsAndKeepsWhatIsTyped(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24, withServers(3), withSlowSnapshots)
	w.selectServer("web-server-01")
	w.Press("s")
	w.RequireText("New snapshot", "Waiting for the snapshots…", "esc cancels.")
	w.Type("dodos")
	w.Press("enter", "tab", "backspace")
	w.Paste("-now")
	w.RequireText("Waiting for the snapshots…")
	w.Advance(10 * time.Second)
	w.RequireText("New snapshot of web-server-01", "› dodo-now", "2 of 5 snapshots used", "Usually takes 3–10 minutes")
	w.requireActions()
	w.Press("enter", "enter")
	w.requireActions(`POST /snapshots/ {"server_id":12345,"name":"dodo-now"}`)
}

// A server that appears under the cursor while the key waits is not what the key meant.
func TestAKeyBeforeTheServersActsOnNone(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24, withServers(3), threeHoursLater)
	w.Press("b")
	w.RequireText("Waiting for the servers, the backups and the snapshots…")
	w.Advance(20 * time.Second)
	w.RequireText("Cannot create a backup", "No server was under the cursor when the key was pressed.",
		"Choose one now.")
	w.requireActions()
}

func TestWaitingEndsWithEscapeOrARefusal(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24, withServers(3), withSlowSnapshots)
	w.selectServer("web-server-01")
	w.Press("b", "esc")
	w.RequireNoText("Waiting")
	w.RequireText("Cancelled. Nothing was sent.")
	w.Press("b")
	w.account.InjectFault("GET /snapshots/: status 404")
	w.Advance(10 * time.Second)
	w.RequireText("Cannot create a backup", "The snapshots cannot be read: ", "Close")
	w.Advance(10 * time.Second)
	w.Press("esc")
	w.RequireNoText("Cannot create a backup")
}

func TestConfirmIgnoresKeysTypedWhileWaiting(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24, withServers(3), withSlowSnapshots)
	w.selectServer("web-server-01")
	w.Press("r")
	w.Type("web-server-01")
	w.Press("tab", "enter")
	w.Advance(10 * time.Second)
	w.RequireText("Restore web-server-01 from ", "to confirm")
	w.RequireNoText("› web-server-01")
	w.Press("tab", "enter") // it is too early
	w.requireActions()
}

func TestRefusalConsumesFollowingKeys(t *testing.T) {
	t.Parallel()
	for name, c := range lanes.Table(map[string]struct {
		options []option
		act     func(*harness)
		want    []string
	}{
		"full": {nil, atServer("db-server-01", "s"),
			[]string{"Cannot create a snapshot", "db-server-01 has 5 of 5 snapshots used.",
				"Delete one first, such as"}},
		"being restored": {[]option{withServers(2)}, func(w *harness) {
			w.mustAccept(w.otherClient.RestoreSnapshot(t.Context(), "796"))
			w.Advance(20 * time.Second)
			atServer("db-server-01", "b")(w)
		}, []string{"Cannot create a backup", "db-server-01 is being restored"}},
		"nothing there": {nil, atServer("db-server-02", "r"),
			[]string{"Cannot restore", "db-server-02 has no restore point yet"}},
		"servers": {nil, atServer("web-server-01", "d"),
			[]string{"Cannot delete", "Servers are not deleted here", "(2)", "(3)"}},
		"no server found": {nil, press("/", "z", "z", "enter", "s"),
			[]string{"Cannot create a snapshot", "There is no server under the cursor", "esc clears it"}},
		"marked":    {nil, press("*", "r"), []string{"Cannot restore", "Restore works on one server"}},
		"read-only": {[]option{readOnly}, press("s"), []string{"Read-only", "This session is read-only"}},
		"servers unknown": {[]option{withFault("GET /servers/: status 503")}, press("b"),
			[]string{"Cannot create a backup", "The account cannot be read: "}},
		"backups unknown": {[]option{withFault("GET /backups/: status 503")}, press("2", "d"),
			[]string{"Cannot delete", "The backups cannot be read: "}},
		"no servers at all": {[]option{withServers(-1)}, press("b"),
			[]string{"Cannot create a backup", "There is no server under the cursor"}},
	}) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 80, 24, c.options...)
			c.act(w)
			w.RequireText(c.want...)
			w.Type("dodo q")
			w.Press("ctrl+d", "tab", "space", "2", "?")
			w.RequireText(c.want...)
			w.skipInputDelay()
			w.Press("enter")
			w.RequireNoText(c.want[0])
			w.requireActions()
		})
	}
}

// The texts are pasted, such as systemctl, into a terminal without bracketed paste.
func TestAPasteWithoutBracketsSendsNothing(t *testing.T) {
	t.Parallel()
	for _, text := range lanes.Rows([]string{"s1⏎⏎", "systemctl⏎⏎", "bash⏎", "3d⏎y⏎",
		"restart the box⏎then check the logs⏎⏎", "cc⏎⏎⏎⏎⏎", "*s⏎⏎", "ss⏎⇥⏎"}) {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 80, 24)
			w.selectServer("web-server-01")
			var keys []string
			for _, r := range text {
				key, named := map[rune]string{'⏎': "enter", '⇥': "tab"}[r]
				if !named {
					key = string(r)
				}
				keys = append(keys, key)
			}
			w.pressAtOnce(keys...)
			w.requireActions()
		})
	}
	w := startApp(t, 80, 24, withServers(3))
	w.selectServer("web-server-01")
	w.pressAtOnce("s", "s", "1", "enter", "enter")
	w.RequireText("› s1", "Enter came in one go with text, like a paste: press it again.")
	w.Press("enter", "enter")
	w.requireActions(`POST /snapshots/ {"server_id":12345,"name":"s1"}`)
}

func TestAPIMessageAboutACreateIsShown(t *testing.T) {
	t.Parallel()
	w := startApp(t, 160, 24, withServers(2))
	w.createSnapshot("web-server-01", "before-update")
	w.RequireText("“Snapshot is being created. This may take 3-10 minutes depending on server size.”")
}

func TestSnapshotOfARunningServerWarns(t *testing.T) {
	t.Parallel()
	const inconsistent = "may be inconsistent"
	w := startApp(t, 80, 24, withServers(3))
	atServer("web-server-01", "s")(w)
	w.RequireText("The server is running: its snapshot " + inconsistent)
	w.Press("esc", "3", "r")
	w.RequireText("take a snapshot first", "The server is running: this snapshot "+inconsistent,
		"This cannot be undone.")
	w.Press("esc")
	markServers("web-server-01", "db-server-02")(w)
	w.Press("s")
	w.RequireText("2 of them are running: their snapshots "+inconsistent, "Usually takes 3–10 minutes")
}
