package screen

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"vpsdeck/model"
	"vpsdeck/ui/widget"
)

func newPointsPane(h *harness, kind model.Kind, of model.Server) *Points {
	p := NewPoints(h.env, kind)
	p.SetSize(90, 10)
	p.SetFocus(true)
	p.Show(of.Ref(), false)
	return p
}

// idUnderCursor returns the ID of the point under the cursor.
func idUnderCursor(t *testing.T, p *Points) model.ID {
	t.Helper()
	point, ok := p.selected()
	if !ok {
		t.Fatalf("there is nothing under the cursor:\n%s", plainView(p))
	}
	return point.ID
}

func TestCursorStaysOnItsPointAcrossRefreshes(t *testing.T) {
	a, b, c := newSnapshot("1", web, 3*time.Hour), newSnapshot("2", web, 2*time.Hour), newSnapshot("3", web, time.Hour)
	h := newHarnessWith(t, a, b, c)
	p := newPointsPane(h, model.Snapshot, web)
	pressKeys(p, "j")
	if got := idUnderCursor(t, p); got != "2" {
		t.Fatalf("the cursor is on %s", got)
	}
	for _, step := range []struct {
		points []model.Point
		want   model.ID
	}{
		{[]model.Point{a, b, c, newSnapshot("4", web, 0)}, "2"}, // a new one above
		{[]model.Point{b}, "2"},
		{[]model.Point{c, b, a}, "2"}, // another order
		{[]model.Point{c, a}, "1"},    // it is gone: the nearest neighbour, not the first row
		{[]model.Point{c, b, a}, "1"},
		{nil, ""},
		{[]model.Point{c, b, a}, "1"}, // it is back
	} {
		h.setPoints(step.points...)
		p.Refresh()
		if step.want == "" {
			if _, ok := p.selected(); ok {
				t.Error("there is something under the cursor of an empty pane")
			}
			continue
		}
		if got := idUnderCursor(t, p); got != step.want {
			t.Errorf("of %d points the cursor is on %s, want %s", len(step.points), got, step.want)
		}
	}
}

func TestPointsPaneStates(t *testing.T) {
	p := func(h *harness) *Points { return newPointsPane(h, model.Snapshot, web) }
	failing := func(h *harness) *harness {
		ticket, _ := h.state.Snapshots.Start(h.state.Now)
		h.state.ApplyPoints(model.Snapshot, "", ticket, nil, model.ErrUnavailable)
		return h
	}
	shared := func(h *harness) *harness {
		h.env.Shared = true
		return h
	}
	loading := func(h *harness) *harness {
		h.state.Snapshots.Start(h.state.Now)
		return h
	}
	for name, c := range map[string]struct {
		pane *Points
		want []string
	}{
		"no account": {p(newHarness(t)), []string{"not signed in"}},
		"loading":    {p(loading(newHarness(t))), []string{"loading snapshots"}},
		"shared":     {p(shared(newHarness(t))), []string{"loading snapshots"}},
		"failed": {p(failing(newHarness(t))), []string{"no snapshots", "the API has trouble",
			"R retries now"}},
		"empty": {p(newHarnessWith(t)),
			[]string{"No snapshots of web-server-01 yet.", "s creates the first one."}},
		"rows": {p(newHarnessWith(t, newSnapshot("1", web, time.Hour))),
			[]string{"snap-1", "completed", "5.0 GB", "1 h ago", "1/5"}},
		"rows and a failure": {p(failing(newHarnessWith(t, newSnapshot("1", web, time.Hour)))),
			[]string{"snap-1", "old", "the API has trouble"}},
		"no server": {newPointsPane(newHarnessWith(t), model.Snapshot, model.Server{}),
			[]string{"No server selected."}},
	} {
		t.Run(name, func(t *testing.T) {
			c.pane.Refresh()
			checkShown(t, plainView(c.pane), c.want...)
		})
	}
}

func TestFilterWithoutMatchesShowsHowToClearIt(t *testing.T) {
	h := newHarnessWith(t, newSnapshot("1", web, time.Hour))
	p := newPointsPane(h, model.Snapshot, web)
	pressKeys(p, "/", "z", "z", "z")
	if !p.Typing() {
		t.Error("it does not take text")
	}
	pressKeys(p, "enter")
	checkShown(t, plainView(p), "No snapshot matches “zzz”.", "esc clears")
	pressKeys(p, "esc")
	checkShown(t, plainView(p), "snap-1")
}

func TestReadOnlyOffersNoAction(t *testing.T) {
	h := newHarnessWith(t)
	h.env.Keys.DisableActions()
	p := newPointsPane(h, model.Snapshot, web)
	if screen := plainView(p); strings.Contains(screen, "creates the first one") {
		t.Errorf("it offers an action:\n%s", screen)
	}
	pressKeys(p, "s", "b", "r", "d")
	if h.opened != nil || len(h.started) > 0 {
		t.Error("an action was started")
	}
}

