package screen

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"vpsdeck/model"
	"vpsdeck/ui/widget"
)

func pointsOf(w *world, kind model.Kind, of model.Server) *Points {
	p := NewPoints(w.env, kind)
	p.SetSize(90, 10)
	p.SetFocus(true)
	p.Show(of.Ref(), false)
	return p
}

// under is the ID of the point under the cursor.
func under(t *testing.T, p *Points) model.ID {
	t.Helper()
	point, ok := p.selected()
	if !ok {
		t.Fatalf("there is nothing under the cursor:\n%s", drawn(p))
	}
	return point.ID
}

func TestTheCursorStaysOnItsPointWhateverARefreshBrings(t *testing.T) {
	a, b, c := snapshot("1", web, 3*time.Hour), snapshot("2", web, 2*time.Hour), snapshot("3", web, time.Hour)
	w := known(t, a, b, c)
	p := pointsOf(w, model.Snapshot, web)
	press(p, "j")
	if got := under(t, p); got != "2" {
		t.Fatalf("the cursor is on %s", got)
	}
	for _, step := range []struct {
		points []model.Point
		want   model.ID
	}{
		{[]model.Point{a, b, c, snapshot("4", web, 0)}, "2"}, // a new one above
		{[]model.Point{b}, "2"},
		{[]model.Point{c, b, a}, "2"}, // another order
		{[]model.Point{c, a}, "1"},    // it is gone: the nearest neighbour, and not the first row
		{[]model.Point{c, b, a}, "1"},
		{nil, ""},
		{[]model.Point{c, b, a}, "1"}, // and back
	} {
		w.points(step.points...)
		p.News()
		if step.want == "" {
			if _, ok := p.selected(); ok {
				t.Error("there is something under the cursor of an empty pane")
			}
			continue
		}
		if got := under(t, p); got != step.want {
			t.Errorf("of %d points the cursor is on %s, want %s", len(step.points), got, step.want)
		}
	}
}

func TestAPaneOfPointsHasAllItsStates(t *testing.T) {
	p := func(w *world) *Points { return pointsOf(w, model.Snapshot, web) }
	failing := func(w *world) *world {
		ticket, _ := w.state.Snapshots.Start(w.state.Now)
		w.state.PointsArrived(model.Snapshot, "", ticket, nil, model.ErrUnavailable)
		return w
	}
	asked := func(w *world) *world {
		w.state.Snapshots.Start(w.state.Now)
		return w
	}
	for name, c := range map[string]struct {
		pane *Points
		want []string
	}{
		"no account":         {p(newWorld(t)), []string{"no account is open"}},
		"loading":            {p(asked(newWorld(t))), []string{"loading snapshots"}},
		"failed":             {p(failing(newWorld(t))), []string{"no snapshots", "the API has trouble", "R asks again"}},
		"empty":              {p(known(t)), []string{"No snapshots of web-server-01 yet.", "s makes the first one."}},
		"rows":               {p(known(t, snapshot("1", web, time.Hour))), []string{"snap-1", "completed", "5.0 GB", "1 h ago", "1/5"}},
		"rows and a failure": {p(failing(known(t, snapshot("1", web, time.Hour)))), []string{"snap-1", "old", "the API has trouble"}},
		"no server":          {pointsOf(known(t), model.Snapshot, model.Server{}), []string{"No server is chosen."}},
	} {
		t.Run(name, func(t *testing.T) {
			c.pane.News()
			show(t, drawn(c.pane), c.want...)
		})
	}
}

func TestAFilterThatFindsNothingSaysHowToClearIt(t *testing.T) {
	w := known(t, snapshot("1", web, time.Hour))
	p := pointsOf(w, model.Snapshot, web)
	press(p, "/", "z", "z", "z")
	if !p.Typing() {
		t.Error("it takes no text")
	}
	press(p, "enter")
	show(t, drawn(p), "No snapshot matches “zzz”.", "esc clears")
	press(p, "esc")
	show(t, drawn(p), "snap-1")
}

func TestReadOnlyOffersNoDeed(t *testing.T) {
	w := known(t)
	w.env.Keys.ReadOnly()
	p := pointsOf(w, model.Snapshot, web)
	if screen := drawn(p); strings.Contains(screen, "makes the first one") {
		t.Errorf("it offers one:\n%s", screen)
	}
	press(p, "s", "b", "r", "d")
	if w.opened != nil || len(w.started) > 0 {
		t.Error("a deed was begun")
	}
}

