// Package widget draws: cells, tables, frames, bars, buttons, ages. It knows no servers.
package widget

import (
	"strings"
	"unicode/utf8"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"vpsdeck/ui/style"
)

// Agreed makes a text's width one that all terminals agree on, wherever it stands. Joined emoji, variation selectors and
// some scripts take two cells in one terminal and one or four in the next, which would shift the border behind them: of
// such a cluster only the first character is kept. What all agree on, wide characters included, stays as it is.
func Agreed(text string) string {
	if !strings.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return text
	}
	var b strings.Builder
	for rest := text; rest != ""; {
		cluster, _ := ansi.FirstGraphemeCluster(rest, ansi.GraphemeWidth)
		first, _ := utf8.DecodeRuneInString(cluster)
		switch {
		case agreed(cluster):
			b.WriteString(cluster)
		case agreed(string(first)):
			b.WriteRune(first)
		default:
			b.WriteRune(utf8.RuneError)
		}
		rest = rest[len(cluster):]
	}
	return b.String()
}

// agreed says whether a cluster has one width: by clusters, by characters, and behind a space, with which some marks join.
func agreed(cluster string) bool {
	width := ansi.StringWidth(cluster)
	return width == ansi.StringWidthWc(cluster) && width+1 == ansi.StringWidth(" "+cluster)
}

// Fit makes a text exactly width cells wide: cut with an ellipsis, or padded on the left or on the right.
func Fit(text string, width int, right bool) string {
	if Width(text) > width {
		text = Cut(text, width)
	}
	gap := strings.Repeat(" ", max(width-Width(text), 0))
	if right {
		return gap + text
	}
	return text + gap
}

// Cut makes a text, styled or not, at most width cells wide.
func Cut(text string, width int) string {
	if width <= 0 {
		return ""
	}
	if w, plain := plainWidth(text); plain && w <= width {
		return text
	}
	return ansi.Truncate(text, width, style.Ellipsis)
}

// Cleave takes a part out of the middle of a plain line: the left piece is from cells wide, the right one begins at cell to. Of a
// wide character that is cut through, a space is left.
func Cleave(line string, from, to int) (left, right string) {
	x := 0
	for rest := line; rest != ""; {
		cluster, w := ansi.FirstGraphemeCluster(rest, ansi.GraphemeWidth)
		switch {
		case x >= to:
			return left, right + rest
		case x+w <= from:
			left += cluster
		default:
			left += strings.Repeat(" ", max(from-x, 0))
			right += strings.Repeat(" ", max(x+w-to, 0))
		}
		x += w
		rest = rest[len(cluster):]
	}
	return left + strings.Repeat(" ", max(from-x, 0)), right
}

// Wrap breaks a plain text into lines of at most width cells, at spaces. A word is only broken where it is longer than a
// line, and never at a hyphen before that: half of a name may be the name of something else.
func Wrap(text string, width int) []string {
	if width <= 0 {
		return nil
	}
	var lines []string
	line := ""
	for i, word := range strings.Split(text, " ") {
		if i > 0 && Width(line)+1+Width(word) <= width {
			line += " " + word
			continue
		}
		if i > 0 && line != "" {
			lines = append(lines, line)
		}
		parts := strings.Split(ansi.Hardwrap(word, width, true), "\n")
		lines = append(lines, parts[:len(parts)-1]...)
		line = parts[len(parts)-1]
	}
	return append(lines, line)
}

// Spread puts one text at the left and one at the right of a line of the given width. Where both do not fit, the left
// one is cut.
func Spread(left, right string, width int) string {
	right = Cut(right, width)
	room := width - Width(right)
	if right != "" {
		room--
	}
	left = Cut(left, room)
	return left + strings.Repeat(" ", max(width-Width(left)-Width(right), 0)) + right
}

// Span is a piece of text in one style, with a sign before it in another, if it has one.
type Span struct {
	Text      string
	Style     lipgloss.Style
	Sign      string // one cell wide
	SignStyle lipgloss.Style
	Marked    func(rune int) bool // which runes of the text a filter has found; nil: none
}
