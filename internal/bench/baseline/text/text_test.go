package text_test

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/internal/bench/baseline/text"
)

// A key must change the screen, because the benchmark waits for its frame.
func TestKeysMoveTheMark(t *testing.T) {
	var m tea.Model = text.New()
	marked := func() int {
		for i, line := range strings.Split(m.View().Content, "\n") {
			if strings.Contains(line, "\x1b[7m") {
				return i
			}
		}
		return 0
	}
	m, _ = m.Update(tea.WindowSizeMsg{Width: 60, Height: 3})
	for i, step := range []struct {
		key  rune
		want int
	}{{'j', 1}, {'j', 2}, {'j', 2}, {'k', 1}, {'k', 0}, {'k', 0}} {
		m, _ = m.Update(tea.KeyPressMsg{Code: step.key, Text: string(step.key)})
		if got := marked(); got != step.want {
			t.Errorf("key %d: line %d is marked, want %d", i+1, got, step.want)
		}
	}
}
