package main

import (
	"fmt"
	"strings"
)

// The screens that the benchmark waits for.

// isBaselineFrame reports whether the screen is the complete frame of the baseline.
func isBaselineFrame(screen string) bool { return strings.Contains(screen, "the last line ·") }

// isFullFrame reports whether the screen has vpsdeck's header, the closed borders of three panes, and
// the footer. Data may be missing. A large terminal shows details in one more border.
func isFullFrame(screen string) bool {
	lines := strings.Split(strings.TrimRight(screen, "\n"), "\n")
	return strings.HasPrefix(lines[0], " vpsdeck") && strings.Contains(lines[len(lines)-1], "? help") &&
		countBoxes(lines) >= 3
}

// hasAllData reports whether the full frame has all lists. The header shows their age once the last
// one has come.
func hasAllData(screen string) bool { return hasAllDataFor(12)(screen) }

// hasAllDataFor is hasAllData for an account with this many servers.
func hasAllDataFor(servers int) func(screen string) bool {
	count := fmt.Sprintf("Servers %d ", servers)
	return func(screen string) bool {
		header, _, _ := strings.Cut(screen, "\n")
		return isFullFrame(screen) && strings.Contains(screen, count) && strings.Contains(header, "● ") &&
			!strings.Contains(screen, "loading ")
	}
}

// isFilterOpen reports whether a filter is typed or active; isFilterClosed reports that there is
// none.
func isFilterOpen(_, now string) bool   { return findLine(now, "╰─ /") != "" }
func isFilterClosed(_, now string) bool { return findLine(now, "╰─ /") == "" }

// cursorMoved reports whether the cursor's bar is in another line.
func cursorMoved(before, now string) bool { return findLine(before, "▌") != findLine(now, "▌") }

// filterChanged reports whether the filter's text has changed.
func filterChanged(before, now string) bool {
	return findLine(before, "╰─ /") != findLine(now, "╰─ /")
}

// findLine returns the first line that contains the text.
func findLine(screen, text string) string {
	for line := range strings.Lines(screen) {
		if strings.Contains(line, text) {
			return line
		}
	}
	return ""
}

// countBoxes counts the closed boxes: those with four corners and both sides. The top and bottom
// edges may contain text.
func countBoxes(lines []string) int {
	cells := make([][]rune, len(lines))
	for i, line := range lines {
		cells[i] = []rune(line)
	}
	at := func(x, y int) rune {
		if y >= len(cells) || x >= len(cells[y]) {
			return ' '
		}
		return cells[y][x]
	}
	n := 0
	for y := range cells {
		for left, r := range cells[y] {
			if r == '╭' && isBoxClosed(at, left, y, len(cells[y])) {
				n++
			}
		}
	}
	return n
}

// isBoxClosed reports whether the box with this upper left corner has all its sides.
func isBoxClosed(at func(x, y int) rune, left, y, width int) bool {
	right := left + 1
	for right < width && at(right, y) != '╮' {
		right++
	}
	for y++; at(left, y) == '│' && at(right, y) == '│'; y++ {
	}
	return at(left, y) == '╰' && at(right, y) == '╯'
}
