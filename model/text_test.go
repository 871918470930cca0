package model

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestPlainTextIsUnchanged(t *testing.T) {
	for _, text := range []string{
		"", "web-server-01", "Before the upgrade, 50 % done (see #12)", "é", "e\u0301", "日本語のサーバー", "🚀 emoji 👍🏽 🇩🇪",
		"⚠\ufe0f", "हिन्दी",
		"a\u00a0b", "“quoted” – ‹so› …", "�", strings.Repeat("é", MaxText),
	} {
		if got := Clean(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

func TestTerminalCodesAreEscaped(t *testing.T) {
	for in, want := range map[string]string{
		"a\nb\tc\r":          "a↵b→c^M",
		"\x1b[2J\x00":        "^[[2J^@",
		"\x7f":               "^?",
		"\u009b31m":          "‹009B›31m", // CSI in one character
		"abc\u202ecba":       "abc‹202E›cba",
		"\u2066x\u2069":      "‹2066›x‹2069›",
		"a\u200bb\ufeff":     "a‹200B›b‹FEFF›",
		"so\u00adft":         "so‹00AD›ft",
		"line\u2028end":      "line‹2028›end",
		"\ue000":             "‹E000›",
		"\U000e0041":         "‹E0041›",
		"no\u3164thing":      "no‹3164›thing",
		"dots\u2800":         "dots‹2800›",
		"x\ufe00\U000e0100y": "x‹FE00›‹E0100›y",
		"a\xffb":             "a�b",
	} {
		if got := Clean(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func TestLongTextIsCutWithAnEllipsis(t *testing.T) {
	long := strings.Repeat("日", MaxText+1)
	if got, want := Clean(long), strings.Repeat("日", MaxText)+"…"; got != want {
		t.Errorf("%d characters became %d, ending in %q", MaxText+1, utf8.RuneCountInString(got), lastRune(got))
	}
	for _, foreign := range []string{"\n", "\x1b", "\u200b", "\U000e0041"} {
		got := Clean(strings.Repeat(foreign, 3*MaxText))
		if n := utf8.RuneCountInString(got); n > MaxText+1 || lastRune(got) != '…' {
			t.Errorf("%q over and over became %d characters, ending in %q", foreign, n, lastRune(got))
		}
	}
}

func lastRune(text string) rune {
	r, _ := utf8.DecodeLastRuneInString(text)
	return r
}

func FuzzClean(f *testing.F) {
	for _, seed := range []string{"", "plain", "é日本👩‍🚀", "\x1b]52;c;aGk=\a", "a\u202eb\u200bc\xff",
		"\u2065\ufff0\U000e0fff", "\u009b2J"} {
		f.Add(seed)
	}
	f.Add(strings.Repeat("\u200b", MaxText))
	f.Fuzz(checkClean)
}

// TestCleanHandlesAllOfUnicode tests all planes of Unicode that are not empty, and random texts.
func TestCleanHandlesAllOfUnicode(t *testing.T) {
	for _, plane := range [][2]rune{{0, 0x323af}, {0xe0000, 0xe0fff}, {0xffff0, 0x100010}} {
		for r := plane[0]; r <= plane[1]; r++ {
			if got := Clean(string(r)); strings.ContainsFunc(got, isUnprintable) {
				t.Errorf("U+%04X came out as %q", r, got)
			}
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		text := make([]rune, random.IntN(40))
		for i := range text {
			text[i] = rune(random.IntN(1 << (4 + random.IntN(14))))
		}
		checkClean(t, string(text))
	}
}

func checkClean(t *testing.T, text string) {
	t.Helper()
	clean := Clean(text)
	switch {
	case strings.ContainsFunc(clean, isUnprintable):
		t.Errorf("%+q came out as %+q", text, clean)
	case !utf8.ValidString(clean):
		t.Errorf("%+q came out broken: %+q", text, clean)
	case utf8.RuneCountInString(clean) > MaxText+1:
		t.Errorf("%d characters came out as %d", utf8.RuneCountInString(text), utf8.RuneCountInString(clean))
	case Clean(clean) != clean:
		t.Errorf("%+q came out as %+q, and from that came %+q", text, clean, Clean(clean))
	case text == strings.ToValidUTF8(text, "") && !strings.ContainsFunc(text, isUnprintable) &&
		utf8.RuneCountInString(text) <= MaxText && clean != text:
		t.Errorf("%+q is harmless, and became %+q", text, clean)
	}
}

// isUnprintable reports, from Unicode's own tables, whether a character must not reach the
// terminal. The variation selector of emoji is allowed, because it hides nothing.
func isUnprintable(r rune) bool {
	const pictures, blankBraille = 0xfe0f, 0x2800
	return r != pictures && (r == blankBraille ||
		unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Cs,
			unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector, unicode.Bidi_Control))
}
