package screen

import (
	"runtime"
	"slices"
	"sync"

	"vpsdeck/model"
)

// matcher is a filter that has been read. One that shows everything is nil.
type matcher[T any] struct {
	words func(*model.Texts, int) bool // whether a row is shown, by its texts alone; nil: that takes more
	match func(T) (shown bool, found model.Marks)
}

// search makes a matcher of a filter's text, and says what is wrong with the text. What is right in it still holds.
type search[T any] func(text string) (*matcher[T], []model.Problem)

// query searches by words and fields. match says whether a row is shown, and which runes of its name the query has found; it is asked of
// several rows at once.
func query[T any](fields model.FieldSet, match func(model.Query, T) (bool, model.Marks)) search[T] {
	return func(text string) (*matcher[T], []model.Problem) {
		q, problems := model.ParseQuery(text, fields)
		if q.Empty() {
			return nil, problems
		}
		m := &matcher[T]{match: func(row T) (bool, model.Marks) { return match(q, row) }}
		if q.OfWords() {
			m.words = q.MeetsTexts
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
		return m.words(texts, n)
	}
	shown, _ := m.match(row)
	return shown
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
	l.heaps = make([]heap, min(len(l.sorted)/alone+1, runtime.GOMAXPROCS(0)))
	sideBySide(len(l.heaps), func(i int) {
		h := &l.heaps[i]
		h.from, h.to = i*len(l.sorted)/len(l.heaps), (i+1)*len(l.sorted)/len(l.heaps)
		for _, row := range l.sorted[h.from:h.to] {
			l.spell(&h.texts, row)
		}
	})
}

// sift is the rows that the filter shows, in their order.
func (l *list[T, K]) sift() []T {
	parts := make([][]T, len(l.heaps))
	sideBySide(len(l.heaps), func(i int) {
		h := &l.heaps[i]
		for n, row := range l.sorted[h.from:h.to] {
			if l.match.shows(row, &h.texts, n) {
				parts[i] = append(parts[i], row)
			}
		}
	})
	return slices.Concat(parts...)
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
