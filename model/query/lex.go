package query

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// token is one term of a query as written: [-]value or [-]name operator value.
type token struct {
	from, to int
	raw      string
	not      bool
	nameFrom int // where the name begins, after the minus sign
	name     string
	operator string
	value    string
	quoted   bool
}

// lexer splits a query into tokens. Any text is valid: an unclosed quote ends with the text.
type lexer struct {
	text string
	at   int
}

func (l *lexer) next() (token, bool) {
	l.skip(unicode.IsSpace)
	if l.at == len(l.text) {
		return token{}, false
	}
	t := token{from: l.at}
	if c := l.text[l.at]; c == '-' || c == '!' {
		t.not = true
		l.at++
	}
	t.nameFrom = l.at
	t.name, t.operator = l.field()
	t.value, t.quoted = l.value()
	t.to = l.at
	t.raw = l.text[t.from:t.to]
	return t, true
}

// skip consumes the runes that satisfy so, and returns them.
func (l *lexer) skip(so func(rune) bool) string {
	rest := l.text[l.at:]
	n := strings.IndexFunc(rest, func(r rune) bool { return !so(r) })
	if n < 0 {
		n = len(rest)
	}
	l.at += n
	return rest[:n]
}

// field consumes a name and its operator, or nothing: letters without an operator are a word.
func (l *lexer) field() (name, operator string) {
	from := l.at
	name = l.skip(func(r rune) bool { return r|0x20 >= 'a' && r|0x20 <= 'z' })
	operator = l.skip(func(r rune) bool { return strings.ContainsRune(":=<>!", r) })
	if name == "" || operator == "" || operator[0] == '!' && !strings.HasPrefix(operator, "!=") {
		l.at = from
		return "", ""
	}
	return strings.ToLower(name), operator
}

func (l *lexer) value() (value string, quoted bool) {
	if l.at == len(l.text) || l.text[l.at] != '"' {
		return l.skip(func(r rune) bool { return !unicode.IsSpace(r) }), false
	}
	var b strings.Builder
	for l.at++; l.at < len(l.text); {
		_, n := utf8.DecodeRuneInString(l.text[l.at:])
		if l.text[l.at] == '"' {
			l.at++
			break
		}
		if rest := l.text[l.at:]; strings.HasPrefix(rest, `\"`) || strings.HasPrefix(rest, `\\`) {
			l.at++
		}
		b.WriteString(l.text[l.at : l.at+n])
		l.at += n
	}
	return b.String(), true
}

// quoteValue quotes a value for a query.
func quoteValue(value string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
}
