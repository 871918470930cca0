package picture

import (
	"fmt"
	"image"

	"github.com/go-fonts/dejavu/dejavusansmono"
	"github.com/go-fonts/dejavu/dejavusansmonobold"
	"github.com/go-fonts/dejavu/dejavusansmonoboldoblique"
	"github.com/go-fonts/dejavu/dejavusansmonooblique"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// glyph identifies a drawn character. Its offset within a pixel matters, as the title's characters
// are not whole pixels wide.
type glyph struct {
	r            rune
	size         int
	bold, italic bool
	offset       point
}

// fontSet is DejaVu Sans Mono with its bold and slanted faces.
type fontSet struct {
	faces  [4]*sfnt.Font // upright, bold, slanted, both
	buffer sfnt.Buffer
	masks  map[glyph]*image.Alpha
}

func loadFonts() (*fontSet, error) {
	f := &fontSet{masks: map[glyph]*image.Alpha{}}
	for i, data := range [4][]byte{
		dejavusansmono.TTF, dejavusansmonobold.TTF, dejavusansmonooblique.TTF, dejavusansmonoboldoblique.TTF,
	} {
		face, err := sfnt.Parse(data)
		if err != nil {
			return nil, fmt.Errorf("reading the font DejaVu Sans Mono: %w", err)
		}
		f.faces[i] = face
	}
	return f, nil
}

// draw draws a run, each character in its own cell.
func (f *fontSet) draw(img *image.NRGBA, t text) error {
	for i, grapheme := range t.runes {
		origin := point{t.x + i*t.advance, t.y}.toRaster()
		pixel := point{floor(origin.x), floor(origin.y)}
		for _, r := range grapheme {
			if r == ' ' {
				continue
			}
			offset := point{origin.x - pixel.x*perPixel, origin.y - pixel.y*perPixel}
			mask, err := f.mask(glyph{r, t.size, t.bold, t.italic, offset}, t.advance)
			if err != nil {
				return err
			}
			blend(img, mask, pixel.x, pixel.y, t.fill)
		}
	}
	return nil
}

// mask returns the character in pixels. Each is drawn once.
func (f *fontSet) mask(g glyph, advance int) (*image.Alpha, error) {
	if mask := f.masks[g]; mask != nil {
		return mask, nil
	}
	o, err := f.outline(g, advance)
	if err != nil {
		return nil, err
	}
	f.masks[g] = o.mask()
	return f.masks[g], nil
}

// outline returns the character's shape. A character that the font lacks becomes a hollow box, so
// that it is noticed.
func (f *fontSet) outline(g glyph, advance int) (*outline, error) {
	face, index, err := f.findGlyph(g)
	if err != nil {
		return nil, err
	}
	if index == 0 {
		return hollowBox(advance), nil
	}
	segments, err := face.LoadGlyph(&f.buffer, index, fixed.Int26_6(g.size*perUnit), nil)
	if err != nil {
		return nil, fmt.Errorf("drawing %q: %w", g.r, err)
	}
	var o outline
	var start, at point
	place := func(p fixed.Point26_6) point { return point{int(p.X) + g.offset.x, int(p.Y) + g.offset.y} }
	for _, s := range segments {
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			o.line(at, start)
			at = place(s.Args[0])
			start = at
		case sfnt.SegmentOpLineTo:
			o.line(at, place(s.Args[0]))
			at = place(s.Args[0])
		case sfnt.SegmentOpQuadTo:
			o.quad(at, place(s.Args[0]), place(s.Args[1]))
			at = place(s.Args[1])
		case sfnt.SegmentOpCubeTo:
			o.cubic(at, place(s.Args[0]), place(s.Args[1]), place(s.Args[2]))
			at = place(s.Args[2])
		}
	}
	o.line(at, start)
	return &o, nil
}

// findGlyph looks for the character in the face of its style, then in the upright ones: the slanted
// faces lack some symbols.
func (f *fontSet) findGlyph(g glyph) (*sfnt.Font, sfnt.GlyphIndex, error) {
	style := 0
	if g.bold {
		style = 1
	}
	candidates := []int{style}
	if g.italic {
		candidates = []int{style + 2, style}
	}
	for _, i := range candidates {
		index, err := f.faces[i].GlyphIndex(&f.buffer, g.r)
		if err != nil {
			return nil, 0, fmt.Errorf("looking for %q in the font: %w", g.r, err)
		}
		if index != 0 {
			return f.faces[i], index, nil
		}
	}
	return nil, 0, nil
}

func hollowBox(advance int) *outline {
	const inset, line = 1 * unitsPerPixel, unitsPerPixel
	top, bottom := -12*unitsPerPixel, 2*unitsPerPixel
	left, right := inset, advance-inset
	o := rect{left, top, right - left, bottom - top}.outline()
	hole := newContour(left+line, top+line).line(left+line, bottom-line).line(right-line, bottom-line).line(right-line,
		top+line)
	o.edges = append(o.edges, hole.outline().edges...)
	return o
}
