package widget

import (
	"vpsdeck/ui/style"
)

// StripCell is one cell of a strip: a sign that is told apart without its colour.
type StripCell struct {
	Glyph string // one cell wide
	Style style.Style
}

// Strip returns a row of cells as a span, such as a heat map of days. cells are the looks, and
// values the index of each cell's look. Equal neighbours share their colour codes.
func Strip(cells []StripCell, values []int) Span {
	var parts []Span
	last := -1
	for _, v := range values {
		if v != last {
			parts, last = append(parts, Span{Style: cells[v].Style}), v
		}
		parts[len(parts)-1].Text += cells[v].Glyph
	}
	return Span{Parts: parts}
}
