package terminal_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/internal/terminal"
)

type pressed struct{}

// probed runs the model under a probe, without a screen that would lend it time, gives it a pressed, and returns when the
// probe says that it rests.
func probed(t *testing.T, m tea.Model, watch func(*terminal.Probe)) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	probe := terminal.NewProbe(m)
	watch(probe)
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
		t.Error(err)
	}
	program.Quit()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestAProbeRestsOnlyWhenEverythingWasHandled(t *testing.T) {
	chain := func() tea.Msg { return tea.Sequence(say("b"), tea.Batch(say("c"), say("d")), say("e"))() }
	for range 50 {
		m := &scribe{}
		var probe *terminal.Probe
		m.on = func(msg tea.Msg) tea.Cmd {
			if _, ours := msg.(said); ours && probe.AtRest() {
				t.Errorf("it rests while %v is being handled", msg)
			}
			switch msg {
			case pressed{}:
				return tea.Batch(say("a"), chain)
			case said("e"):
				return say("f")
			}
			return nil
		}
		probed(t, m, func(p *terminal.Probe) { probe = p })
		if len(m.lines) != 6 {
			t.Fatalf("at its rest the program had heard %q", m.lines)
		}
	}
}

func TestAProbeDoesNotRestBetweenTheCommandsOfASequence(t *testing.T) {
	silent := func() tea.Msg { return nil }
	sequence := append(slices.Repeat([]tea.Cmd{silent}, 500), say("the last one"))
	for range 20 {
		m := &scribe{on: func(msg tea.Msg) tea.Cmd {
			if msg == (pressed{}) {
				return tea.Sequence(sequence...)
			}
			return nil
		}}
		probed(t, m, func(*terminal.Probe) {})
		if len(m.lines) != 1 {
			t.Fatal("it rested before the last command had been run")
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
