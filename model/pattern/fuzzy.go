package pattern

import (
	"unicode"
	"unicode/utf8"
)

// Marks is a set of rune positions in a name. It covers the first 128 runes; later ones are not
// marked.
type Marks [2]uint64

// MaxMarked is the number of runes that Marks covers.
const MaxMarked = 128

// Has reports whether the rune at the position is marked.
func (m Marks) Has(rune int) bool {
	return rune >= 0 && rune < MaxMarked && m[rune/64]&(1<<(rune%64)) != 0
}

// Runes returns the marked positions in order.
func (m Marks) Runes() []int {
	var out []int
	for i := range MaxMarked {
		if m.Has(i) {
			out = append(out, i)
		}
	}
	return out
}

// Add adds the marks of another set.
func (m *Marks) Add(other Marks) {
	m[0] |= other[0]
	m[1] |= other[1]
}

func (m *Marks) add(rune int) {
	if rune < MaxMarked {
		m[rune/64] |= 1 << (rune % 64)
	}
}

// Scores of a match, after fzf: adjacent letters and letters at the beginning of a word score more
// than scattered ones.
const (
	scoreLetter   = 16
	scoreNeighbor = 12
	scoreBoundary = 8
	scoreFirst    = 4 // bonus for the first letter of the name
	scoreGap      = -3
	scoreSkipped  = -1
)

// FuzzyMatch searches a text for the pattern's letters, in order, and returns the best match over
// all starting letters. It ignores what comes after the first MaxMarked runes.
func (p Pattern) FuzzyMatch(text string) (score int, at Marks, ok bool) {
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
		s, marks, fits := p.matchFrom(text[from:], n, before)
		if !fits { // later starting letters cannot match either
			return score, at, ok
		}
		if !ok || s > score {
			score, at, ok = s, marks, true
		}
		_, width := utf8.DecodeRuneInString(text[from:])
		from += width
	}
}

// FuzzyContains reports whether FuzzyMatch would match. It computes no score, because a filter
// calls it for a hundred thousand texts at every key press.
func (p Pattern) FuzzyContains(text string) bool {
	from := p.indexFirstRune(text)
	if from < 0 || len(p.runes) == 0 {
		return from == 0
	}
	next, n := 0, utf8.RuneCountInString(text[:from])
	for _, r := range text[from:] {
		if n == MaxMarked {
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

// matchFrom matches each letter at its first occurrence. text begins at the name's nth rune;
// before is the rune preceding it.
func (p Pattern) matchFrom(text string, n int, before rune) (score int, at Marks, ok bool) {
	next, gap := 0, 0
	for _, r := range text {
		if n == MaxMarked {
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

// isWordStart reports whether a rune begins a word after the rune before it: web-|server,
// web|Server, server|01.
func isWordStart(before, r rune) bool {
	if before < utf8.RuneSelf && r < utf8.RuneSelf {
		return runeClass(before) != runeClass(r) && runeClass(r) != classNone &&
			(runeClass(before) != classUpper || runeClass(r) != classLower)
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

// ExactMatch searches for the pattern literally. It scores like the same letters in FuzzyMatch.
func (p Pattern) ExactMatch(text string) (score int, at Marks, ok bool) {
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

// FuzzyFind searches a name for the letters of a pattern, in order, as fzf does. It returns how
// well they match (higher is better) and where. Capital letters in the pattern make it
// case-sensitive. An empty pattern matches everything.
func FuzzyFind(wanted, name string) (score int, at Marks, ok bool) {
	if wanted == "" {
		return 0, Marks{}, true
	}
	return New(wanted).FuzzyMatch(name)
}
