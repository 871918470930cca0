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

// origin is the top left corner of a cell.
func origin(x, y int) (int, int) { return margin + x*cellWidth, titleBar + y*cellHeight }

// each visits every cell, wide ones once.
func (p *painter) each(visit func(x, y int, cell terminal.Cell)) {
	columns, rows := p.grid.Size()
	for y := range rows {
		for x := 0; x < columns; {
			cell := p.grid.Cell(x, y)
			visit(x, y, cell)
			x += max(cell.Width, 1)
		}
	}
}

// grounds draws the backgrounds that differ from the window's.
func (p *painter) grounds() {
	var ground layer
	p.each(func(x, y int, cell terminal.Cell) {
		if _, bg := p.theme.inks(cell.Style); bg != p.theme.Background {
			left, top := origin(x, y)
			ground.shape(bg).add(rect{left, top, cell.Width * cellWidth, cellHeight})
		}
	})
	p.picture.shapes = append(p.picture.shapes, ground.order...)
}

// content draws what stands in the cells, and the lines under it.
func (p *painter) content() {
	var above layer
	var run runner
	p.each(func(x, y int, cell terminal.Cell) {
		fg, bg := p.theme.inks(cell.Style)
		left, top := origin(x, y)
		if cell.Style.Underline {
			above.shape(fg).add(rect{left, top + baseline + 2*unitsPerPixel, cell.Width * cellWidth, unitsPerPixel})
		}
		switch {
		case cell.Content == " ":
			run.blank()
		case drawShape(&above, cell.Content, left, top, fg, bg):
			run.end()
		default:
			run.add(cell, left, top+baseline, fg)
		}
	})
	run.end()
	p.picture.shapes = append(p.picture.shapes, above.order...)
	p.picture.texts = append(p.picture.texts, run.texts...)
}

// runner joins neighbouring characters of one style into runs.
type runner struct {
	texts  []text
	now    text
	blanks int // since the last character of the run
}

// blank is a cell with nothing in it. A single one may stand within a run; more would be squeezed by a reader of XML.
func (r *runner) blank() { r.blanks++ }

func (r *runner) add(cell terminal.Cell, x, y int, ink color.RGBA) {
	next := text{
		x: x, y: y, size: textSize, advance: cellWidth * cell.Width, ink: ink,
		bold: cell.Style.Bold, italic: cell.Style.Italic, runes: []string{cell.Content},
	}
	if !r.continues(next) {
		r.end()
		r.now = next
		return
	}
	if r.blanks == 1 {
		r.now.runes = append(r.now.runes, " ")
	}
	r.now.runes = append(r.now.runes, cell.Content)
	r.blanks = 0
}

// continues says whether the next character belongs to the run. Only letters do: a symbol stands alone, as a reader's
// font may not have it, and the one that takes its place may be of another width.
func (r *runner) continues(next text) bool {
	end := r.now.x + (len(r.now.runes)+r.blanks)*r.now.advance
	return len(r.now.runes) > 0 && r.blanks <= 1 && end == next.x && r.now.y == next.y && r.now.ink == next.ink &&
		r.now.bold == next.bold && r.now.italic == next.italic && plain(next.runes[0]) && plain(r.now.runes[0])
}

// plain says whether every monospaced font has the character, at its width.
func plain(grapheme string) bool {
	runes := []rune(grapheme)
	return len(runes) == 1 && runes[0] < 0x250
}

func (r *runner) end() {
	if len(r.now.runes) > 0 {
		r.texts = append(r.texts, r.now)
	}
	r.now, r.blanks = text{}, 0
}
