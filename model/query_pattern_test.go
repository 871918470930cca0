package model

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
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
		ok, score, at := mustParseQuery(t, c.word, ServerFields).MatchServer(v, now)
		if got := at.Runes(); !slices.Equal(got, c.want) || ok && score <= 0 {
			t.Errorf("%s in %s: %v marked, want %v; %v, score %d", c.word, c.name, got, c.want, ok, score)
		}
	}
	_, _, at := mustParseQuery(t, `"01" web age<1d`, ServerFields).MatchServer(serverView(0), now)
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
			ok, score, _ := mustParseQuery(t, word, ServerFields).MatchServer(v, now)
			if !ok || score >= last {
				t.Errorf("%s in %s: %v, %d after %d", word, name, ok, score, last)
			}
			last = score
		}
	}
}

func TestFuzzyMatchNeedsLettersInOrder(t *testing.T) {
	letters := rapid.StringOfN(rapid.SampledFrom([]rune("abAB-1é")), 0, 12, -1)
	rapid.Check(t, func(t *rapid.T) {
		name := letters.Draw(t, "name")
		word := newPattern(rapid.StringOfN(rapid.SampledFrom([]rune("abAB-1é")), 1, 4, -1).Draw(t, "word"))
		expression := ""
		for _, r := range word.runes {
			expression += ".*" + regexp.QuoteMeta(string(r))
		}
		if word.ignoreCase {
			expression = "(?i)" + expression
		}
		_, at, ok := word.fuzzyMatch(name)
		if want := regexp.MustCompile(expression).MatchString(name); ok != want {
			t.Fatalf("%q in %q: %v", string(word.runes), name, ok)
		}
		if word.fuzzyContains(name) != ok {
			t.Fatalf("%q in %q: fuzzyMatch and fuzzyContains disagree", string(word.runes), name)
		}
		marked := at.Runes()
		if ok && len(marked) != len(word.runes) {
			t.Fatalf("%q in %q: %v marked", string(word.runes), name, marked)
		}
		for i, place := range marked {
			if !word.matchesRune(word.runes[i], []rune(name)[place]) {
				t.Fatalf("%q in %q: %v marked", string(word.runes), name, marked)
			}
		}
	})
}

func TestGlobMatchesItsRegularExpression(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		glob := rapid.StringOfN(rapid.SampledFrom([]rune("abA*?é.")), 0, 8, -1).Draw(t, "glob")
		text := rapid.StringOfN(rapid.SampledFrom([]rune("abAé.*")), 0, 10, -1).Draw(t, "text")
		expression := strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(glob))
		if strings.ToLower(glob) == glob {
			expression = "(?i)" + expression
		}
		if want := regexp.MustCompile("(?s)^(?:" + expression + ")$").MatchString(text); MatchGlob(glob, text) != want {
			t.Fatalf("%q fits %q: %v", glob, text, !want)
		}
	})
}

func TestParseAgeAndSize(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"90m": 90 * time.Minute, "36h": 36 * time.Hour, "7d": 7 * day, "2w": 14 * day, "3mo": 90 * day, "1y": 365 * day,
		"30s": 30 * time.Second, "0d": 0, "1.5H": 90 * time.Minute, "1d12h": 36 * time.Hour, "100y": longestAge,
	} {
		if got, err := ParseAge(text); err != nil || got != want {
			t.Errorf("%s: %v, %v; want %v", text, got, err, want)
		}
	}
	for text, want := range map[string]int64{
		"500MB": 500, "10GB": 10240, "1.5tb": 1572864, "1g": 1024, "0.5M": 1, "0MB": 0, "1000000TB": largestMB,
	} {
		if got, err := ParseSizeMB(text); err != nil || got != want {
			t.Errorf("%s: %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "d", "7", "-7d", "7 d", "7x", "7d7", "1..5d", ".d", "7d ", "١d",
		strings.Repeat("9", 400) + "d"} {
		if got, err := ParseAge(text); err == nil {
			t.Errorf("%q is read as %v", text, got)
		}
		if got, err := ParseSizeMB(strings.ReplaceAll(text, "d", "GB")); err == nil {
			t.Errorf("%q is read as %d MB", text, got)
		}
	}
}

func TestFormatDurationUsesTheTwoLargestUnits(t *testing.T) {
	for want, d := range map[string]time.Duration{
		"0 s": 0, "45 s": 45 * time.Second, "2 m 10 s": 130 * time.Second, "1 d 2 h": 26 * time.Hour,
		"2 d": 48*time.Hour + time.Minute,
		"5 h": 5 * time.Hour,
	} {
		if got := FormatDuration(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}

// sampleRows returns many servers and points with realistic names.
func sampleRows(n int) ([]ServerView, []Point) {
	views, points := make([]ServerView, n), make([]Point, n)
	for i := range n {
		views[i] = serverView(time.Duration(i)*time.Minute, Overdue)
		views[i].Name = fmt.Sprintf("%s-server-%05d", []string{"web", "db", "mail", "cache"}[i%4], i)
		views[i].ID = ID(fmt.Sprint(10000 + i))
		points[i] = snapshot(ID(fmt.Sprint(i)), time.Duration(i)*time.Minute).onServer(views[i].Ref())
		points[i].Name, points[i].SizeMB = "before-update-"+views[i].Name, int64(i)
		points[i].Description = "Taken before the packages were brought up to date"
	}
	return views, points
}

func TestMatchingDoesNotAllocate(t *testing.T) {
	views, points := sampleRows(4)
	servers := mustParseQuery(t, `srv age>1h "web" name:*server* -db status:active health:overdue`, ServerFields)
	old := mustParseQuery(t, "bfr upd web* kind:snapshot age>1d size>1GB server:web*", PointFields)
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
		servers, _ := ParseQuery(text, ServerFields)
		b.Run("servers "+text, func(b *testing.B) {
			for b.Loop() {
				for i := range views {
					servers.MatchServer(views[i], now)
				}
			}
		})
		old, _ := ParseQuery(text, PointFields)
		b.Run("points "+text, func(b *testing.B) {
			for b.Loop() {
				for i := range points {
					old.MatchPoint(points[i], now)
				}
			}
		})
	}
}
