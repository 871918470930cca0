package picture

import (
	"testing"
)

func TestEverySymbolIsDrawn(t *testing.T) {
	fonts, err := loadFonts()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range "●○◐⊘✓✗▲△◆◇▌│━─░▓■□⚠↑↓←…–—·▸▏◌→↵×≥╭╮╰╯├┤┬┴┼┃╸╺█" {
		var l layer
		if drawShape(&l, string(r), 0, 0, Dark().Foreground, Dark().Background) {
			continue
		}
		for _, g := range []glyph{{r: r}, {r: r, bold: true}, {r: r, italic: true}, {r: r, bold: true, italic: true}} {
			if _, index, err := fonts.findGlyph(g); err != nil || index == 0 {
				t.Errorf("%c (%U): not in the font, and no shape (%v)", r, r, err)
			}
		}
	}
}

func TestRectangleCoversWholeAndPartialPixels(t *testing.T) {
	for name, c := range map[string]struct {
		rect rect
		want [][]uint8 // one pixel of the PNG is 8 units
	}{
		"whole pixels":    {rect{8, 0, 16, 8}, [][]uint8{{255, 255}}},
		"half a pixel":    {rect{0, 0, 4, 8}, [][]uint8{{127}}},
		"a quarter of it": {rect{4, 4, 4, 4}, [][]uint8{{63}}},
		"two halves":      {rect{4, 0, 8, 8}, [][]uint8{{127, 127}}},
		"two rows":        {rect{0, 4, 8, 12}, [][]uint8{{127}, {255}}},
		"left of zero":    {rect{-12, -8, 8, 8}, [][]uint8{{127, 127}}},
	} {
		mask := c.rect.outline().mask()
		for y, row := range c.want {
			for x, want := range row {
				if got := mask.AlphaAt(mask.Rect.Min.X+x, mask.Rect.Min.Y+y).A; got != want {
					t.Errorf("%s: pixel %d, %d is covered by %d, want %d", name, x, y, got, want)
				}
			}
		}
		if mask.Rect.Dx() != len(c.want[0]) || mask.Rect.Dy() != len(c.want) {
			t.Errorf("%s: the mask is %v", name, mask.Rect)
		}
	}
}

func TestDiscIsRound(t *testing.T) {
	mask := disc(80, 80, 80).outline().mask() // a radius of 10 pixels
	area := 0
	for y := range 20 {
		for x := range 20 {
			area += int(mask.AlphaAt(x, y).A)
			if a, b := mask.AlphaAt(x, y).A, mask.AlphaAt(19-x, y).A; max(a, b)-min(a, b) > 4 {
				t.Errorf("row %d is not the same from both sides: %d and %d at %d", y, a, b, x)
			}
		}
	}
	if got := area / 255; got < 312 || got > 316 {
		t.Errorf("it covers %d pixels, not 314", got)
	}
}

func TestHoleStaysEmpty(t *testing.T) {
	mask := hollowBox(cellWidth).mask()
	middle := mask.AlphaAt(10, -10).A
	edge := mask.AlphaAt(3, -10).A
	if middle != 0 || edge != 255 {
		t.Errorf("the middle is covered by %d, the edge by %d", middle, edge)
	}
}

func TestDivRoundRoundsToNearest(t *testing.T) {
	for _, c := range [][3]int{{7, 2, 4}, {-7, 2, -3}, {5, 4, 1}, {-5, 4, -1}, {-6, 4, -1}, {6, 4, 2}, {0, 3, 0},
		{-1, 3, 0}, {-2, 3, -1}} {
		if got := divRound(c[0], c[1]); got != c[2] {
			t.Errorf("%d / %d is %d, want %d", c[0], c[1], got, c[2])
		}
	}
}

func TestOverlappingGlyphPartsAreFilled(t *testing.T) {
	o := rect{0, 0, 24, 8}.outline()
	o.edges = append(o.edges, rect{8, 0, 24, 8}.outline().edges...)
	mask := o.mask()
	for x := range 4 {
		if got := mask.AlphaAt(x, 0).A; got != 255 {
			t.Errorf("pixel %d is covered by %d", x, got)
		}
	}
}