func TestOrdersGoRoundBothWaysAndSayWhatTheyAre(t *testing.T) {
	small, large := snapshot("1", web, time.Hour), snapshot("2", web, 2*time.Hour)
	small.SizeMB = 1
	w := known(t, small, large)
	p := pointsOf(w, model.Snapshot, web)
	first := under(t, p)
	columns := []string{"created"} // an order for each column that the pane shows, and none for the others
	for _, c := range p.table.Columns {
		if c.Width > 0 && c.Title != "CREATED" {
			columns = append(columns, strings.ToLower(c.Title))
		}
	}
	said := map[string]bool{}
	for range columns {
		press(p, "o")
		one := w.last()
		press(p, "O")
		if w.last() == one {
			t.Errorf("%s: the other way round is called the same", one)
		}
		said[one], said[w.last()] = true, true
		if got := under(t, p); got != first {
			t.Errorf("%s: the cursor went to %s", w.last(), got)
		}
	}
	if len(said) != 2*len(columns) || p.sorting.by != 0 {
		t.Errorf("%d orders of the %d columns %v, both ways: %v", len(said), len(columns), columns, said)
	}
}

func TestAKeyWithNothingUnderTheCursorSaysSo(t *testing.T) {
	for _, key := range []string{"r", "d", "enter"} {
		w := known(t)
		press(pointsOf(w, model.Backup, web), key)
		if got := w.answered(key); !strings.Contains(got, "here is no backup under the cursor") {
			t.Errorf("%s: %q", key, got)
		}
		w = newWorld(t)
		w.servers(nil)
		w.points()
		servers := NewServers(w.env)
		servers.SetSize(80, 10)
		servers.News()
		press(servers, key)
		switch got := w.answered(key); {
		case key == "d" && strings.Contains(got, "Servers are not deleted here."):
		case key != "d" && strings.Contains(got, "here is no server under the cursor"):
		default:
			t.Errorf("servers, %s: %q", key, got)
		}
	}
}

// answered is what a key was answered: an action's by a refusal, another one by a notice.
func (w *world) answered(key string) string {
	w.t.Helper()
	if key == "enter" {
		return w.last()
	}
	return w.refusal()
}

func TestServersAreOpenedAndNotDeleted(t *testing.T) {
	w := known(t, snapshot("1", web, time.Hour))
	p := NewServers(w.env)
	p.SetSize(80, 10)
	p.News()
	press(p, "d")
	if got := w.refusal(); !strings.Contains(got, "Servers are not deleted here") {
		t.Errorf("%q", got)
	}
	selected, _ := p.Selected()
	press(p, "enter")
	if w.visited != selected.ID {
		t.Errorf("%s is opened, and %s is under the cursor", w.visited, selected.ID)
	}
}

func TestStatusesAreGlyphWordAndColour(t *testing.T) {
	s := newWorld(t).env.Look()
	seen := map[string]model.PointStatus{}
	for _, status := range []model.PointStatus{model.Completed, model.InProgress, model.Failed, "verifying"} {
		got := PointStatus(s, status)
		if other, ok := seen[got.Sign]; ok || got.Sign == "" || got.Text == "" {
			t.Errorf("%s is %q, like %s", status, got.Sign+" "+got.Text, other)
		}
		seen[got.Sign] = status
	}
	signs := map[string]model.ServerStatus{}
	for _, status := range []model.ServerStatus{model.ServerActive, model.ServerStopped, model.ServerSuspended, model.ServerRestoring, "migrating"} {
		got := ServerStatus(s, status)
		if other, ok := signs[got.Sign]; ok || got.Text != string(status) {
			t.Errorf("%s is %q, like %s", status, got.Sign+" "+got.Text, other)
		}
		signs[got.Sign] = status
	}
}

func TestAPaneHasItsSizeWhateverIsInIt(t *testing.T) {
	odd := web
	odd.Name, odd.Hostname = "日本語のサーバー👩\u200d🚀⚠\ufe0f-"+strings.Repeat("x", 80), "h"
	p := snapshot("1", odd, time.Hour)
	p.Description = strings.Repeat("e\u0301日", 200)
	w := newWorld(t)
	w.servers(nil, odd, db)
	w.points(p, backup("1", odd, 0), backup("2", db, 4000*24*time.Hour))
	servers := NewServers(w.env)
	panes := []Pane{servers, pointsOf(w, model.Backup, odd), pointsOf(w, model.Snapshot, odd)}
	for _, width := range []int{40, 57, 80, 120, 200} {
		for _, height := range []int{4, 8, 20} {
			for _, pane := range panes {
				pane.SetSize(width, height)
				pane.News()
				lines := strings.Split(pane.View(), "\n")
				if len(lines) != height {
					t.Errorf("%s, %d by %d: %d lines", pane.Title(), width, height, len(lines))
				}
				for _, line := range lines {
					if got := widget.Width(line); got != width {
						t.Errorf("%s, %d by %d: a line is %d cells wide: %q", pane.Title(), width, height, got, ansi.Strip(line))
					}
				}
			}
		}
	}
}
