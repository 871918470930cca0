// Package window bounds the sizes that terminals claim to have: memory is taken for every cell of a screen.
package window

// The most cells that a screen is drawn with. A screen of 3840×2160 pixels in a small font has 65,000.
const (
	MaxCellsServed = 1 << 16 // of one of many sessions
	MaxCellsLocal  = 1 << 20 // of the only one
)

// The size of a terminal that does not know its own.
const (
	defaultColumns = 80
	defaultRows    = 24
)

// Fit is the size to draw on a terminal that claims so many columns and rows: the same, but no more cells than that, rows given up
// first. Where it claims nothing it is taken for 80×24.
func Fit(columns, rows, cells int) (int, int) {
	if columns <= 0 || rows <= 0 {
		return defaultColumns, defaultRows
	}
	columns = min(columns, cells/defaultRows)
	return columns, min(rows, cells/columns)
}
