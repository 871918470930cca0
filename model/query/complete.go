package query

import (
	"slices"
	"strings"
	"unicode"
)

// Complete returns the texts to which the last word of a filter can be completed: the name of a
// field, or one of its values. values returns the values of a field that has no fixed ones; it may
// be nil. The order is that of the fields and values.
func Complete(text string, fields FieldSet, values func(field string) []string) []string {
	start := lastWord(text)
	before, word := text[:start], text[start:]
	if not := strings.TrimLeft(word, "-!"); len(not) < len(word) {
		before, word = before+word[:len(word)-len(not)], not
	}
	at := strings.IndexAny(word, ":=<>!")
	if at < 0 {
		return completeName(before, word, fields)
	}
	field, why := fields.lookup(strings.ToLower(word[:at]))
	if why != "" {
		return nil
	}
	to := at + len(word[at:]) - len(strings.TrimLeft(word[at:], ":=<>!"))
	known := field.Values
	if known == nil && values != nil {
		known = values(field.Name)
	}
	return completeValue(before+word[:to], word[to:], known)
}

// maxCompletions is the maximum number of texts to complete to.
const maxCompletions = 20

func completeName(before, word string, fields FieldSet) []string {
	var out []string
	for _, f := range fields.Fields() {
		if strings.HasPrefix(f.Name, strings.ToLower(word)) {
			operator := strings.TrimPrefix(f.Example, f.Name)[:1]
			out = append(out, before+f.Name+operator)
		}
	}
	return out
}

func completeValue(before, value string, known []string) []string {
	var out []string
	typed := strings.ToLower(strings.TrimPrefix(value, `"`))
	for _, v := range known {
		if !strings.HasPrefix(strings.ToLower(v), typed) || v == "" {
			continue
		}
		full := v
		if strings.ContainsFunc(v, unicode.IsSpace) || strings.HasPrefix(v, `"`) || strings.ContainsAny(v, "*?") {
			full = quoteValue(v)
		}
		if full == value || slices.Contains(out, before+full) {
			continue
		}
		if out = append(out, before+full); len(out) == maxCompletions {
			break
		}
	}
	return out
}

// lastWord returns where the last word of a filter begins. A quoted value may contain spaces.
func lastWord(text string) int {
	start, quoted, escaped := 0, false, false
	for i, r := range text {
		switch {
		case escaped:
			escaped = false
		case quoted && r == '\\':
			escaped = true
		case r == '"' && (quoted || i > 0 && strings.ContainsRune(":=<>! ", rune(text[i-1])) || i == 0):
			quoted = !quoted
		case !quoted && unicode.IsSpace(r):
			start = i + len(string(r))
		}
	}
	return start
}
