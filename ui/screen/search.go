package screen

import (
	"runtime"
	"slices"
	"sync"

	"vpsdeck/model/query"
)

// rowSearch finds the rows that a filter shows. For a hundred thousand rows at every key press it
// has a text index, searches it on all cores, and reuses the results of shorter filters. See “Very
// large fleets” in docs/ARCHITECTURE.md.
type rowSearch[T any] struct {
	addTexts func(*query.TextIndex, T) // adds the searched texts of a row
	rows     []T                       // all, in order
	parts    []indexPart               // the rows' texts; nil: not built yet
	results  []filterResult[T]         // results while typing, each narrower than the one before
}

// setRows sets the rows to search.
func (s *rowSearch[T]) setRows(rows []T) {
	s.rows = rows
	s.drop()
}

// drop frees the index, which is built again when it is needed.
func (s *rowSearch[T]) drop() { s.parts, s.results = nil, nil }

// indexPart is the text index of the rows from and up to these positions.
type indexPart struct {
	from, to int
	texts    query.TextIndex
}

// build builds the text index of all rows, unless it exists.
func (s *rowSearch[T]) build() {
	if s.parts != nil {
		return
	}
	s.results = nil
	s.parts = make([]indexPart, min(len(s.rows)/minRowsPerCore+1, runtime.GOMAXPROCS(0)))
	parallel(len(s.parts), func(i int) {
		h := &s.parts[i]
		h.from, h.to = i*len(s.rows)/len(s.parts), (i+1)*len(s.rows)/len(s.parts)
		for _, row := range s.rows[h.from:h.to] {
			s.addTexts(&h.texts, row)
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

// find returns the rows that the filter shows. A filter that narrows the previous one
// searches only its rows, and an earlier filter is answered from the cache.
func (s *rowSearch[T]) find(match *matcher[T]) []T {
	s.build()
	for len(s.results) > 0 && !match.narrows(s.results[len(s.results)-1].match) {
		s.results = s.results[:len(s.results)-1]
	}
	var among *filterResult[T]
	if len(s.results) > 0 {
		among = &s.results[len(s.results)-1]
		if among.match.narrows(match) {
			return among.ranked
		}
	}
	parts := make([]filterResult[T], len(s.parts))
	parallel(len(s.parts), func(i int) { s.findIn(&s.parts[i], match, among, &parts[i]) })
	result := filterResult[T]{match: match}
	for _, part := range parts {
		result.rows, result.positions = append(result.rows, part.rows...), append(result.positions, part.positions...)
	}
	result.ranked = s.rank(result)
	if len(s.results) == maxFilterResults {
		s.results = slices.Delete(s.results, 0, 1)
	}
	s.results = append(s.results, result)
	return result.ranked
}

// rank puts rows whose name begins with the query first, then those that contain it in one
// piece. Within a rank it keeps the order.
func (s *rowSearch[T]) rank(result filterResult[T]) []T {
	if result.match.query == nil {
		return result.rows
	}
	var by [query.Ranks][]T
	h := 0
	for i, place := range result.positions {
		for int(place) >= s.parts[h].to {
			h++
		}
		rank := result.match.query.Rank(s.parts[h].texts.Name(int(place) - s.parts[h].from))
		by[rank] = append(by[rank], result.rows[i])
	}
	return slices.Concat(by[:]...)
}

// findIn finds what the filter shows in a part, among the rows of an earlier result; nil: among
// all rows.
func (s *rowSearch[T]) findIn(h *indexPart, match *matcher[T], among, found *filterResult[T]) {
	try := func(place int) {
		if row := s.rows[place]; match.matches(row, &h.texts, place-h.from) {
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
