package ui_test

import (
	"testing"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/command"
)

// polled is the program with a fleet before it, and what has it take in the same lists once more.
func polled(t *testing.T, servers int) (*bare, func()) {
	t.Helper()
	p := loaded(t, servers)
	list, err := p.client.Servers(t.Context(), model.ServerFilter{})
	if err != nil {
		t.Fatal(err)
	}
	var points [2][]model.Point
	if points[model.Backup], err = p.client.Backups(t.Context(), model.BackupFilter{}); err != nil {
		t.Fatal(err)
	}
	if points[model.Snapshot], err = p.client.Snapshots(t.Context(), model.SnapshotFilter{}); err != nil {
		t.Fatal(err)
	}
	ticket := model.Ticket(1)
	return p, func() {
		ticket++
		p.Update(tea.KeyPressMsg{Code: 'R', Text: "R"}) // its requests are not sent
		p.Update(command.ServersLoadedMsg{Session: 1, Ticket: ticket, Servers: list})
		for kind := range points {
			p.Update(command.PointsLoadedMsg{Session: 1, Ticket: ticket, Kind: model.Kind(kind), Points: points[kind]})
		}
	}
}

func TestAPollWithoutNewsMakesNothingAnewHoweverLargeTheFleet(t *testing.T) {
	few, poll := polled(t, 12)
	least := testing.AllocsPerRun(5, poll)
	before := few.View().Content
	poll()
	if few.View().Content != before {
		t.Error("there is a new frame")
	}
	many, poll := polled(t, 1_000)
	if most := testing.AllocsPerRun(5, poll); most > least+20 {
		t.Errorf("with 12 servers it takes %v pieces of memory, with 1000 it takes %v", least, most)
	}
	before = many.View().Content
	poll()
	if many.View().Content != before {
		t.Error("there is a new frame of the large fleet")
	}
}

func TestAFrameAndAKeyCostTheSameHoweverLargeTheFleet(t *testing.T) {
	cost := func(servers int) (view, key float64) {
		p := loaded(t, servers)
		view = testing.AllocsPerRun(5, func() { p.View() })
		key = testing.AllocsPerRun(5, func() { p.press('j', 'k') })
		return view, key
	}
	view, key := cost(300) // both fill the screen
	largeView, largeKey := cost(1_000)
	if largeView > view*1.2+20 || largeKey > key*1.2+20 {
		t.Errorf("a frame takes %v and a key %v pieces of memory with 300 servers, %v and %v with 1000", view, key, largeView, largeKey)
	}
	if view > 2_500 {
		t.Errorf("a frame takes %v pieces of memory", view)
	}
}
