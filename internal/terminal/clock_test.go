package terminal_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/internal/terminal"
)

func messageWithTime(name string) func(time.Time) tea.Msg {
	return func(at time.Time) tea.Msg { return textMsg(name + " " + at.Format("15:04:05")) }
}

func TestTimerFiresWhenTheClockPassesIt(t *testing.T) {
	clock := terminal.NewClockAt(noon)
	s := startSession(t, &recorder{initCmd: clock.Tick(10*time.Second, messageWithTime("fired"))},
		terminal.WithClock(clock))
	requireText(t, s, "")
	s.Advance(9 * time.Second)
	requireText(t, s, "")
	s.Advance(time.Second)
	requireText(t, s, "fired 12:00:10")
}

func TestTimersFireInTheOrderOfTime(t *testing.T) {
	clock := terminal.NewClockAt(noon)
	s := startSession(t, &recorder{initCmd: tea.Batch(
		clock.Tick(3*time.Second, messageWithTime("third")),
		clock.Tick(time.Second, messageWithTime("first")),
		clock.Tick(2*time.Second, messageWithTime("second")),
		clock.Tick(0, messageWithTime("now")),
	)}, terminal.WithClock(clock))
	s.Advance(time.Minute)
	requireText(t, s, "now 12:00:00\nfirst 12:00:01\nsecond 12:00:02\nthird 12:00:03")
	if got := clock.Now(); !got.Equal(noon.Add(time.Minute)) {
		t.Errorf("the clock shows %s", got)
	}
}

func TestRepeatingTimerFiresEveryTime(t *testing.T) {
	clock := terminal.NewClockAt(noon)
	ticks := 0
	m := &recorder{initCmd: clock.Tick(time.Second, messageWithTime("tick"))}
	m.onMsg = func(msg tea.Msg) tea.Cmd {
		if text, ok := msg.(textMsg); ok && strings.HasPrefix(string(text), "tick") {
			ticks++
			return clock.Tick(time.Second, messageWithTime("tick"))
		}
		return nil
	}
	s := startSession(t, m, terminal.WithClock(clock))
	s.Advance(5 * time.Second)
	requireText(t, s, "tick 12:00:01\ntick 12:00:02\ntick 12:00:03\ntick 12:00:04\ntick 12:00:05")
	if ticks != 5 {
		t.Errorf("%d ticks in 5 s", ticks)
	}
}

func TestSequenceWaitsForItsTimer(t *testing.T) {
	clock := terminal.NewClockAt(noon)
	pause := tea.Batch(clock.Tick(time.Second, messageWithTime("fired")), sendText("parallel"))
	s := startSession(t, &recorder{initCmd: tea.Sequence(sendText("before"), pause, sendText("after"))},
		terminal.WithClock(clock))
	requireText(t, s, "before\nparallel")
	s.Advance(time.Second)
	requireText(t, s, "before\nparallel\nfired 12:00:01\nafter")
}

func TestScreenCanBeReadDuringASlowAnswer(t *testing.T) {
	clock := terminal.NewClockAt(noon)
	slow := func() tea.Msg {
		clock.Sleep(2 * time.Second)
		return textMsg("answer at " + clock.Now().Format("15:04:05"))
	}
	s := startSession(t, &recorder{lines: []string{"loading"}, initCmd: slow}, terminal.WithClock(clock))
	requireText(t, s, "loading")
	s.Advance(2 * time.Second)
	requireText(t, s, "loading\nanswer at 12:00:02")
}

func TestClockFollowsAnotherClock(t *testing.T) {
	account := noon
	var moves []string
	clock := terminal.NewClock(func() time.Time { return account }, func(d time.Duration) {
		account = account.Add(d)
		moves = append(moves, d.String())
	})
	s := startSession(t, &recorder{initCmd: clock.Tick(4*time.Second, messageWithTime("fired"))},
		terminal.WithClock(clock))
	s.Advance(10 * time.Second)
	requireText(t, s, "fired 12:00:04")
	if got := fmt.Sprint(moves); got != "[4s 6s]" {
		t.Errorf("the account's clock moved by %s", got)
	}
}

func TestStoppedClockSendsNoMessage(t *testing.T) {
	clock := terminal.NewClockAt(noon)
	waiting := clock.Tick(time.Hour, messageWithTime("fired"))
	answer := make(chan tea.Msg)
	go func() { answer <- waiting() }()
	clock.Stop()
	if msg := <-answer; msg != nil {
		t.Errorf("it returned %v", msg)
	}
	if msg := clock.Tick(0, messageWithTime("fired"))(); msg != nil {
		t.Errorf("a new timer returned %v", msg)
	}
}

func TestWaitUntilChecksOnceASecondAndEndsWithTheClock(t *testing.T) {
	clock := terminal.NewClockAt(noon)
	s := startSession(t, &recorder{initCmd: func() tea.Msg {
		met := clock.WaitUntil(t.Context(),
			func() bool { return !clock.Now().Before(noon.Add(1500 * time.Millisecond)) })
		return textMsg(fmt.Sprint(met, " at ", clock.Now().Format("15:04:05")))
	}}, terminal.WithClock(clock))
	s.Advance(1900 * time.Millisecond) // the condition is met, but not checked yet
	requireText(t, s, "")
	s.Advance(100 * time.Millisecond)
	requireText(t, s, "true at 12:00:02")

	other, result := terminal.NewClockAt(noon), make(chan bool)
	go func() { result <- other.WaitUntil(t.Context(), func() bool { return false }) }()
	other.Stop()
	if <-result {
		t.Error("WaitUntil returned true after Stop")
	}
}
