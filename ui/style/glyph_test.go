package style

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
)

// glyphs returns all constants of glyph.go by name.
func glyphs(t *testing.T) map[string]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "glyph.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, decl := range file.Decls {
		group, ok := decl.(*ast.GenDecl)
		if !ok || group.Tok != token.CONST {
			continue
		}
		for _, spec := range group.Specs {
			value := spec.(*ast.ValueSpec)
			for i, name := range value.Names {
				text, err := strconv.Unquote(value.Values[i].(*ast.BasicLit).Value)
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				out[name.Name] = text
			}
		}
	}
	if len(out) < 20 {
		t.Fatalf("found only %d glyphs", len(out))
	}
	return out
}

func TestEveryGlyphIsOneCellWideInEveryTerminal(t *testing.T) {
	for name, glyph := range glyphs(t) {
		want := utf8.RuneCountInString(glyph)
		if ansi.StringWidth(glyph) != want || ansi.StringWidthWc(glyph) != want {
			t.Errorf("%s %q is %d cells wide, or %d", name, glyph, ansi.StringWidth(glyph), ansi.StringWidthWc(glyph))
		}
	}
}

func TestEveryGlyphHasAnASCIIStandIn(t *testing.T) {
	for name, glyph := range glyphs(t) {
		checkASCII(t, name, glyph)
	}
	border := lipgloss.RoundedBorder()
	checkASCII(t, "the border", border.Top+border.Bottom+border.Left+border.Right+border.TopLeft+border.TopRight+
		border.BottomLeft+border.BottomRight)
	checkASCII(t, "the focused field", lipgloss.ThickBorder().Left)
	checkASCII(t, "the words", "“web-server-01” … – — ’ ↵ → ← ‹200B› �")
}

func checkASCII(t *testing.T, what, text string) {
	t.Helper()
	got := ASCII(text)
	if strings.ContainsFunc(got, func(r rune) bool { return r >= utf8.RuneSelf }) ||
		ansi.StringWidth(got) != ansi.StringWidth(text) {
		t.Errorf("%s: %q becomes %q", what, text, got)
	}
}

func TestASCIIStandInsAreDistinct(t *testing.T) {
	states := map[string]string{}
	for _, glyph := range []string{Active, Stopped, Suspended, Running, Done, Unknown} {
		if other, ok := states[ASCII(glyph)]; ok {
			t.Errorf("%s and %s are both %s", glyph, other, ASCII(glyph))
		}
		states[ASCII(glyph)] = glyph
	}
	for _, pair := range [][2]string{{Full, Free}, {Fill, Track}, {Checked, Unchecked}, {Bar, BarThin},
		{Ascending, Descending}, {Done, Failed}, {Warning, Failed}} {
		if ASCII(pair[0]) == ASCII(pair[1]) {
			t.Errorf("%s and %s are both %s", pair[0], pair[1], ASCII(pair[0]))
		}
	}
}

func TestASCIIKeepsOtherCharacters(t *testing.T) {
	for _, text := range []string{"", "plain, 50 % [x]", "\x1b[31mred\x1b[m", "日本語 é"} {
		if got := ASCII(text); got != text {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}
