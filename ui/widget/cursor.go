package widget

import "strings"

// CursorMark is where the terminal's own cursor belongs in a text: a sequence that takes no cell and is taken out again before
// the text is written. Input methods and screen readers go by that cursor.
const CursorMark = "\x1b_cursor\x1b\\"

// WithCursor puts the mark in the place of the cursor that a field has drawn: its one cell in reverse.
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
			if p == "38" || p == "48" || p == "58" { // numbers of a colour follow
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

// TakeCursor takes the mark out of a screen, and says in which cell it was.
func TakeCursor(screen string) (plain string, x, y int, found bool) {
	before, after, found := strings.Cut(screen, CursorMark)
	if !found {
		return screen, 0, 0, false
	}
	line := before[strings.LastIndexByte(before, '\n')+1:]
	return before + strings.ReplaceAll(after, CursorMark, ""), Width(line), strings.Count(before, "\n"), true
}
