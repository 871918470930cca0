package screen

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"vpsdeck/model"
	"vpsdeck/ui/dialog"
)

func TestImpossibleActionExplainsWhy(t *testing.T) {
	restoring := web
	restoring.Status = model.ServerRestoring
	making, failed := newSnapshot("801", web, 0), newSnapshot("801", web, 0)
	making.Status, failed.Status = model.InProgress, model.Failed
	point := newSnapshot("801", web, time.Hour)
	full := make([]model.Point, 5)
	for i := range full {
		full[i] = newSnapshot(model.ID("80"+string(rune('1'+i))), web, time.Duration(i)*time.Hour)
	}
	for name, c := range map[string]struct {
		harness *harness
		action  func(Actions)
		want    string
	}{
		"nothing has loaded": {newHarness(t), func(d Actions) { d.Snapshot(web.ID) },
			"Waiting for the servers, the backups and the snapshots…"},
		"there is no such server": {newHarnessWith(t), func(d Actions) { d.Backup("1") },
			"no server under the cursor"},
		"its server is being restored": {newHarnessWith(t, point),
			func(d Actions) { d.env.State.Servers.Value[0] = restoring; d.Restore(point) },
			"web-server-01 is being restored"},
		"the servers cannot be read": {newHarnessWith(t, point),
			func(d Actions) { d.env.State.Servers.Err = model.ErrUnreachable; d.Restore(point) }, "cannot be reached"},
		"the points have not loaded": {func() *harness { h := newHarness(t); h.setServers(nil, web); return h }(),
			func(d Actions) { d.Snapshot(web.ID) }, "Waiting for the backups and the snapshots…"},
		"the backups cannot be read": {func() *harness {
			h := newHarness(t)
			h.setServers(nil, web)
			h.setPoints()
			h.state.Backups = model.Remote[[]model.Point]{Err: model.ErrUnreachable}
			return h
		}(), func(d Actions) { d.Snapshot(web.ID) }, "The backups cannot be read: "},
		"another action is running": {newHarnessWith(t, point), func(d Actions) {
			d.env.State.Begin(model.ActionRequest{Action: model.Delete, Point: point}, "run")
			d.Restore(point)
		}, "still running"},
		"it is being created": {newHarnessWith(t, making), func(d Actions) { d.Restore(making) },
			"Snapshot #801 is still being created"},
		"it has failed": {newHarnessWith(t, failed), func(d Actions) { d.Restore(failed) },
			"failed and cannot be restored"},
		"it is deleted while it is created": {newHarnessWith(t, making), func(d Actions) { d.Delete(making) },
			"still being created"},
		"the quota is full": {newHarnessWith(t, full...), func(d Actions) { d.Snapshot(web.ID) },
			"web-server-01 has 5 of 5 snapshots used. Delete one first, such as snap-805 (#805, 4 h ago)"},
		"there is no usable point": {newHarnessWith(t, failed), func(d Actions) { d.RestoreNewest(web.ID) },
			"has no restore point yet"},
	} {
		t.Run(name, func(t *testing.T) {
			c.action(Actions{c.harness.env})
			if got := c.harness.refusalText(); len(c.harness.started) > 0 || !strings.Contains(got, c.want) {
				t.Errorf("it says %q, want %q", got, c.want)
			}
		})
	}
}

