package picture_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"image"
	"image/color"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/exp/golden"

	"vpsdeck/internal/terminal"
	"vpsdeck/screenshots/picture"
)

func gridOf(content string, width, height int) terminal.Grid {
	return terminal.GridOfView(content, width, height, colorprofile.TrueColor)
}

func renderSVG(content string, width, height int) string {
	return string(picture.New(gridOf(content, width, height), "", picture.Dark()).SVG())
}

func renderPixels(t *testing.T, content string, width, height int) *image.NRGBA {
	t.Helper()
	img, err := picture.New(gridOf(content, width, height), "", picture.Dark()).Image()
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func TestSampleMatchesGolden(t *testing.T) {
	p := picture.New(sampleScreen(), "vpsdeck", picture.Dark())
	golden.RequireEqual(t, p.SVG())
	img, err := p.Image()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", t.Name()+".png")
	if flag.Lookup("update").Value.String() == "true" {
		data, err := p.PNG()
		if err == nil {
			err = os.WriteFile(file, data, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	approved, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(img.Pix, decodePNG(t, approved).Pix) {
		t.Errorf("the pixels differ from %s: look at both, and run the test with -update if the new ones are right",
			file)
	}
}

// decodePNG decodes a PNG into the pixel format of a picture.
func decodePNG(t *testing.T, data []byte) *image.NRGBA {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	out, ok := img.(*image.NRGBA)
	if !ok {
		t.Fatalf("the PNG holds a %T", img)
	}
	return out
}

func TestSVGIsWellFormedAndHasOnlyIntegers(t *testing.T) {
	out := picture.New(sampleScreen(), `a "title" <&>`, picture.Light()).SVG()
	if found := regexp.MustCompile(`[0-9]\.[0-9]`).FindAll(out, 3); found != nil {
		t.Errorf("it has the fractions %q", found)
	}
	decoder := xml.NewDecoder(bytes.NewReader(out))
	for {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestTextIsGroupedIntoRuns(t *testing.T) {
	for name, c := range map[string]struct {
		content string
		want    []string
	}{
		"words of one style are one run": {"web server 01", []string{`textLength="2080">web server 01<`}},
		"a gap ends a run":               {"a  b", []string{`>a<`, `<text x="736"`}},
		"another style ends a run": {"ab\x1b[1mcd\x1b[m",
			[]string{`>ab<`, `font-weight="bold" textLength="320">cd<`}},
		"a symbol is its own run":            {"● up", []string{`>●<`, `>up<`}},
		"slanted":                            {"\x1b[3mab\x1b[m", []string{`font-style="italic"`}},
		"a colour":                           {"\x1b[38;2;1;2;3mab\x1b[m", []string{`fill="#010203"`}},
		"faint is mixed into the background": {"\x1b[2mab\x1b[m", []string{`fill="#8b9098"`}},
		"reverse swaps the colours": {"\x1b[7mab\x1b[m",
			[]string{`fill="#10141c" textLength`,
				`<path fill="#d5dae3" shape-rendering="crispEdges" d="M256 608h320v336h-320z"`}},
		"underlined":                  {"\x1b[4mab\x1b[m", []string{`d="M256 896h320v16h-320z"`}},
		"what XML forbids is escaped": {"<&>", []string{`>&lt;&amp;&gt;<`}},
		"a background runs on over all cells": {"\x1b[48;2;1;2;3ma  b\x1b[m",
			[]string{`<path fill="#010203" shape-rendering="crispEdges" d="M256 608h640v336h-640z"`}},
		"a border is one line": {"│\n│\n│", []string{`d="M336 608h16v1008h-16z"`}},
	} {
		out := renderSVG(c.content, 20, 3)
		for _, want := range c.want {
			if !strings.Contains(out, want) {
				t.Errorf("%s: %s is missing in\n%s", name, want, out)
			}
		}
	}
}

// TestLinesAndBlocksJoin looks at the pixels on both sides of every border between two cells.
func TestLinesAndBlocksJoin(t *testing.T) {
	const cell, row, left, top = 20, 42, 32, 76
	fill := color.NRGBA{0xd5, 0xda, 0xe3, 0xff}
	filled := func(img *image.NRGBA, x, y int) bool { return img.NRGBAAt(x, y) == fill }
	for _, across := range []string{"──", "━━", "╭─", "─╮", "╰─", "─╯", "├─", "─┤", "┌┬", "┼┐", "┏┳", "╺━", "━╸", "╋━",
		"██", "▀▀", "▄▄", "▁▁"} {
		img := renderPixels(t, across, 2, 1)
		joined := false
		for y := range row {
			joined = joined || filled(img, left+cell-1, top+y) && filled(img, left+cell, top+y)
		}
		if !joined {
			t.Errorf("%s does not join", across)
		}
	}
	for _, down := range []string{"│\n│", "┃\n┃", "╭\n│", "│\n╯", "╮\n╰", "┬\n┴", "┣\n┗", "┼\n│", "█\n▌", "▏\n▏",
		"▕\n▕", "▐\n▐"} {
		img := renderPixels(t, down, 1, 2)
		joined := false
		for x := range cell {
			joined = joined || filled(img, left+x, top+row-1) && filled(img, left+x, top+row)
		}
		if joined != (down != "╯\n╭") {
			t.Errorf("%q joined: %v", down, joined)
		}
	}
}

func TestWindowCornersAreTransparent(t *testing.T) {
	img := renderPixels(t, "", 4, 2)
	if _, _, _, a := img.At(0, 0).RGBA(); a != 0 {
		t.Errorf("the corner has opacity %d", a)
	}
	if got, want := img.NRGBAAt(img.Rect.Dx()/2, img.Rect.Dy()/2), color.NRGBA(picture.Dark().Background); got != want {
		t.Errorf("the middle is %v, not %v", got, want)
	}
}

func TestMissingGlyphIsDrawnAsBox(t *testing.T) {
	if bytes.Equal(renderPixels(t, "日", 2, 1).Pix, renderPixels(t, "", 2, 1).Pix) {
		t.Error("nothing is drawn for it")
	}
}

func TestPNGIsTwiceTheSizeOfSVG(t *testing.T) {
	p := picture.New(gridOf("a\nb", 4, 2), "", picture.Dark())
	data, err := p.PNG()
	if err != nil {
		t.Fatal(err)
	}
	img, err := p.Image()
	if err != nil {
		t.Fatal(err)
	}
	got := decodePNG(t, data)
	if want := image.Pt(144, 192); got.Rect.Size() != want ||
		!bytes.Contains(p.SVG(), []byte(`width="72" height="96"`)) {
		t.Errorf("the PNG is %v, want %v", got.Rect.Size(), want)
	}
	if !bytes.Equal(got.Pix, img.Pix) {
		t.Error("the PNG shows something else than the image")
	}
}
