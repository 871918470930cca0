package widget

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

func TestWidthMatchesTerminalForAnyText(t *testing.T) {
	for r := rune(0x20); r < 0x3000; r++ {
		for _, text := range []string{string(r), "a" + string(r), string(r) + "\ufe0f", string(r) + "\u0301", "─" +
			string(r) + "─"} {
			if got, want := Width(text), ansi.StringWidth(text); got != want {
				t.Errorf("%+q: %d, want %d", text, got, want)
			}
		}
	}
	pieces := []string{
		"a", " ", "~", "─", "╭", "■", "●", "·", "…", "–", "日", "e\u0301", "👩‍👩‍👧", "▶", "▶\ufe0f", "\u200d", "\x1b[m",
		"\x1b[38;2;1;2;3m", "\x1b[", "\x1b[2J",
		"\x1b]8;;x\x07", "\x1b", "\n", "\t", "\x7f", "\xff", "é", "\u00ad", "m", "[", ";",
	}
	r := rand.New(rand.NewPCG(5, 5))
	for range 50_000 {
		var b strings.Builder
		for range r.IntN(7) {
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
		text := b.String()
		if got, want := Width(text), ansi.StringWidth(text); got != want {
			t.Fatalf("%+q: %d, want %d", text, got, want)
		}
		for width := range 5 {
			if got, want := Truncate(text, width), ansi.Truncate(text, width, "…"); width > 0 && got != want {
				t.Fatalf("%+q cut to %d: %+q, want %+q", text, width, got, want)
			}
		}
	}
}

func TestPlainTextIsMeasuredDirectly(t *testing.T) {
	for _, text := range []string{"", "web-server-01", "╭─ Servers 12 ──╮", "\x1b[38;2;1;2;3m● active\x1b[m",
		"5 d 3 h · usually 3–10 m…", "COVERAGE ↓", "▲ overdue"} {
		if w, plain := plainWidth(text); !plain || w != ansi.StringWidth(text) {
			t.Errorf("%q: %d, %v", text, w, plain)
		}
	}
}

// Plain text is drawn as it is, so its glyphs must have the same width in every terminal.
func TestPlainGlyphsHaveUniformWidth(t *testing.T) {
	plain := 0
	for r := rune(0x80); r < 0x20000; r++ {
		if isLineOrShape(r) {
			plain++
			if !hasUniformWidth(string(r)) {
				t.Errorf("%c, %U", r, r)
			}
		}
	}
	if plain < 250 {
		t.Errorf("only %d glyphs", plain)
	}
}
