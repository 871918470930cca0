package widget

import "strings"

// CursorMark marks the position of the terminal's own cursor in a text. Input methods and screen
// readers follow that cursor. The mark takes no cell, and is removed before the text is written.
const CursorMark = "\x1b_cursor\x1b\\"

// WithCursor puts the mark in place of the cursor that a field has drawn, which is its one cell in
// reverse.
func WithCursor(field string) string {
	for at := 0; ; {
		i := strings.Index(field[at:], "\x1b[")
		if i < 0 {
			return field
		}
		begin := at + i
		length := sgrLength(field[begin:])
		if length == 0 {
			at = begin + 2
			continue
		}
		at = begin + length
		params := strings.Split(field[begin+2:at-1], ";")
		for n, p := range params {
			if p == "38" || p == "48" || p == "58" { // the numbers of a colour follow
				break
			}
			if p != "7" {
				continue
			}
			rest := strings.Join(append(params[:n:n], params[n+1:]...), ";")
			if rest != "" {
				rest = "\x1b[" + rest + "m"
			}
			return field[:begin] + CursorMark + rest + field[at:]
		}
	}
}

// TakeCursor removes the mark from a screen and returns the cell it was in.
func TakeCursor(screen string) (plain string, x, y int, found bool) {
	before, after, found := strings.Cut(screen, CursorMark)
	if !found {
		return screen, 0, 0, false
	}
	line := before[strings.LastIndexByte(before, '\n')+1:]
	return before + strings.ReplaceAll(after, CursorMark, ""), Width(line), strings.Count(before, "\n"), true
}
