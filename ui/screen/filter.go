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
	query     *model.Query // what was read
	textQuery *model.Query // it is asked of a row's texts alone; nil: that takes more
	match     func(T) (shown bool, found model.Marks)
}

// filterParser makes a matcher of a filter's text, and says what is wrong with the text. What is right in it still holds.
type filterParser[T any] func(text string) (*matcher[T], []model.Problem)

// queryParser searches by words and fields. match says whether a row is shown, and which runes of its name the query has found; it is asked of
// several rows at once.
func queryParser[T any](fields model.FieldSet, match func(model.Query, T) (bool, model.Marks)) filterParser[T] {
	return func(text string) (*matcher[T], []model.Problem) {
		q, problems := model.ParseQuery(norm.NFC.String(text), fields) // as names are; see api
		if q.Empty() {
			return nil, problems
		}
		m := &matcher[T]{query: &q, match: func(row T) (bool, model.Marks) { return match(q, row) }}
		if q.WordsOnly() {
			m.textQuery = &q
		}
		return m, problems
	}
}

// pointQueryParser searches restore points.
func pointQueryParser(env *Env) filterParser[*model.Point] {
	return queryParser(model.PointFields, func(q model.Query, p *model.Point) (bool, model.Marks) {
		shown, _, found := q.MatchPoint(*p, env.State.Now)
		return shown, found
	})
}

// matches says whether a row is shown, which was added to the texts as the nth.
func (m *matcher[T]) matches(row T, texts *model.TextIndex, n int) bool {
	if m.textQuery != nil {
		return m.textQuery.MatchRow(texts, n)
	}
	shown, _ := m.match(row)
	return shown
}

// narrows says whether all that it shows is known to be among what another shows.
func (m *matcher[T]) narrows(other *matcher[T]) bool {
	return m.textQuery != nil && other.textQuery != nil && m.textQuery.Narrows(*other.textQuery)
}

// indexPart is a part of the rows, from and to these places, and their texts side by side.
type indexPart struct {
	from, to int
	texts    model.TextIndex
}

// buildIndex gathers the texts of all rows, unless that was done.
func (l *list[T, K]) buildIndex() {
	if l.textIndex != nil {
		return
	}
	l.filterResults = nil
	l.textIndex = make([]indexPart, min(len(l.sorted)/minRowsPerCore+1, runtime.GOMAXPROCS(0)))
	parallel(len(l.textIndex), func(i int) {
		h := &l.textIndex[i]
		h.from, h.to = i*len(l.sorted)/len(l.textIndex), (i+1)*len(l.sorted)/len(l.textIndex)
		for _, row := range l.sorted[h.from:h.to] {
			l.addTexts(&h.texts, row)
		}
	})
}

// filterResult is what a filter shows: the rows, and their places among all.
type filterResult[T any] struct {
	match     *matcher[T]
	rows      []T
	positions []int32
	ranked    []T // the rows as they are shown: what begins with what is looked for comes first
}

// maxFilterResults is how many filters are remembered on the way to the one that is typed: each holds as many rows as it shows.
const maxFilterResults = 8

// filterRows is the rows that the filter shows, in their order. Of a filter that goes on with what was typed before only those are looked
// through that were shown then, and back at an earlier one, none.
func (l *list[T, K]) filterRows() []T {
	for len(l.filterResults) > 0 && !l.match.narrows(l.filterResults[len(l.filterResults)-1].match) {
		l.filterResults = l.filterResults[:len(l.filterResults)-1]
	}
	var among *filterResult[T]
	if len(l.filterResults) > 0 {
		among = &l.filterResults[len(l.filterResults)-1]
		if among.match.narrows(l.match) {
			return among.ranked
		}
	}
	parts := make([]filterResult[T], len(l.textIndex))
	parallel(len(l.textIndex), func(i int) { l.filterPart(&l.textIndex[i], among, &parts[i]) })
	result := filterResult[T]{match: l.match}
	for _, part := range parts {
		result.rows, result.positions = append(result.rows, part.rows...), append(result.positions, part.positions...)
	}
	result.ranked = l.rankRows(result)
	if len(l.filterResults) == maxFilterResults {
		l.filterResults = slices.Delete(l.filterResults, 0, 1)
	}
	l.filterResults = append(l.filterResults, result)
	return result.ranked
}

// rankRows puts the rows whose name begins with what is looked for first, then those that have it in one piece. Within each the
// order in force holds.
func (l *list[T, K]) rankRows(result filterResult[T]) []T {
	if l.match.query == nil {
		return result.rows
	}
	var by [model.Ranks][]T
	h := 0
	for i, place := range result.positions {
		for int(place) >= l.textIndex[h].to {
			h++
		}
		rank := l.match.query.Rank(l.textIndex[h].texts.Name(int(place) - l.textIndex[h].from))
		by[rank] = append(by[rank], result.rows[i])
	}
	return slices.Concat(by[:]...)
}

// filterPart finds what the filter shows of a heap, among what another one does; nil: among all.
func (l *list[T, K]) filterPart(h *indexPart, among, found *filterResult[T]) {
	try := func(place int) {
		if row := l.sorted[place]; l.match.matches(row, &h.texts, place-h.from) {
			found.rows, found.positions = append(found.rows, row), append(found.positions, int32(place))
		}
	}
	if among == nil {
		for place := h.from; place < h.to; place++ {
			try(place)
		}
		return
	}
	first, _ := slices.BinarySearch(among.positions, int32(h.from))
	for _, place := range among.positions[first:] {
		if int(place) >= h.to {
			return
		}
		try(int(place))
	}
}

// minRowsPerCore is how many rows are looked through by one core: with fewer, to share them out takes longer.
const minRowsPerCore = 4_000

// parallel does so many things at once. A panic in one of them is one of the caller, where it is caught as any other.
func parallel(count int, run func(i int)) {
	var group sync.WaitGroup
	panics := make([]any, count)
	for i := 1; i < count; i++ {
		group.Go(func() {
			defer func() { panics[i] = recover() }()
			run(i)
		})
	}
	run(0)
	group.Wait()
	for _, reason := range panics {
		if reason != nil {
			panic(reason)
		}
	}
}