func TestRestoreShowsLossAndTakesSnapshotFirst(t *testing.T) {
	p := newSnapshot("801", web, 5*24*time.Hour+3*time.Hour)
	h := newHarnessWith(t, p, newBackup("501", web, 6*24*time.Hour))
	Actions{h.env}.Restore(p)
	_, screen := h.confirm()
	checkShown(t, screen, "Restore web-server-01 from snapshot snap-801 (#801)?",
		"everything written since 11 Jan 13:00 UTC (5 d 3 h)",
		"12345", "203.0.113.10", "5.0 GB", "Downtime", "[✓] take a snapshot first", "room for 4 more",
		"Type web-server-01 to confirm",
		"POST /snapshots/, then POST /snapshots/801/restore/")
	h.pressInConfirm("tab", "enter")
	if len(h.started) > 0 {
		t.Fatal("it was started without the name")
	}
	h.pressInConfirm(append(strings.Split("web-server-01", ""), "enter")...)
	if len(h.started) != 1 {
		t.Fatalf("started: %+v", h.started)
	}
	got := h.started[0]
	if got.Action != model.Create || got.Point.Kind != model.Snapshot || got.Point.Server != web.Ref() ||
		got.ThenRestore == nil || *got.ThenRestore != p {
		t.Errorf("%+v", got)
	}
	if err := model.CheckSnapshotName(got.Point.Name); err != nil ||
		got.Point.Name != "before-restore-20250116-160000" {
		t.Errorf("the snapshot is called %q: %v", got.Point.Name, err)
	}
}

func TestRestoreOffersBackupWhenSnapshotsAreFull(t *testing.T) {
	points := []model.Point{newBackup("501", web, time.Hour)}
	for _, id := range []model.ID{"1", "2", "3", "4", "5"} {
		points = append(points, newSnapshot(id, web, 9*time.Hour))
	}
	h := newHarnessWith(t, points...)
	Actions{h.env}.Restore(points[0])
	_, screen := h.confirm()
	checkShown(t, screen, "[ ] backup first (no snapshot)", "room for 9 more", "takes longer",
		"No snapshot first: 5 of 5 snapshots used.")
	h.pressInConfirm(append(strings.Split("web-server-01", ""), "tab", "enter")...)
	if len(h.started) != 1 || h.started[0].Action != model.Restore || h.started[0].Point != points[0] ||
		h.started[0].ThenRestore != nil {
		t.Errorf("%+v", h.started)
	}
	h.started = nil
	Actions{h.env}.Restore(points[0])
	h.pressInConfirm(append(strings.Split("web-server-01", ""), "up", "space")...)
	_, screen = h.confirm()
	checkShown(t, screen, "[✓] backup first (no snapshot)", "API: POST /backups/, then POST /servers/12345/restore/")
	h.pressInConfirm("tab", "enter")
	want := model.Point{Kind: model.Backup, Type: model.Manual, Server: web.Ref(),
		Description: "Taken by vpsdeck before the restore from backup #501"}
	if len(h.started) != 1 || h.started[0].Action != model.Create || h.started[0].Point != want ||
		h.started[0].ThenRestore == nil {
		t.Errorf("%+v", h.started)
	}
}

// How much room there is on an incomplete list is not known.
func TestBackupFirstDoesNotCountAnIncompleteList(t *testing.T) {
	h := newHarness(t)
	h.setServers(nil, web)
	var points []model.Point
	for _, id := range []model.ID{"1", "2", "3", "4", "5"} {
		points = append(points, newSnapshot(id, web, 9*time.Hour))
	}
	ticket, _ := h.state.Backups.Start(h.state.Now)
	h.state.ApplyPoints(model.Backup, "", ticket, []model.Point{newBackup("501", web, time.Hour)},
		&model.IncompleteError{})
	ticket, _ = h.state.Snapshots.Start(h.state.Now)
	h.state.ApplyPoints(model.Snapshot, "", ticket, points, nil)
	Actions{h.env}.Restore(points[0])
	_, screen := h.confirm()
	checkShown(t, screen, "[ ] backup first (no snapshot)", "incomplete list: maybe no room")
}

