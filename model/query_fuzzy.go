package model

import (
	"unicode"
	"unicode/utf8"
)

// Marks are places in a name, counted in runes, as a set of the first 128: longer names are marked no further.
type Marks [2]uint64

const maxMarked = 128

// Has reports whether the rune at the place is marked.
func (m Marks) Has(rune int) bool {
	return rune >= 0 && rune < maxMarked && m[rune/64]&(1<<(rune%64)) != 0
}

// Runes are the marked places in their order.
func (m Marks) Runes() []int {
	var out []int
	for i := range maxMarked {
		if m.Has(i) {
			out = append(out, i)
		}
	}
	return out
}

func (m *Marks) add(rune int) {
	if rune < maxMarked {
		m[rune/64] |= 1 << (rune % 64)
	}
}

// What a fit is worth, after fzf: letters side by side and at the beginning of a word tell more than scattered ones.
const (
	scoreLetter   = 16
	scoreNeighbor = 12
	scoreBoundary = 8
	scoreFirst    = 4 // more for the very first letter of the name
	scoreGap      = -3
	scoreSkipped  = -1
)

// fuzzyMatch looks for the pattern's letters in a text, in their order, and returns the best fit of those that begin at any of
// its letters. What lies beyond the markable part is not looked at.
func (p pattern) fuzzyMatch(text string) (score int, at Marks, ok bool) {
	if len(p.runes) == 0 {
		return 0, Marks{}, true
	}
	for from, n := 0, 0; ; n++ {
		i := p.indexFirstRune(text[from:])
		if i < 0 {
			return score, at, ok
		}
		n += utf8.RuneCountInString(text[from : from+i])
		from += i
		before, _ := utf8.DecodeLastRuneInString(text[:from])
		s, marks, fits := p.fuzzyMatchFrom(text[from:], n, before)
		if !fits { // what is not in the rest is not in less of it
			return score, at, ok
		}
		if !ok || s > score {
			score, at, ok = s, marks, true
		}
		_, width := utf8.DecodeRuneInString(text[from:])
		from += width
	}
}

// fuzzyContains reports whether fuzzy finds the pattern in the text: it weighs nothing, and a filter asks it of a hundred thousand texts for every
// letter that is typed.
func (p pattern) fuzzyContains(text string) bool {
	from := p.indexFirstRune(text)
	if from < 0 || len(p.runes) == 0 {
		return from == 0
	}
	next, n := 0, utf8.RuneCountInString(text[:from])
	for _, r := range text[from:] {
		if n == maxMarked {
			return false
		}
		if p.matchesRune(p.runes[next], r) {
			if next++; next == len(p.runes) {
				return true
			}
		}
		n++
	}
	return false
}

// fuzzyMatchFrom takes each letter where it comes first. The text begins at the name's nth rune, after the rune before.
func (p pattern) fuzzyMatchFrom(text string, n int, before rune) (score int, at Marks, ok bool) {
	next, gap := 0, 0
	for _, r := range text {
		if n == maxMarked {
			return 0, Marks{}, false
		}
		if p.matchesRune(p.runes[next], r) {
			score += letterScore(n, before, r, next > 0 && gap == 0)
			at.add(n)
			gap = 0
			if next++; next == len(p.runes) {
				return score, at, true
			}
		} else {
			score += scoreSkipped
			if gap++; gap == 1 {
				score += scoreGap
			}
		}
		before = r
		n++
	}
	return 0, Marks{}, false
}

func letterScore(n int, before, r rune, neighbor bool) int {
	score := scoreLetter
	if neighbor {
		score += scoreNeighbor
	}
	if n == 0 {
		score += scoreFirst
	}
	if n == 0 || isWordStart(before, r) {
		score += scoreBoundary
	}
	return score
}

// isWordStart reports whether a rune begins a word after another: web-|server, web|Server, server|01.
func isWordStart(before, r rune) bool {
	if before < utf8.RuneSelf && r < utf8.RuneSelf {
		return runeClass(before) != runeClass(r) && runeClass(r) != classNone && (runeClass(before) != classUpper || runeClass(r) != classLower)
	}
	return !unicode.IsLetter(before) && !unicode.IsDigit(before)
}

const (
	classNone = iota
	classLower
	classUpper
	classDigit
)

func runeClass(r rune) int {
	switch {
	case r >= 'a' && r <= 'z':
		return classLower
	case r >= 'A' && r <= 'Z':
		return classUpper
	case r >= '0' && r <= '9':
		return classDigit
	}
	return classNone
}

// exactMatch looks for the pattern as it stands. It is worth what the same letters found by themselves would be.
func (p pattern) exactMatch(text string) (score int, at Marks, ok bool) {
	i := p.index(text)
	if i < 0 {
		return 0, Marks{}, false
	}
	n := utf8.RuneCountInString(text[:i])
	before, _ := utf8.DecodeLastRuneInString(text[:i])
	for k, want := range p.runes {
		score += letterScore(n+k, before, want, k > 0)
		at.add(n + k)
		before = want
	}
	return score, at, true
}
