// Package query is the language of filters: “web status:failed age>7d”.
package query

import (
	"strings"
	"time"

	"vpsdeck/model"
	"vpsdeck/model/pattern"
)

// Query is a parsed filter. Rows match if they match all its terms. The zero Query matches all
// rows.
//
// A word is searched for as in fzf: its letters in the name, in order, with the best match marked.
// Otherwise it must occur literally in another text of the row. A quoted word must occur as
// written.
//
// A field (see [FieldSet.Fields]) is compared with “:” (contains; begins with, for fields with few
// values; equals, for an ID), “=” or “!=”. Ages, expiries and sizes are compared with < <= > >=. In
// an unquoted value “*” matches any characters and “?” one. A leading “-” or “!” negates a term.
//
// Letters match either case unless the term has a capital one; statuses, types, kinds and healths
// always ignore case. Unknown values (an age, a size) match no comparison and no negated one.
type Query struct {
	fields    FieldSet
	terms     []term
	wordsOnly bool // all terms are words, and can be searched for in a TextIndex
}

// term is one condition of a query.
type term struct {
	field   field
	op      operator
	not     bool
	quoted  bool
	glob    bool            // the text has wildcards
	text    string          // as written; lower case if case is ignored
	pattern pattern.Pattern // what texts are matched against
	set     uint            // for fields with fixed values: a bit for each one that matches
	span    time.Duration   // for ages and expiries
	mb      int64           // for sizes
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

// operators are the notations of the operators. The longer forms are common in other tools.
var operators = map[string]struct {
	op  operator
	not bool
}{
	":": {opHas, false}, ":!": {opHas, true},
	"=": {opIs, false}, "==": {opIs, false}, ":=": {opIs, false}, "!=": {opIs, true}, ":!=": {opIs, true},
	"<": {opLess, false}, "<=": {opAtMost, false}, ">": {opMore, false}, ">=": {opAtLeast, false},
	":<": {opLess, false}, ":<=": {opAtMost, false}, ":>": {opMore, false}, ":>=": {opAtLeast, false},
}

// opposite is the negation of a comparison, used for a “-”, so that an unknown age matches neither.
var opposite = map[operator]operator{opLess: opAtLeast, opAtMost: opMore, opMore: opAtMost, opAtLeast: opLess}

// Parse parses a filter. Mistakes are returned as problems with their positions. The query
// uses the valid rest, so that the list does not jump during typing.
func Parse(text string, fields FieldSet) (Query, []model.Problem) {
	q := Query{fields: fields, wordsOnly: true}
	var problems []model.Problem
	for l := (lexer{text: text}); ; {
		t, ok := l.next()
		if !ok {
			return q, problems
		}
		parsed, from, why := fields.parseTerm(t)
		switch {
		case why != "":
			problems = append(problems, model.Problem{From: from, To: t.to, Message: model.Clean(why)})
		case parsed.field != fieldWord || parsed.text != "":
			q.terms = append(q.terms, parsed)
			q.wordsOnly = q.wordsOnly && parsed.field == fieldWord && !strings.Contains(parsed.text, textSeparator)
		}
	}
}

// parseTerm parses a term. If that fails, it returns why, and the byte at which the problem begins.
func (s FieldSet) parseTerm(t token) (_ term, from int, why string) {
	switch {
	case t.name == "" && t.not && t.value == "":
		return term{}, t.from, t.raw + " needs a word after it: -web excludes rows with “web”"
	case t.name == "":
		return term{not: t.not, quoted: t.quoted, text: t.value, pattern: pattern.New(t.value)}, 0, ""
	}
	field, why := s.lookup(t.name)
	if why != "" {
		return term{}, t.nameFrom, why
	}
	o, known := operators[t.operator]
	switch {
	case !known:
		return term{}, t.nameFrom, t.name + t.operator + ": after a field write one of : = != < <= > >=; quote a " +
			"value that begins with one"
	case t.value == "" && !t.quoted:
		return term{}, t.nameFrom, t.name + t.operator + " needs a value: " + field.valueHint()
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

// Empty reports whether every row matches the query.
func (q Query) Empty() bool { return len(q.terms) == 0 }

// String returns the query in canonical form, without invalid terms. Parse parses it to the
// same query.
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
