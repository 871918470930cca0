package ui_test

import (
	"testing"
	"time"

	"vpsdeck/internal/lastseen"
)

// seeing is a program that keeps what it sees in a directory, of an account at an address that is always the same.
func seeing(dir string) option {
	return func(s *setup) {
		s.elsewhere = true
		s.ui.Memory = lastseen.In(dir)
	}
}

// threeHoursOn begins later than usual, with an API that takes its time.
var threeHoursOn = before(func(w *world) {
	w.clock.Advance(3 * time.Hour)
	w.line.slowDown(10*time.Second, lists...)
})

func TestTheNextRunBeginsWithWhatWasSeenLastAndSaysHowOldItIs(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	open(t, 120, 40, seeing(dir), servers(2))
	w := open(t, 120, 40, seeing(dir), servers(2), threeHoursOn)
	if g := w.Screen(); !g.Contains("db-server-01") || !g.Contains("as of 3 h ago, asking…") {
		t.Errorf("while the API is asked:\n%s", g.Text())
	}
	w.later(20 * time.Second)
	if g := w.Screen(); !g.Contains("● 10 s ago") || g.Contains("as of") {
		t.Errorf("after its answers:\n%s", g.Text())
	}
}

func TestWhatIsSeenInTheDemoIsNotKept(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	open(t, 120, 40, seeing(dir), servers(2), demo)
	for _, options := range [][]option{{}, {demo}} {
		w := open(t, 120, 40, append(options, seeing(dir), servers(2), threeHoursOn)...)
		if g := w.Screen(); g.Contains("db-server-01") || g.Contains("as of") {
			t.Errorf("%s", g.Text())
		}
	}
}

func TestADeedOnWhatWasSeenLongAgoLooksItUpFirst(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	open(t, 120, 40, seeing(dir), servers(2))
	w := open(t, 120, 40, seeing(dir), servers(-1), threeHoursOn)
	w.makeSnapshot("web-server-01", "before-update")
	w.later(30 * time.Second)
	w.requireDeeds()
}
