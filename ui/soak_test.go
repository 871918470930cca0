package ui_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"vpsdeck/api/sim"
	"vpsdeck/model"
)

var (
	soakDeeds = flag.Int("soak", 200/slower, "how many deeds the soak confirms")
	soakSeed  = flag.Uint64("soak-seed", 1, "which weather and which person it has")
)

func TestInAllWeathersNothingIsLostAndNothingIsDoneTwice(t *testing.T) {
	t.Run("warm-up", func(t *testing.T) { place(t, sim.Options{}) }) // what Go itself opens for its first connection stays
	before, files := len(goroutines()), len(openFiles())
	t.Run("soak", func(t *testing.T) {
		s := startSoak(t, *soakSeed)
		for steps := 0; s.ledger.deeds() < *soakDeeds; steps++ {
			if steps > 100**soakDeeds {
				t.Fatalf("after %d steps only %d deeds were confirmed:\n%s\n%s", steps, s.ledger.deeds(), s.glance(), s.ledger.latest())
			}
			s.step()
		}
		s.calmDown()
		s.checkDeeds()
		s.checkJournal()
		s.report()
		s.Quit()
		s.run.End()
	})
	if t.Failed() { // what it left over says nothing then
		return
	}
	soon(t, "an end of all goroutines", func() bool { return len(goroutines()) <= before })
	soon(t, "an end of all open files", func() bool { return len(openFiles()) <= files })
	if t.Failed() {
		t.Logf("left over:\n%s\n%s", strings.Join(goroutines(), "\n\n"), strings.Join(openFiles(), "\n"))
	}
}

// goroutines are the stacks of all goroutines but those that teatest and os/signal leave behind, which are not the
// program's.
func goroutines() []string {
	stacks := make([]byte, 4<<20)
	all := strings.Split(string(stacks[:runtime.Stack(stacks, true)]), "\n\n")
	return slices.DeleteFunc(all, func(stack string) bool {
		return strings.Contains(stack, "teatest") || strings.Contains(stack, "os/signal")
	})
}

// openFiles is what this process has open; nothing on a system that does not show it.
func openFiles() []string {
	entries, _ := os.ReadDir("/dev/fd")
	var files []string
	for _, e := range entries {
		if to, err := os.Readlink("/dev/fd/" + e.Name()); err == nil { // the directory itself is closed again
			files = append(files, e.Name()+" "+to)
		}
	}
	return files
}

// calmDown ends the weather, and lets everything that was begun come to its end. One program is left and the other started
// anew, so that it takes up what any of them left.
func (s *soak) calmDown() {
	s.t.Helper()
	s.weather.clear()
	if s.inDemo() {
		s.end()
		s.begin()
	}
	s.settle()
	s.end()
	s.swap()
	s.end()
	s.begin()
	s.settle()
}

// settle waits until nothing runs any more in the program, and compares what it knows with what the account holds.
func (s *soak) settle() {
	s.t.Helper()
	s.resize(large)
	for range 400 {
		if strings.Contains(s.glance(), "Cancel") { // nothing new is begun
			s.Press("esc")
			continue
		}
		if s.answer() {
			continue
		}
		known := s.app.Known()
		if len(known.Operations()) == 0 && known.Servers.Fresh() && known.Backups.Fresh() && known.Snapshots.Fresh() {
			s.Press("R")
			s.Advance(0)
			s.checkScreen()
			s.checkServers()
			return
		}
		s.leap(time.Minute)
		s.Advance(20 * time.Second)
	}
	s.t.Fatalf("the program did not calm down:\n%s", s.glance())
}

// checkScreen compares what the program knows with what the account holds, point by point.
func (s *soak) checkScreen() {
	s.t.Helper()
	for _, kind := range []model.Kind{model.Backup, model.Snapshot} {
		shown, held := inLines(s.app.Known().Points(kind).Value), inLines(s.points(kind, ""))
		if !slices.Equal(shown, held) {
			s.t.Errorf("of %ss the program knows\n%s\nand the account holds\n%s", kind,
				strings.Join(shown, "\n"), strings.Join(held, "\n"))
		}
	}
}

func inLines(points []model.Point) []string {
	lines := make([]string, len(points))
	for i, p := range points {
		lines[i] = fmt.Sprintf("#%s of %s: %s, %s, “%s”, %s", p.ID, p.Server.ID, p.Status, p.Name, p.Description,
			p.CreatedAt.Format(time.RFC3339))
	}
	slices.Sort(lines)
	return lines
}

