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
	meets func(T) bool                 // whether a row is shown. Like words, it is asked of several rows at once
	found func(T) model.Marks          // which runes of a row's name the filter has found
}

// search makes a matcher of a filter's text, and says what is wrong with the text. What is right in it still holds.
type search[T any] func(text string) (*matcher[T], []model.Problem)

// query searches by words and fields.
func query[T any](fields model.FieldSet, meets func(model.Query, T) bool, found func(model.Query, T) model.Marks) search[T] {
	return func(text string) (*matcher[T], []model.Problem) {
		q, problems := model.ParseQuery(text, fields)
		if q.Empty() {
			return nil, problems
		}
		m := &matcher[T]{meets: func(row T) bool { return meets(q, row) }, found: func(row T) model.Marks { return found(q, row) }}
		if q.OfWords() {
			m.words = q.MeetsTexts
		}
		return m, problems
	}
}

// queryPoints searches restore points.
func queryPoints(env *Env) search[*model.Point] {
	return query(model.PointFields,
		func(q model.Query, p *model.Point) bool { return q.MeetsPoint(p, env.State.Now) },
		func(q model.Query, p *model.Point) model.Marks {
			_, _, found := q.MatchPoint(*p, env.State.Now)
			return found
		})
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
			if l.match.words != nil && l.match.words(&h.texts, n) || l.match.words == nil && l.match.meets(row) {
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
