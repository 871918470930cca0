// Package widget draws cells, tables, frames, bars and ages. It knows nothing about servers.
package widget

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"vpsdeck/ui/style"
)

// NormalizeWidth gives a text a width that all terminals agree on, wherever it is drawn. Joined
// emoji, variation selectors and some scripts take two cells in one terminal and one or four in
// another. That would shift the border to their right.
//
// Such a cluster is split, without losing anything that distinguishes two names. Letters stay, and
// vowel signs that take a cell of their own become the vowel's letter. What cannot be drawn alone
// becomes its number. Text that all terminals agree on, including wide characters, is unchanged.
func NormalizeWidth(text string) string {
	if _, plain := plainWidth(text); plain || isASCII(text) {
		return text
	}
	var b strings.Builder
	for rest := text; rest != ""; {
		cluster, _ := ansi.FirstGraphemeCluster(rest, ansi.GraphemeWidth)
		if hasUniformWidth(cluster) {
			b.WriteString(cluster)
		} else {
			b.WriteString(splitCluster(cluster))
		}
		rest = rest[len(cluster):]
	}
	return b.String()
}

func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf })
}

// splitCluster splits a cluster into characters that are drawn one after the other.
func splitCluster(cluster string) string {
	out, piece := "", ""
	for _, r := range joinerReplacer.Replace(cluster) {
		switch joined := piece + string(r); {
		case hasUniformWidth(joined):
			piece = joined
		case hasUniformWidth(preventJoining(piece) + string(r)):
			out, piece = out+preventJoining(piece), string(r)
		default:
			out, piece = out+preventJoining(piece)+standaloneMark(r), ""
		}
	}
	return out + piece
}

// joinerReplacer removes emoji variation selectors and joiners, and writes the vowel AM of Thai
// and Lao as its two parts.
var joinerReplacer = strings.NewReplacer("\ufe0f", "", "\u200d", "", "\u0e33", "\u0e4d\u0e32", "\u0eb3", "\u0ecd\u0eb2")

// preventJoining keeps a consonant that has lost its vowel from joining with the next one.
func preventJoining(piece string) string {
	const nonJoiner = "\u200c"
	if last, _ := utf8.DecodeLastRuneInString(piece); unicode.Is(unicode.Mn, last) && hasUniformWidth(piece+nonJoiner) {
		return piece + nonJoiner
	}
	return piece
}

// standaloneMark replaces a mark that needs a letter before it.
func standaloneMark(r rune) string {
	if letter := vowelLetter(r); letter != 0 && hasUniformWidth(string(letter)) {
		return string(letter)
	}
	return fmt.Sprintf("‹%04X›", r)
}

// vowelLetter is the letter of a vowel sign in the scripts of India, or 0 if it is none. From
// Devanagari to Malayalam all Unicode blocks have the same layout: the letters are 0x38 before
// their signs.
func vowelLetter(sign rune) rune {
	const first, last, block, apart = 0x0900, 0x0d7f, 0x80, 0x38
	if place := sign % block; sign < first || sign > last || place < 0x3e || place > 0x4c {
		return 0
	}
	if letter := sign - apart; unicode.IsLetter(letter) {
		return letter
	}
	return 0
}

// hasUniformWidth says whether a cluster has the same width in every terminal: measured by
// clusters, by characters, and after a space, with which some marks join.
func hasUniformWidth(cluster string) bool {
	width := ansi.StringWidth(cluster)
	return width == ansi.StringWidthWc(cluster) && width+1 == ansi.StringWidth(" "+cluster)
}

// Fit makes a text exactly width cells wide: cut with an ellipsis, or padded on the left or on the
// right.
func Fit(text string, width int, right bool) string {
	if Width(text) > width {
		text = Truncate(text, width)
	}
	gap := spaces(width - Width(text))
	if right {
		return gap + text
	}
	return text + gap
}

const manySpaces = "                                                                                "

// spaces returns n spaces, or none if n is negative.
func spaces(n int) string {
	if n <= len(manySpaces) {
		return manySpaces[:max(n, 0)]
	}
	return strings.Repeat(" ", n)
}

// Truncate makes a text, styled or not, at most width cells wide.
func Truncate(text string, width int) string {
	if width <= 0 {
		return ""
	}
	if w, plain := plainWidth(text); plain && w <= width {
		return text
	}
	return ansi.Truncate(text, width, style.Ellipsis)
}

// SplitAround cuts a part out of the middle of a plain line. The left piece is from cells wide,
// the right one begins at cell to. A wide character that is cut through becomes a space.
func SplitAround(line string, from, to int) (left, right string) {
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

// Wrap breaks a plain text into lines of at most width cells, at spaces. A word is broken only if
// it is longer than a line, and never at a hyphen before that: half of a name may be the name of
// something else.
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

// Justify puts one text at the left and one at the right of a line of the given width. If both do
// not fit, the left one is cut.
func Justify(left, right string, width int) string {
	right = Truncate(right, width)
	room := width - Width(right)
	if right != "" {
		room--
	}
	left = Truncate(left, room)
	return left + strings.Repeat(" ", max(width-Width(left)-Width(right), 0)) + right
}

// Span is a piece of text in one style, with an optional sign before it in another style.
type Span struct {
	Text      string
	Style     style.Style
	Sign      string // one cell wide
	SignStyle style.Style
	Matched   func(rune int) bool // the runes of the text that a filter has matched; nil: none
	Parts     []Span              // pieces in styles of their own, in place of Text; nil: none
}
