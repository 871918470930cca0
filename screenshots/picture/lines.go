package picture

// boxArms are the lines of a box drawing character from the middle of its cell to the left, up,
// right and down: 0 none, 1 light, 2 heavy. Dashed and double lines are left to the font: the
// program does not use them.
var boxArms = map[rune]string{
	'─': "1010", '━': "2020", '│': "0101", '┃': "0202", '╴': "1000", '╵': "0100", '╶': "0010", '╷': "0001",
	'╸': "2000", '╹': "0200", '╺': "0020", '╻': "0002", '╼': "1020", '╽': "0102", '╾': "2010", '╿': "0201",
	'┌': "0011", '┍': "0021", '┎': "0012", '┏': "0022", '┐': "1001", '┑': "2001", '┒': "1002", '┓': "2002",
	'└': "0110", '┕': "0120", '┖': "0210", '┗': "0220", '┘': "1100", '┙': "2100", '┚': "1200", '┛': "2200",
	'├': "0111", '┝': "0121", '┞': "0211", '┟': "0112", '┠': "0212", '┡': "0221", '┢': "0122", '┣': "0222",
	'┤': "1101", '┥': "2101", '┦': "1201", '┧': "1102", '┨': "1202", '┩': "2201", '┪': "2102", '┫': "2202",
	'┬': "1011", '┭': "2011", '┮': "1021", '┯': "2021", '┰': "1012", '┱': "2012", '┲': "1022", '┳': "2022",
	'┴': "1110", '┵': "2110", '┶': "1120", '┷': "2120", '┸': "1210", '┹': "2210", '┺': "1220", '┻': "2220",
	'┼': "1111", '┽': "2111", '┾': "1121", '┿': "2121", '╀': "1211", '╁': "1112", '╂': "1212", '╃': "2211",
	'╄': "1221", '╅': "2112", '╆': "1122", '╇': "2221", '╈': "2122", '╉': "2212", '╊': "1222", '╋': "2222",
}

// roundCorners are the rounded corners, by the sides of the cell that they join: right (1) or left
// (-1), down (1) or up (-1).
var roundCorners = map[rune]struct{ across, down int }{'╭': {1, 1}, '╮': {-1, 1}, '╰': {1, -1}, '╯': {-1, -1}}

// Lines run through the middle of a cell, but half a pixel off horizontally, so that they fill
// whole pixels at 1x too.
const (
	middleX    = 88
	middleY    = cellHeight / 2
	lightLine  = 16
	heavyLine  = 48
	lineRadius = cellWidth - middleX
)

// armWidth returns the width of an arm, which is '0', '1' or '2' in boxArms.
func armWidth(weight byte) int {
	return [...]int{0, lightLine, heavyLine}[weight-'0']
}

// boxLines draws a box drawing character into the cell at (x, y).
func boxLines(weights string, x, y int) []rect {
	left, up, right, down := armWidth(weights[0]), armWidth(weights[1]), armWidth(weights[2]), armWidth(weights[3])
	// Every arm reaches across the middle as far as the thickest line there, so that corners are
	// filled.
	reachX, reachY := max(up, down)/2, max(left, right)/2
	var rects []rect
	switch {
	case left == right && left > 0:
		rects = append(rects, rect{x, y + middleY - left/2, cellWidth, left})
	default:
		if left > 0 {
			rects = append(rects, rect{x, y + middleY - left/2, middleX + reachX, left})
		}
		if right > 0 {
			rects = append(rects, rect{x + middleX - reachX, y + middleY - right/2, cellWidth - middleX + reachX,
				right})
		}
	}
	switch {
	case up == down && up > 0:
		rects = append(rects, rect{x + middleX - up/2, y, up, cellHeight})
	default:
		if up > 0 {
			rects = append(rects, rect{x + middleX - up/2, y, up, middleY + reachY})
		}
		if down > 0 {
			rects = append(rects, rect{x + middleX - down/2, y + middleY - reachY, down, cellHeight - middleY + reachY})
		}
	}
	return rects
}

// roundCorner draws a rounded corner into the cell at (x, y): straight from each side, and an arc
// between.
func roundCorner(r rune, x, y int) *contour {
	c := roundCorners[r]
	const half = lightLine / 2
	cx, cy := x+middleX, y+middleY
	side, end := x+cellWidth, y+cellHeight // where the lines leave the cell
	if c.across < 0 {
		side = x
	}
	if c.down < 0 {
		end = y
	}
	arcX, arcY := cx+c.across*lineRadius, cy+c.down*lineRadius // where the arc ends
	outX, outY := cx-c.across*half, cy-c.down*half
	inX, inY := cx+c.across*half, cy+c.down*half
	return newContour(outX, end).line(outX, arcY).arc(point{outX, outY}, arcX, outY).line(side, outY).
		line(side, inY).line(arcX, inY).arc(point{inX, inY}, inX, arcY).line(inX, end)
}
