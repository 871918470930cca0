package screen

import (
	"fmt"

	"vpsdeck/ui/style"
)

// position says where the cursor is among the rows, and whether there are more: "5/12 ▾ more".
func (l *list[T, K]) position() string {
	if l.table.Cursor < 0 || len(l.rows) == 0 {
		return ""
	}
	text := fmt.Sprintf("%d/%d", l.table.Cursor+1, len(l.rows))
	above, below := l.table.Hidden()
	if above || below {
		text += " " + style.MoreArrows(above, below) + " more"
	}
	if l.focused { // in the terminal's own colour: it changes with every step, and a colour takes bytes
		return text
	}
	return style.Render(l.env.Styles().Muted, text)
}
