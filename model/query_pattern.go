package model

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// pattern is a text to look for. Its letters match either case unless one of them is a capital.
type pattern struct {
	runes []rune
	fold  bool
	glob  bool
}

func newPattern(text string) pattern {
	p := pattern{runes: []rune(text), fold: true}
	for _, r := range p.runes {
		if unicode.IsUpper(r) {
			p.fold = false
		}
	}
	return p
}

// MatchGlob says whether a pattern fits the whole text: “*” stands for any characters, “?” for one, and letters match
// either case unless the pattern has a capital one.
func MatchGlob(glob, text string) bool { return newPattern(glob).covers(text) }

// same says whether a rune of a text is the pattern's. A plain letter is only found in a plain one.
func (p pattern) same(want, r rune) bool {
	if want == r || !p.fold {
		return want == r
	}
	if r < utf8.RuneSelf {
		return r >= 'A' && r <= 'Z' && r|0x20 == want
	}
	return want >= utf8.RuneSelf && unicode.ToLower(r) == want
}

// begins says whether the text begins with the pattern.
func (p pattern) begins(text string) bool {
	_, ok := p.cut(text)
	return ok
}

// equals says whether the text is the pattern.
func (p pattern) equals(text string) bool {
	rest, ok := p.cut(text)
	return ok && rest == ""
}

func (p pattern) cut(text string) (rest string, ok bool) {
	for _, want := range p.runes {
		r, n := utf8.DecodeRuneInString(text)
		if n == 0 || !p.same(want, r) {
			return "", false
		}
		text = text[n:]
	}
	return text, true
}

// within says whether the pattern stands somewhere in the text.
func (p pattern) within(text string) bool { return p.find(text) >= 0 }

// find is the byte at which the pattern first stands in the text, or -1.
func (p pattern) find(text string) int {
	for at := 0; ; {
		i := p.first(text[at:])
		if i < 0 {
			return -1
		}
		if at += i; p.begins(text[at:]) {
			return at
		}
		_, n := utf8.DecodeRuneInString(text[at:])
		at += n
	}
}

// first is the byte at which the pattern's first rune first stands, or -1. Nearly all time goes by here, so that plain
// letters are looked for as bytes.
func (p pattern) first(text string) int {
	if len(p.runes) == 0 {
		return 0
	}
	want := p.runes[0]
	if want >= utf8.RuneSelf {
		return strings.IndexFunc(text, func(r rune) bool { return p.same(want, r) })
	}
	at := strings.IndexByte(text, byte(want))
	if p.fold && want >= 'a' && want <= 'z' {
		if at >= 0 {
			text = text[:at]
		}
		if capital := strings.IndexByte(text, byte(want-'a'+'A')); capital >= 0 {
			return capital
		}
	}
	return at
}

// covers says whether the pattern, taken as a glob, fits the whole text. It goes back to the last star only, so that no
// pattern takes longer than its length times the text's.
func (p pattern) covers(text string) bool {
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
		case n > 0 && i < len(p.runes) && (p.runes[i] == '?' || p.same(p.runes[i], r)):
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
