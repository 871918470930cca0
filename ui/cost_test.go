package ui_test

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/command"
)

// loadedWithPoll returns the program with a loaded fleet, and a function that delivers the same
// lists again.
func loadedWithPoll(t *testing.T, servers int) (*directApp, func()) {
	t.Helper()
	p := loadedApp(t, servers)
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

func TestUnchangedPollAllocatesNothingMoreForLargeFleets(t *testing.T) {
	few, poll := loadedWithPoll(t, 12)
	least := testing.AllocsPerRun(5, poll)
	before := few.View().Content
	poll()
	if few.View().Content != before {
		t.Error("there is a new frame")
	}
	many, poll := loadedWithPoll(t, 1_000)
	if most := testing.AllocsPerRun(5, poll); most > least+20 {
		t.Errorf("%v allocations with 12 servers, %v with 1000", least, most)
	}
	before = many.View().Content
	poll()
	if many.View().Content != before {
		t.Error("there is a new frame of the large fleet")
	}
}

func TestFrameAndKeyCostDoNotGrowWithTheFleet(t *testing.T) {
	escape := tea.KeyPressMsg{Code: tea.KeyEscape}
	cost := func(servers int) map[string]float64 {
		p, pieces := loadedApp(t, servers), map[string]float64{}
		for _, c := range []struct {
			what string
			do   func()
		}{
			{"a frame", func() { p.View() }},
			{"the cursor", func() { p.press('j', 'k') }},
			{"another order", func() { p.press('o') }},
			{"the points of all, there and back", func() { p.press('a', 'a') }},
			{"a letter in the filter of the servers", func() { p.press('/', 'w'); p.send(escape) }},
			{"the way to all backups", func() { p.press('a', '2') }},
			{"a letter in their filter", func() { p.press('/', 'w'); p.send(escape) }},
		} {
			pieces[c.what] = testing.AllocsPerRun(20, c.do) // twice the number of orders
		}
		if screen := p.View().Content; !strings.Contains(screen, "of all servers") {
			t.Fatalf("it was another list:\n%s", screen)
		}
		return pieces
	}
	few := cost(300) // both fill the screen
	for what, many := range cost(1_000) {
		if many > few[what]*1.2+40 { // a growing slice allocates a few more times
			t.Errorf("%s: %v allocations with 300 servers, %v with 1000", what, few[what], many)
		}
	}
	if few["a frame"] > 2_500 {
		t.Errorf("a frame takes %v allocations", few["a frame"])
	}
}
