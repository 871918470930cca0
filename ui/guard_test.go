package ui

import (
	"io"
	"testing"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/keymap"
	"vpsdeck/ui/command"
)

// guardedApp is a guarded app that starts with a given command.
type guardedApp struct {
	*Guard
	initCmd tea.Cmd
}

func (g guardedApp) Init() tea.Cmd { return g.guardCmd(g.initCmd) }

// huh returns its commands in sequences, within batches, within sequences.
func TestPanicInNestedCommandIsCaught(t *testing.T) {
	t.Parallel()
	fine := func() tea.Msg { return nil }
	broken := func() tea.Msg { panic("a mistake") }
	for name, cmd := range map[string]tea.Cmd{
		"alone":                       broken,
		"in a batch":                  tea.Batch(fine, broken),
		"in a sequence":               tea.Sequence(fine, broken),
		"in a sequence in a batch":    tea.Batch(fine, tea.Sequence(fine, broken)),
		"in a batch in a sequence":    tea.Sequence(fine, tea.Batch(fine, broken)),
		"in a sequence in a sequence": tea.Sequence(fine, tea.Sequence(fine, broken)),
	} {
		t.Run(name, func(t *testing.T) {
			g := NewGuard(New(Options{Preferences: Preferences{Keys: keymap.Default()}, Clock: command.WallClock{}}))
			program := tea.NewProgram(guardedApp{g, cmd}, tea.WithInput(nil), tea.WithOutput(io.Discard),
				tea.WithoutSignalHandler())
			g.OnCrash(program.Quit)
			if _, err := program.Run(); err != nil { // Bubble Tea caught it, and printed a stack on the screen
				t.Errorf("it passed the guard: %v", err)
			}
			if c := g.Crash(); c == nil || c.Message != "a mistake" || c.Stack == "" {
				t.Errorf("the crash is %+v", c)
			}
		})
	}
}
