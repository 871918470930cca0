package terminal

import (
	"fmt"
	"strings"
)

// styleLetters name the styles of a grid in Styled; plain cells are dots.
const styleLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// Styled is the grid for a test of its colours: the text, then a letter for the style of every
// cell, then the legend. It is meant to be read in a diff: letters are assigned in the order in
// which the styles appear.
func (g Grid) Styled() string {
	var letters, legend strings.Builder
	names := map[Style]string{{}: "."}
	for y := range g.height {
		var row strings.Builder
		for x := range g.width {
			style := g.Cell(x, y).Style
			if names[style] == "" {
				names[style] = styleName(len(names) - 1)
				fmt.Fprintf(&legend, "%s %s\n", names[style], style)
			}
			row.WriteString(names[style])
		}
		letters.WriteString(strings.TrimRight(row.String(), "."))
		letters.WriteByte('\n')
	}
	return g.Text() + "\n" + letters.String() + "\n" + legend.String()
}

// styleName is the letter of the nth style, or its number in brackets if there are more styles than
// letters.
func styleName(n int) string {
	if n < len(styleLetters) {
		return styleLetters[n : n+1]
	}
	return fmt.Sprintf("<%d>", n)
}

// String describes the style: "bold #7dcfff on #16161e", or "plain".
func (s Style) String() string {
	var words []string
	for _, attribute := range []struct {
		on   bool
		word string
	}{{s.Bold, "bold"}, {s.Faint, "faint"}, {s.Italic, "italic"}, {s.Underline, "underline"}, {s.Reverse, "reverse"}} {
		if attribute.on {
			words = append(words, attribute.word)
		}
	}
	if s.Fg.Set {
		words = append(words, s.Fg.String())
	}
	if s.Bg.Set {
		words = append(words, "on "+s.Bg.String())
	}
	if len(words) == 0 {
		return "plain"
	}
	return strings.Join(words, " ")
}
