// Package pattern searches texts for patterns: literally, as a glob, or for letters in order as fzf
// does.
package pattern

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Pattern is a text to search for. It ignores case unless it has a capital letter.
type Pattern struct {
	runes      []rune
	ignoreCase bool
}

// New returns the pattern of a text.
func New(text string) Pattern {
	p := Pattern{runes: []rune(text), ignoreCase: true}
	for _, r := range p.runes {
		if unicode.IsUpper(r) {
			p.ignoreCase = false
		}
	}
	return p
}

// MatchGlob reports whether a pattern matches the whole text. “*” matches any characters, “?” one,
// and letters match either case unless the pattern has a capital one.
func MatchGlob(glob, text string) bool { return New(glob).MatchesGlob(text) }

// matchesRune reports whether a rune of a text matches the pattern's rune. An ASCII letter only
// matches ASCII.
func (p Pattern) matchesRune(want, r rune) bool {
	if want == r || !p.ignoreCase {
		return want == r
	}
	if r < utf8.RuneSelf {
		return r >= 'A' && r <= 'Z' && r|0x20 == want
	}
	return want >= utf8.RuneSelf && unicode.ToLower(r) == want
}

// IsPrefixOf reports whether the text begins with the pattern.
func (p Pattern) IsPrefixOf(text string) bool {
	_, ok := p.cutPrefix(text)
	return ok
}

// IsEqualTo reports whether the text equals the pattern.
func (p Pattern) IsEqualTo(text string) bool {
	rest, ok := p.cutPrefix(text)
	return ok && rest == ""
}

func (p Pattern) cutPrefix(text string) (rest string, ok bool) {
	for _, want := range p.runes {
		r, n := utf8.DecodeRuneInString(text)
		if n == 0 || !p.matchesRune(want, r) {
			return "", false
		}
		text = text[n:]
	}
	return text, true
}

// IsContainedIn reports whether the text contains the pattern.
func (p Pattern) IsContainedIn(text string) bool { return p.index(text) >= 0 }

// index returns the first byte at which the pattern occurs in the text, or -1.
func (p Pattern) index(text string) int {
	for at := 0; ; {
		i := p.indexFirstRune(text[at:])
		if i < 0 {
			return -1
		}
		if at += i; p.IsPrefixOf(text[at:]) {
			return at
		}
		_, n := utf8.DecodeRuneInString(text[at:])
		at += n
	}
}

// indexFirstRune returns the first byte at which the pattern's first rune occurs, or -1. Most time
// is spent here, so ASCII letters are searched for as bytes.
func (p Pattern) indexFirstRune(text string) int {
	if len(p.runes) == 0 {
		return 0
	}
	want := p.runes[0]
	if want >= utf8.RuneSelf {
		return strings.IndexFunc(text, func(r rune) bool { return p.matchesRune(want, r) })
	}
	at := strings.IndexByte(text, byte(want))
	if p.ignoreCase && want >= 'a' && want <= 'z' {
		if at >= 0 {
			text = text[:at]
		}
		if capital := strings.IndexByte(text, byte(want-'a'+'A')); capital >= 0 {
			return capital
		}
	}
	return at
}

// MatchesGlob reports whether the pattern, as a glob, matches the whole text. It backtracks to the
// last star only, so the time is at most the product of both lengths.
func (p Pattern) MatchesGlob(text string) bool {
	star, retry, i := -1, "", 0
	for rest := text; ; {
		if i < len(p.runes) && p.runes[i] == '*' {
			star, retry = i, rest
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(rest)
		switch {
		case n == 0 && i == len(p.runes):
			return true
		case n > 0 && i < len(p.runes) && (p.runes[i] == '?' || p.matchesRune(p.runes[i], r)):
			rest = rest[n:]
			i++
		case n == 0 || star < 0:
			return false
		default:
			_, n = utf8.DecodeRuneInString(retry)
			retry = retry[n:]
			rest, i = retry, star+1
		}
	}
}
