package picture

import (
	"image/color"

	"vpsdeck/internal/terminal"
)

// painter turns the cells of a grid into shapes and texts.
type painter struct {
	picture *Picture
	grid    terminal.Grid
	theme   Theme
}

// cellOrigin returns the top left corner of a cell.
func cellOrigin(x, y int) (int, int) { return margin + x*cellWidth, titleBar + y*cellHeight }

// eachCell visits every cell, wide ones once.
func (p *painter) eachCell(visit func(x, y int, cell terminal.Cell)) {
	columns, rows := p.grid.Size()
	for y := range rows {
		for x := 0; x < columns; {
			cell := p.grid.Cell(x, y)
			visit(x, y, cell)
			x += max(cell.Width, 1)
		}
	}
}

// paintBackgrounds draws the backgrounds that differ from the window's.
func (p *painter) paintBackgrounds() {
	var backgrounds layer
	p.eachCell(func(x, y int, cell terminal.Cell) {
		if _, bg := p.theme.cellColors(cell.Style); bg != p.theme.Background {
			left, top := cellOrigin(x, y)
			backgrounds.shapeFor(bg).add(rect{left, top, cell.Width * cellWidth, cellHeight})
		}
	})
	p.picture.shapes = append(p.picture.shapes, backgrounds.order...)
}

// paintContent draws the characters of the cells, and the underlines.
func (p *painter) paintContent() {
	var above layer
	var run runBuilder
	p.eachCell(func(x, y int, cell terminal.Cell) {
		fg, bg := p.theme.cellColors(cell.Style)
		left, top := cellOrigin(x, y)
		if cell.Style.Underline {
			above.shapeFor(fg).add(rect{left, top + baseline + 2*unitsPerPixel, cell.Width * cellWidth, unitsPerPixel})
		}
		switch {
		case cell.Content == " ":
			run.addBlank()
		case drawShape(&above, cell.Content, left, top, fg, bg):
			run.flush()
		default:
			run.add(cell, left, top+baseline, fg)
		}
	})
	run.flush()
	p.picture.shapes = append(p.picture.shapes, above.order...)
	p.picture.texts = append(p.picture.texts, run.texts...)
}

// runBuilder joins neighbouring characters of one style into runs.
type runBuilder struct {
	texts   []text
	current text
	blanks  int // since the last character of the run
}

// addBlank adds an empty cell. A run may contain a single blank; a reader of XML would collapse
// more.
func (r *runBuilder) addBlank() { r.blanks++ }

func (r *runBuilder) add(cell terminal.Cell, x, y int, fill color.RGBA) {
	next := text{
		x: x, y: y, size: textSize, advance: cellWidth * cell.Width, fill: fill,
		bold: cell.Style.Bold, italic: cell.Style.Italic, runes: []string{cell.Content},
	}
	if !r.continues(next) {
		r.flush()
		r.current = next
		return
	}
	if r.blanks == 1 {
		r.current.runes = append(r.current.runes, " ")
	}
	r.current.runes = append(r.current.runes, cell.Content)
	r.blanks = 0
}

// continues reports whether the next character belongs to the run. Only letters do: a reader's font
// may lack a symbol, and its replacement may have another width.
func (r *runBuilder) continues(next text) bool {
	end := r.current.x + (len(r.current.runes)+r.blanks)*r.current.advance
	return len(r.current.runes) > 0 && r.blanks <= 1 && end == next.x && r.current.y == next.y &&
		r.current.fill == next.fill &&
		r.current.bold == next.bold && r.current.italic == next.italic && inEveryFont(next.runes[0]) &&
		inEveryFont(r.current.runes[0])
}

// inEveryFont reports whether every monospaced font has the character, at its width.
func inEveryFont(grapheme string) bool {
	runes := []rune(grapheme)
	return len(runes) == 1 && runes[0] < 0x250
}

func (r *runBuilder) flush() {
	if len(r.current.runes) > 0 {
		r.texts = append(r.texts, r.current)
	}
	r.current, r.blanks = text{}, 0
}