// A mark on one row makes a bulk action of one.
func TestBulkActionOnOneIsWordedForOne(t *testing.T) {
	making := newSnapshot("801", web, 0)
	making.Status = model.InProgress
	full := make([]model.Point, 5)
	for i := range full {
		full[i] = newSnapshot(model.ID(fmt.Sprint(i)), web, time.Hour)
	}
	h := newHarnessWith(t, making)
	Actions{h.env}.DeleteMany([]model.Point{making})
	if got := h.refusalText(); !strings.Contains(got, "Snapshot #801 is still being created: wait") ||
		strings.Contains(got, "all 1") {
		t.Errorf("it says %q", got)
	}
	h = newHarnessWith(t, full...)
	Actions{h.env}.CreateMany(model.Snapshot, []model.ID{web.ID})
	if got := h.refusalText(); !strings.Contains(got, "The marked server cannot: web-server-01 (5 of 5).") {
		t.Errorf("it says %q", got)
	}
	h = newHarnessWith(t)
	Actions{h.env}.CreateMany(model.Snapshot, []model.ID{web.ID})
	text := strings.Join(strings.Fields(strings.ReplaceAll(ansi.Strip(h.opened.View()), "│", "")), " ")
	checkShown(t, text, "1 of them is running: its snapshot may be inconsistent. Stop it first for the best result.")
}

func TestRestoreWarnsWhenNothingCanBeSavedFirst(t *testing.T) {
	var points []model.Point
	for i := range 10 {
		points = append(points, newBackup(model.ID(fmt.Sprint(500+i)), web, time.Hour))
	}
	for i := range 5 {
		points = append(points, newSnapshot(model.ID(fmt.Sprint(i)), web, 9*time.Hour))
	}
	h := newHarnessWith(t, points...)
	Actions{h.env}.Restore(points[0])
	_, screen := h.confirm()
	checkShown(t, screen, "nothing is saved first: 5 of 5 snapshots used, 10 of 10", "manual backups used")
	if strings.Contains(screen, "[ ]") {
		t.Errorf("it offers a checkbox:\n%s", screen)
	}
}

// Whatever the server's name, an empty phrase never confirms.
func TestIDIsTypedWhenNameCannotBe(t *testing.T) {
	for name, want := range map[string]string{
		"web-server-01": "web-server-01", "two words": "two words", "": "12345", " ": "12345", "\u00a0": "12345",
		"\u3000":                    "12345",
		model.Clean("\u200b\u2060"): "12345", model.Clean("web\u202e01"): "12345", "nb\u00a0sp": "12345",
		"👍🏽-skin":    "12345",
		"cafe\u0301": "12345", "trail ": "12345", "\u0430dmin": "12345", strings.Repeat("a", 255): "12345",
	} {
		for _, action := range []func(Actions, model.Point) tea.Cmd{Actions.Restore, Actions.Delete} {
			server := web
			server.Name = name
			h := newHarness(t)
			h.setServers(nil, server)
			p := newSnapshot("801", server, time.Hour)
			h.setPoints(p)
			action(Actions{h.env}, p)
			_, screen := h.confirm()
			if want != name {
				checkShown(t, screen, "Type the ID 12345 to confirm")
			} else {
				checkShown(t, screen, "Type "+want+" to confirm")
			}
			for _, keys := range []string{"tab enter", "space tab enter", "tab tab enter tab tab enter"} {
				h.pressInConfirm(strings.Fields(keys)...)
				if len(h.started) > 0 {
					t.Fatalf("%q: %s confirmed it", name, keys)
				}
			}
			h.started = nil
			action(Actions{h.env}, p)
			q, _ := h.confirm()
			for _, r := range want {
				q.Update(tea.KeyPressMsg{Code: r, Text: string(r)})
			}
			h.pressInConfirm("tab", "enter")
			if len(h.started) != 1 {
				t.Errorf("%q: %q does not confirm:\n%s", name, want, screen)
			}
		}
	}
}

func TestRestoreFromUnknownStatusWarns(t *testing.T) {
	p := newSnapshot("801", web, time.Hour)
	p.Status = "verifying"
	h := newHarnessWith(t, p)
	Actions{h.env}.Restore(p)
	_, screen := h.confirm()
	checkShown(t, screen, "unknown status “verifying”")
}

func TestRestoreNewestUsesNewestPoint(t *testing.T) {
	making := newSnapshot("804", web, 0)
	making.Status = model.InProgress
	h := newHarnessWith(t, making, newBackup("501", web, 2*time.Hour), newSnapshot("801", web, time.Hour),
		newSnapshot("802", db, time.Minute))
	Actions{h.env}.RestoreNewest(web.ID)
	_, screen := h.confirm()
	checkShown(t, screen, "snap-801 (#801)")
}

