package poll

import (
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/ui/command"
)

func TestLoopWakesUpAtTheEarliestTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		done := make(chan struct{})
		l := NewLoop(command.WallClock{}, done)
		l.WakeAt(start.Add(time.Minute))
		l.WakeAt(start.Add(time.Hour)) // the minute comes first
		l.WakeAt(start.Add(time.Second))
		for _, want := range []time.Duration{time.Second, time.Minute} {
			if <-l.Messages; time.Since(start) != want {
				t.Errorf("woken after %s, want %s", time.Since(start), want)
			}
		}
		l.WakeAt(start.Add(2 * time.Minute))
		if <-l.Messages; time.Since(start) != 2*time.Minute {
			t.Errorf("after all had fired, woken after %s", time.Since(start))
		}
		l.Run(func() tea.Msg { return "late" })
		close(done) // otherwise the goroutine of the command is never done, which fails the test
	})
}
