package query

import (
	"fmt"
	"math"
	"slices"
	"time"

	"vpsdeck/model"
	"vpsdeck/model/pattern"
)

// MatchServer reports whether the server matches the query, at a time on the API's clock. It
// returns the score (higher is better, 0 without words) and which runes of the name to mark.
func (q Query) MatchServer(v model.ServerView, now time.Time) (ok bool, score int, at pattern.Marks) {
	var r row
	r.fillServer(&v, now, q.wordsOnly)
	return q.match(&r)
}

func (r *row) fillServer(v *model.ServerView, now time.Time, words bool) {
	r.text[fieldName], r.text[fieldServer], r.text[fieldID], r.text[fieldStatus] = v.Name, v.Name, string(v.ID),
		string(v.Status)
	r.text[fieldLocation], r.text[fieldOS], r.text[fieldPlan] = v.Location, v.OS, v.Plan.Name
	r.text[fieldHost], r.text[fieldAddress] = v.Hostname, v.IP
	if v.Known && !words {
		r.set[fieldHealth] = v.Assessment.HealthSet()
		r.age, r.ageKnown = math.MaxInt64, true // a server without usable points is older than any age
		if newest := v.Assessment.Newest; !newest.IsZero() {
			r.age = now.Sub(newest)
		}
	}
}

// MatchPoint reports whether the restore point matches the query, at a time on the API's clock. It
// returns the score and which runes of the name to mark: a snapshot's name, or a backup's
// description.
func (q Query) MatchPoint(p model.Point, now time.Time) (ok bool, score int, at pattern.Marks) {
	var r row
	r.fillPoint(&p, now, q.wordsOnly)
	return q.match(&r)
}

func (r *row) fillPoint(p *model.Point, now time.Time, words bool) {
	r.text[fieldName], r.text[fieldDescription] = p.Name, p.Description
	if p.Kind == model.Backup {
		r.text[fieldName] = p.Description
	}
	r.text[fieldServer], r.text[fieldID], r.text[fieldStatus] = p.Server.Name, string(p.ID), string(p.Status)
	r.text[fieldKind], r.text[fieldType] = p.Kind.String(), string(p.Type)
	if words { // nothing else is needed, and there may be a hundred thousand points
		return
	}
	r.statusAlias = statusAliasOf(p.Status)
	r.set[fieldKind], r.set[fieldType] = valueBit(fieldKind, r.text[fieldKind]), valueBit(fieldType, r.text[fieldType])
	r.age, r.ageKnown = p.Age(now)
	r.untilExpiry, r.expiryKnown = math.MaxInt64, !p.ExpiresUnreadable
	if !p.ExpiresAt.IsZero() {
		r.untilExpiry = p.ExpiresAt.Sub(now)
	}
	r.sizeMB, r.sizeKnown = p.Size()
}

// statusCreating is the word of the screen for a point that is being created.
const statusCreating = "creating"

// documentedStatuses are the statuses that rows are known to have, with their other words.
func (s FieldSet) documentedStatuses() []string {
	if s == PointFields {
		return []string{string(model.Completed), statusCreating, string(model.InProgress), string(model.Failed),
			string(model.Errored)}
	}
	return []string{string(model.ServerActive), string(model.ServerStopped), string(model.ServerSuspended),
		string(model.ServerRestoring)}
}

// UnknownStatus says which status the query asks for that neither the present rows nor the API's
// documents have, and which there are; "" if there is none. Such a query matches no row, which must
// not look as if no row had the status that was meant.
func (q Query) UnknownStatus(present []string) string {
	known := q.fields.documentedStatuses()
	for _, status := range present {
		if !slices.Contains(known, status) {
			known = append(known, status)
		}
	}
	for i := range q.terms {
		t := &q.terms[i]
		if t.field == fieldStatus && !t.not && !slices.ContainsFunc(known, t.matchesText) {
			return fmt.Sprintf("unknown status %s; there are %s%s", t.text, model.Enumerate(known),
				model.DidYouMean(t.text, known))
		}
	}
	return ""
}

// statusAliasOf returns another word for a status in a query.
func statusAliasOf(status model.PointStatus) string {
	switch {
	case status.Running():
		return statusCreating
	case status.Failed():
		return string(model.Failed)
	}
	return ""
}

