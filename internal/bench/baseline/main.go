// Command baseline is what the benchmark compares vpsdeck with: the smallest full-screen Bubble Tea
// program. It fills the screen with a static text. q ends it.
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

// newStaticText is a text of this many columns and rows. The benchmark recognises the frame by its
// last line.
func newStaticText(width, height int) staticText {
	rows := make([]string, max(height, 1))
	for i := range rows {
		rows[i] = padLine(fmt.Sprintf("line %d of a text that never changes ", i+1), width)
	}
	rows[len(rows)-1] = padLine("the last line ", width)
	return staticText(strings.Join(rows, "\n"))
}

func padLine(text string, width int) string {
	return text[:min(len(text), width)] + strings.Repeat("·", max(width-len(text), 0))
}

func main() {
	if _, err := tea.NewProgram(staticText("")).Run(); err != nil {
		fmt.Fprintln(os.Stderr, "baseline:", err)
		os.Exit(1)
	}
}
