package widget

import (
	"strings"

	"vpsdeck/ui/style"
)

// Column is one column of a table.
type Column struct {
	Title string
	Width int  // cells; of a flexible column the minimum; 0: not shown
	Max   int  // maximum width of a flexible column; 0: not flexible
	Right bool // numbers and ages align right
	Rank  int  // when there is no room, the highest rank is dropped first; 0: never dropped
}

// title is the heading of a column, with an arrow if the rows are sorted by it.
func (t *Table) title(i int) string {
	if i == t.SortColumn && t.SortArrow != "" {
		return t.Columns[i].Title + " " + t.SortArrow
	}
	return t.Columns[i].Title
}

// renderMatched underlines the runes that a filter has matched. It counts them from the left, so
// it is for left-aligned text.
func renderMatched(paint func(string, style.Style), text string, c *Span) {
	marked := c.Style.Bold().Underline()
	runes := []rune(text)
	for from := 0; from < len(runes); {
		to, on := from+1, c.Matched(from)
		for to < len(runes) && c.Matched(to) == on {
			to++
		}
		st := c.Style
		if on {
			st = marked
		}
		paint(string(runes[from:to]), st)
		from = to
	}
}

// OptionalRank is the lowest rank whose columns are dropped before the gaps shrink.
const OptionalRank = 5

// wideGap is the gap between two columns where there is room. margins are the cells at both sides:
// two for the cursor bar and a space at the left, one at the right.
const (
	wideGap = 2
	margins = 3
)

// Table draws a window of rows and knows which row the cursor is on. It requests the cells of
// visible rows only.
type Table struct {
	Columns     []Column
	ColumnOrder []int // the columns from left to right; nil: as in Columns
	Rows        int
	Cursor      int                  // row; -1 if there is none
	Top         int                  // the first row drawn
	Sign        func(row int) string // one cell before a row, such as a mark; nil or "": none
	SortColumn  int                  // the column that the rows are sorted by
	SortArrow   string               // the direction; "": none
	cells       []Span               // of the row that is drawn
	drawn       int                  // bytes of the last view
	width       int
	height      int // rows, without the heading
}

// SetSize sets the width and height of the table in cells, including its heading.
func (t *Table) SetSize(width, height int) {
	t.width, t.height = width, max(height-1, 0)
	t.MoveTo(t.Cursor)
}

// HalfPage is the number of rows in half a page.
func (t *Table) HalfPage() int { return max(t.height/2, 1) }

// Page is the number of rows in a page. One row stays, so that no row is missed.
func (t *Table) Page() int { return max(t.height-1, 1) }

// Scroll moves the visible rows, as far as there are more. The cursor moves only if its row would
// no longer be visible.
func (t *Table) Scroll(lines int) {
	t.Top = max(min(t.Top+lines, t.Rows-t.height), 0)
	t.Cursor = min(max(t.Cursor, t.Top), t.Top+max(t.height, 1)-1, t.Rows-1)
}

// ColumnAt returns the column at a cell of a line. The gap before a column belongs to it.
func (t *Table) ColumnAt(x int) (column int, ok bool) {
	widths, gap := t.widths()
	to := 2 - gap
	for at := range widths {
		i := at
		if t.ColumnOrder != nil {
			i = t.ColumnOrder[at]
		}
		if widths[i] == 0 {
			continue
		}
		if to += gap + widths[i]; x < to {
			return i, true
		}
	}
	return 0, false
}

// MoveTo puts the cursor on a row, or on the nearest one, and scrolls no further than needed.
func (t *Table) MoveTo(row int) {
	t.Cursor = min(max(row, 0), t.Rows-1)
	t.Top = min(max(t.Top, t.Cursor-t.height+1), max(t.Cursor, 0))
	t.Top = max(min(t.Top, t.Rows-t.height), 0)
}

// Hidden reports whether there are rows above and below those that are drawn.
func (t *Table) Hidden() (above, below bool) { return t.Top > 0, t.Top+t.height < t.Rows }

// RowAt returns the row that is drawn on a line of the table, counted from its heading, and false
// if there is none.
func (t *Table) RowAt(line int) (int, bool) {
	row := t.Top + line - 1
	return row, line >= 1 && line <= t.height && row < t.Rows
}

// View draws the heading and the visible rows. setCells sets the cells of a row, one for each
// column. All rows use the same slice: spans are large, and a screen has hundreds of them.
func (t *Table) View(s *style.Styles, focused bool, setCells func(row int, cells []Span)) string {
	widths, gap := t.widths()
	if len(t.cells) != len(t.Columns) {
		t.cells = make([]Span, len(t.Columns))
	}
	cells := t.cells
	var b strings.Builder
	b.Grow(t.drawn)
	t.line(&b, widths, gap, func(i int) *Span { return &Span{Text: t.title(i), Style: s.Muted} }, "  ", nil)
	for row := t.Top; row < min(t.Top+t.height, t.Rows); row++ {
		clear(cells)
		setCells(row, cells)
		b.WriteByte('\n')
		sign := ""
		if t.Sign != nil {
			sign = t.Sign(row)
		}
		t.row(&b, widths, gap, s, row == t.Cursor, focused, sign)
	}
	t.drawn = b.Len()
	return b.String()
}

