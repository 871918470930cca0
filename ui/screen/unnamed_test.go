package screen

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"vpsdeck/model"
)

func TestUnnamedServerIsShownByID(t *testing.T) {
	for _, name := range []string{"", " ", "\u00a0"} {
		none := model.Server{ID: "777", Name: name, Status: model.ServerActive}
		h := newHarness(t)
		h.setServers(nil, web, none)
		h.setPoints(newSnapshot("1", none, time.Hour), newSnapshot("2", web, time.Hour))
		of := newPointsPane(h, model.Snapshot, none)
		checkShown(t, plainView(of), "Snapshots #777 ")
		of.Show(none.Ref(), true)
		for _, line := range strings.Split(plainView(of), "\n") {
			if strings.Contains(line, "snap-1") && !strings.Contains(line, "#777") {
				t.Errorf("%q: a row does not name its server: %s", name, line)
			}
		}
		servers := NewServers(h.env)
		servers.SetSize(90, 10)
		servers.Refresh()
		checkShown(t, plainView(servers), "#777")
	}
}

func TestBulkLossIsSummarizedAndMarkedInList(t *testing.T) {
	for _, c := range []struct {
		servers     int
		shows, lack string
	}{
		{3, "the LAST restore point of web-3", "which the list marks"},
		{41, "the LAST restore point of 41 servers, which the list marks with LAST", "the LAST restore point of web-4"},
	} {
		var servers []model.Server
		var points []model.Point
		for i := range c.servers {
			s := web
			s.ID, s.Name = model.ID(fmt.Sprint(i+1)), fmt.Sprintf("web-%d", i+1)
			servers, points = append(servers, s), append(points, newSnapshot(model.ID(fmt.Sprint(100+i)), s, time.Hour))
		}
		h := newHarness(t)
		h.setServers(nil, servers...)
		h.setPoints(points...)
		Actions{h.env}.DeleteMany(points)
		q, _ := h.confirm()
		q.SetSize(80, 24)
		_, screen := h.confirm()
		checkShown(t, strings.Join(strings.Fields(strings.ReplaceAll(screen, "│", "")), " "), c.shows, "web-1 (LAST)")
		if strings.Contains(screen, c.lack) {
			t.Errorf("with %d servers it shows %q:\n%s", c.servers, c.lack, screen)
		}
	}
}
