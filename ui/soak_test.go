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
	"vpsdeck/internal/lanes"
	"vpsdeck/model"
)

var (
	soakActions = flag.Int("soak", 0, "number of actions that the soak test confirms; 0: 200, or 25 in a cut run")
	soakSeed    = flag.Uint64("soak-seed", 1, "seed of the faults and of the user")
)

func TestSoakLosesNothingAndRepeatsNothing(t *testing.T) {
	// what Go itself opens for its first connection stays
	t.Run("warm-up", func(t *testing.T) { newHarness(t, sim.Options{}) })
	actions := *soakActions
	if actions == 0 {
		actions = 200 / lanes.Step()
	}
	before, files := len(goroutines()), len(openFiles())
	t.Run("soak", func(t *testing.T) {
		s := startSoak(t, *soakSeed)
		for steps := 0; s.audit.actionCount() < actions; steps++ {
			if steps > 100*actions {
				t.Fatalf("after %d steps only %d actions were confirmed:\n%s\n%s", steps, s.audit.actionCount(),
					s.viewText(), s.audit.recentTimeline())
			}
			s.randomStep()
		}
		s.settleAll()
		s.checkActions()
		s.checkJournal()
		s.report()
		s.Quit()
		s.run.End()
	})
	if t.Failed() { // what a failed test leaves behind means nothing
		return
	}
	waitEventually(t, "the end of all goroutines", func() bool { return len(goroutines()) <= before })
	waitEventually(t, "the end of all open files", func() bool { return len(openFiles()) <= files })
	if t.Failed() {
		t.Logf("left over:\n%s\n%s", strings.Join(goroutines(), "\n\n"), strings.Join(openFiles(), "\n"))
	}
}

// goroutines returns the stacks of all goroutines except those that os/signal leaves behind.
func goroutines() []string {
	stacks := make([]byte, 4<<20)
	all := strings.Split(string(stacks[:runtime.Stack(stacks, true)]), "\n\n")
	return slices.DeleteFunc(all, func(stack string) bool {
		return strings.Contains(stack, "os/signal")
	})
}

// openFiles returns what this process has open, or nothing where the system does not show it.
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

// settleAll stops the faults and lets everything end that was begun. One program is ended and the
// other restarted, so that it resumes what either of them left.
func (s *soakTest) settleAll() {
	s.t.Helper()
	s.faults.disable()
	s.Advance(2 * maxCallDelay) // a list that is still on its way may be older than what others did last
	if s.inDemo() {
		s.killProgram()
		s.startProgram()
	}
	s.settle()
	s.killProgram()
	s.switchProgram()
	s.killProgram()
	s.startProgram()
	s.settle()
}

// settle waits until the program has no operations, and compares its lists with the account's.
func (s *soakTest) settle() {
	s.t.Helper()
	s.resize(large)
	for range 400 {
		// start nothing new, and leave no refusal open, which would take the key that asks for a token
		if text := s.viewText(); strings.Contains(text, "Cancel ") || strings.Contains(text, "esc close") {
			s.Press("esc")
			continue
		}
		if s.answerPrompt() {
			continue
		}
		known := s.app.StateForTest()
		if len(known.Operations()) == 0 && known.Servers.Fresh() && known.Backups.Fresh() && known.Snapshots.Fresh() {
			s.Press("R")
			s.Advance(0)
			s.checkPoints()
			s.checkServers()
			return
		}
		s.jumpAhead(time.Minute)
		s.Advance(20 * time.Second)
	}
	s.t.Fatalf("the program's operations did not end:\n%s", s.viewText())
}

// checkPoints compares the points that the program shows with the account's.
func (s *soakTest) checkPoints() {
	s.t.Helper()
	for _, kind := range []model.Kind{model.Backup, model.Snapshot} {
		shown, listed := pointLines(s.app.StateForTest().Points(kind).Value), pointLines(s.points(kind, ""))
		if !slices.Equal(shown, listed) {
			s.t.Errorf("the program has the %ss\n%s\nand the account\n%s", kind,
				strings.Join(shown, "\n"), strings.Join(listed, "\n"))
		}
	}
}

func pointLines(points []model.Point) []string {
	lines := make([]string, len(points))
	for i, p := range points {
		lines[i] = fmt.Sprintf("#%s of %s: %s, %s, “%s”, %s", p.ID, p.Server.ID, p.Status, p.Name, p.Description,
			p.CreatedAt.Format(time.RFC3339))
	}
	slices.Sort(lines)
	return lines
}

