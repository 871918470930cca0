package terminal

import (
	"fmt"
	"strings"
)

// styleLetters name the styles of a grid in a picture of letters; plain cells are dots.
const styleLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// Styled is the grid for a test that cares for its colours: the text, then a letter for the style of every cell, then
// what the letters mean. It is made to be read in a diff: letters are given in the order in which the styles appear.
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

// styleName is the letter of the nth style. A screen with more styles than letters reads worse, and still compares.
func styleName(n int) string {
	if n < len(styleLetters) {
		return styleLetters[n : n+1]
	}
	return fmt.Sprintf("<%d>", n)
}

// String is the style in words, "bold #7dcfff on #16161e", or "plain".
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