// row is the queryable data of a row, of either kind.
type row struct {
	text        [fieldCount]string
	statusAlias string // another word for the status
	set         [fieldCount]uint
	age         time.Duration
	ageKnown    bool
	untilExpiry time.Duration // MaxInt64: never
	expiryKnown bool          // it is known whether and when it expires
	sizeMB      int64
	sizeKnown   bool
}

func (q Query) match(r *row) (ok bool, score int, at pattern.Marks) {
	for i := range q.terms {
		t := &q.terms[i]
		if t.field != fieldWord {
			if !t.matchesField(r) {
				return false, 0, pattern.Marks{}
			}
			continue
		}
		points, marks, found := t.matchWord(r)
		if found == t.not {
			return false, 0, pattern.Marks{}
		}
		if !t.not {
			score += points
			at.Add(marks)
		}
	}
	return true, score, at
}

// Ranks is the number of ranks.
const Ranks = 3

// Rank returns how well a name matches the words of a query that it satisfies. It is 0 if it begins
// with a word, 1 if it contains each in one piece, and 2 if letters are scattered or elsewhere. A
// query without words ranks nothing.
func (q Query) Rank(name string) int {
	rank := 0
	for i := range q.terms {
		t := &q.terms[i]
		switch {
		case t.field != fieldWord || t.not:
		case t.pattern.IsPrefixOf(name):
			return 0
		case t.pattern.IsContainedIn(name):
			rank = max(rank, 1)
		default:
			rank = 2
		}
	}
	return rank
}

// matchesName reports whether the name matches the word.
func (t *term) matchesName(name string) bool {
	if t.not || t.quoted {
		return t.pattern.IsContainedIn(name)
	}
	return t.pattern.FuzzyContains(name)
}

// matchWord searches for a word: its letters in the name, or literally in the other texts. Negated
// and quoted words are only searched for literally.
func (t *term) matchWord(r *row) (score int, at pattern.Marks, ok bool) {
	if t.not || t.quoted {
		if score, at, ok = t.pattern.ExactMatch(r.text[fieldName]); ok {
			return score, at, true
		}
	} else if score, at, ok = t.pattern.FuzzyMatch(r.text[fieldName]); ok {
		return score, at, true
	}
	for _, text := range r.text[fieldWord+1:] {
		if text != "" && t.pattern.IsContainedIn(text) {
			return 1, pattern.Marks{}, true
		}
	}
	return 0, pattern.Marks{}, false
}

// matchesField reports whether a field satisfies the term.
func (t *term) matchesField(r *row) bool {
	switch t.field {
	case fieldHealth:
		return r.set[fieldHealth] != 0 && (t.set&r.set[fieldHealth] != 0) != t.not
	case fieldKind, fieldType:
		return (t.set&r.set[t.field] != 0) != t.not
	case fieldAge:
		return r.ageKnown && t.compare(int64(r.age), int64(t.span))
	case fieldExpiry:
		if t.op == opHas || t.op == opIs {
			return r.expiryKnown && (r.untilExpiry == math.MaxInt64) != t.not
		}
		return r.expiryKnown && t.compare(int64(r.untilExpiry), int64(t.span))
	case fieldSize:
		return r.sizeKnown && t.compare(r.sizeMB, t.mb)
	case fieldStatus:
		return (t.matchesText(r.text[fieldStatus]) || r.statusAlias != "" && t.matchesText(r.statusAlias)) != t.not
	}
	return t.matchesText(r.text[t.field]) != t.not
}

func (t *term) compare(got, want int64) bool {
	switch t.op {
	case opLess:
		return got < want
	case opAtMost:
		return got <= want
	case opMore:
		return got > want
	}
	return got >= want
}

// matchesText reports whether a text equals or contains the term. Statuses match by prefix, IDs
// only as a whole.
func (t *term) matchesText(text string) bool {
	switch {
	case t.glob:
		return t.pattern.MatchesGlob(text)
	case t.op == opIs || t.field == fieldID:
		return t.pattern.IsEqualTo(text)
	case t.field == fieldStatus:
		return t.pattern.IsPrefixOf(text)
	}
	return t.pattern.IsContainedIn(text)
}

// valueBit returns the bit of a value among its field's values, or 0 if it is not one.
func valueBit(f field, value string) uint {
	for i, v := range fields[f].Values {
		if v == value {
			return 1 << i
		}
	}
	return 0
}
