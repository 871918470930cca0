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

type pressMsg struct{}

// runWithProbe runs the model under a probe, sends it a pressMsg, and returns when the probe
// reports that it is idle. There is no screen, which would hide a race by taking time.
func runWithProbe(t *testing.T, m tea.Model, watch func(*terminal.Probe)) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	probe := terminal.NewProbe(m)
	watch(probe)
	program := tea.NewProgram(probe, tea.WithFilter(probe.Filter), tea.WithoutRenderer(), tea.WithoutSignals(),
		tea.WithInput(strings.NewReader("")), tea.WithOutput(io.Discard), tea.WithEnvironment(nil))
	probe.Expect(pressMsg{})
	ended := make(chan error, 1)
	go func() {
		_, err := program.Run()
		ended <- err
	}()
	program.Send(pressMsg{})
	if err := probe.WaitIdle(ctx); err != nil {
		t.Error(err)
	}
	program.Quit()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestProbeIsIdleOnlyWhenAllMessagesWereHandled(t *testing.T) {
	chain := func() tea.Msg {
		return tea.Sequence(sendText("b"), tea.Batch(sendText("c"), sendText("d")), sendText("e"))()
	}
	for range 50 {
		m := &recorder{}
		var probe *terminal.Probe
		m.onMsg = func(msg tea.Msg) tea.Cmd {
			if _, ours := msg.(textMsg); ours && probe.IsIdle() {
				t.Errorf("idle while %v is being handled", msg)
			}
			switch msg {
			case pressMsg{}:
				return tea.Batch(sendText("a"), chain)
			case textMsg("e"):
				return sendText("f")
			}
			return nil
		}
		runWithProbe(t, m, func(p *terminal.Probe) { probe = p })
		if len(m.lines) != 6 {
			t.Fatalf("when idle, the program had received %q", m.lines)
		}
	}
}

func TestProbeIsNotIdleWithinASequence(t *testing.T) {
	silent := func() tea.Msg { return nil }
	sequence := append(slices.Repeat([]tea.Cmd{silent}, 500), sendText("the last one"))
	for range 20 {
		m := &recorder{onMsg: func(msg tea.Msg) tea.Cmd {
			if msg == (pressMsg{}) {
				return tea.Sequence(sequence...)
			}
			return nil
		}}
		runWithProbe(t, m, func(*terminal.Probe) {})
		if len(m.lines) != 1 {
			t.Fatal("idle before the last command had run")
		}
	}
}

func TestProbeNamesWhatItWaitsFor(t *testing.T) {
	probe := terminal.NewProbe(&recorder{})
	probe.Expect(tea.EnvMsg{})
	reason := errors.New("that is enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(reason)
	err := probe.WaitIdle(ctx)
	if !errors.Is(err, reason) || !strings.Contains(err.Error(), "pending: tea.EnvMsg ×1") {
		t.Errorf("got %v", err)
	}
}
