package terminal_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/internal/terminal"
)

func tellTime(name string) func(time.Time) tea.Msg {
	return func(at time.Time) tea.Msg { return said(name + " " + at.Format("15:04:05")) }
}

func TestATimerFiresWhenTheClockPassesIt(t *testing.T) {
	clock := terminal.NewClockAt(noon)
	s := start(t, &scribe{start: clock.Tick(10*time.Second, tellTime("rang"))}, terminal.WithClock(clock))
	requireText(t, s, "")
	s.Advance(9 * time.Second)
	requireText(t, s, "")
	s.Advance(time.Second)
	requireText(t, s, "rang 12:00:10")
}

func TestTimersFireInTheOrderOfTime(t *testing.T) {
	clock := terminal.NewClockAt(noon)
	s := start(t, &scribe{start: tea.Batch(
		clock.Tick(3*time.Second, tellTime("third")),
		clock.Tick(time.Second, tellTime("first")),
		clock.Tick(2*time.Second, tellTime("second")),
		clock.Tick(0, tellTime("now")),
	)}, terminal.WithClock(clock))
	s.Advance(time.Minute)
	requireText(t, s, "now 12:00:00\nfirst 12:00:01\nsecond 12:00:02\nthird 12:00:03")
	if got := clock.Now(); !got.Equal(noon.Add(time.Minute)) {
		t.Errorf("the clock shows %s", got)
	}
}

func TestATimerThatIsSetAgainFiresAsOftenAsItWould(t *testing.T) {
	clock := terminal.NewClockAt(noon)
	beats := 0
	m := &scribe{start: clock.Tick(time.Second, tellTime("beat"))}
	m.on = func(msg tea.Msg) tea.Cmd {
		if text, ok := msg.(said); ok && strings.HasPrefix(string(text), "beat") {
			beats++
			return clock.Tick(time.Second, tellTime("beat"))
		}
		return nil
	}
	s := start(t, m, terminal.WithClock(clock))
	s.Advance(5 * time.Second)
	requireText(t, s, "beat 12:00:01\nbeat 12:00:02\nbeat 12:00:03\nbeat 12:00:04\nbeat 12:00:05")
	if beats != 5 {
		t.Errorf("%d beats in 5 s", beats)
	}
}

func TestTheRestOfASequenceWaitsBehindATimer(t *testing.T) {
	clock := terminal.NewClockAt(noon)
	pause := tea.Batch(clock.Tick(time.Second, tellTime("rang")), say("beside it"))
	s := start(t, &scribe{start: tea.Sequence(say("before"), pause, say("after"))}, terminal.WithClock(clock))
	requireText(t, s, "before\nbeside it")
	s.Advance(time.Second)
	requireText(t, s, "before\nbeside it\nrang 12:00:01\nafter")
}

func TestAScreenCanBeSeenWhileASlowAnswerIsAwaited(t *testing.T) {
	clock := terminal.NewClockAt(noon)
	slow := func() tea.Msg {
		clock.Sleep(2 * time.Second)
		return said("answer at " + clock.Now().Format("15:04:05"))
	}
	s := start(t, &scribe{lines: []string{"loading"}, start: slow}, terminal.WithClock(clock))
	requireText(t, s, "loading")
	s.Advance(2 * time.Second)
	requireText(t, s, "loading\nanswer at 12:00:02")
}

func TestAClockFollowsAnother(t *testing.T) {
	account := noon
	var moves []string
	clock := terminal.NewClock(func() time.Time { return account }, func(d time.Duration) {
		account = account.Add(d)
		moves = append(moves, d.String())
	})
	s := start(t, &scribe{start: clock.Tick(4*time.Second, tellTime("rang"))}, terminal.WithClock(clock))
	s.Advance(10 * time.Second)
	requireText(t, s, "rang 12:00:04")
	if got := fmt.Sprint(moves); got != "[4s 6s]" {
		t.Errorf("the account's clock moved by %s", got)
	}
}

func TestAStoppedClockAnswersNothing(t *testing.T) {
	clock := terminal.NewClockAt(noon)
	waiting := clock.Tick(time.Hour, tellTime("rang"))
	answer := make(chan tea.Msg)
	go func() { answer <- waiting() }()
	clock.Stop()
	if msg := <-answer; msg != nil {
		t.Errorf("it answered %v", msg)
	}
	if msg := clock.Tick(0, tellTime("rang"))(); msg != nil {
		t.Errorf("a new timer answered %v", msg)
	}
}

func TestUntilLooksOnceASecondAndEndsWithTheClock(t *testing.T) {
	clock := terminal.NewClockAt(noon)
	s := start(t, &scribe{start: func() tea.Msg {
		came := clock.Until(t.Context(), func() bool { return !clock.Now().Before(noon.Add(1500 * time.Millisecond)) })
		return said(fmt.Sprint(came, " at ", clock.Now().Format("15:04:05")))
	}}, terminal.WithClock(clock))
	s.Advance(1900 * time.Millisecond) // it has come, but nobody has looked yet
	requireText(t, s, "")
	s.Advance(100 * time.Millisecond)
	requireText(t, s, "true at 12:00:02")

	other, came := terminal.NewClockAt(noon), make(chan bool)
	go func() { came <- other.Until(t.Context(), func() bool { return false }) }()
	other.Stop()
	if <-came {
		t.Error("it never came")
	}
}
