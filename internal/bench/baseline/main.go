// Command baseline is what the benchmark compares vpsdeck with: the smallest full-screen Bubble Tea
// program.
package main

import (
	"fmt"
	"os"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/internal/bench/baseline/text"
)

func main() {
	if _, err := tea.NewProgram(text.New()).Run(); err != nil {
		fmt.Fprintln(os.Stderr, "baseline:", err)
		os.Exit(1)
	}
}
