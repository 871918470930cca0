package sim

import (
	"math"
	"testing"
	"testing/synctest"
	"time"
)

func TestARunningClockRunsAtItsSpeed(t *testing.T) {
	for _, speed := range []float64{1, 60, 0.5} {
		synctest.Test(t, func(t *testing.T) {
			c := NewClock(testStart, speed)
			if now := c.Now(); !now.Equal(testStart) {
				t.Errorf("begins at %v", now)
			}
			time.Sleep(10 * time.Second) // of synctest's time
			if got, want := c.Now().Sub(testStart), time.Duration(speed*float64(10*time.Second)); got != want {
				t.Errorf("speed %v: %v passed, want %v", speed, got, want)
			}
			before := c.Now()
			c.Advance(time.Hour)
			if !c.Now().Equal(before) {
				t.Error("Advance moves a running clock")
			}
		})
	}
}

func TestASteppedClockMovesByAdvanceAndNeverBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []*Clock{NewSteppedClock(testStart), NewClock(testStart, -3),
			NewClock(testStart, math.NaN())} {
			time.Sleep(time.Hour) // of synctest's time
			c.Advance(90 * time.Second)
			c.Advance(-time.Hour)
			if got := c.Now().Sub(testStart); got != 90*time.Second {
				t.Errorf("%v passed", got)
			}
		}
	})
}

func TestFastClockNeverGoesBack(t *testing.T) {
	for _, speed := range []float64{1e12, math.Inf(1)} {
		synctest.Test(t, func(t *testing.T) {
			c := NewClock(testStart, speed)
			for last := testStart; time.Since(c.started) < time.Minute; time.Sleep(time.Second) { // of synctest's time
				now := c.Now()
				if now.Before(last) {
					t.Fatalf("speed %v: from %v to %v", speed, last, now)
				}
				last = now
			}
		})
	}
}

func TestClocksShowUTC(t *testing.T) {
	start := testStart.In(time.FixedZone("somewhere", 3600))
	if zone, _ := NewClock(start, 1).Now().Zone(); zone != "UTC" {
		t.Errorf("the zone is %s", zone)
	}
}

func TestAnAccountWithoutAClockRunsInRealTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := New(Options{})
		before := a.Now()
		time.Sleep(time.Minute) // of synctest's time
		if got := a.Now().Sub(before); got != time.Minute {
			t.Errorf("%v passed in a minute", got)
		}
	})
}
