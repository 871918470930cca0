package model

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxTypable is the length in characters of the longest name that users must type.
const maxTypable = 64

// Typable reports whether a user who sees the name can type it. It must have no characters that are
// invisible, look like others, or join with their neighbors. Otherwise the server's ID is typed
// instead.
func Typable(name string) bool {
	if name == "" || Clean(name) != name || utf8.RuneCountInString(name) > maxTypable {
		return false
	}
	if strings.TrimSpace(name) != name || strings.Contains(name, "  ") {
		return false
	}
	latin, alike := false, false
	for _, r := range name {
		switch {
		case r < utf8.RuneSelf: // Clean rejects unprintable ones
			latin = latin || unicode.IsLetter(r)
		case !unicode.IsLetter(r) || isComposed(r):
			return false
		case unicode.In(r, unicode.Cyrillic, unicode.Greek):
			alike = true
		}
	}
	return !latin || !alike // in one name, a Cyrillic а cannot be told from an a
}

// isComposed reports whether the rune represents other letters or joins with them: parts of Korean
// syllables, ligatures, wide and other forms of letters. Keyboards type the letters that it
// represents.
func isComposed(r rune) bool {
	return unicode.In(r, &unicode.RangeTable{R16: []unicode.Range16{
		{Lo: 0x02b0, Hi: 0x02ff, Stride: 1}, {Lo: 0x1100, Hi: 0x11ff, Stride: 1}, {Lo: 0x1d00, Hi: 0x1dbf, Stride: 1},
		{Lo: 0x2100, Hi: 0x218f, Stride: 1}, {Lo: 0x3130, Hi: 0x318f, Stride: 1},
		{Lo: 0xa960, Hi: 0xa97f, Stride: 1}, {Lo: 0xd7b0, Hi: 0xd7ff, Stride: 1}, {Lo: 0xf900, Hi: 0xffef, Stride: 1},
	}, R32: []unicode.Range32{{Lo: 0x1d400, Hi: 0x1ffff, Stride: 1}}})
}

// SentenceName returns the server's name for a sentence, or its ID if it has none.
func (r ServerRef) SentenceName() string {
	if IsBlankName(r.Name) {
		return "the server #" + string(r.ID)
	}
	return r.Name
}

// Label returns the server's name for a list of details that includes its ID.
func (r ServerRef) Label() string {
	if IsBlankName(r.Name) {
		return "(no name)"
	}
	return r.Name
}

// ShortLabel returns the server's name where only a name fits, as in a row, or its ID if it has
// none.
func (r ServerRef) ShortLabel() string {
	if IsBlankName(r.Name) {
		return "#" + string(r.ID)
	}
	return r.Name
}

// IsBlankName reports whether a name shows nothing.
func IsBlankName(name string) bool { return strings.TrimSpace(name) == "" }
