package model

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxTypable is how many characters of a name anybody is asked to type.
const maxTypable = 64

// Typable reports whether a person who sees the name can type it at a keyboard. It must have nothing that cannot be seen, that looks
// like something else, or that is drawn with what stands beside it. Where it has, the server's ID is typed instead.
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
		case r < utf8.RuneSelf: // Clean has taken what does not print
			latin = latin || unicode.IsLetter(r)
		case !unicode.IsLetter(r) || isComposed(r):
			return false
		case unicode.In(r, unicode.Cyrillic, unicode.Greek):
			alike = true
		}
	}
	return !latin || !alike // in one name, nobody can tell a Cyrillic а from an a
}

// isComposed are letters that stand for others, or join with them: halves of Korean syllables, ligatures, wide and other forms of
// letters. A keyboard types the ones that they stand for.
func isComposed(r rune) bool {
	return unicode.In(r, &unicode.RangeTable{R16: []unicode.Range16{
		{Lo: 0x02b0, Hi: 0x02ff, Stride: 1}, {Lo: 0x1100, Hi: 0x11ff, Stride: 1}, {Lo: 0x1d00, Hi: 0x1dbf, Stride: 1}, {Lo: 0x2100, Hi: 0x218f, Stride: 1}, {Lo: 0x3130, Hi: 0x318f, Stride: 1},
		{Lo: 0xa960, Hi: 0xa97f, Stride: 1}, {Lo: 0xd7b0, Hi: 0xd7ff, Stride: 1}, {Lo: 0xf900, Hi: 0xffef, Stride: 1},
	}, R32: []unicode.Range32{{Lo: 0x1d400, Hi: 0x1ffff, Stride: 1}}})
}

// SentenceName is what a server is called in a sentence: its name, or that it has none, with its ID.
func (r ServerRef) SentenceName() string {
	if IsBlankName(r.Name) {
		return "the server #" + string(r.ID)
	}
	return r.Name
}

// Label is the server's name in a list of facts, where its ID stands beside it.
func (r ServerRef) Label() string {
	if IsBlankName(r.Name) {
		return "(no name)"
	}
	return r.Name
}

// ShortLabel is what a server is called where there is room for a name alone, as in a row: its name, or its ID.
func (r ServerRef) ShortLabel() string {
	if IsBlankName(r.Name) {
		return "#" + string(r.ID)
	}
	return r.Name
}

// IsBlankName reports whether a name shows nothing.
func IsBlankName(name string) bool { return strings.TrimSpace(name) == "" }
