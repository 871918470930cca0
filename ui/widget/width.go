package widget

import (
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// Width is the number of cells that a text takes.
func Width(text string) int {
	if w, plain := plainWidth(text); plain {
		return w
	}
	return ansi.StringWidth(text)
}

// plainWidth counts the cells of a text if it is plain: printable ASCII, box drawing characters
// and shapes, with colours. Each of these takes one cell and joins with nothing. Nearly all text
// that is drawn is plain.
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

// isLineOrShape says whether a rune is a glyph of the program, or a box drawing, block element or
// geometric shape. It excludes those that can start an emoji.
func isLineOrShape(r rune) bool {
	switch r {
	case '·', '…', '–', '—', '✓', '✗', '⊘', '•', '×', '“', '”', '’', '‹', '›', '←', '↑', '→', '↓', '↵':
		return true
	}
	return r >= 0x2500 && r <= 0x25a9 || r >= 0x25ac && r <= 0x25b5 || r >= 0x25b7 && r <= 0x25bf ||
		r >= 0x25c1 && r <= 0x25fa
}

// sgrLength is the length of the SGR sequence that a text begins with, or 0 if it begins with
// something else.
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
