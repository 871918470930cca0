package terminal

import (
	"fmt"
	"image/color"
	"slices"
	"strings"

	"github.com/charmbracelet/colorprofile"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
)

// Color is the colour of a cell. The zero Color is the terminal's own default.
type Color struct {
	R, G, B uint8
	Set     bool // false: the terminal's default
}

// String is the colour as #rrggbb, or "default".
func (c Color) String() string {
	if !c.Set {
		return "default"
	}
	return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B)
}

// Style is how a cell is drawn. The zero Style is plain.
type Style struct {
	Fg, Bg                                  Color
	Bold, Faint, Italic, Underline, Reverse bool
}

// Cell is one place on the screen.
type Cell struct {
	Content string // one grapheme; " " if blank, "" in the right half of a wide one
	Width   int    // columns: 1, 2 for a wide one, 0 for the right half of a wide one
	Style   Style
}

// Grid is what a screen showed at one moment. It never changes; the zero Grid has no cells.
type Grid struct {
	width, height int
	cells         []Cell
}

// GridOf copies a screen: an emulator or a buffer.
func GridOf(screen uv.Screen) Grid {
	area := screen.Bounds()
	g := Grid{width: area.Dx(), height: area.Dy()}
	g.cells = make([]Cell, g.width*g.height)
	for y := range g.height {
		for x := 0; x < g.width; {
			cell := cellOf(screen.CellAt(area.Min.X+x, area.Min.Y+y))
			row := g.cells[y*g.width : (y+1)*g.width]
			row[x] = cell
			for half := x + 1; half < min(x+cell.Width, g.width); half++ {
				row[half] = Cell{Style: cell.Style}
			}
			x += cell.Width
		}
	}
	return g
}

// GridOfView draws a view's content on a screen of this size, in columns and rows, without a
// program or a terminal. Colours are reduced to those of the profile.
func GridOfView(content string, width, height int, profile colorprofile.Profile) Grid {
	buffer := uv.NewScreenBuffer(width, height)
	buffer.Method = ansi.GraphemeWidth
	uv.NewStyledString(content).Draw(buffer, buffer.Bounds())
	for y := range height {
		for x := range width {
			if cell := buffer.CellAt(x, y); cell != nil {
				cell.Style = uv.ConvertStyle(cell.Style, profile)
			}
		}
	}
	return GridOf(buffer)
}

func cellOf(c *uv.Cell) Cell {
	if c == nil {
		return Cell{Content: " ", Width: 1}
	}
	cell := Cell{Content: c.Content, Width: max(c.Width, 1), Style: Style{
		Fg:        colorOf(c.Style.Fg),
		Bg:        colorOf(c.Style.Bg),
		Bold:      c.Style.Attrs&uv.AttrBold != 0,
		Faint:     c.Style.Attrs&uv.AttrFaint != 0,
		Italic:    c.Style.Attrs&uv.AttrItalic != 0,
		Underline: c.Style.Underline != 0,
		Reverse:   c.Style.Attrs&uv.AttrReverse != 0,
	}}
	if cell.Content == "" || cell.Content == " " {
		cell.Content = " "
		cell.Style = normalizeBlank(cell.Style)
	}
	return cell
}

// normalizeBlank drops the styles that are invisible on a blank. A program may erase a cell or
// write a blank there, and both look the same.
func normalizeBlank(s Style) Style {
	s.Bold, s.Faint, s.Italic = false, false, false
	if !s.Reverse && !s.Underline {
		s.Fg = Color{}
	}
	return s
}

func colorOf(c color.Color) Color {
	if c == nil {
		return Color{}
	}
	r, g, b, _ := c.RGBA()
	return Color{R: uint8(r >> 8), G: uint8(g >> 8), B: uint8(b >> 8), Set: true}
}

// Size is the width in columns and the height in rows.
func (g Grid) Size() (width, height int) { return g.width, g.height }

// Cell returns the cell in column x of row y, both counted from 0. Outside of the grid it is a
// plain blank.
func (g Grid) Cell(x, y int) Cell {
	if x < 0 || x >= g.width || y < 0 || y >= g.height {
		return Cell{Content: " ", Width: 1}
	}
	return g.cells[y*g.width+x]
}

// Equal reports whether both grids have the same text and the same styles.
func (g Grid) Equal(other Grid) bool {
	return g.width == other.width && g.height == other.height && slices.Equal(g.cells, other.cells)
}

// Line is the text of row y without trailing blanks.
func (g Grid) Line(y int) string {
	var b strings.Builder
	for x := range g.width {
		b.WriteString(g.Cell(x, y).Content)
	}
	return strings.TrimRight(b.String(), " ")
}

// Text is the text of every row without trailing blanks, each ended by a line break.
func (g Grid) Text() string {
	var b strings.Builder
	for y := range g.height {
		b.WriteString(g.Line(y))
		b.WriteByte('\n')
	}
	return b.String()
}

// Contains reports whether a row contains the text.
func (g Grid) Contains(text string) bool {
	_, _, found := g.Find(text)
	return found
}

// Find returns the column and row of the first occurrence of the text, from the top, for a click.
func (g Grid) Find(text string) (x, y int, found bool) {
	for y := range g.height {
		line := g.Line(y)
		if i := strings.Index(line, text); i >= 0 {
			return ansi.StringWidth(line[:i]), y, true
		}
	}
	return 0, 0, false
}
