package query

import (
	"strings"

	"vpsdeck/model"
	"vpsdeck/model/pattern"
)

// TextIndex stores the texts of many rows contiguously, to search them for words. Searching the
// rows themselves, whose texts are scattered in memory, takes ten times as long.
type TextIndex struct {
	all  strings.Builder
	rows []rowEnds
}

// rowEnds is where a row's name and the row itself end in all.
type rowEnds struct{ name, row int32 }

// textSeparator separates two texts.
const textSeparator = "\x00"

// AddServer adds a row.
func (t *TextIndex) AddServer(v *model.ServerView) {
	var r row
	r.fillServer(v, v.CreatedAt, true)
	t.add(&r)
}

// AddPoint adds a row.
func (t *TextIndex) AddPoint(p *model.Point) {
	var r row
	r.fillPoint(p, p.CreatedAt, true)
	t.add(&r)
}

func (t *TextIndex) add(r *row) {
	name := r.text[fieldName]
	t.all.WriteString(name)
	ends := rowEnds{name: int32(t.all.Len())}
	for _, text := range r.text {
		if text == name && len(name) <= pattern.MaxMarked { // already searched as the name
			text = ""
		}
		if text != "" {
			t.all.WriteString(textSeparator)
			t.all.WriteString(text)
		}
	}
	ends.row = int32(t.all.Len())
	t.rows = append(t.rows, ends)
}

// Name returns the name of the nth row, from 0.
func (t *TextIndex) Name(n int) string {
	from := int32(0)
	if n > 0 {
		from = t.rows[n-1].row
	}
	return t.all.String()[from:t.rows[n].name]
}

// WordsOnly reports whether the query has only words, so that MatchRow can be used.
func (q Query) WordsOnly() bool { return q.wordsOnly }

// MatchRow reports whether the nth row, from 0, matches a query of words.
func (q Query) MatchRow(t *TextIndex, n int) bool {
	from, ends := int32(0), t.rows[n]
	if n > 0 {
		from = t.rows[n-1].row
	}
	all := t.all.String()
	name, others := all[from:ends.name], all[ends.name:ends.row]
	for i := range q.terms {
		if word := &q.terms[i]; (word.matchesName(name) || word.pattern.IsContainedIn(others)) == word.not {
			return false
		}
	}
	return true
}

// Narrows reports whether all rows that match the query also match the other one. It returns true
// only for queries of words, where each word extends the other's; more words may follow.
func (q Query) Narrows(other Query) bool {
	if !q.wordsOnly || !other.wordsOnly || len(q.terms) < len(other.terms) {
		return false
	}
	for i := range other.terms {
		word, begun := &q.terms[i], &other.terms[i]
		if word.not != begun.not || word.quoted != begun.quoted || !strings.HasPrefix(word.text, begun.text) ||
			word.not && word.text != begun.text {
			return false
		}
	}
	return true
}