func TestDeleteConfirmationMatchesRisk(t *testing.T) {
	old, newer, newest := newSnapshot("1", web, 9*time.Hour), newBackup("2", web, 5*time.Hour),
		newSnapshot("3", web, time.Hour)
	another := newBackup("4", web, 7*time.Hour)
	for name, c := range map[string]struct {
		points []model.Point
		delete model.Point
		typed  bool
		shows  []string
	}{
		"one of several": {[]model.Point{old, newer, newest, another}, newer, false,
			[]string{"Delete backup #2 of web-server-01?", "Remaining", "3 restore points"}},
		"the newest": {[]model.Point{old, newer, newest}, newest, true,
			[]string{"Delete snapshot snap-3 (#3)", "the newest restore point: the next is 4 h older"}},
		"the last backup": {[]model.Point{old, newer, newest}, newer, true,
			[]string{"Delete backup #2 of web-server-01?", "the LAST backup: only snapshots remain, which live on",
				"the server's own infrastructure"}},
		"the last": {[]model.Point{old}, old, true, []string{"the LAST restore point", "After this",
			"✗ no usable restore point"}},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHarnessWith(t, c.points...)
			Actions{h.env}.Delete(c.delete)
			_, screen := h.confirm()
			checkShown(t, screen, append(c.shows, "#"+string(c.delete.ID), "12345")...)
			h.pressInConfirm("tab", "enter")
			if started := len(h.started) == 1; started == c.typed {
				t.Errorf("without the name it was started: %v", started)
			}
			if c.typed {
				h.pressInConfirm(append(strings.Split("web-server-01", ""), "enter")...)
			}
			if len(h.started) != 1 || h.started[0].Action != model.Delete || h.started[0].Point != c.delete {
				t.Errorf("%+v", h.started)
			}
		})
	}
}

func TestFormShowsDocumentedWarnings(t *testing.T) {
	h := newHarnessWith(t, newSnapshot("801", web, time.Hour))
	for _, c := range []struct {
		open func()
		want []string
		not  string
	}{
		{func() { Actions{h.env}.Snapshot(web.ID) }, []string{"New snapshot of web-server-01", "1 of 5 snapshots used",
			"may be inconsistent"}, ""},
		// it is stopped
		{func() { Actions{h.env}.Snapshot(db.ID) }, []string{"New snapshot of db-server-01", "0 of 5 snapshots used"},
			"inconsistent"},
		{func() { Actions{h.env}.Backup(web.ID) },
			[]string{"New backup of web-server-01", "0 of 10 manual backups used", "POST /backups/"}, "inconsistent"},
	} {
		c.open()
		form, ok := h.opened.(*dialog.Form)
		if !ok {
			t.Fatalf("no form is open: %q", h.notices)
		}
		screen := ansi.Strip(form.View())
		checkShown(t, screen, c.want...)
		if c.not != "" && strings.Contains(screen, c.not) {
			t.Errorf("%q is shown:\n%s", c.not, screen)
		}
	}
}

func TestFailuresOfOneListDoNotHideTheOther(t *testing.T) {
	h := newHarnessWith(t, newBackup("501", web, time.Hour))
	ticket, _ := h.state.Snapshots.Start(h.state.Now)
	h.state.ApplyPoints(model.Snapshot, "", ticket, nil, errors.Join(model.ErrTimeout))
	backups, snapshots := NewPoints(h.env, model.Backup), NewPoints(h.env, model.Snapshot)
	for _, p := range []*Points{backups, snapshots} {
		p.SetSize(70, 8)
		p.Show(web.Ref(), false)
	}
	if screen := plainView(backups); strings.Contains(screen, "✗") {
		t.Errorf("the backups show an error:\n%s", screen)
	}
	checkShown(t, plainView(snapshots), "✗", "did not answer in time")
}
