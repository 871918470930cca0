package screen

import (
	"fmt"
	"slices"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"vpsdeck/ui/style"
)

// handleMarkKey handles the keys that mark rows, and says whether the key was one. Marks are by identity: they survive refreshes,
// filters and other panes.
func (l *list[T, K]) handleMarkKey(msg tea.KeyPressMsg) bool {
	keys := l.env.Keys.Mark
	row, ok := l.selected()
	switch {
	case key.Matches(msg, keys.One):
		if ok {
			l.toggleMark(l.identify(row))
			l.moveTo(l.table.Cursor + 1)
		}
	case key.Matches(msg, keys.Range):
		if ok {
			l.markRange(l.identify(row))
		}
	case key.Matches(msg, keys.All):
		if why := l.env.bulkProblem(); why != "" {
			l.env.Notify(Warning, why)
			return true
		}
		l.markAll()
	case key.Matches(msg, l.env.Keys.View.Back) && len(l.marks) > 0:
		l.Unmark()
	default:
		return false
	}
	return true
}

// toggleMark marks a row, from which a range may be marked then, or takes its mark away.
func (l *list[T, K]) toggleMark(k K) {
	if l.marks[k] {
		l.Unmark(k)
		return
	}
	l.mark(k)
	l.anchor, l.anchored = k, true
}

// markRange marks the rows from the anchor to the one under the cursor, as they stand now. Without an anchor it marks that one,
// and a range may be marked from it.
func (l *list[T, K]) markRange(k K) {
	from := l.anchorRow()
	if from < 0 {
		l.mark(k)
		l.anchor, l.anchored = k, true
		return
	}
	for i := min(from, l.table.Cursor); i <= max(from, l.table.Cursor); i++ {
		l.mark(l.identify(l.rows[i]))
	}
}

// anchorRow is where the anchor stands; -1 where there is none, or where it is not shown.
func (l *list[T, K]) anchorRow() int {
	if !l.anchored {
		return -1
	}
	return slices.IndexFunc(l.rows, func(row T) bool { return l.identify(row) == l.anchor })
}

// checkAnchor drops the anchor where what it stood on is not shown any more: a range is only marked from what one can see.
func (l *list[T, K]) checkAnchor() { l.anchored = l.anchorRow() >= 0 }

func (l *list[T, K]) mark(k K) {
	if l.marks == nil {
		l.marks = map[K]bool{}
	}
	l.marks[k] = true
}

// markAll marks all that is shown; if all of it is marked already, it takes the marks away.
func (l *list[T, K]) markAll() {
	all := len(l.rows) > 0
	for _, row := range l.rows {
		all = all && l.marks[l.identify(row)]
	}
	for _, row := range l.rows {
		if all {
			l.Unmark(l.identify(row))
		} else {
			l.mark(l.identify(row))
		}
	}
}

// Unmark takes marks away: those given, or all.
func (l *list[T, K]) Unmark(some ...K) {
	if len(some) == 0 {
		l.marks, l.anchored = nil, false
	}
	for _, k := range some {
		delete(l.marks, k)
		l.anchored = l.anchored && k != l.anchor
	}
}

// MarkCount says how many rows are marked.
func (l *list[T, K]) MarkCount() int { return len(l.marks) }

// markSign is what stands beside a row of the table: that it is marked, or that a range would begin there.
func (l *list[T, K]) markSign(i int) string {
	switch k := l.identify(l.rows[i]); {
	case l.anchored && k == l.anchor:
		return style.Anchor
	case l.marks[k]:
		return style.Marked
	}
	return ""
}

// marksNote says how many rows are marked, and where a range would begin.
func (l *list[T, K]) marksNote() string {
	note := fmt.Sprintf("%s %d marked", style.Marked, len(l.marks))
	if l.anchored && l.width >= minWidthForRangeNote {
		note += fmt.Sprintf(" %s %s marks from %s", style.Dot, l.env.Keys.Mark.Range.Help().Key, style.Anchor)
	}
	return note
}

// minWidthForRangeNote is the width of a pane from which on it says how a range is marked.
const minWidthForRangeNote = 60
