package window

import "testing"

func TestSizeIsBoundedByCells(t *testing.T) {
	for _, c := range []struct{ columns, rows, cells, fitColumns, fitRows int }{
		{80, 24, MaxCellsServed, 80, 24},
		{1, 1, MaxCellsServed, 1, 1},
		{480, 135, MaxCellsServed, 480, 135},
		{1000, 1000, MaxCellsServed, 1000, 65},
		{1000, 1000, MaxCellsLocal, 1000, 1000},
		{65535, 65535, MaxCellsServed, 2730, 24},
		{65535, 65535, MaxCellsLocal, 43690, 24},
		{1 << 30, 1 << 30, MaxCellsServed, 2730, 24},
		{1, 1 << 30, MaxCellsServed, 1, MaxCellsServed},
		{0, 0, MaxCellsServed, 80, 24},
		{0, 40, MaxCellsServed, 80, 24},
		{-1, 40, MaxCellsLocal, 80, 24},
	} {
		if columns, rows := Fit(c.columns, c.rows, c.cells); columns != c.fitColumns || rows != c.fitRows {
			t.Errorf("%d×%d in %d cells is %d×%d, want %d×%d", c.columns, c.rows, c.cells, columns, rows, c.fitColumns,
				c.fitRows)
		}
	}
}
