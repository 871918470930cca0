package widget

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"vpsdeck/model"
	"vpsdeck/ui/style"
)

// trickyTexts are texts whose width is easy to get wrong.
var trickyTexts = []string{
	"", "web-server-01", "é", "e\u0301", "n\u0303o\u0308\u0304", "日本語のサーバー", "日a本b", "한국어", "🚀", "👍🏽", "👩\u200d🚀",
	"👨\u200d👩\u200d👧\u200d👦 x",
	"⚠\ufe0f stop", "1\ufe0f\u20e3", "🇩🇪🇫🇷", "हिन्दी", "ไทย", "\u0301", "ｆｕｌｌ", "ﬁ", "…", "�", "áéíóú", "x\u200by",
}

// randomText is random output of Clean, with many difficult characters.
func randomText(r *rand.Rand) string {
	var b strings.Builder
	for range r.IntN(8) {
		switch r.IntN(3) {
		case 0:
			b.WriteString(trickyTexts[r.IntN(len(trickyTexts))])
		case 1:
			b.WriteRune(rune(r.IntN(0x3000)))
		default:
			b.WriteRune(rune(0x1f000 + r.IntN(0xfff)))
		}
	}
	return model.Clean(b.String())
}

func TestWidthIsInCells(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "abc": 3, "é": 1, "e\u0301": 1, "日本": 4, "🚀": 2, "👩\u200d🚀": 2, "🇩🇪": 2, "ｆ": 2, "\x1b[31mred\x1b[m": 3,
	} {
		if got := Width(text); got != want {
			t.Errorf("%q is %d cells wide, want %d", text, got, want)
		}
	}
}

func TestFitProducesExactWidth(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int
		right bool
		want  string
	}{
		{"abc", 5, false, "abc  "}, {"abc", 5, true, "  abc"}, {"abc", 3, false, "abc"}, {"abcd", 3, false, "ab…"},
		{"abcd", 3, true, "ab…"},
		{"abc", 1, false, "…"}, {"abc", 0, false, ""}, {"abc", -4, true, ""}, {"", 2, false, "  "},
		{"日本語", 6, false, "日本語"}, {"日本語", 5, false, "日本…"}, {"日本語", 4, false, "日… "}, {"日本語", 4, true, " 日…"},
		{"日", 1, false, "…"},
		{"e\u0301e\u0301", 2, false, "e\u0301e\u0301"}, {"e\u0301e\u0301e\u0301", 2, false, "e\u0301…"},
		{"👩\u200d🚀x", 3, false, "👩\u200d🚀x"}, {"👩\u200d🚀xy", 3, false, "👩\u200d🚀…"},
	} {
		if got := Fit(c.text, c.width, c.right); got != c.want {
			t.Errorf("%q in %d cells, right %v: %q, want %q", c.text, c.width, c.right, got, c.want)
		}
	}
}

func TestFitTruncateAndWrapKeepWidthForAnyText(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 600 {
		st := style.Style{}
		if r.IntN(2) == 0 {
			st = st.Bold()
		}
		checkWidths(t, randomText(r), r.IntN(24), st)
	}
}

func FuzzFitKeepsWidth(f *testing.F) {
	for i, text := range trickyTexts {
		f.Add(text, i%7)
	}
	f.Fuzz(func(t *testing.T, text string, width int) {
		checkWidths(t, model.Clean(text), width%500, style.Style{})
	})
}

// checkWidths checks a text as it is drawn: clean, and with a width that all terminals agree on.
func checkWidths(t *testing.T, text string, width int, st style.Style) {
	t.Helper()
	text = NormalizeWidth(text)
	for _, right := range []bool{false, true} {
		if got := Fit(text, width, right); Width(got) != max(width, 0) {
			t.Errorf("%+q in %d cells became %+q, %d cells wide", text, width, got, Width(got))
		}
	}
	styled := style.Render(st, text)
	if got := Truncate(styled, width); Width(got) > max(width, 0) || width > 0 && Width(text) <= width &&
		got != styled {
		t.Errorf("%+q cut to %d cells became %+q", styled, width, got)
	}
	for _, line := range Wrap(text, width) {
		if Width(line) > max(width, 2) { // a wide character takes two cells and cannot be split
			t.Errorf("%+q wrapped at %d has the line %+q, %d cells wide", text, width, line, Width(line))
		}
	}
}

