package screen

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"vpsdeck/model"
	"vpsdeck/model/query"
)

func TestParallelFilterMatchesSequential(t *testing.T) {
	rows := make([]*model.Point, 3*minRowsPerCore+7)
	for i := range rows {
		rows[i] = &model.Point{
			Kind: model.Backup, ID: model.ID(fmt.Sprint(i)), Status: model.Completed, SizeMB: int64(i),
			Server:      model.ServerRef{ID: "7", Name: []string{"web-01", "db-01"}[i%2]},
			Description: []string{"", "before the update", "nightly"}[i%3],
		}
	}
	parse := pointQueryParser(&Env{State: &model.State{}})
	for _, text := range []string{"w", "web", "db nightly", "-web bfr", "size>5GB", "web size<100MB", "77", "nothing"} {
		match, problems := parse(text)
		if len(problems) > 0 {
			t.Fatal(text, problems)
		}
		search := rowSearch[*model.Point]{rows: rows, addTexts: (*query.TextIndex).AddPoint}
		want := slices.DeleteFunc(slices.Clone(rows),
			func(p *model.Point) bool { shown, _ := match.match(p); return !shown })
		if got := search.find(match); !slices.Equal(got, want) || len(want) == 0 != (text == "nothing") {
			t.Errorf("%s: %d rows, want %d", text, len(got), len(want))
		}
	}
}

func TestIncrementalFilterMatchesFullFilter(t *testing.T) {
	rows := make([]*model.Point, 2*minRowsPerCore)
	for i := range rows {
		rows[i] = &model.Point{
			Kind: model.Backup, ID: model.ID(fmt.Sprint(i)), Status: model.Completed,
			Server:      model.ServerRef{ID: "7", Name: []string{"web-01", "db-01", "Web-db"}[i%3]},
			Description: []string{"", "before the update", "nightly"}[i/3%3],
		}
	}
	parse := pointQueryParser(&Env{State: &model.State{}})
	rapid.Check(t, func(t *rapid.T) {
		incremental := rowSearch[*model.Point]{rows: rows, addTexts: (*query.TextIndex).AddPoint}
		incremental.build()
		text, filters := "", 0
		ahead := map[rune]string{'<': "", 'Q': `"`, 'N': "-", 'P': "d"} // inserted at the beginning
		key := rapid.SampledFrom([]rune("webdbW01 -\"n<<<<<QNPXX"))
		for _, key := range rapid.SliceOfN(key, 1, 30).Draw(t, "keys") {
			switch before, first := ahead[key]; {
			case first && before != "":
				text = before + text
			case key == 'X':
				text = text[min(len(text), 1):]
			case !first:
				text += string(key)
			case text != "":
				text = text[:len(text)-1]
			}
			match, _ := parse(text)
			if match == nil {
				continue
			}
			once := rowSearch[*model.Point]{rows: rows, parts: incremental.parts}
			if !slices.Equal(incremental.find(match), once.find(match)) {
				t.Fatalf("%q gives other rows if typed key by key", text)
			}
			filters++
		}
		if len(incremental.results) > min(filters, maxFilterResults) {
			t.Fatalf("%d results are cached", len(incremental.results))
		}
	})
}

func TestParallelPanicReachesCaller(t *testing.T) {
	var done atomic.Int32
	defer func() {
		if why := recover(); why != "broken" || done.Load() != 3 {
			t.Errorf("%v, after %d of the others", why, done.Load())
		}
	}()
	parallel(4, func(i int) {
		if i == 2 {
			panic("broken")
		}
		done.Add(1)
	})
}
