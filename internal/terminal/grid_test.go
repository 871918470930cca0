package terminal_test

import (
	"testing"

	"github.com/charmbracelet/colorprofile"

	"vpsdeck/internal/terminal"
)

func gridFor(content string) terminal.Grid {
	return terminal.GridOfView(content, 8, 2, colorprofile.TrueColor)
}

func TestGridsAreEqualWhenTheyLookEqual(t *testing.T) {
	for name, c := range map[string]struct {
		a, b string
		want bool
	}{
		"the same":                        {"ab", "ab", true},
		"another text":                    {"ab", "ac", false},
		"another colour":                  {"\x1b[31mab", "\x1b[32mab", false},
		"another background of a blank":   {"a\x1b[41m b", "a b", false},
		"a bold blank":                    {"a\x1b[1m \x1b[mb", "a b", true},
		"a coloured blank":                {"a\x1b[31m \x1b[mb", "a b", true},
		"an underlined blank":             {"a\x1b[4m \x1b[mb", "a b", false},
		"a reversed blank":                {"a\x1b[7m \x1b[mb", "a b", false},
		"blanks at the end and none":      {"a   ", "a", true},
		"a wide character and two others": {"日", "ab", false},
	} {
		if got := gridFor(c.a).Equal(gridFor(c.b)); got != c.want {
			t.Errorf("%s: equal %v, want %v", name, got, c.want)
		}
	}
	if gridFor("a").Equal(terminal.GridOfView("a", 7, 2, colorprofile.TrueColor)) {
		t.Error("grids of different sizes are equal")
	}
}

func TestWideCharacterTakesTwoCells(t *testing.T) {
	g := gridFor("日x")
	for x, want := range []terminal.Cell{{Content: "日", Width: 2}, {}, {Content: "x", Width: 1},
		{Content: " ", Width: 1}} {
		if got := g.Cell(x, 0); got != want {
			t.Errorf("cell %d is %+v, want %+v", x, got, want)
		}
	}
	if g.Text() != "日x\n\n" {
		t.Errorf("the text is %q", g.Text())
	}
	if x, y, found := g.Find("x"); x != 2 || y != 0 || !found {
		t.Errorf("found x at %d, %d (%v)", x, y, found)
	}
	if g.Contains("y") || g.Cell(8, 0) != g.Cell(7, 1) {
		t.Error("a cell outside the grid is not blank")
	}
}

func TestStyledShowsALetterForEveryStyle(t *testing.T) {
	got := gridFor("a\x1b[1;38;2;1;2;3mbc\x1b[m d\n\x1b[4;48;2;4;5;6me\x1b[m\x1b[1;38;2;1;2;3mf").Styled()
	want := "abc d\nef\n" + "\n" + ".aa\nba\n" + "\n" + "a bold #010203\nb underline on #040506\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
