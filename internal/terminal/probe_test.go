package terminal_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/internal/terminal"
)

// TestAProbeRestsOnlyWhenEverythingWasHandled has no screen that would lend it time: what is missing when the probe says
// that it rests, was on its way.
func TestAProbeRestsOnlyWhenEverythingWasHandled(t *testing.T) {
	type pressed struct{}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	chain := func() tea.Msg { return tea.Sequence(say("b"), tea.Batch(say("c"), say("d")), say("e"))() }
	for range 100 {
		m := &scribe{}
		m.on = func(msg tea.Msg) tea.Cmd {
			switch msg {
			case pressed{}:
				return tea.Batch(say("a"), chain)
			case said("e"):
				return say("f")
			}
			return nil
		}
		probe := terminal.NewProbe(m)
		program := tea.NewProgram(probe, tea.WithFilter(probe.Filter), tea.WithoutRenderer(), tea.WithoutSignals(),
			tea.WithInput(strings.NewReader("")), tea.WithOutput(io.Discard), tea.WithEnvironment(nil))
		probe.Await(pressed{})
		ended := make(chan error, 1)
		go func() {
			_, err := program.Run()
			ended <- err
		}()
		program.Send(pressed{})
		if err := probe.Rest(ctx); err != nil {
			t.Fatal(err)
		}
		program.Quit()
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		if len(m.lines) != 6 {
			t.Fatalf("at its rest the program had heard %q", m.lines)
		}
	}
}

func TestAProbeTellsWhatItWaitsFor(t *testing.T) {
	probe := terminal.NewProbe(&scribe{})
	probe.Await(tea.EnvMsg{})
	reason := errors.New("that is enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(reason)
	err := probe.Rest(ctx)
	if !errors.Is(err, reason) || !strings.Contains(err.Error(), "under way: tea.EnvMsg ×1") {
		t.Errorf("got %v", err)
	}
}