// checkActions compares the requests with the journal, and with what the account did.
func (s *soakTest) checkActions() {
	s.t.Helper()
	ends, steps := s.audit.lastRecords()
	for _, violation := range s.audit.violations {
		s.t.Error(violation)
	}
	sent := map[string]*sentAction{}
	for _, r := range s.audit.requests {
		if before := sent[r.operation]; before != nil {
			s.t.Errorf("%s was sent twice: %s, and %s", r.operation, before.line, r.line)
		}
		sent[r.operation] = r
	}
	for id, last := range ends {
		problem, ambiguous := "", s.audit.isAmbiguous(last, sent[id]) || sent[id] != nil && sent[id].alreadyGone
		switch done := sent[id] != nil && sent[id].executed; {
		case s.audit.intentCounts[id] > 1:
			problem = "has several intents"
		case last.Open():
			problem = "has no end"
		case done && !slices.Contains(endEventsExecuted(last, ambiguous), last.Event):
			problem = "was done"
		case !done && s.audit.isMisattributed(last, steps[id]):
			continue
		case !done && sent[id] == nil && s.audit.intentCounts[id] == 0 && last.Action == "delete" &&
			last.Event == model.EventDone: // it was gone before; checkAccountPoints looks for it
			continue
		case !done && !slices.Contains(endEventsNotExecuted(last, ambiguous), last.Event):
			problem = "was not done"
		default:
			continue
		}
		s.t.Errorf("%s, a %s, %s, and its events in the journal are: %s%s", id, last.Action, problem, steps[id],
			s.audit.operationTimeline(id))
	}
	s.checkEndTimes(sent, ends)
	s.checkAccountPoints(ends)
}

// endEventsExecuted are the events that may close an action which the account executed. A restore
// that began and ended while the account could not be read leaves no trace; nor does a point that
// somebody else deleted.
func endEventsExecuted(r model.Record, ambiguous bool) []string {
	switch {
	case r.Action == "restore":
		return []string{model.EventDone, model.EventNotSeen, model.EventUnconfirmed}
	case r.Action == "create" && ambiguous:
		return []string{model.EventDone, model.EventNotSeen, model.EventFailed, model.EventUnconfirmed}
	}
	return []string{model.EventDone}
}

// endEventsNotExecuted are the events that may close an action which the account did not execute.
// An automatic backup that expires looks deleted. What somebody else deletes or restores looks like
// our own action, and so does a point that was gone when the request arrived.
func endEventsNotExecuted(r model.Record, ambiguous bool) []string {
	ends := []string{model.EventRefused, model.EventNotSeen, model.EventCanceled}
	if r.Action == "delete" && r.Kind == "backup" || r.Action != "create" && ambiguous {
		ends = append(ends, model.EventDone)
	}
	return ends
}

// checkAccountPoints compares what was created and deleted, according to the journal, with the
// account's points.
func (s *soakTest) checkAccountPoints(ends map[string]model.Record) {
	s.t.Helper()
	want := map[string]int{}
	for _, r := range ends {
		if r.Event != model.EventDone || r.Action == "restore" {
			continue
		}
		delta := 1
		if r.Action == "delete" {
			delta = -1
		}
		if !s.audit.touchedByOthers(r) {
			want[r.Kind+" #"+string(r.Point.ID)] += delta
		}
	}
	listed := map[string]bool{}
	for _, kind := range []model.Kind{model.Backup, model.Snapshot} {
		for _, p := range s.points(kind, "") {
			name := kind.String() + " #" + string(p.ID)
			listed[name] = true
			if want[name] < 0 {
				s.t.Errorf("according to the journal %s was deleted, but the account has it: %+v", name, p)
			}
		}
	}
	for name, n := range want {
		if n > 0 && !listed[name] {
			s.t.Errorf("according to the journal %s was created, but the account does not have it", name)
		}
	}
}

// checkJournal checks that the file contains the newest of the written lines, up to the last one.
func (s *soakTest) checkJournal() {
	s.t.Helper()
	records, unreadable, err := s.journal.Read()
	if err != nil || unreadable > 0 {
		s.t.Fatalf("%d lines of the journal cannot be read: %v", unreadable, err)
	}
	all := s.audit.records
	if len(records) == 0 || len(records) > len(all) {
		s.t.Fatalf("the journal has %d lines of %d", len(records), len(all))
	}
	for i, r := range all[len(all)-len(records):] {
		if got := records[i]; got.ID != r.ID || got.Event != r.Event || got.Reason != r.Reason {
			s.t.Errorf("line %d of the journal is %s %s, not %s %s", i+1, got.ID, got.Event, r.ID, r.Event)
		}
	}
}

// report logs how the actions ended: a soak in which nothing goes wrong proves little.
func (s *soakTest) report() {
	ends, steps := s.audit.lastRecords()
	histories := map[string]int{}
	for id, history := range steps {
		histories[ends[id].Action+" "+ends[id].Kind+": "+history]++
	}
	ambiguous := 0
	for _, last := range ends {
		if s.audit.isAmbiguous(last, nil) {
			ambiguous++
		}
	}
	s.t.Logf("%d actions and %d requests in %d runs of the program; %d touched by others", s.audit.actionCount(),
		len(s.audit.requests), s.runCount, ambiguous)
	for _, history := range slices.Sorted(maps.Keys(histories)) {
		s.t.Logf("%4d %s", histories[history], history)
	}
}
