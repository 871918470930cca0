package picture

import "image/color"

// drawShape draws a character that has to join its neighbours as a shape: lines, blocks, shades,
// braille. It reports whether it did.
func drawShape(l *layer, content string, x, y int, fg, bg color.RGBA) bool {
	runes := []rune(content)
	if len(runes) != 1 {
		return false
	}
	r := runes[0]
	if weights, ok := boxArms[r]; ok {
		addRects(l.shapeFor(fg), boxLines(weights, x, y))
		return true
	}
	if _, ok := roundCorners[r]; ok {
		s := l.shapeFor(fg)
		s.contours = append(s.contours, roundCorner(r, x, y))
		return true
	}
	if r >= '░' && r <= '▓' {
		l.shapeFor(mixColors(fg, bg, int(r-'░')+1, 4)).add(rect{x, y, cellWidth, cellHeight})
		return true
	}
	if rects := block(r, x, y); rects != nil {
		addRects(l.shapeFor(fg), rects)
		return true
	}
	if r > '\u2800' && r <= '\u28ff' {
		s := l.shapeFor(fg)
		s.contours = append(s.contours, braille(r, x, y)...)
		return true
	}
	return false
}

func addRects(s *shape, rects []rect) {
	for _, r := range rects {
		s.add(r)
	}
}

// block returns a block element in the cell at (x, y), or nil.
func block(r rune, x, y int) []rect {
	switch {
	case r == '▀':
		return []rect{{x, y, cellWidth, cellHeight / 2}}
	case r >= '▁' && r <= '█':
		h := eighths(cellHeight, int(r-'▁')+1)
		return []rect{{x, y + cellHeight - h, cellWidth, h}}
	case r >= '▉' && r <= '▏':
		return []rect{{x, y, eighths(cellWidth, int('▏'-r)+1), cellHeight}}
	case r == '▐':
		return []rect{{x + cellWidth/2, y, cellWidth / 2, cellHeight}}
	case r == '▔':
		return []rect{{x, y, cellWidth, eighths(cellHeight, 1)}}
	case r == '▕':
		w := eighths(cellWidth, 1)
		return []rect{{x + cellWidth - w, y, w, cellHeight}}
	case r >= '▖' && r <= '▟':
		return quadrants(r, x, y)
	}
	return nil
}

// eighths returns n eighths of a length, in whole pixels at 2x, so that bars have sharp ends.
func eighths(length, n int) int {
	const pixel = unitsPerPixel / 2
	return (length*n/8 + pixel/2) / pixel * pixel
}

// quadrants draws ▖ to ▟, by which quarters are filled: upper left, upper right, lower left, lower
// right.
func quadrants(r rune, x, y int) []rect {
	filled := [...]string{"0010", "0001", "1000", "1011", "1001", "1110", "1101", "0100", "0110", "0111"}[r-'▖']
	var rects []rect
	for i := range 4 {
		if filled[i] == '1' {
			rects = append(rects, rect{x + i%2*cellWidth/2, y + i/2*cellHeight/2, cellWidth / 2, cellHeight / 2})
		}
	}
	return rects
}

// braille draws the dots of a pattern. Its bits count down the left column, then the right, and the
// lowest row last.
func braille(r rune, x, y int) []*contour {
	const radius = 20
	var dots []*contour
	for bit, at := range [8]point{{0, 0}, {0, 1}, {0, 2}, {1, 0}, {1, 1}, {1, 2}, {0, 3}, {1, 3}} {
		if (r-'\u2800')>>bit&1 == 1 {
			dots = append(dots, disc(x+cellWidth/4+at.x*cellWidth/2, y+cellHeight/8+at.y*cellHeight/4, radius))
		}
	}
	return dots
}
