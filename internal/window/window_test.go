package window

import "testing"

func TestASizeIsBoundedByItsCells(t *testing.T) {
	for _, c := range []struct{ columns, rows, cells, fitColumns, fitRows int }{
		{80, 24, Served, 80, 24},
		{1, 1, Served, 1, 1},
		{480, 135, Served, 480, 135},
		{1000, 1000, Served, 1000, 65},
		{1000, 1000, AtHome, 1000, 1000},
		{65535, 65535, Served, 2730, 24},
		{65535, 65535, AtHome, 43690, 24},
		{1 << 30, 1 << 30, Served, 2730, 24},
		{1, 1 << 30, Served, 1, Served},
		{0, 0, Served, 80, 24},
		{0, 40, Served, 80, 24},
		{-1, 40, AtHome, 80, 24},
	} {
		if columns, rows := Fit(c.columns, c.rows, c.cells); columns != c.fitColumns || rows != c.fitRows {
			t.Errorf("%d×%d in %d cells is %d×%d, want %d×%d", c.columns, c.rows, c.cells, columns, rows, c.fitColumns, c.fitRows)
		}
	}
}
