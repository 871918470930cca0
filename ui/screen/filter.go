package screen

import (
	"runtime"
	"slices"
	"sync"

	"golang.org/x/text/unicode/norm"

	"vpsdeck/model"
)

// matcher is a filter that has been read. One that shows everything is nil.
type matcher[T any] struct {
	query *model.Query // what was read
	words *model.Query // it is asked of a row's texts alone; nil: that takes more
	match func(T) (shown bool, found model.Marks)
}

// search makes a matcher of a filter's text, and says what is wrong with the text. What is right in it still holds.
type search[T any] func(text string) (*matcher[T], []model.Problem)

// query searches by words and fields. match says whether a row is shown, and which runes of its name the query has found; it is asked of
// several rows at once.
func query[T any](fields model.FieldSet, match func(model.Query, T) (bool, model.Marks)) search[T] {
	return func(text string) (*matcher[T], []model.Problem) {
		q, problems := model.ParseQuery(norm.NFC.String(text), fields) // as names are; see api
		if q.Empty() {
			return nil, problems
		}
		m := &matcher[T]{query: &q, match: func(row T) (bool, model.Marks) { return match(q, row) }}
		if q.OfWords() {
			m.words = &q
		}
		return m, problems
	}
}

// queryPoints searches restore points.
func queryPoints(env *Env) search[*model.Point] {
	return query(model.PointFields, func(q model.Query, p *model.Point) (bool, model.Marks) {
		shown, _, found := q.MatchPoint(*p, env.State.Now)
		return shown, found
	})
}

// shows says whether a row is shown, which was added to the texts as the nth.
func (m *matcher[T]) shows(row T, texts *model.Texts, n int) bool {
	if m.words != nil {
		return m.words.MeetsTexts(texts, n)
	}
	shown, _ := m.match(row)
	return shown
}

// narrows says whether all that it shows is known to be among what another shows.
func (m *matcher[T]) narrows(other *matcher[T]) bool {
	return m.words != nil && other.words != nil && m.words.Narrows(*other.words)
}

// heap is a part of the rows, from and to these places, and their texts side by side.
type heap struct {
	from, to int
	texts    model.Texts
}

// learn gathers the texts of all rows, unless that was done.
func (l *list[T, K]) learn() {
	if l.heaps != nil {
		return
	}
	l.sieves = nil
	l.heaps = make([]heap, min(len(l.sorted)/alone+1, runtime.GOMAXPROCS(0)))
	sideBySide(len(l.heaps), func(i int) {
		h := &l.heaps[i]
		h.from, h.to = i*len(l.sorted)/len(l.heaps), (i+1)*len(l.sorted)/len(l.heaps)
		for _, row := range l.sorted[h.from:h.to] {
			l.spell(&h.texts, row)
		}
	})
}

// sieve is what a filter shows: the rows, and their places among all.
type sieve[T any] struct {
	match  *matcher[T]
	rows   []T
	places []int32
	ranked []T // the rows as they are shown: what begins with what is looked for comes first
}

// deep is how many filters are remembered on the way to the one that is typed: each holds as many rows as it shows.
const deep = 8

// sift is the rows that the filter shows, in their order. Of a filter that goes on with what was typed before only those are looked
// through that were shown then, and back at an earlier one, none.
func (l *list[T, K]) sift() []T {
	for len(l.sieves) > 0 && !l.match.narrows(l.sieves[len(l.sieves)-1].match) {
		l.sieves = l.sieves[:len(l.sieves)-1]
	}
	var among *sieve[T]
	if len(l.sieves) > 0 {
		among = &l.sieves[len(l.sieves)-1]
		if among.match.narrows(l.match) {
			return among.ranked
		}
	}
	parts := make([]sieve[T], len(l.heaps))
	sideBySide(len(l.heaps), func(i int) { l.look(&l.heaps[i], among, &parts[i]) })
	found := sieve[T]{match: l.match}
	for _, part := range parts {
		found.rows, found.places = append(found.rows, part.rows...), append(found.places, part.places...)
	}
	found.ranked = l.rank(found)
	if len(l.sieves) == deep {
		l.sieves = slices.Delete(l.sieves, 0, 1)
	}
	l.sieves = append(l.sieves, found)
	return found.ranked
}

// rank puts the rows whose name begins with what is looked for first, then those that have it in one piece. Within each the
// order in force holds.
func (l *list[T, K]) rank(found sieve[T]) []T {
	if l.match.query == nil {
		return found.rows
	}
	var by [model.Ranks][]T
	h := 0
	for i, place := range found.places {
		for int(place) >= l.heaps[h].to {
			h++
		}
		rank := l.match.query.Rank(l.heaps[h].texts.Name(int(place) - l.heaps[h].from))
		by[rank] = append(by[rank], found.rows[i])
	}
	return slices.Concat(by[:]...)
}

// look finds what the filter shows of a heap, among what another one does; nil: among all.
func (l *list[T, K]) look(h *heap, among, found *sieve[T]) {
	try := func(place int) {
		if row := l.sorted[place]; l.match.shows(row, &h.texts, place-h.from) {
			found.rows, found.places = append(found.rows, row), append(found.places, int32(place))
		}
	}
	if among == nil {
		for place := h.from; place < h.to; place++ {
			try(place)
		}
		return
	}
	first, _ := slices.BinarySearch(among.places, int32(h.from))
	for _, place := range among.places[first:] {
		if int(place) >= h.to {
			return
		}
		try(int(place))
	}
}

// alone is how many rows are looked through by one core: with fewer, to share them out takes longer.
const alone = 4_000

// sideBySide does so many things at once. A panic in one of them is one of the caller, where it is caught as any other.
func sideBySide(things int, do func(i int)) {
	var doing sync.WaitGroup
	broke := make([]any, things)
	for i := 1; i < things; i++ {
		doing.Go(func() {
			defer func() { broke[i] = recover() }()
			do(i)
		})
	}
	do(0)
	doing.Wait()
	for _, why := range broke {
		if why != nil {
			panic(why)
		}
	}
}