// row draws the row whose cells are set.
func (t *Table) row(b *strings.Builder, widths []int, gap int, s *style.Styles, current, focused bool, sign string) {
	at := func(i int) *Span { return &t.cells[i] }
	inMargin := " " // a space needs no colour: a colour costs bytes
	if sign == "" {
		sign = " "
	} else {
		inMargin = style.Render(s.Accent, sign)
	}
	switch {
	case current && focused:
		t.line(b, widths, gap, at, style.Render(s.OnSelection(s.Accent), style.Bar+sign), s.Selected)
	case current:
		t.line(b, widths, gap, at, style.Render(s.Muted, style.BarThin)+inMargin, nil)
	default:
		t.line(b, widths, gap, at, " "+inMargin, nil)
	}
}

// line draws one line: a margin of two cells, the cells, and space up to the edge. over changes
// the style of every part.
func (t *Table) line(b *strings.Builder, widths []int, gap int, cell func(int) *Span, margin string,
	over func(style.Style) style.Style) {
	b.WriteString(margin)
	paint := func(text string, st style.Style) {
		if over != nil {
			st = over(st)
		}
		style.Write(b, st, text)
	}
	used, before := 2, ""
	for at := range widths {
		i := at
		if t.ColumnOrder != nil {
			i = t.ColumnOrder[at]
		}
		w := widths[i]
		if w == 0 {
			continue
		}
		used += len(before) + w
		t.cell(paint, cell(i), before, w, t.Columns[i].Right)
		before = spaces(gap)
	}
	if rest := t.width - used; rest > 0 { // at least the right margin
		paint(spaces(rest), style.Style{})
	}
}

// cell draws one cell and the gap before it. The gap has the style of what follows, because every
// change of style costs bytes.
func (t *Table) cell(paint func(string, style.Style), c *Span, before string, width int, right bool) {
	text := NormalizeWidth(c.Text)
	switch {
	case c.Parts != nil:
		for _, part := range c.Parts {
			paint(before+part.Text, part.Style)
			before, width = "", width-Width(part.Text)
		}
		if width > 0 {
			paint(spaces(width), style.Style{})
		}
	case c.Sign != "":
		paint(before+c.Sign, c.SignStyle)
		paint(Fit(" "+text, width-1, right), c.Style)
	case c.Matched != nil && text == c.Text:
		paint(before, style.Style{})
		renderMatched(paint, Fit(text, width, right), c)
	default:
		paint(before+Fit(text, width, right), c.Style)
	}
}

// widths distributes the width, and returns the gap between two columns. If the columns do not
// fit, it first drops those of OptionalRank and above, then shrinks the gap, then drops those of
// the highest rank. If there is room left, flexible columns grow. A dropped column has width 0.
func (t *Table) widths() (widths []int, gap int) {
	widths = make([]int, len(t.Columns))
	for i, c := range t.Columns {
		if widths[i] = c.Width; c.Width > 0 && i == t.SortColumn {
			widths[i] = max(c.Width, Width(t.title(i))) // the arrow must be visible
		}
	}
	for gap = wideGap; t.requiredWidth(widths, gap) > t.width; {
		last := t.nextToDrop(widths)
		switch {
		case gap > 1 && (last < 0 || t.Columns[last].Rank < OptionalRank):
			gap = 1
		case last >= 0:
			widths[last] = 0
		default:
			t.distribute(widths, t.width-t.requiredWidth(widths, gap))
			return widths, gap
		}
	}
	t.distribute(widths, t.width-t.requiredWidth(widths, gap))
	return widths, gap
}

// Shows says whether there is room for a column.
func (t *Table) Shows(column int) bool {
	widths, _ := t.widths()
	return widths[column] > 0
}

// nextToDrop is the visible column to drop next, or -1 if none may be dropped.
func (t *Table) nextToDrop(widths []int) int {
	last, rank := -1, 0
	for i, c := range t.Columns {
		if widths[i] > 0 && c.Rank > rank {
			last, rank = i, c.Rank
		}
	}
	return last
}

// requiredWidth is the width of a line with these columns.
func (t *Table) requiredWidth(widths []int, gap int) int {
	sum, n := margins, 0
	for _, w := range widths {
		if w > 0 {
			sum += w
			n++
		}
	}
	return sum + max(n-1, 0)*gap
}

// distribute gives spare room to the flexible columns, or takes missing room from the first
// columns.
func (t *Table) distribute(widths []int, room int) {
	for i, c := range t.Columns {
		if widths[i] > 0 && room > 0 {
			grow := min(max(c.Max-widths[i], 0), room)
			widths[i] += grow
			room -= grow
		}
	}
	for i := range widths {
		if widths[i] > 0 && room < 0 {
			take := min(-room, widths[i]-1)
			widths[i] -= take
			room += take
		}
	}
}