func TestEachColumnHasAnOrderInBothDirections(t *testing.T) {
	small, large := newSnapshot("1", web, time.Hour), newSnapshot("2", web, 2*time.Hour)
	small.SizeMB = 1
	h := newHarnessWith(t, small, large)
	p := newPointsPane(h, model.Snapshot, web)
	first := idUnderCursor(t, p)
	columns := 0 // an order for each column that the pane shows, and none for the others
	for _, c := range p.table.Columns {
		if c.Width > 0 {
			columns++
		}
	}
	notices := map[string]bool{}
	for _, letter := range []string{"n", "t", "s", "d", "c"} {
		pressKeys(p, "o")
		h.opened.Update(keyPress(letter))
		forward := h.lastNotice()
		pressKeys(p, "O")
		if h.lastNotice() == forward {
			t.Errorf("%s: the reverse order has the same name", forward)
		}
		notices[forward], notices[h.lastNotice()] = true, true
		if got := idUnderCursor(t, p); got != first {
			t.Errorf("%s: the cursor moved to %s", h.lastNotice(), got)
		}
	}
	if len(notices) != 2*columns || p.sorter.sorting.index != 0 {
		t.Errorf("%d orders of the %d columns in both directions: %v", len(notices), columns, notices)
	}
}

func TestKeyWithoutSelectionExplainsWhy(t *testing.T) {
	for _, key := range []string{"r", "d", "enter"} {
		h := newHarnessWith(t)
		pressKeys(newPointsPane(h, model.Backup, web), key)
		if got := h.responseTo(key); !strings.Contains(got, "here is no backup under the cursor") {
			t.Errorf("%s: %q", key, got)
		}
		h = newHarness(t)
		h.setServers(nil)
		h.setPoints()
		servers := NewServers(h.env)
		servers.SetSize(80, 10)
		servers.Refresh()
		pressKeys(servers, key)
		switch got := h.responseTo(key); {
		case key == "d" && strings.Contains(got, "Servers are not deleted here."):
		case key != "d" && strings.Contains(got, "here is no server under the cursor"):
		default:
			t.Errorf("servers, %s: %q", key, got)
		}
	}
}

// responseTo returns the response to a key: a refusal for an action's key, a notice for others.
func (h *harness) responseTo(key string) string {
	h.t.Helper()
	if key == "enter" {
		return h.lastNotice()
	}
	return h.refusalText()
}

func TestServersCanBeOpenedButNotDeleted(t *testing.T) {
	h := newHarnessWith(t, newSnapshot("1", web, time.Hour))
	p := NewServers(h.env)
	p.SetSize(80, 10)
	p.Refresh()
	pressKeys(p, "d")
	if got := h.refusalText(); !strings.Contains(got, "Servers are not deleted here") {
		t.Errorf("%q", got)
	}
	selected, _ := p.Selected()
	pressKeys(p, "enter")
	if h.openedServer != selected.ID {
		t.Errorf("%s is opened, and %s is under the cursor", h.openedServer, selected.ID)
	}
}

func TestStatusesHaveDistinctGlyphs(t *testing.T) {
	s := newHarness(t).env.Styles()
	seen := map[string]model.PointStatus{}
	for _, status := range []model.PointStatus{model.Completed, model.InProgress, model.Failed, "verifying"} {
		got := PointStatus(s, status)
		if other, ok := seen[got.Sign]; ok || got.Sign == "" || got.Text == "" {
			t.Errorf("%s is %q, like %s", status, got.Sign+" "+got.Text, other)
		}
		seen[got.Sign] = status
	}
	signs := map[string]model.ServerStatus{}
	for _, status := range []model.ServerStatus{model.ServerActive, model.ServerStopped, model.ServerSuspended,
		model.ServerRestoring, "migrating"} {
		got := ServerStatus(s, status)
		if other, ok := signs[got.Sign]; ok || got.Text != string(status) {
			t.Errorf("%s is %q, like %s", status, got.Sign+" "+got.Text, other)
		}
		signs[got.Sign] = status
	}
}

func TestPaneSizeIsIndependentOfContent(t *testing.T) {
	odd := web
	odd.Name, odd.Hostname = "日本語のサーバー👩\u200d🚀⚠\ufe0f-"+strings.Repeat("x", 80), "h"
	p := newSnapshot("1", odd, time.Hour)
	p.Description = strings.Repeat("e\u0301日", 200)
	h := newHarness(t)
	h.setServers(nil, odd, db)
	h.setPoints(p, newBackup("1", odd, 0), newBackup("2", db, 4000*24*time.Hour))
	servers := NewServers(h.env)
	panes := []Pane{servers, newPointsPane(h, model.Backup, odd), newPointsPane(h, model.Snapshot, odd)}
	for _, width := range []int{40, 57, 80, 120, 200} {
		for _, height := range []int{4, 8, 20} {
			for _, pane := range panes {
				pane.SetSize(width, height)
				pane.Refresh()
				lines := strings.Split(pane.View(), "\n")
				if len(lines) != height {
					t.Errorf("%s, %d by %d: %d lines", pane.Title(), width, height, len(lines))
				}
				for _, line := range lines {
					if got := widget.Width(line); got != width {
						t.Errorf("%s, %d by %d: a line is %d cells wide: %q", pane.Title(), width, height, got,
							ansi.Strip(line))
					}
				}
			}
		}
	}
}

func TestIncompleteListIsShownAndBlocksBulkActions(t *testing.T) {
	h := newHarnessWith(t, newSnapshot("1", web, time.Hour))
	h.setServers(&model.IncompleteError{Got: 1, Total: 50}, web)
	p := NewServers(h.env)
	p.SetSize(90, 10)
	p.SetFocus(true)
	p.Refresh()
	if shown := plainView(p); !strings.Contains(shown, "incomplete: the API gave 1 of 50") ||
		!strings.Contains(shown, web.Name) {
		t.Errorf("it shows\n%s", shown)
	}
	if pressKeys(p, "*"); p.MarkCount() != 0 {
		t.Error("an incomplete list was marked completely")
	}
}
