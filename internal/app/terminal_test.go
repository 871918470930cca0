package app

import (
	"testing"

	tea "charm.land/bubbletea/v2"
)

func TestHugeTerminalSizeIsBounded(t *testing.T) {
	for size, want := range map[[2]int]bool{{80, 24}: true, {0, 0}: true, {1000, 1000}: true, {65535, 65535}: false,
		{65535, 1}: true} {
		if why := SizeProblem(size[0], size[1]); (why == "") != want {
			t.Errorf("%v: %q", size, why)
		}
	}
	t.Setenv("COLUMNS", "")
	t.Setenv("LINES", "")
	for claimed, want := range map[tea.WindowSizeMsg]tea.WindowSizeMsg{
		{Width: 80, Height: 24}: {Width: 80, Height: 24}, {}: {Width: 80, Height: 24},
		{Width: 65535, Height: 65535}: {Width: 43690, Height: 24},
	} {
		if got := fixSize(claimed); got != tea.Msg(want) {
			t.Errorf("%v becomes %v", claimed, got)
		}
	}
}
