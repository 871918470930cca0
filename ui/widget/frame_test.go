package widget

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"vpsdeck/ui/style"
)

func TestFrameDrawsTitleBodyAndNote(t *testing.T) {
	got := Frame{Title: "Servers 2", Note: "/web"}.Render("one\ntwo 日本\nthree and more", 16, 5)
	want := strings.Join([]string{
		"╭─ Servers 2 ──╮",
		"│one           │",
		"│two 日本      │",
		"│three and more│",
		"╰─ /web ───────╯",
	}, "\n")
	if got != want {
		t.Errorf("\n%s\nwant\n%s", got, want)
	}
}

func TestFrameSizeIsIndependentOfContent(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	bold := style.Style{}.Bold()
	for range 200 {
		width, height := r.IntN(40), r.IntN(12)
		body := make([]string, r.IntN(14))
		for i := range body {
			body[i] = style.Render(bold, NormalizeWidth(randomText(r)))
		}
		f := Frame{Border: bold}
		if r.IntN(3) > 0 {
			f.Title, f.Note = style.Render(bold, NormalizeWidth(randomText(r))), NormalizeWidth(randomText(r))
		}
		got := f.Render(strings.Join(body, "\n"), width, height)
		if width < FrameWidth || height < FrameHeight {
			if got != "" {
				t.Errorf("%d by %d cells are too small for a frame: got %q", width, height, got)
			}
			continue
		}
		lines := strings.Split(got, "\n")
		if len(lines) != height {
			t.Errorf("%d by %d: %d lines", width, height, len(lines))
		}
		for _, line := range lines {
			if Width(line) != width {
				t.Errorf("%d by %d: line %+q is %d cells wide", width, height, line, Width(line))
			}
		}
	}
}

func TestTitleIsOmittedWhenTooNarrow(t *testing.T) {
	for width, want := range map[int]string{2: "╭╮", 6: "╭────╮", 7: "╭─ … ─╮", 8: "╭─ T… ─╮",
		20: "╭─ Title ──────────╮"} {
		got, _, _ := strings.Cut(Frame{Title: "Title"}.Render("", width, 2), "\n")
		if got != want {
			t.Errorf("%d cells: %q, want %q", width, got, want)
		}
	}
}

func TestBlocksFillUpToLimit(t *testing.T) {
	none := style.Style{}
	for used, want := range map[int]string{-1: "□□□□□", 0: "□□□□□", 2: "■■□□□", 5: "■■■■■", 9: "■■■■■"} {
		if got := Blocks(used, 5, none, none); got != want {
			t.Errorf("%d of 5 is %q, want %q", used, got, want)
		}
	}
}

func TestProgressBarNeverExceedsItsWidth(t *testing.T) {
	none := style.Style{}
	for part, want := range map[float64]string{
		-1: "──────────", 0: "──────────", 0.09: "──────────", 0.1: "━─────────", 0.55: "━━━━━─────",
		0.95: "━━━━━━━━━─", 1: "━━━━━━━━━━", 7: "━━━━━━━━━━",
		math.Inf(-1): "──────────",
	} {
		if got := Progress(part, 10, none, none); ansi.Strip(got) != want {
			t.Errorf("%v is %q, want %q", part, got, want)
		}
	}
	if got := Progress(0.5, 0, none, none); got != "" {
		t.Errorf("in no cells: %q", got)
	}
}

func TestCornerOfAFrameGivesWayToTheNote(t *testing.T) {
	for _, c := range []struct{ note, corner, want string }{
		{"", "5/12", "╰──────────── 5/12 ─╯"},
		{"/web", "5/12", "╰─ /web ───── 5/12 ─╯"},
		{"a note of 10", "5/12", "╰─ a note of 10 ────╯"},
		{"", "", "╰───────────────────╯"},
		{"", "far too long for it", "╰───────────────────╯"},
	} {
		got := Frame{Note: c.note, Corner: c.corner}.Render("", 21, 2)
		if lines := strings.Split(got, "\n"); lines[1] != c.want {
			t.Errorf("note %q, corner %q:\n%s, want\n%s", c.note, c.corner, lines[1], c.want)
		}
	}
}
