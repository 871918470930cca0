// Command bare is the yardstick of the benchmark: the least that a full-screen Bubble Tea program can be. It fills the
// screen with a text that never changes. q ends it.
package main

import (
	"fmt"
	"os"
	"strings"

	tea "charm.land/bubbletea/v2"
)

type staticText string

func (t staticText) Init() tea.Cmd { return nil }

func (t staticText) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		return newStaticText(msg.Width, msg.Height), nil
	case tea.KeyPressMsg:
		if msg.String() == "q" {
			return t, tea.Quit
		}
	}
	return t, nil
}

func (t staticText) View() tea.View {
	view := tea.NewView(string(t))
	view.AltScreen = true
	return view
}

// newStaticText is a text of that many columns and rows. The benchmark knows the frame by its last line.
func newStaticText(width, height int) staticText {
	rows := make([]string, max(height, 1))
	for i := range rows {
		rows[i] = padLine(fmt.Sprintf("line %d of a text that never changes ", i+1), width)
	}
	rows[len(rows)-1] = padLine("the last line ", width)
	return staticText(strings.Join(rows, "\n"))
}

func padLine(words string, width int) string {
	return words[:min(len(words), width)] + strings.Repeat("·", max(width-len(words), 0))
}

func main() {
	if _, err := tea.NewProgram(staticText("")).Run(); err != nil {
		fmt.Fprintln(os.Stderr, "baseline:", err)
		os.Exit(1)
	}
}
