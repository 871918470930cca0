package widget

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"vpsdeck/ui/style"
)

// testColumns are like those of the servers: two that are never dropped, two that are dropped when
// it is narrow, two for wide screens.
func testColumns() []Column {
	return []Column{
		{Title: "NAME", Width: 8, Max: 14},
		{Title: "STATUS", Width: 9, Rank: 2},
		{Title: "NEWEST", Width: 7, Right: true},
		{Title: "RISK", Width: 6, Rank: 1},
		{Title: "UNUSED"},
		{Title: "ADDRESS", Width: 12, Rank: OptionalRank},
		{Title: "PLAN", Width: 10, Rank: OptionalRank + 1},
	}
}

func setTestRow(i int, cells []Span) {
	copy(cells, []Span{
		{Text: fmt.Sprintf("web-%d", i)}, {Text: "active", Sign: "●"}, {Text: "5 h ago"}, {Text: ""}, {Text: "never"},
		{Text: "203.0.113.10"}, {Text: "Standard 日本"},
	})
}

func tableLines(t *Table, focused bool) []string {
	return strings.Split(ansi.Strip(t.View(style.New(true), focused, setTestRow)), "\n")
}

func TestTableDrawsHeadAndRows(t *testing.T) {
	table := Table{Columns: testColumns(), Rows: 2, Cursor: 1}
	table.SetSize(49, 5)
	want := []string{
		"  NAME            STATUS      NEWEST  RISK       ",
		"  web-0           ● active   5 h ago             ",
		"▌ web-1           ● active   5 h ago             ",
	}
	if got := tableLines(&table, true); !slices.Equal(got, want) {
		t.Errorf("\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got := tableLines(&table, false)[2]; got[:3] != style.BarThin {
		t.Errorf("without the focus the cursor row is %q", got)
	}
}

func TestSelectedRowIsFilledToTheEdge(t *testing.T) {
	table := Table{Columns: testColumns(), Rows: 1}
	table.SetSize(60, 3)
	s := style.New(true)
	line := strings.Split(table.View(s, true, setTestRow), "\n")[1]
	background := style.Render(style.Style{}.Background(s.Palette.Selection), " ")
	background, _, _ = strings.Cut(strings.TrimPrefix(background, "\x1b["), "m")
	for _, part := range strings.Split(strings.TrimSuffix(line, "\x1b[m"), "\x1b[m") {
		if !strings.Contains(part, background) {
			t.Errorf("%q is not on the selection's background", part)
		}
	}
}

func TestNoLineIsWiderThanTheTable(t *testing.T) {
	for width := 12; width <= 140; width++ {
		table := Table{Columns: testColumns(), Rows: 3}
		table.SetSize(width, 10)
		for _, line := range tableLines(&table, true) {
			if Width(line) != width {
				t.Errorf("in %d cells: %q is %d wide", width, line, Width(line))
			}
		}
	}
}

func TestColumnsAreDroppedByRank(t *testing.T) {
	var before []string
	for width := 140; width >= 19; width-- {
		table := Table{Columns: testColumns()}
		table.SetSize(width, 2)
		shown := strings.Fields(tableLines(&table, true)[0])
		if before != nil && !slices.Equal(shown, before) && len(shown) >= len(before) {
			t.Errorf("at %d cells more columns are shown than at %d: %q, %q", width, width+1, shown, before)
		}
		before = shown
	}
	for width, want := range map[int]string{
		65: "NAME STATUS NEWEST RISK ADDRESS PLAN", // a gap of two, and never less for optional columns
		64: "NAME STATUS NEWEST RISK ADDRESS",
		53: "NAME STATUS NEWEST RISK ADDRESS",
		52: "NAME STATUS NEWEST RISK",
		36: "NAME STATUS NEWEST RISK", // a gap of one
		35: "NAME NEWEST RISK",
		26: "NAME NEWEST RISK",
		25: "NAME NEWEST",
		14: "NA… NEWEST", // a column that is never dropped is cut
	} {
		table := Table{Columns: testColumns()}
		table.SetSize(width, 2)
		if got := strings.Join(strings.Fields(tableLines(&table, true)[0]), " "); got != want {
			t.Errorf("at %d cells: %q, want %q", width, got, want)
		}
	}
}

func TestFlexibleColumnGrowsToItsMaximum(t *testing.T) {
	for width, want := range map[int]int{39: 8, 42: 11, 45: 14, 50: 14} {
		table := Table{Columns: testColumns()}
		table.SetSize(width, 2)
		if got := strings.Index(tableLines(&table, true)[0], "STATUS") - 4; got != want {
			t.Errorf("at %d cells it is %d wide, want %d", width, got, want)
		}
	}
}

// checkWindow checks what must be true wherever the cursor is.
func checkWindow(t *testing.T, table *Table, height int) {
	t.Helper()
	at := fmt.Sprintf("%d rows in %d lines, cursor %d, top %d", table.Rows, height, table.Cursor, table.Top)
	switch {
	case table.Rows == 0 && table.Cursor != -1, table.Rows > 0 && (table.Cursor < 0 || table.Cursor >= table.Rows):
		t.Fatalf("%s: the cursor is not on a row", at)
	case height > 0 && table.Rows > 0 && (table.Cursor < table.Top || table.Cursor >= table.Top+height):
		t.Fatalf("%s: the cursor is not visible", at)
	case table.Top < 0, height > 0 && table.Top > max(table.Rows-height, 0):
		t.Fatalf("%s: there is a gap below the last row", at)
	}
	for row := range table.Rows {
		line := row - table.Top + 1
		got, ok := table.RowAt(line)
		if seen := line >= 1 && line <= height; ok != seen || ok && got != row {
			t.Fatalf("%s: line %d has row %d, %v; want %d, %v", at, line, got, ok, row, seen)
		}
	}
	for _, line := range []int{-1, 0, height + 1, table.Rows - table.Top + 1} {
		if row, ok := table.RowAt(line); ok {
			t.Fatalf("%s: line %d has row %d", at, line, row)
		}
	}
}

func TestCursorIsAlwaysVisible(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for range 60 {
		table := Table{Columns: testColumns(), Rows: r.IntN(30)}
		height := r.IntN(12)
		table.SetSize(60, height+1)
		for range 40 {
			before := table
			switch r.IntN(5) {
			case 0:
				height = r.IntN(12)
				table.SetSize(60, height+1)
			case 1:
				table.Rows = r.IntN(30)
				table.MoveTo(table.Cursor)
			case 2:
				table.MoveTo(r.IntN(60) - 15)
			default:
				table.MoveTo(table.Cursor + []int{-1, 1, -table.HalfPage(), table.HalfPage()}[r.IntN(4)])
				if in := before.Cursor >= 0 && table.Cursor >= before.Top && table.Cursor < before.Top+height; in &&
					table.Top != before.Top {
					t.Fatalf("the cursor moved from %d to %d within the window, but the window moved from %d to %d",
						before.Cursor, table.Cursor, before.Top, table.Top)
				}
			}
			checkWindow(t, &table, height)
			if drawn := len(tableLines(&table, true)) - 1; drawn != min(height, table.Rows) {
				t.Fatalf("%d rows in %d lines: %d are drawn", table.Rows, height, drawn)
			}
		}
	}
}

func TestTableRequestsOnlyVisibleRows(t *testing.T) {
	table := Table{Columns: testColumns(), Rows: 100_000}
	table.SetSize(60, 11)
	table.MoveTo(50_000)
	var asked []int
	table.View(style.New(true), true, func(i int, cells []Span) {
		asked = append(asked, i)
		setTestRow(i, cells)
	})
	if len(asked) != 10 || asked[9] != 50_000 {
		t.Errorf("requested rows %v", asked)
	}
}

// A cell is so large that a slice for each row was most of what a session allocated.
func TestTableReusesTheCells(t *testing.T) {
	table := Table{Columns: testColumns(), Rows: 3, Cursor: 1}
	table.SetSize(60, 11)
	slices := map[*Span]bool{}
	table.View(style.New(true), true, func(i int, cells []Span) {
		if cells[0].Text != "" {
			t.Errorf("row %d gets the cells of the row before: %q", i, cells[0].Text)
		}
		slices[&cells[0]] = true
		setTestRow(i, cells)
	})
	if len(slices) != 1 {
		t.Errorf("%d slices for 3 rows", len(slices))
	}
}

func TestHalfPageIsHalfTheVisibleRows(t *testing.T) {
	for height, want := range map[int]int{0: 1, 1: 1, 2: 1, 3: 1, 5: 2, 21: 10} {
		var table Table
		table.SetSize(60, height)
		if got := table.HalfPage(); got != want {
			t.Errorf("in %d lines it is %d rows, want %d", height, got, want)
		}
	}
}
