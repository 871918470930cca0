package ui_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"vpsdeck/model"
)

// counter counts the keys that are pressed, and writes them down as docs/KEYS-COUNTED.md shows them.
type counter struct {
	*world
	keys    int
	written []string
}

func (c *counter) press(keys ...string) {
	c.Press(keys...)
	c.keys += len(keys)
	for _, k := range keys {
		c.written = append(c.written, "`"+k+"`")
	}
}

func (c *counter) write(text string) {
	c.Type(text)
	c.keys += len([]rune(text))
	c.written = append(c.written, "“"+text+"”")
}

// requireCounted fails the test unless the document has a line with these keys and their number.
func (c *counter) requireCounted(what string) {
	c.t.Helper()
	text, err := os.ReadFile("../docs/KEYS-COUNTED.md")
	if err != nil {
		c.t.Fatal(err)
	}
	want := fmt.Sprintf("| %s | %s | %d |\n", what, strings.Join(c.written, " "), c.keys)
	if !strings.Contains(string(text), want) {
		c.t.Errorf("docs/KEYS-COUNTED.md has no line\n%s", want)
	}
}

func TestTheKeysToARestoreOfTheNewestPointAreCounted(t *testing.T) {
	t.Parallel()
	const server = "web-server-01"
	c := &counter{world: open(t, 120, 40)}
	c.press(":")
	c.write(server)
	c.press("enter", "r")
	c.wake()
	c.write(server)
	c.press("tab", "enter")
	c.later(time.Hour)
	c.RequireNoText("running")
	deeds := c.line.deeds()
	if len(deeds) != 2 || !strings.HasPrefix(deeds[0], "POST /snapshots/ ") || deeds[1] != `POST /servers/12345/restore/ {"backup_id":501}` {
		t.Errorf("sent: %q", deeds)
	}
	c.requireCounted("A restore of the newest point of `" + server + "`, with a snapshot first")
}

func TestTheKeysToASnapshotOfTenServersAreCounted(t *testing.T) {
	t.Parallel()
	c := &counter{world: open(t, 120, 40, servers(14))}
	c.press("space", "space", "space", "space")
	c.press("j") // its quota is full
	c.press("space", "space", "space", "space", "space", "space")
	c.press("s", "enter", "enter")
	c.later(20 * time.Minute)
	c.RequireNoText("running")
	deeds := c.line.deeds()
	slices.Sort(deeds)
	if n := len(slices.Compact(deeds)); n != 10 {
		t.Errorf("%d different deeds: %q", n, deeds)
	}
	c.requireCounted("A snapshot of ten servers")
}

func TestTheKeysToClearingWhatIsOlderThanThirtyDaysAreCounted(t *testing.T) {
	t.Parallel()
	c := &counter{world: open(t, 120, 40)}
	old := c.older(30 * 24 * time.Hour)
	c.press("c", "enter", "backspace")
	c.write("0")
	c.press("enter", "enter", "down", "down", "down", "enter")
	c.wake()
	number := regexp.MustCompile(`Delete (\d+) restore points`).FindStringSubmatch(c.Screen().Text())
	if number == nil {
		t.Fatal(c.Screen().Text())
	}
	c.write(number[1])
	c.press("tab", "enter")
	c.later(5 * time.Minute)
	if number[1] != fmt.Sprint(len(old)) || len(c.line.deeds()) != len(old) {
		t.Errorf("%s were named, %d are sent, %d are old", number[1], len(c.line.deeds()), len(old))
	}
	for _, p := range old {
		if c.has(p.Kind, p.ID) {
			t.Errorf("%s #%s of %s is still there", p.Kind, p.ID, p.Server.Name)
		}
	}
	c.requireCounted("Clearing everything older than 30 days")
}

// older are the points older than so long, but for what each server must keep: its newest usable one, and its newest backup.
func (w *world) older(age time.Duration) []model.Point {
	all := append(w.points(model.Backup, ""), w.points(model.Snapshot, "")...)
	var out []model.Point
	for _, p := range all {
		mine := model.Of(all, p.Server.ID)
		newest, _ := model.Newest(mine, w.clock.Now())
		backup, _ := model.Newest(slices.DeleteFunc(mine, func(q model.Point) bool { return q.Kind != model.Backup }), w.clock.Now())
		if p.Key() != newest.Key() && p.Key() != backup.Key() && w.clock.Now().Sub(p.CreatedAt) > age {
			out = append(out, p)
		}
	}
	return out
}
