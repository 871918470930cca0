package model

import (
	"math"
	"time"
)

// ServerView is a server as a query sees it.
type ServerView struct {
	Server
	Assessment Assessment
	Known      bool // its restore points have been loaded; else no question of age or health is met
}

// MatchServer says whether the server meets the query at a time on the API's clock, how well (higher is better, 0 where
// no word was asked for), and which runes of its name to mark.
func (q Query) MatchServer(v ServerView, now time.Time) (ok bool, score int, at Marks) {
	var r row
	r.ofServer(&v, now, q.words)
	return q.match(&r)
}

func (r *row) ofServer(v *ServerView, now time.Time, words bool) {
	r.text[aName], r.text[aServer], r.text[anID], r.text[aStatus] = v.Name, v.Name, string(v.ID), string(v.Status)
	r.text[aLocation], r.text[aSystem], r.text[aPlan] = v.Location, v.OS, v.Plan.Name
	r.text[aHost], r.text[anAddress] = v.Hostname, v.IP
	if v.Known && !words {
		r.set[aHealth] = v.Assessment.set()
		r.age, r.aged = math.MaxInt64, true // nothing to go back to is older than anything
		if newest := v.Assessment.Newest; !newest.IsZero() {
			r.age = now.Sub(newest)
		}
	}
}

// MatchPoint says whether the restore point meets the query at a time on the API's clock, how well, and which runes of its
// name to mark: of a snapshot's name, of a backup's description.
func (q Query) MatchPoint(p Point, now time.Time) (ok bool, score int, at Marks) {
	var r row
	r.ofPoint(&p, now, q.words)
	return q.match(&r)
}

func (r *row) ofPoint(p *Point, now time.Time, words bool) {
	r.text[aName], r.text[aDescription] = p.Name, p.Description
	if p.Kind == Backup {
		r.text[aName] = p.Description
	}
	r.text[aServer], r.text[anID], r.text[aStatus] = p.Server.Name, string(p.ID), string(p.Status)
	r.text[aKind], r.text[aType] = p.Kind.String(), string(p.Type)
	if words { // nothing else is asked for, and there may be a hundred thousand
		return
	}
	r.also = shownAs(p.Status)
	r.set[aKind], r.set[aType] = bit(aKind, r.text[aKind]), bit(aType, r.text[aType])
	r.age, r.aged = p.Age(now)
	r.left, r.ends = math.MaxInt64, !p.ExpiresUnreadable
	if !p.ExpiresAt.IsZero() {
		r.left = p.ExpiresAt.Sub(now)
	}
	r.sizeMB, r.sized = p.Size()
}

// shownAs is another word that one may ask for a status by.
func shownAs(status PointStatus) string {
	switch {
	case status.Running():
		return "creating"
	case status.Bad():
		return string(Failed)
	}
	return ""
}

// row is what a query can ask of a line in a list, whatever it shows.
type row struct {
	text   [fieldCount]string
	also   string // another word for the status
	set    [fieldCount]uint
	age    time.Duration
	aged   bool          // the age is known
	left   time.Duration // until it expires; MaxInt64: never
	ends   bool          // whether and when it expires is known
	sizeMB int64
	sized  bool // the size is known
}

func (q Query) match(r *row) (ok bool, score int, at Marks) {
	for i := range q.terms {
		t := &q.terms[i]
		if t.field != aWord {
			if !t.holds(r) {
				return false, 0, Marks{}
			}
			continue
		}
		points, marks, found := t.find(r)
		if found == t.not {
			return false, 0, Marks{}
		}
		if !t.not {
			score += points
			at[0] |= marks[0]
			at[1] |= marks[1]
		}
	}
	return true, score, at
}

// Ranks is how many ranks there are.
const Ranks = 3

// Rank is how well a name fits the words of a query that it meets: 0 if it begins with one, 1 if it has each in one piece, 2
// if letters are scattered, or stand elsewhere. A query without words ranks nothing.
func (q Query) Rank(name string) int {
	rank := 0
	for i := range q.terms {
		t := &q.terms[i]
		switch {
		case t.field != aWord || t.not:
		case t.letter.begins(name):
			return 0
		case t.letter.within(name):
			rank = max(rank, 1)
		default:
			rank = 2
		}
	}
	return rank
}

// inName says whether the word is found in the name.
func (t *term) inName(name string) bool {
	if t.not || t.quoted {
		return t.letter.within(name)
	}
	return t.letter.scattered(name)
}

// find looks for a word: by its letters in the name, as it stands in the other texts. What is to be left out, or stands in
// quotes, is only looked for as it stands.
func (t *term) find(r *row) (score int, at Marks, ok bool) {
	if t.not || t.quoted {
		if score, at, ok = t.letter.mark(r.text[aName]); ok {
			return score, at, true
		}
	} else if score, at, ok = t.letter.fuzzy(r.text[aName]); ok {
		return score, at, true
	}
	for _, text := range r.text[aWord+1:] {
		if text != "" && t.letter.within(text) {
			return 1, Marks{}, true
		}
	}
	return 0, Marks{}, false
}

// holds says whether a field is as the term wants it.
func (t *term) holds(r *row) bool {
	switch t.field {
	case aHealth:
		return r.set[aHealth] != 0 && (t.set&r.set[aHealth] != 0) != t.not
	case aKind, aType:
		return (t.set&r.set[t.field] != 0) != t.not
	case anAge:
		return r.aged && t.compare(int64(r.age), int64(t.span))
	case anExpiry:
		if t.op == opHas || t.op == opIs {
			return r.ends && (r.left == math.MaxInt64) != t.not
		}
		return r.ends && t.compare(int64(r.left), int64(t.span))
	case aSize:
		return r.sized && t.compare(r.sizeMB, t.mb)
	case aStatus:
		return (t.fits(r.text[aStatus]) || r.also != "" && t.fits(r.also)) != t.not
	}
	return t.fits(r.text[t.field]) != t.not
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

// fits says whether a text is, or has, what the term wants. A status is known by how it begins; an ID only as a whole.
func (t *term) fits(text string) bool {
	switch {
	case t.letter.glob:
		return t.letter.covers(text)
	case t.op == opIs || t.field == anID:
		return t.letter.equals(text)
	case t.field == aStatus:
		return t.letter.begins(text)
	}
	return t.letter.within(text)
}

// bit is the place of a value among all that its field can have, 0 for one that is not among them.
func bit(f field, value string) uint {
	for i, v := range fields[f].Values {
		if v == value {
			return 1 << i
		}
	}
	return 0
}
