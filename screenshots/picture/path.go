package picture

// point is a position in units: a sixteenth of a pixel at 1x, an eighth of one at 2x. The numbers
// are whole, so that no machine rounds differently from another.
type point struct{ x, y int }

// rect is an upright rectangle in units.
type rect struct{ x, y, w, h int }

// curve is one piece of an outline: a line to end, or a cubic curve to it.
type curve struct {
	a, b, end point
	line      bool
}

// contour is a closed outline.
type contour struct {
	start  point
	pieces []curve
}

func newContour(x, y int) *contour { return &contour{start: point{x, y}} }

func (c *contour) line(x, y int) *contour {
	c.pieces = append(c.pieces, curve{end: point{x, y}, line: true})
	return c
}

// arc goes to (x, y) in a quarter of a circle (or an ellipse) that touches the corner.
func (c *contour) arc(corner point, x, y int) *contour {
	at := c.start
	if n := len(c.pieces); n > 0 {
		at = c.pieces[n-1].end
	}
	c.pieces = append(c.pieces, curve{a: controlPoint(at, corner), b: controlPoint(point{x, y}, corner),
		end: point{x, y}})
	return c
}

// controlPoint returns the control point that makes a curve look round: 0.5523 of the way to the
// corner.
func controlPoint(from, corner point) point {
	return point{from.x + (corner.x-from.x)*5523/10000, from.y + (corner.y-from.y)*5523/10000}
}

// roundRect returns a rectangle with corners of radius r.
func roundRect(a rect, r int) *contour {
	left, top, right, bottom := a.x, a.y, a.x+a.w, a.y+a.h
	return newContour(left+r, top).
		line(right-r, top).arc(point{right, top}, right, top+r).
		line(right, bottom-r).arc(point{right, bottom}, right-r, bottom).
		line(left+r, bottom).arc(point{left, bottom}, left, bottom-r).
		line(left, top+r).arc(point{left, top}, left+r, top)
}

// disc returns a circle of radius r around (x, y).
func disc(x, y, r int) *contour { return roundRect(rect{x - r, y - r, 2 * r, 2 * r}, r) }
