package widget

import (
	"strings"

	"charm.land/lipgloss/v2"

	"vpsdeck/ui/style"
)

// Frame is a border with a title in its upper edge and, if there is one, a note in its lower edge.
type Frame struct {
	Title  string // styled; cut to fit
	Note   string // styled; cut to fit
	Border lipgloss.Style
}

// FrameWidth and FrameHeight are what the border takes of a pane, both sides together.
const (
	FrameWidth  = 2
	FrameHeight = 2
)

// Render draws the frame, width by height cells in all, around the lines of a body, which it cuts and pads to fit.
func (f Frame) Render(body string, width, height int) string {
	if width < FrameWidth || height < FrameHeight {
		return ""
	}
	b := lipgloss.RoundedBorder()
	inner := width - FrameWidth
	side := style.Render(f.Border, b.Left)
	out := make([]string, 0, height)
	out = append(out, f.edge(b.TopLeft, b.Top, b.TopRight, f.Title, inner))
	lines := strings.Split(body, "\n")
	for i := range height - FrameHeight {
		line := ""
		if i < len(lines) {
			line = lines[i]
		}
		out = append(out, side+Fit(line, inner, false)+side)
	}
	out = append(out, f.edge(b.BottomLeft, b.Bottom, b.BottomRight, f.Note, inner))
	return strings.Join(out, "\n")
}

// edge draws an upper or lower edge with a text set into it: one line, a space, the text, a space, and lines to the end.
func (f Frame) edge(left, line, right, text string, inner int) string {
	room := inner - 4
	if text == "" || room < 1 {
		return style.Render(f.Border, left+strings.Repeat(line, inner)+right)
	}
	text = Truncate(text, room)
	rest := strings.Repeat(line, inner-3-Width(text))
	return style.Render(f.Border, left+line) + " " + text + " " + style.Render(f.Border, rest+right)
}

// JoinHorizontal puts two blocks of lines side by side. The lines of the left one are all of one width, as a frame's are; neither has
// more lines than the other.
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
func Blocks(used, limit int, full, free lipgloss.Style) string {
	used = min(max(used, 0), limit)
	return full.Render(strings.Repeat(style.Full, used)) + free.Render(strings.Repeat(style.Free, limit-used))
}

// Progress draws a thin bar of width cells of which the given part, 0 to 1, is filled.
func Progress(part float64, width int, fill, rest lipgloss.Style) string {
	n := min(max(int(part*float64(width)), 0), width)
	return fill.Render(strings.Repeat(style.Fill, n)) + rest.Render(strings.Repeat(style.Track, width-n))
}
