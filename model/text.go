package model

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxText is the greatest length of an external text, in characters, including escapes; the rest is
// cut with an ellipsis.
const MaxText = 2000

// Clean makes external text safe to display. It replaces every unsafe character with a visible
// escape: control characters, escapes, bidirectional overrides, invisible format characters, line
// breaks and broken bytes. So no text can control the terminal, hide a part of itself or reorder
// the text next to it. Cleaning a clean text returns it unchanged.
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

// isUnsafe reports whether the rune must not reach a terminal unchanged.
func isUnsafe(r rune) bool {
	switch {
	case r < 0x20 || r >= 0x7f && r < 0xa0: // C0, DEL, C1 with U+009B
		return true
	case r == utf8.RuneError:
		return false // the replacement character is itself the visible sign of a broken byte
	case r < 0x300:
		return r == 0xad // soft hyphen
	}
	return unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Cs) || isInvisible(r)
}

// isInvisible reports whether the rune is a letter, a mark or unassigned, but shows nothing. The
// variation selector for emoji is allowed, because it hides nothing.
func isInvisible(r rune) bool {
	const braille, picture = 0x2800, 0xfe0f
	return r == braille || r != picture && unicode.In(r, unicode.Other_Default_Ignorable_Code_Point,
		unicode.Variation_Selector)
}

// escapeRune returns how an unsafe character is displayed: line breaks and tabs as their usual
// symbols, C0 in caret notation, the rest by number.
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

// Enumerate joins words: “a, b and c”.
func Enumerate(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}
