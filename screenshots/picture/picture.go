// Package picture draws a terminal's screen as a window, in SVG, and in PNG at twice the size. The
// result is the same on every machine: the package brings its own font, draws everything that has
// to join as shapes, and calculates in whole numbers.
//
// A grid becomes one list of shapes and texts (New), which both writers draw.
package picture

import (
	"image/color"
	"unicode/utf8"

	"vpsdeck/internal/terminal"
)

// Measures in units, see point. A cell is 10 by 21 pixels at 1x, and DejaVu Sans Mono of this size
// is as wide as a cell.
const (
	unitsPerPixel = 16 // at 1x
	cellWidth     = 10 * unitsPerPixel
	cellHeight    = 21 * unitsPerPixel
	baseline      = 16 * unitsPerPixel // below the top of a cell
	textSize      = 266

	margin        = 16 * unitsPerPixel
	titleBar      = 38 * unitsPerPixel
	cornerSize    = 10 * unitsPerPixel
	titleSize     = 208
	titleAdvance  = 125 // the width of a character of the title
	titleBaseline = 24 * unitsPerPixel
	buttonSize    = 6 * unitsPerPixel
	buttonStep    = 20 * unitsPerPixel
	buttonY       = 20 * unitsPerPixel
)

// shape is an area of one colour: rectangles, whose edges stay sharp, and curves.
type shape struct {
	fill     color.RGBA
	rects    []rect
	contours []*contour
}

// text is a run of characters of one style, each as wide as advance.
type text struct {
	x, y          int // of the first character, on the baseline
	size, advance int
	fill          color.RGBA
	bold, italic  bool
	runes         []string // one grapheme each
}

// Picture is a drawn window. It never changes.
type Picture struct {
	width, height int // units
	shapes        []*shape
	texts         []text
}

// New draws the grid in a window with the title.
func New(grid terminal.Grid, title string, theme Theme) *Picture {
	columns, rows := grid.Size()
	p := &Picture{
		width:  columns*cellWidth + 2*margin,
		height: rows*cellHeight + titleBar + margin,
	}
	p.drawWindow(title, theme)
	painter := painter{picture: p, grid: grid, theme: theme}
	painter.paintBackgrounds()
	painter.paintContent()
	for _, s := range p.shapes {
		s.rects = mergeStacked(s.rects)
	}
	return p
}

// drawWindow draws the frame, its three buttons and its title.
func (p *Picture) drawWindow(title string, theme Theme) {
	const edge = unitsPerPixel
	p.addRound(theme.Border, roundRect(rect{0, 0, p.width, p.height}, cornerSize))
	p.addRound(theme.Background, roundRect(rect{edge, edge, p.width - 2*edge, p.height - 2*edge}, cornerSize-edge))
	for i, fill := range []color.RGBA{{0xff, 0x5f, 0x57, 0xff}, {0xfe, 0xbc, 0x2e, 0xff}, {0x28, 0xc8, 0x40, 0xff}} {
		p.addRound(fill, disc(margin+buttonSize+i*buttonStep, buttonY, buttonSize))
	}
	if title == "" {
		return
	}
	width := utf8.RuneCountInString(title) * titleAdvance
	run := text{x: (p.width - width) / 2, y: titleBaseline, size: titleSize, advance: titleAdvance, fill: theme.Title}
	for _, r := range title {
		run.runes = append(run.runes, string(r))
	}
	p.texts = append(p.texts, run)
}

// addRound adds a shape with curves, above everything drawn before.
func (p *Picture) addRound(fill color.RGBA, contours ...*contour) {
	p.shapes = append(p.shapes, &shape{fill: fill, contours: contours})
}

// layer collects shapes that do not overlap, so that those of one colour become one.
type layer struct {
	byColor map[color.RGBA]*shape
	order   []*shape
}

func (l *layer) shapeFor(fill color.RGBA) *shape {
	if l.byColor[fill] == nil {
		if l.byColor == nil {
			l.byColor = map[color.RGBA]*shape{}
		}
		l.byColor[fill] = &shape{fill: fill}
		l.order = append(l.order, l.byColor[fill])
	}
	return l.byColor[fill]
}

// add adds a rectangle, or extends the last one if they touch.
func (s *shape) add(r rect) {
	if n := len(s.rects); n > 0 {
		last := &s.rects[n-1]
		if last.y == r.y && last.h == r.h && last.x+last.w == r.x {
			last.w += r.w
			return
		}
	}
	s.rects = append(s.rects, r)
}

// mergeStacked joins rectangles that are stacked on each other: a border becomes one line, not one
// per row.
func mergeStacked(rects []rect) []rect {
	type column struct{ x, w, bottom int }
	var out []rect
	above := map[column]int{} // where in out the rectangle with this lower edge is
	for _, r := range rects {
		i, found := above[column{r.x, r.w, r.y}]
		if !found {
			i = len(out)
			out = append(out, rect{r.x, r.y, r.w, 0})
		}
		out[i].h += r.h
		above[column{r.x, r.w, r.y + r.h}] = i
	}
	return out
}
