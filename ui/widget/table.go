package widget

import (
	"strings"

	"charm.land/lipgloss/v2"

	"vpsdeck/ui/style"
)

// Column is one column of a table.
type Column struct {
	Title string
	Width int  // cells; a flexible column's least width; 0: the column is not shown
	Max   int  // a flexible column's greatest width; 0: it is not flexible
	Right bool // numbers and ages align right
	Rank  int  // columns of the highest rank go first when there is no room; 0 never goes
}

// gap is how many cells stand between two columns.
const gap = 2

// Table draws a window of rows and knows which one the cursor is on. It asks for the cells of the rows that it draws, and
// for no others.
type Table struct {
	Columns []Column
	Rows    int
	Cursor  int // row; -1 if there is none
	Top     int // the first row drawn
	width   int
	height  int // rows, without the head
}

// SetSize gives the table its width and height in cells, its head included.
func (t *Table) SetSize(width, height int) {
	t.width, t.height = width, max(height-1, 0)
	t.MoveTo(t.Cursor)
}

// Page is how many rows half a page is.
func (t *Table) Page() int { return max(t.height/2, 1) }

// MoveTo puts the cursor on a row, or on the nearest there is, and scrolls no further than needed.
func (t *Table) MoveTo(row int) {
	t.Cursor = min(max(row, 0), t.Rows-1)
	t.Top = min(max(t.Top, t.Cursor-t.height+1), max(t.Cursor, 0))
	t.Top = max(min(t.Top, t.Rows-t.height), 0)
}

// RowAt tells which row is drawn on a line of the table, counted from its head, and false where there is none.
func (t *Table) RowAt(line int) (int, bool) {
	row := t.Top + line - 1
	return row, line >= 1 && line <= t.height && row < t.Rows
}

// View draws the head and the rows that fit. cell gives the cells of a row, one for each column.
func (t *Table) View(s *style.Styles, focused bool, cell func(row int) []Span) string {
	widths := t.widths()
	var b strings.Builder
	b.WriteString(t.line(widths, func(i int) Span { return Span{t.Columns[i].Title, s.Muted} }, " ", nil))
	for row := t.Top; row < min(t.Top+t.height, t.Rows); row++ {
		cells := cell(row)
		b.WriteByte('\n')
		b.WriteString(t.row(widths, cells, s, row == t.Cursor, focused))
	}
	return b.String()
}

func (t *Table) row(widths []int, cells []Span, s *style.Styles, current, focused bool) string {
	at := func(i int) Span { return cells[i] }
	switch {
	case current && focused:
		return t.line(widths, at, s.Accent.Background(s.Palette.Selection).Render(style.Bar), s.Selected)
	case current:
		return t.line(widths, at, s.Muted.Render(style.Thin), nil)
	}
	return t.line(widths, at, " ", nil)
}

// line draws one line: a margin of one cell and one space, the cells, and space up to the edge. over changes the style of
// every part of it.
func (t *Table) line(widths []int, cell func(int) Span, margin string, over func(lipgloss.Style) lipgloss.Style) string {
	var b strings.Builder
	b.WriteString(margin)
	paint := func(text string, st lipgloss.Style) {
		if over != nil {
			st = over(st)
		}
		b.WriteString(st.Render(text))
	}
	used, pending := 1, 1
	for i, w := range widths {
		if w == 0 {
			continue
		}
		c := cell(i)
		text := Fit(Agreed(c.Text), w, t.Columns[i].Right)
		paint(strings.Repeat(" ", pending), lipgloss.NewStyle())
		paint(text, c.Style)
		used += pending + w
		pending = gap
	}
	if rest := t.width - used; rest > 0 {
		paint(strings.Repeat(" ", rest), lipgloss.NewStyle())
	}
	return b.String()
}

// widths shares out the width: columns of the highest rank are dropped until the others fit, then flexible ones grow. A
// dropped column has width 0.
func (t *Table) widths() []int {
	out := make([]int, len(t.Columns))
	shown := make([]bool, len(t.Columns))
	for i, c := range t.Columns {
		shown[i] = c.Width > 0
	}
	for t.total(shown) > t.width {
		last, rank := -1, 0
		for i, c := range t.Columns {
			if shown[i] && c.Rank > rank {
				last, rank = i, c.Rank
			}
		}
		if last < 0 {
			break
		}
		shown[last] = false
	}
	room := t.width - t.total(shown)
	for i, c := range t.Columns {
		if !shown[i] {
			continue
		}
		grow := min(max(c.Max-c.Width, 0), max(room, 0))
		out[i] = c.Width + grow
		room -= grow
	}
	return t.squeeze(out)
}

func (t *Table) total(shown []bool) int {
	sum, n := 2, 0
	for i, c := range t.Columns {
		if shown[i] {
			sum += c.Width
			n++
		}
	}
	return sum + max(n-1, 0)*gap
}

// squeeze narrows the first column where even those that never go do not fit.
func (t *Table) squeeze(widths []int) []int {
	all, n := 2, 0
	for _, w := range widths {
		if w > 0 {
			all += w
			n++
		}
	}
	if over := all + max(n-1, 0)*gap - t.width; over > 0 && len(widths) > 0 {
		widths[0] = max(widths[0]-over, 1)
	}
	return widths
}
