package model

import (
	"strings"
	"time"
)

// Problem is one thing that is wrong with what a person wrote or asks for, as one sentence: where, what, and what is
// allowed. It is an error, so that a command line can return it as it is.
type Problem struct {
	From, To int       // the bytes of the text that it is about; both 0 where it is about no text
	Server   ServerRef // the server that it is about, if it is about one
	Message  string    // for a person, cleaned
	Warning  bool      // it need not come true: a warning, and no reason to refuse
}

// Error is the sentence.
func (p Problem) Error() string { return p.Message }

// Query is what a filter's text asks for: rows that meet every one of its terms. The zero Query is met by all.
//
// A word is looked for as fzf does: its letters in the name, in their order, the best fit marked; else as it stands in
// the other texts of the row. In quotes it must stand there as written. A field (see [FieldSet.Fields]) is asked with
// “:” (has; begins with, for what has few values; is, for an ID), “=” and “!=” (is, is not), and for ages, expiries and
// sizes with < <= > >=. In a value without quotes “*” stands for any characters and “?” for one. A leading “-” or “!”
// turns a term into its opposite. Letters match either case unless the term has a capital one; statuses, types, kinds
// and healths never mind case. What is not known (an age, a size) meets no comparison, nor its opposite.
type Query struct {
	fields    FieldSet
	terms     []term
	wordsOnly bool // all terms are words, and can be looked for in Texts
}

// term is one demand of a query.
type term struct {
	field   field
	op      operator
	not     bool
	quoted  bool
	text    string        // as written; lower case where case means nothing
	pattern pattern       // what texts are compared with
	set     uint          // for fields with values of their own: a bit for each that will do
	span    time.Duration // for ages and expiries
	mb      int64         // for sizes
}

// operator is how a field is compared.
type operator int

const (
	opHas operator = iota
	opIs
	opLess
	opAtMost
	opMore
	opAtLeast
)

// operators are the ways to write them. The longer forms are those that people bring from elsewhere.
var operators = map[string]struct {
	op  operator
	not bool
}{
	":": {opHas, false}, ":!": {opHas, true},
	"=": {opIs, false}, "==": {opIs, false}, ":=": {opIs, false}, "!=": {opIs, true}, ":!=": {opIs, true},
	"<": {opLess, false}, "<=": {opAtMost, false}, ">": {opMore, false}, ">=": {opAtLeast, false},
	":<": {opLess, false}, ":<=": {opAtMost, false}, ":>": {opMore, false}, ":>=": {opAtLeast, false},
}

// opposite is the operator that a comparison turns into under a “-”: so an age that is not known meets neither.
var opposite = map[operator]operator{opLess: opAtLeast, opAtMost: opMore, opMore: opAtMost, opAtLeast: opLess}

// ParseQuery reads a filter's text. What is wrong with it comes back as problems, each with its place; the query goes by
// the rest, so that a list does not jump while one types.
func ParseQuery(text string, fields FieldSet) (Query, []Problem) {
	q := Query{fields: fields, wordsOnly: true}
	var problems []Problem
	for l := (lexer{text: text}); ; {
		t, ok := l.next()
		if !ok {
			return q, problems
		}
		parsed, from, why := fields.parseTerm(t)
		switch {
		case why != "":
			problems = append(problems, Problem{From: from, To: t.to, Message: Clean(why)})
		case parsed.field != fieldWord || parsed.text != "":
			q.terms = append(q.terms, parsed)
			q.wordsOnly = q.wordsOnly && parsed.field == fieldWord && !strings.Contains(parsed.text, textSeparator)
		}
	}
}

// parseTerm makes a term of what was written, or tells why there is none, and from which byte on.
func (s FieldSet) parseTerm(t token) (_ term, from int, why string) {
	switch {
	case t.name == "" && t.not && t.value == "":
		return term{}, t.from, t.raw + " wants a word after it: -web leaves out what has “web” in it"
	case t.name == "":
		return term{not: t.not, quoted: t.quoted, text: t.value, pattern: newPattern(t.value)}, 0, ""
	}
	field, why := s.lookup(t.name)
	if why != "" {
		return term{}, t.nameFrom, why
	}
	o, known := operators[t.operator]
	switch {
	case !known:
		return term{}, t.nameFrom, t.name + t.operator + ": a field is followed by one of : = != < <= > >=; put a value that begins so in quotes"
	case t.value == "" && !t.quoted:
		return term{}, t.nameFrom, t.name + t.operator + " wants a value: " + field.valueHint()
	}
	out := term{field: field.number, op: o.op, not: o.not != t.not, quoted: t.quoted, text: t.value}
	if turned, ordered := opposite[out.op]; ordered && out.not {
		out.op, out.not = turned, false
	}
	if why := field.parse(field, &out); why != "" {
		return term{}, t.nameFrom, t.name + t.operator + t.value + ": " + why
	}
	return out, 0, ""
}

// Empty reports whether every row meets the query.
func (q Query) Empty() bool { return len(q.terms) == 0 }

// String is the query in its one canonical form, without what was wrong in the text: ParseQuery makes the same query of it.
func (q Query) String() string {
	words := make([]string, len(q.terms))
	for i, t := range q.terms {
		words[i] = t.String()
	}
	return strings.Join(words, " ")
}

func (t term) String() string {
	value := t.text
	if t.quoted {
		value = quoteValue(value)
	}
	prefix := ""
	if t.not && (t.field == fieldWord || t.op == opHas) {
		prefix = "-"
	}
	if t.field == fieldWord {
		return prefix + value
	}
	return prefix + fields[t.field].Name + t.operatorText() + value
}

func (t term) operatorText() string {
	if t.op == opIs && t.not {
		return "!="
	}
	return [...]string{opHas: ":", opIs: "=", opLess: "<", opAtMost: "<=", opMore: ">", opAtLeast: ">="}[t.op]
}