// checkDeeds compares what was sent with what was written down and with what the account has done.
func (s *soak) checkDeeds() {
	s.t.Helper()
	ends, steps := s.ledger.last()
	for _, flaw := range s.ledger.flaws {
		s.t.Error(flaw)
	}
	sent := map[string]*request{}
	for _, r := range s.ledger.requests {
		if before := sent[r.operation]; before != nil {
			s.t.Errorf("%s was sent twice: %s, and %s", r.operation, before.what, r.what)
		}
		sent[r.operation] = r
	}
	for id, last := range ends {
		wrong, muddled := "", s.ledger.muddled(last, sent[id]) || sent[id] != nil && sent[id].gone
		switch done := sent[id] != nil && sent[id].done; {
		case s.ledger.intents[id] > 1:
			wrong = "has several intents"
		case last.Open():
			wrong = "has no end"
		case done && !slices.Contains(endsOfDone(last, muddled), last.Event):
			wrong = "was done"
		case !done && s.ledger.mistaken(last, steps[id]):
			continue
		case !done && !slices.Contains(endsOfUndone(last, muddled), last.Event):
			wrong = "was not done"
		default:
			continue
		}
		s.t.Errorf("%s, a %s, %s, and the journal says of it: %s%s", id, last.Deed, wrong, steps[id], s.ledger.tale(id))
	}
	s.checkEnds(sent, ends)
	s.checkHoldings(ends)
}

// endsOfDone are how the journal may close what the account has done. A restore that began and ended while the account
// could not be read has left nothing to be seen, nor has a point that somebody else deleted.
func endsOfDone(r model.Record, muddled bool) []string {
	switch {
	case r.Deed == "restore":
		return []string{model.EventDone, model.EventNotSeen, model.EventUnconfirmed}
	case r.Deed == "create" && muddled:
		return []string{model.EventDone, model.EventNotSeen, model.EventFailed, model.EventUnconfirmed}
	}
	return []string{model.EventDone}
}

// endsOfUndone are how the journal may close what the account has not done. An automatic backup goes by itself, and looks as
// if it had been deleted; what somebody else has deleted, or restores, looks as if we had, and what was gone when the request
// came is gone.
func endsOfUndone(r model.Record, muddled bool) []string {
	ends := []string{model.EventRefused, model.EventNotSeen, model.EventCalledOff}
	if r.Deed == "delete" && r.Kind == "backup" || r.Deed != "create" && muddled {
		ends = append(ends, model.EventDone)
	}
	return ends
}

// checkHoldings compares what was made and deleted, as the journal has it, with what the account holds.
func (s *soak) checkHoldings(ends map[string]model.Record) {
	s.t.Helper()
	want := map[string]int{}
	for _, r := range ends {
		if r.Event != model.EventDone || r.Deed == "restore" {
			continue
		}
		by := 1
		if r.Deed == "delete" {
			by = -1
		}
		if !s.ledger.handedOn(r) {
			want[r.Kind+" #"+string(r.Point.ID)] += by
		}
	}
	held := map[string]bool{}
	for _, kind := range []model.Kind{model.Backup, model.Snapshot} {
		for _, p := range s.points(kind, "") {
			name := kind.String() + " #" + string(p.ID)
			held[name] = true
			if want[name] < 0 {
				s.t.Errorf("the journal says that %s was deleted, and the account holds it: %+v", name, p)
			}
		}
	}
	for name, n := range want {
		if n > 0 && !held[name] {
			s.t.Errorf("the journal says that %s was made, and the account does not hold it", name)
		}
	}
}

// checkJournal reads the file, which holds the newest of what was written, to the last line.
func (s *soak) checkJournal() {
	s.t.Helper()
	records, unreadable, err := s.journal.Read()
	if err != nil || unreadable > 0 {
		s.t.Fatalf("%d lines of the journal cannot be read: %v", unreadable, err)
	}
	all := s.ledger.records
	if len(records) == 0 || len(records) > len(all) {
		s.t.Fatalf("the journal has %d lines of %d", len(records), len(all))
	}
	for i, r := range all[len(all)-len(records):] {
		if got := records[i]; got.ID != r.ID || got.Event != r.Event || got.Words != r.Words {
			s.t.Errorf("line %d of the journal is %s %s, not %s %s", i+1, got.ID, got.Event, r.ID, r.Event)
		}
	}
}

// report tells how the deeds went: a soak in which nothing goes wrong proves little.
func (s *soak) report() {
	ends, steps := s.ledger.last()
	ways := map[string]int{}
	for id, way := range steps {
		ways[ends[id].Deed+" "+ends[id].Kind+": "+way]++
	}
	muddled := 0
	for _, last := range ends {
		if s.ledger.muddled(last, nil) {
			muddled++
		}
	}
	s.t.Logf("%d deeds and %d requests in %d runs of the program; %d touched by others", s.ledger.deeds(), len(s.ledger.requests), s.runs, muddled)
	for _, way := range slices.Sorted(maps.Keys(ways)) {
		s.t.Logf("%4d %s", ways[way], way)
	}
}
