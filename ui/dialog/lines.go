package dialog

import "strings"

// line is one line of a box, with what may be left out to save height: the highest first.
type line struct {
	text string
	drop int
}

// The order in which lines go where there is little room, from the last to the first.
const (
	dropNever = iota // where one answers, and what to
	dropField        // the rest of a form's fields
	dropLate
	dropContinuation // how a sentence goes on
	dropDetail
	dropMinor
	dropRequest
	dropBlank
)

// fitLines drops lines, the least needed first and from the bottom up, until they fit. If even what stays does not fit, its end
// gives way, but for the last line.
func fitLines(lines []line, height int) []line {
	for drop := dropBlank; drop > dropNever; drop-- {
		for i := len(lines) - 1; i >= 0 && len(lines) > height; i-- {
			if lines[i].drop == drop {
				lines = append(lines[:i:i], lines[i+1:]...)
			}
		}
	}
	if len(lines) > height && height > 0 {
		lines = append(lines[:height-1:height-1], lines[len(lines)-1])
	}
	return lines
}

func lineTexts(lines []line) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = l.text
	}
	return out
}

func splitLines(text string) []string { return strings.Split(strings.TrimRight(text, "\n"), "\n") }
