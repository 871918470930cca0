package screen

import (
	"runtime"
	"slices"
	"sync"

	"golang.org/x/text/unicode/norm"

	"vpsdeck/model"
)

// matcher is a parsed filter. A filter that shows everything is nil.
type matcher[T any] struct {
	query     *model.Query // the parsed query
	textQuery *model.Query // the query, if the text index answers it; nil: match must run
	match     func(T) (shown bool, found model.Marks)
}

// filterParser parses a filter. If parts are invalid it returns problems, and a matcher of the
// valid parts.
type filterParser[T any] func(text string) (*matcher[T], []model.Problem)

// queryParser parses filters of words and fields. match reports whether a row is shown, and which
// runes of its name matched. It must be safe for concurrent use.
func queryParser[T any](fields model.FieldSet, match func(model.Query, T) (bool, model.Marks)) filterParser[T] {
	return func(text string) (*matcher[T], []model.Problem) {
		q, problems := model.ParseQuery(norm.NFC.String(text), fields) // names are NFC too; see package api
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

// pointQueryParser parses filters of restore points.
func pointQueryParser(env *Env) filterParser[*model.Point] {
	return queryParser(model.PointFields, func(q model.Query, p *model.Point) (bool, model.Marks) {
		shown, _, found := q.MatchPoint(*p, env.State.Now)
		return shown, found
	})
}

// matches reports whether a row is shown; its texts are the nth of the index.
func (m *matcher[T]) matches(row T, texts *model.TextIndex, n int) bool {
	if m.textQuery != nil {
		return m.textQuery.MatchRow(texts, n)
	}
	shown, _ := m.match(row)
	return shown
}

// narrows reports whether the filter is known to show only rows that other shows.
func (m *matcher[T]) narrows(other *matcher[T]) bool {
	return m.textQuery != nil && other.textQuery != nil && m.textQuery.Narrows(*other.textQuery)
}

// indexPart is the text index of the rows from and up to these positions.
type indexPart struct {
	from, to int
	texts    model.TextIndex
}

// buildIndex builds the text index of all rows, unless it exists.
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

// filterResult is what a filter shows: the rows and their positions in all rows.
type filterResult[T any] struct {
	match     *matcher[T]
	rows      []T
	positions []int32
	ranked    []T // the rows as shown, best match first
}

// maxFilterResults is the maximum number of cached results while typing, to bound memory.
const maxFilterResults = 8

// filterRows returns the rows that the filter shows. A filter that narrows the previous one
// searches only its rows, and an earlier filter is answered from the cache.
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

// rankRows puts rows whose name begins with the query first, then those that contain it in one
// piece. Within a rank it keeps the order.
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

// filterPart finds what the filter shows in a part, among the rows of an earlier result; nil: among
// all rows.
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

// minRowsPerCore is the minimum number of rows per core. With fewer, starting goroutines costs more
// than it saves.
const minRowsPerCore = 4_000

// parallel calls run count times at once. It passes a panic on to the caller, where it is handled
// like any other.
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
