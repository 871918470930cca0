package widget

import (
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// Width is how many cells a text takes.
func Width(text string) int {
	if w, plain := plainWidth(text); plain {
		return w
	}
	return ansi.StringWidth(text)
}

// plainWidth counts the cells of a text of nothing but printable ASCII, lines and shapes, which take one cell each and join
// with nothing, and of the colours that style them. That is nearly all that is ever drawn.
func plainWidth(text string) (width int, plain bool) {
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c >= ' ' && c < 0x7f:
			width++
			i++
		case c == '\x1b':
			end := sgrLength(text[i:])
			if end == 0 {
				return 0, false
			}
			i += end
		case c < utf8.RuneSelf:
			return 0, false
		default:
			r, size := utf8.DecodeRuneInString(text[i:])
			if !isLineOrShape(r) {
				return 0, false
			}
			width++
			i += size
		}
	}
	return width, true
}

// isLineOrShape says whether a rune is one of box drawing, block elements and geometric shapes, without those that can be an
// emoji's beginning, or of our own signs.
func isLineOrShape(r rune) bool {
	switch r {
	case '·', '…', '–', '✓', '✗', '⊘', '•':
		return true
	}
	return r >= 0x2500 && r <= 0x25a9 || r >= 0x25b7 && r <= 0x25bf || r >= 0x25c1 && r <= 0x25fa
}

// sgrLength is the length of the SGR sequence that a text begins with, 0 if it begins with something else.
func sgrLength(text string) int {
	if len(text) < 3 || text[1] != '[' {
		return 0
	}
	for i := 2; i < len(text); i++ {
		switch c := text[i]; {
		case c == 'm':
			return i + 1
		case c != ';' && c != ':' && (c < '0' || c > '9'):
			return 0
		}
	}
	return 0
}
