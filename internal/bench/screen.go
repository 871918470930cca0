package main

import (
	"fmt"
	"strings"
)

// The screens that are waited for.

// bareFrame is the whole screen of the bare program.
func bareFrame(screen string) bool { return strings.Contains(screen, "the last line ·") }

// fullFrame is vpsdeck's final chrome: header, the closed borders of three panes, and the footer. Data may be missing.
func fullFrame(screen string) bool {
	lines := strings.Split(strings.TrimRight(screen, "\n"), "\n")
	return strings.HasPrefix(lines[0], " vpsdeck") && strings.Contains(lines[len(lines)-1], "? help") && boxes(lines) == 3
}

// allData is the full frame with all lists in it: the header tells how old they are as soon as the last one has come.
func allData(screen string) bool { return allDataOf(12)(screen) }

// allDataOf is the same for an account with so many servers.
func allDataOf(servers int) func(screen string) bool {
	count := fmt.Sprintf("Servers %d ", servers)
	return func(screen string) bool {
		header, _, _ := strings.Cut(screen, "\n")
		return fullFrame(screen) && strings.Contains(screen, count) && strings.Contains(header, "● ") &&
			!strings.Contains(screen, "loading ")
	}
}

// filterOpen says whether a filter is in force or typed, filterShut that none is.
func filterOpen(_, now string) bool { return lineOf(now, "╰─ /") != "" }
func filterShut(_, now string) bool { return lineOf(now, "╰─ /") == "" }

// cursorMoved says whether the cursor's bar is in another line.
func cursorMoved(before, now string) bool { return lineOf(before, "▌") != lineOf(now, "▌") }

// filterChanged says whether what is typed as a filter is another text.
func filterChanged(before, now string) bool {
	return lineOf(before, "╰─ /") != lineOf(now, "╰─ /")
}

// lineOf is the first line that has a text in it.
func lineOf(screen, text string) string {
	for line := range strings.Lines(screen) {
		if strings.Contains(line, text) {
			return line
		}
	}
	return ""
}

// boxes counts the closed boxes: four corners and both sides whole. The edges between the corners may hold a text.
func boxes(lines []string) int {
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
			if r == '╭' && closed(at, left, y, len(cells[y])) {
				n++
			}
		}
	}
	return n
}

// closed says whether the box whose upper left corner is here has all its sides.
func closed(at func(x, y int) rune, left, y, width int) bool {
	right := left + 1
	for right < width && at(right, y) != '╮' {
		right++
	}
	for y++; at(left, y) == '│' && at(right, y) == '│'; y++ {
	}
	return at(left, y) == '╰' && at(right, y) == '╯'
}
