// Package text is the model of the benchmark's baseline: the smallest full-screen Bubble Tea program
// with a cursor.
package text

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// Model fills the screen with a text. j and k move a mark from line to line, q quits. The benchmark
// recognises the frame by its last line.
type Model struct {
	lines  []string
	cursor int
	screen string
}

// New returns a text without a size: the first message has it.
func New() Model { return Model{} }

// Init starts nothing.
func (m Model) Init() tea.Cmd { return nil }

// Update handles the size and the keys.
func (m Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		return Model{lines: fill(msg.Width, msg.Height)}.draw(), nil
	case tea.KeyPressMsg:
		switch msg.String() {
		case "q":
			return m, tea.Quit
		case "j":
			m.cursor = min(m.cursor+1, len(m.lines)-1)
			return m.draw(), nil
		case "k":
			m.cursor = max(m.cursor-1, 0)
			return m.draw(), nil
		}
	}
	return m, nil
}

// View returns the screen.
func (m Model) View() tea.View {
	view := tea.NewView(m.screen)
	view.AltScreen = true
	return view
}

// draw marks the line of the cursor; the first one is not marked.
func (m Model) draw() Model {
	lines := append([]string(nil), m.lines...)
	if m.cursor > 0 {
		lines[m.cursor] = "\x1b[7m" + lines[m.cursor] + "\x1b[m"
	}
	m.screen = strings.Join(lines, "\n")
	return m
}

func fill(width, height int) []string {
	lines := make([]string, max(height, 1))
	for i := range lines {
		lines[i] = padLine(fmt.Sprintf("line %d of a text that never changes ", i+1), width)
	}
	lines[len(lines)-1] = padLine("the last line ", width)
	return lines
}

func padLine(text string, width int) string {
	return text[:min(len(text), width)] + strings.Repeat("·", max(width-len(text), 0))
}
