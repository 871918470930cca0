package query

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"vpsdeck/model"
)

func TestBestFuzzyMatchIsMarked(t *testing.T) {
	for _, c := range []struct {
		word, name string
		want       []int
	}{
		{"db", "dxb-db-01", []int{4, 5}},
		{"ws", "web-server", []int{0, 4}},
		{"serv", "web-server", []int{4, 5, 6, 7}},
		{"s1", "web-server-01", []int{4, 12}},
		{"WS", "my-WebServer", []int{3, 6}},
		{"é1", "Café-É1", []int{5, 6}},
		{"b", "日本b", []int{2}},
		{"x", "web", nil},
		{"webb", "web", nil},
		{"web", strings.Repeat("x", 126) + "web", nil}, // matches, but too far behind to be marked
	} {
		v := serverView(0)
		v.Name = c.name
		ok, score, at := mustParse(t, c.word, ServerFields).MatchServer(v, now)
		if got := at.Runes(); !slices.Equal(got, c.want) || ok && score <= 0 {
			t.Errorf("%s in %s: %v marked, want %v; %v, score %d", c.word, c.name, got, c.want, ok, score)
		}
	}
	_, _, at := mustParse(t, `"01" web age<1d`, ServerFields).MatchServer(serverView(0), now)
	if got := at.Runes(); !slices.Equal(got, []int{0, 1, 2, 11, 12}) {
		t.Errorf("several words mark %v", got)
	}
}

func TestBetterFuzzyMatchScoresHigher(t *testing.T) {
	for word, names := range map[string][]string{ // best first
		"web": {"web", "my-web", "myweb", "w-e-b", "xwxexb"},
		"db1": {"db1", "db-1", "xdb-1", "xd-xb-x1"},
	} {
		last := math.MaxInt
		for _, name := range names {
			v := serverView(0)
			v.Name = name
			ok, score, _ := mustParse(t, word, ServerFields).MatchServer(v, now)
			if !ok || score >= last {
				t.Errorf("%s in %s: %v, %d after %d", word, name, ok, score, last)
			}
			last = score
		}
	}
}

// sampleRows returns many servers and points with realistic names.
func sampleRows(n int) ([]model.ServerView, []model.Point) {
	views, points := make([]model.ServerView, n), make([]model.Point, n)
	for i := range n {
		views[i] = serverView(time.Duration(i)*time.Minute, model.Overdue)
		views[i].Name = fmt.Sprintf("%s-server-%05d", []string{"web", "db", "mail", "cache"}[i%4], i)
		views[i].ID = model.ID(fmt.Sprint(10000 + i))
		points[i] = snapshot(model.ID(fmt.Sprint(i)), time.Duration(i)*time.Minute)
		points[i].Server = views[i].Ref()
		points[i].Name, points[i].SizeMB = "before-update-"+views[i].Name, int64(i)
		points[i].Description = "Taken before the packages were brought up to date"
	}
	return views, points
}

func TestMatchingDoesNotAllocate(t *testing.T) {
	views, points := sampleRows(4)
	servers := mustParse(t, `srv age>1h "web" name:*server* -db status:active health:overdue`, ServerFields)
	old := mustParse(t, "bfr upd web* kind:snapshot age>1d size>1GB server:web*", PointFields)
	if n := testing.AllocsPerRun(100, func() {
		for i := range views {
			servers.MatchServer(views[i], now)
			old.MatchPoint(points[i], now)
		}
	}); n > 0 {
		t.Errorf("%v allocations for %d rows", n, 2*len(views))
	}
}

func BenchmarkQueryOfTenThousandRows(b *testing.B) {
	views, points := sampleRows(10_000)
	for _, text := range []string{"srvr", "zzz", "web status:active", "age>1d name:web*"} {
		servers, _ := Parse(text, ServerFields)
		b.Run("servers "+text, func(b *testing.B) {
			for b.Loop() {
				for i := range views {
					servers.MatchServer(views[i], now)
				}
			}
		})
		old, _ := Parse(text, PointFields)
		b.Run("points "+text, func(b *testing.B) {
			for b.Loop() {
				for i := range points {
					old.MatchPoint(points[i], now)
				}
			}
		})
	}
}

func TestNamePrefixRanksFirst(t *testing.T) {
	for name, want := range map[string]int{"web-01": 0, "Web": 0, "old-web": 1, "w-e-b": 2, "db": 2} {
		q, _ := Parse("web", ServerFields)
		if got := q.Rank(name); got != want {
			t.Errorf("%s ranks %d, want %d", name, got, want)
		}
	}
}
