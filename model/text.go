package model

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxText is how many characters of one text from outside are shown, marks included; the rest is cut with an ellipsis.
const MaxText = 2000

// Clean makes text from outside fit to be shown: every control character, escape, bidirectional override, zero-width or
// other invisible format character, line break and broken byte is replaced by a visible mark, so that no text can drive
// the terminal, hide a part of itself or reorder what stands beside it. Clean of a clean text is the same text.
func Clean(text string) string {
	if isClean(text) {
		return text
	}
	var b strings.Builder
	n := 0
	for _, r := range text {
		piece := string(r)
		if isUnsafe(r) {
			piece = escapeRune(r)
		}
		if n += utf8.RuneCountInString(piece); n > MaxText {
			b.WriteRune('…')
			break
		}
		b.WriteString(piece)
	}
	return b.String()
}

func isClean(text string) bool {
	if len(text) > MaxText && utf8.RuneCountInString(text) > MaxText {
		return false
	}
	if !utf8.ValidString(text) {
		return false
	}
	for _, r := range text {
		if isUnsafe(r) {
			return false
		}
	}
	return true
}

// isUnsafe reports whether the rune must not reach a terminal as it is.
func isUnsafe(r rune) bool {
	switch {
	case r < 0x20 || r >= 0x7f && r < 0xa0: // C0, DEL, C1 with U+009B
		return true
	case r == utf8.RuneError:
		return false // the replacement character is itself the visible mark of a broken byte
	case r < 0x300:
		return r == 0xad // soft hyphen
	}
	return unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Cs) || isInvisible(r)
}

// isInvisible reports whether the rune counts as a letter, a mark or nothing yet, and shows nothing. The selector that asks for an
// emoji's picture is let through: it hides nothing.
func isInvisible(r rune) bool {
	const braille, picture = 0x2800, 0xfe0f
	return r == braille || r != picture && unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// escapeRune is how a foreign character is shown: line breaks and tabs by their usual signs, C0 by caret notation, the rest by
// its number.
func escapeRune(r rune) string {
	switch {
	case r == '\n':
		return "↵"
	case r == '\t':
		return "→"
	case r < 0x20:
		return "^" + string(r+'@')
	case r == 0x7f:
		return "^?"
	}
	return fmt.Sprintf("‹%04X›", r)
}

func describeRune(r rune) string {
	if r == ' ' {
		return "a space"
	}
	if isUnsafe(r) {
		return escapeRune(r)
	}
	return fmt.Sprintf("%q", r)
}
