package widget

import (
	"strings"

	"charm.land/lipgloss/v2"

	"vpsdeck/ui/style"
)

// Frame is a border with a title in its top edge. Its bottom edge has room for a note at the left,
// and for a short text at the right.
type Frame struct {
	Title  string // styled; cut to fit
	Note   string // styled; cut to fit
	Corner string // styled; left out if it does not fit with the note
	Border style.Style
}

// FrameWidth and FrameHeight are the cells that the border takes, both sides together.
const (
	FrameWidth  = 2
	FrameHeight = 2
)

// Render draws the frame around the lines of a body, which are cut and padded to fit. width and
// height include the border.
func (f Frame) Render(body string, width, height int) string {
	if width < FrameWidth || height < FrameHeight {
		return ""
	}
	b := lipgloss.RoundedBorder()
	inner := width - FrameWidth
	side := style.Render(f.Border, b.Left)
	top, bottom := f.edge(b.TopLeft, b.Top, b.TopRight, f.Title, "", inner),
		f.edge(b.BottomLeft, b.Bottom, b.BottomRight, f.Note, f.Corner, inner)
	var out strings.Builder
	blank := max(height-FrameHeight-1-strings.Count(body, "\n"), 0)
	out.Grow(len(top) + len(body) + len(bottom) + height*(2*len(side)+1) + blank*inner)
	out.WriteString(top)
	for range height - FrameHeight {
		var line string
		line, body, _ = strings.Cut(body, "\n")
		out.WriteByte('\n')
		out.WriteString(side)
		used := Width(line)
		if used > inner {
			line, used = Fit(line, inner, false), inner
		}
		out.WriteString(line)
		out.WriteString(spaces(inner - used))
		out.WriteString(side)
	}
	out.WriteByte('\n')
	out.WriteString(bottom)
	return out.String()
}

// edge draws the top or bottom edge with texts in it: one line character, a space, the text, a
// space, and line characters to the corner's text or to the end.
func (f Frame) edge(left, line, right, text, corner string, inner int) string {
	if end := Width(corner) + 3; corner != "" && Width(text)+4+end <= inner {
		corner, right = " "+corner+" ", line+right
		inner -= end
	} else {
		corner = ""
	}
	end := corner + style.Render(f.Border, right)
	room := inner - 4
	if text == "" || room < 1 {
		if corner == "" {
			return style.Render(f.Border, left+strings.Repeat(line, inner)+right)
		}
		return style.Render(f.Border, left+strings.Repeat(line, inner)) + end
	}
	text = Truncate(text, room)
	rest := strings.Repeat(line, inner-3-Width(text))
	if corner == "" {
		return style.Render(f.Border, left+line) + " " + text + " " + style.Render(f.Border, rest+right)
	}
	return style.Render(f.Border, left+line) + " " + text + " " + style.Render(f.Border, rest) + end
}

// JoinHorizontal puts two blocks of lines next to each other. Both have the same number of lines,
// and the lines of the left block have the same width, like those of a frame.
func JoinHorizontal(left, right string) string {
	var b strings.Builder
	b.Grow(len(left) + len(right))
	for left != "" {
		var l, r string
		l, left, _ = strings.Cut(left, "\n")
		r, right, _ = strings.Cut(right, "\n")
		b.WriteString(l)
		b.WriteString(r)
		if left != "" {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// Blocks draws a quota as small blocks, used ones first.
func Blocks(used, limit int, full, free style.Style) string {
	used = min(max(used, 0), limit)
	return style.Render(full, strings.Repeat(style.Full, used)) +
		style.Render(free, strings.Repeat(style.Free, limit-used))
}

// Progress draws a thin bar of width cells. part, from 0 to 1, is how much of it is filled.
func Progress(part float64, width int, fill, rest style.Style) string {
	n := min(max(int(part*float64(width)), 0), width)
	return style.Render(fill, strings.Repeat(style.Fill, n)) + style.Render(rest, strings.Repeat(style.Track, width-n))
}
