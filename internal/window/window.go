// Package window limits the sizes that terminals report: every cell of a screen takes memory.
package window

// The most cells of a screen. A screen of 3840×2160 pixels in a small font has 65,000.
const (
	MaxCellsServed = 1 << 16 // in each of many sessions
	MaxCellsLocal  = 1 << 20 // in the only session
)

// The size of a terminal that reports none.
const (
	defaultColumns = 80
	defaultRows    = 24
)

// Fit returns the size to draw on a terminal that reports this size: the same, but with no more
// than the given cells. Rows are dropped first. A terminal that reports no size gets 80×24.
func Fit(columns, rows, cells int) (int, int) {
	if columns <= 0 || rows <= 0 {
		return defaultColumns, defaultRows
	}
	columns = min(columns, cells/defaultRows)
	return columns, min(rows, cells/columns)
}
