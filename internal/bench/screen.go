package main

import (
	"fmt"
	"strings"
)

// The screens that are waited for.

// isBaselineFrame is the whole screen of the bare program.
func isBaselineFrame(screen string) bool { return strings.Contains(screen, "the last line ·") }

// isFullFrame is vpsdeck's final chrome: header, the closed borders of three panes, and the footer. Data may be missing.
func isFullFrame(screen string) bool {
	lines := strings.Split(strings.TrimRight(screen, "\n"), "\n")
	return strings.HasPrefix(lines[0], " vpsdeck") && strings.Contains(lines[len(lines)-1], "? help") && countBoxes(lines) == 3
}

// hasAllData is the full frame with all lists in it: the header tells how old they are as soon as the last one has come.
func hasAllData(screen string) bool { return hasAllDataFor(12)(screen) }

// hasAllDataFor is the same for an account with so many servers.
func hasAllDataFor(servers int) func(screen string) bool {
	count := fmt.Sprintf("Servers %d ", servers)
	return func(screen string) bool {
		header, _, _ := strings.Cut(screen, "\n")
		return isFullFrame(screen) && strings.Contains(screen, count) && strings.Contains(header, "● ") &&
			!strings.Contains(screen, "loading ")
	}
}

// isFilterOpen says whether a filter is in force or typed, filterShut that none is.
func isFilterOpen(_, now string) bool   { return findLine(now, "╰─ /") != "" }
func isFilterClosed(_, now string) bool { return findLine(now, "╰─ /") == "" }

// cursorMoved says whether the cursor's bar is in another line.
func cursorMoved(before, now string) bool { return findLine(before, "▌") != findLine(now, "▌") }

// filterChanged says whether what is typed as a filter is another text.
func filterChanged(before, now string) bool {
	return findLine(before, "╰─ /") != findLine(now, "╰─ /")
}

// findLine is the first line that has a text in it.
func findLine(screen, text string) string {
	for line := range strings.Lines(screen) {
		if strings.Contains(line, text) {
			return line
		}
	}
	return ""
}

// countBoxes counts the closed boxes: four corners and both sides whole. The edges between the corners may hold a text.
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

// isBoxClosed says whether the box whose upper left corner is here has all its sides.
func isBoxClosed(at func(x, y int) rune, left, y, width int) bool {
	right := left + 1
	for right < width && at(right, y) != '╮' {
		right++
	}
	for y++; at(left, y) == '│' && at(right, y) == '│'; y++ {
	}
	return at(left, y) == '╰' && at(right, y) == '╯'
}
