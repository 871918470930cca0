package dialog

import "strings"

// line is a line of a box. On a small screen lines with the highest drop go first.
type line struct {
	text string
	drop int
}

// The values of drop, from the last to the first that is dropped.
const (
	dropNever = iota // the input and what it asks for
	dropField        // the rest of a form's fields
	dropLate
	dropContinuation // the further lines of a text
	dropDetail
	dropMinor
	dropRequest
	dropBlank
)

// fitLines drops lines by their drop, from the bottom up, until they fit. If too many remain, it
// also drops lines before the last one.
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
