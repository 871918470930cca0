package picture

import (
	"cmp"
	"image"
	"image/color"
	"slices"
)

// The raster calculates in 64ths of a pixel of the PNG, in whole numbers: floating point could
// differ between machines that fuse a multiplication with an addition and those that do not.
const (
	perPixel    = 64
	perUnit     = 2 * perPixel / unitsPerPixel // the PNG has two pixels where the SVG has one
	sampleLines = 16                           // lines of samples in a row of pixels
	curveSteps  = 16                           // straight pieces in a curve
)

// edge is a straight piece of an outline that goes down (or up: winding -1).
type edge struct {
	top, bottom point
	winding     int
}

// outline collects the edges of an area.
type outline struct{ edges []edge }

func (o *outline) line(a, b point) {
	switch {
	case a.y < b.y:
		o.edges = append(o.edges, edge{a, b, 1})
	case a.y > b.y:
		o.edges = append(o.edges, edge{b, a, -1})
	}
}

// quad adds a quadratic curve, as fonts have them; cubic adds a cubic curve, as this package's
// shapes have them.
func (o *outline) quad(a, b, c point) {
	at := a
	for i := 1; i <= curveSteps; i++ {
		u, v := curveSteps-i, i
		next := point{
			divRound(a.x*u*u+2*b.x*u*v+c.x*v*v, curveSteps*curveSteps),
			divRound(a.y*u*u+2*b.y*u*v+c.y*v*v, curveSteps*curveSteps),
		}
		o.line(at, next)
		at = next
	}
}

func (o *outline) cubic(a, b, c, d point) {
	at := a
	for i := 1; i <= curveSteps; i++ {
		u, v := curveSteps-i, i
		next := point{
			divRound(a.x*u*u*u+3*b.x*u*u*v+3*c.x*u*v*v+d.x*v*v*v, curveSteps*curveSteps*curveSteps),
			divRound(a.y*u*u*u+3*b.y*u*u*v+3*c.y*u*v*v+d.y*v*v*v, curveSteps*curveSteps*curveSteps),
		}
		o.line(at, next)
		at = next
	}
}

// divRound divides and rounds to the nearest whole number, also below zero.
func divRound(a, b int) int {
	q := (2*a + b) / (2 * b)
	if (2*a+b)%(2*b) < 0 {
		q--
	}
	return q
}

// crossing is where an edge crosses a line of samples.
type crossing struct{ x, winding int }

// mask rasterises the outline: how much of each pixel of the bounds lies within it.
func (o *outline) mask() *image.Alpha {
	bounds := o.bounds()
	mask := image.NewAlpha(bounds)
	slices.SortFunc(o.edges, func(a, b edge) int { return cmp.Compare(a.top.y, b.top.y) })
	change := make([]int, bounds.Dx()+2)
	var crossings []crossing
	for row := bounds.Min.Y; row < bounds.Max.Y; row++ {
		clear(change)
		for sample := range sampleLines {
			y := row*perPixel + (2*sample+1)*perPixel/(2*sampleLines)
			crossings = o.crossings(crossings[:0], y)
			coverLine(change, crossings, bounds.Min.X*perPixel)
		}
		line := mask.Pix[mask.PixOffset(bounds.Min.X, row):]
		covered := 0
		for x := range bounds.Dx() {
			covered += change[x]
			line[x] = uint8(covered * 255 / (sampleLines * perPixel))
		}
	}
	return mask
}

func (o *outline) bounds() image.Rectangle {
	if len(o.edges) == 0 {
		return image.Rectangle{}
	}
	lo, hi := o.edges[0].top, o.edges[0].bottom
	for _, e := range o.edges {
		lo = point{min(lo.x, e.top.x, e.bottom.x), min(lo.y, e.top.y)}
		hi = point{max(hi.x, e.top.x, e.bottom.x), max(hi.y, e.bottom.y)}
	}
	return image.Rect(floor(lo.x), floor(lo.y), floor(hi.x+perPixel-1), floor(hi.y+perPixel-1))
}

func floor(x int) int { return (x - (x%perPixel+perPixel)%perPixel) / perPixel }

// crossings finds where the line at height y crosses the outline, from left to right.
func (o *outline) crossings(found []crossing, y int) []crossing {
	for _, e := range o.edges {
		if e.top.y > y {
			break
		}
		if y < e.bottom.y {
			x := e.top.x + divRound((e.bottom.x-e.top.x)*(y-e.top.y), e.bottom.y-e.top.y)
			found = append(found, crossing{x, e.winding})
		}
	}
	slices.SortFunc(found, func(a, b crossing) int { return cmp.Compare(a.x, b.x) })
	return found
}

// coverLine adds what lies within the outline on one line of samples; left is the start of the
// first pixel.
func coverLine(change []int, crossings []crossing, left int) {
	winding := 0
	for i, c := range crossings {
		winding += c.winding
		if winding != 0 && i+1 < len(crossings) {
			coverSpan(change, c.x-left, crossings[i+1].x-left)
		}
	}
}

// coverSpan covers the span from a to b: its first and last pixel in part, those between them
// fully. Only the change from one pixel to the next is stored, so that a long span costs as little
// as a short one.
func coverSpan(change []int, a, b int) {
	first, last := a/perPixel, b/perPixel
	head, tail := (first+1)*perPixel-a, b-last*perPixel
	change[first] += head
	change[first+1] += perPixel - head
	change[last] += tail - perPixel
	change[last+1] -= tail
}

// blend draws the colour onto the image through the mask, moved by (dx, dy).
func blend(img *image.NRGBA, mask *image.Alpha, dx, dy int, fill color.RGBA) {
	area := mask.Rect.Add(image.Pt(dx, dy)).Intersect(img.Rect)
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			a := int(mask.Pix[mask.PixOffset(x-dx, y-dy)])
			if a == 0 {
				continue
			}
			at := img.Pix[img.PixOffset(x, y):][:4]
			under := int(at[3]) * (255 - a) // the share of the image below, of 255 × 255
			whole := a*255 + under
			for i, channel := range [3]uint8{fill.R, fill.G, fill.B} {
				at[i] = uint8((int(channel)*a*255 + int(at[i])*under + whole/2) / whole)
			}
			at[3] = uint8((whole + 127) / 255)
		}
	}
}
