package ui_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"vpsdeck/model"
	"vpsdeck/model/retention"
)

// keyCounter counts key presses, and notes them as docs/KEYSTROKES.md shows them.
type keyCounter struct {
	*harness
	keys     int
	keyNames []string
}

func (c *keyCounter) press(keys ...string) {
	c.Press(keys...)
	c.keys += len(keys)
	for _, k := range keys {
		c.keyNames = append(c.keyNames, "`"+k+"`")
	}
}

func (c *keyCounter) typeText(text string) {
	c.Type(text)
	c.keys += len([]rune(text))
	c.keyNames = append(c.keyNames, "“"+text+"”")
}

// requireDocumented fails the test unless the document has a line with these keys and their number.
func (c *keyCounter) requireDocumented(what string) {
	c.t.Helper()
	text, err := os.ReadFile("../docs/KEYSTROKES.md")
	if err != nil {
		c.t.Fatal(err)
	}
	want := fmt.Sprintf("| %s | %s | %d |\n", what, strings.Join(c.keyNames, " "), c.keys)
	if !strings.Contains(string(text), want) {
		c.t.Errorf("docs/KEYSTROKES.md has no line\n%s", want)
	}
}

// requireAtMost fails the test if there were more keys, without the letters of the names that a
// confirmation requires.
func (c *keyCounter) requireAtMost(keys int, names ...string) {
	c.t.Helper()
	if n := c.keys - len(strings.Join(names, "")); n > keys {
		c.t.Errorf("%d keys, at most %d are allowed: %s", n, keys, strings.Join(c.keyNames, " "))
	}
}

func TestKeystrokesToRestoreTheNewestPoint(t *testing.T) {
	t.Parallel()
	const server = "web-server-01"
	c := &keyCounter{harness: startApp(t, 120, 40)}
	c.press(":")
	c.typeText("w")
	c.press("enter", "r")
	c.skipInputDelay()
	c.typeText(server)
	c.press("enter")
	c.advanceHidden(time.Hour)
	c.RequireNoText("running")
	actions := c.proxy.actions()
	if len(actions) != 2 || !strings.HasPrefix(actions[0], "POST /snapshots/ ") ||
		actions[1] != `POST /servers/12345/restore/ {"backup_id":501}` {
		t.Errorf("sent: %q", actions)
	}
	c.requireAtMost(5, server)
	c.requireDocumented("A restore of the newest point of `" + server + "`, with a snapshot first")
}

func TestKeystrokesToSnapshotTenServers(t *testing.T) {
	t.Parallel()
	c := &keyCounter{harness: startApp(t, 120, 40, withServers(13))}
	c.press("*", "s")
	c.RequireText("10 of 13; left out: ")
	c.press("enter", "enter")
	c.advanceHidden(20 * time.Minute)
	c.RequireNoText("◐") // nothing runs any more
	actions := c.proxy.actions()
	slices.Sort(actions)
	if n := len(slices.Compact(actions)); n != 10 {
		t.Errorf("%d different actions: %q", n, actions)
	}
	c.requireAtMost(6)
	c.requireDocumented("A snapshot of the ten of thirteen servers that can")
}

func TestKeystrokesToDeleteTheOldestSnapshot(t *testing.T) {
	t.Parallel()
	c := &keyCounter{harness: startApp(t, 120, 40)}
	oldest := slices.MinFunc(c.points(model.Snapshot, ""),
		func(a, b model.Point) int { return a.CreatedAt.Compare(b.CreatedAt) })
	c.press("3", "a", "G", "d")
	c.skipInputDelay()
	c.press("y", "enter")
	c.requireActions("DELETE /snapshots/" + string(oldest.ID) + "/")
	c.requireAtMost(7)
	c.requireDocumented("Deleting the oldest snapshot of the fleet")
}

func TestKeystrokesToSeeAllFailedBackups(t *testing.T) {
	t.Parallel()
	c := &keyCounter{harness: startApp(t, 120, 40)}
	c.press("2", "w")
	for _, p := range c.points(model.Backup, "") {
		if p.Status == model.Failed {
			c.RequireText(p.Server.Name, "✗ failed")
		}
	}
	c.RequireText("Backups of all servers", "status:failed")
	c.requireAtMost(2)
	c.requireDocumented("All failed backups in sight")
	c.press("w")
	c.RequireNoText("status:failed", "Backups of all servers")
}

func TestKeystrokesToSeeTheWorstCoveredServer(t *testing.T) {
	t.Parallel()
	c := &keyCounter{harness: startApp(t, 120, 40)}
	c.requireCursor("db-server-02")
	c.RequireText("✗ none")
	c.requireAtMost(0)
	c.requireDocumented("The server with the worst coverage")
}

func TestKeystrokesToCleanUpByTheUsualRules(t *testing.T) {
	t.Parallel()
	c := &keyCounter{harness: startApp(t, 120, 40)}
	goes := c.cleanupPlan(retention.Policy{Rules: retention.Rules{Last: 3, Daily: 7, Weekly: 4}}).Removals()
	c.press("c", "ctrl+s")
	c.skipInputDelay()
	c.typeText(fmt.Sprint(len(goes)))
	c.press("enter")
	c.advanceHidden(5 * time.Minute)
	if len(goes) == 0 || len(c.proxy.actions()) != len(goes) {
		t.Errorf("%d go, %d were sent", len(goes), len(c.proxy.actions()))
	}
	for _, p := range goes {
		if c.hasPoint(p.Kind, p.ID) {
			t.Errorf("%s #%s of %s is still there", p.Kind, p.ID, p.Server.Name)
		}
	}
	c.requireAtMost(5)
	c.requireDocumented("Cleaning up by the usual rules")
}