func TestWrapBreaksAtSpacesAndKeepsEverything(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int
		want  []string
	}{
		{"", 10, []string{""}},
		{"one two three", 20, []string{"one two three"}},
		{"one two three", 8, []string{"one two", "three"}},
		{"everything", 4, []string{"ever", "ythi", "ng"}},
		{"pre-migration-snapshot-of-web", 9, []string{"pre-migra", "tion-snap", "shot-of-w", "eb"}},
		{"of web-server-01, to", 16, []string{"of", "web-server-01,", "to"}},
		{"日本語日本語", 5, []string{"日本", "語日", "本語"}},
		{"a before-restore-20250116-160000 b", 32, []string{"a before-restore-20250116-160000", "b"}},
		{"x", 0, nil}, {"x", -1, nil},
	} {
		got := Wrap(c.text, c.width)
		if strings.Join(got, "|") != strings.Join(c.want, "|") || len(got) != len(c.want) {
			t.Errorf("%q at %d: %q, want %q", c.text, c.width, got, c.want)
		}
	}
	r := rand.New(rand.NewPCG(3, 4))
	unspaced := func(s string) string { return strings.ReplaceAll(s, " ", "") }
	for range 500 {
		text, width := NormalizeWidth(randomText(r)), 2+r.IntN(20)
		if got := strings.Join(Wrap(text, width), ""); unspaced(got) != unspaced(text) {
			t.Errorf("%+q wrapped at %d became %+q", text, width, got)
		}
	}
}

func TestJustifyPutsTextsAtBothEnds(t *testing.T) {
	for _, c := range []struct {
		left, right string
		width       int
		want        string
	}{
		{"left", "right", 12, "left   right"}, {"left", "right", 10, "left right"}, {"left", "right", 9, "le… right"},
		{"left", "right", 5, "right"}, {"left", "right", 3, "ri…"}, {"left", "", 6, "left  "}, {"left", "", 3, "le…"},
		{"", "right", 7, "  right"},
		{"日本", "語", 6, "日… 語"}, {"left", "right", 0, ""}, {"left", "right", -3, ""},
	} {
		if got := Justify(c.left, c.right, c.width); got != c.want {
			t.Errorf("%q and %q in %d cells: %q, want %q", c.left, c.right, c.width, got, c.want)
		}
	}
	r := rand.New(rand.NewPCG(5, 6))
	for range 1000 {
		left, right, width := NormalizeWidth(randomText(r)), NormalizeWidth(randomText(r)), r.IntN(30)
		if got := Justify(left, right, width); Width(got) != width {
			t.Errorf("%+q and %+q in %d cells: %+q, %d cells wide", left, right, width, got, Width(got))
		}
	}
}

func TestNormalizeWidthKeepsUniformText(t *testing.T) {
	for _, same := range []string{"", "web-server-01", "é", "e\u0301", "日本語", "한국어", "🚀", "ｆ", "��", "↵ ‹200B›"} {
		if got := NormalizeWidth(same); got != same {
			t.Errorf("%+q became %+q", same, got)
		}
	}
	for in, want := range map[string]string{
		"👩\u200d🚀 x":      "👩🚀 x",
		"a⚠\ufe0fb":       "a⚠b",
		"1\ufe0f\u20e3st": "1\u20e3st",
		"👍🏽!":             "👍‹1F3FD›!", // otherwise it would equal 👍🏿!
		"👍🏿!":             "👍‹1F3FF›!",
		"👍🏽1\ufe0f\u20e3": "👍‹1F3FD›1\u20e3",
		"\U0001f3fdx":     "‹1F3FD›x", // a skin tone joins with the character before it
		"हिन्दी":          "हइन्\u200cदई",
		"क्षत्रिय":        "क्\u200cषत्\u200cरइय",
		"कुमार":           "कुमआर",
		"தமிழ்":           "தமஇழ்",
		"กำ":              "กํา",
		"দুঃখ":            "দু\u200c‹0983›খ",
	} {
		if got := NormalizeWidth(in); got != want {
			t.Errorf("%+q became %+q, want %+q", in, got, want)
		}
	}
}

func TestNormalizedTextHasOneWidth(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 600 {
		checkUniformWidth(t, randomText(r))
	}
}

func FuzzNormalizedTextHasOneWidth(f *testing.F) {
	for _, text := range trickyTexts {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { checkUniformWidth(t, model.Clean(text)) })
}

func checkUniformWidth(t *testing.T, text string) {
	t.Helper()
	got := NormalizeWidth(text)
	if byCluster, byRune := ansi.StringWidth(got), ansi.StringWidthWc(got); byCluster != byRune {
		t.Errorf("%+q became %+q, %d cells wide in one terminal and %d in another", text, got, byCluster, byRune)
	}
	if again := NormalizeWidth(got); again != got {
		t.Errorf("%+q became %+q, then %+q", text, got, again)
	}
}

func TestSplitAroundReplacesCutWideCharactersBySpaces(t *testing.T) {
	for _, test := range []struct {
		line        string
		from, to    int
		left, right string
	}{
		{"abcdef", 2, 4, "ab", "ef"}, {"abcdef", 0, 6, "", ""}, {"ab", 4, 6, "ab  ", ""}, {"", 2, 4, "  ", ""},
		{"abc", 1, 1, "a", "bc"},
		{"a日本b", 2, 4, "a ", " b"}, {"a日本b", 1, 3, "a", "本b"}, {"a日本b", 3, 6, "a日", ""},
		{"e\u0301fg", 1, 2, "e\u0301", "g"},
	} {
		if left, right := SplitAround(test.line, test.from, test.to); left != test.left || right != test.right {
			t.Errorf("%q without %d to %d: %q, %q, want %q, %q", test.line, test.from, test.to, left, right, test.left,
				test.right)
		}
	}
}
