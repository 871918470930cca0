package screen

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"vpsdeck/ui/style"
)

// handleMarkKey handles the keys that mark rows, and reports whether the key was one. Marks are by
// identity, so they survive refreshes, filters and a change of pane.
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

// toggleMark marks a row and makes it the anchor of a range, or removes its mark.
func (l *list[T, K]) toggleMark(k K) {
	if l.marks[k] {
		l.Unmark(k)
		return
	}
	l.mark(k)
	l.anchor, l.anchored = k, true
}

// markRange marks the visible rows from the anchor to the cursor. Without an anchor it marks the
// row under the cursor and makes it the anchor.
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

// anchorRow returns the row of the anchor, or -1 if there is none or it is not visible.
func (l *list[T, K]) anchorRow() int {
	if !l.anchored {
		return -1
	}
	return slices.IndexFunc(l.rows, func(row T) bool { return l.identify(row) == l.anchor })
}

// checkAnchor drops the anchor if its row is no longer visible, because a range must begin at a
// visible row.
func (l *list[T, K]) checkAnchor() { l.anchored = l.anchorRow() >= 0 }

func (l *list[T, K]) mark(k K) {
	if l.marks == nil {
		l.marks = map[K]bool{}
	}
	l.marks[k] = true
}

// markAll marks all visible rows, or removes their marks if all are marked.
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

// Unmark removes the given marks, or all.
func (l *list[T, K]) Unmark(some ...K) {
	if len(some) == 0 {
		l.marks, l.anchored = nil, false
	}
	for _, k := range some {
		delete(l.marks, k)
		l.anchored = l.anchored && k != l.anchor
	}
}

// markedInOrder returns the marked rows in the order shown. Those that a filter hides are in their
// place too. Rows that the pane does not list now come last, by their identity.
func (l *list[T, K]) markedInOrder() []K {
	if len(l.marks) == 0 {
		return nil
	}
	out, listed := []K{}, map[K]bool{}
	for _, row := range l.sorted {
		if k := l.identify(row); l.marks[k] && !listed[k] {
			out, listed[k] = append(out, k), true
		}
	}
	var others []K
	for k := range l.marks {
		if !listed[k] {
			others = append(others, k)
		}
	}
	slices.SortFunc(others, func(a, b K) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return append(out, others...)
}

// MarkCount returns the number of marked rows.
func (l *list[T, K]) MarkCount() int { return len(l.marks) }

// markSign returns the sign next to a row: anchor, mark or none.
func (l *list[T, K]) markSign(i int) string {
	switch k := l.identify(l.rows[i]); {
	case l.anchored && k == l.anchor:
		return style.Anchor
	case l.marks[k]:
		return style.Marked
	}
	return ""
}

// marksNote returns the number of marked rows and how to mark a range.
func (l *list[T, K]) marksNote() string {
	note := fmt.Sprintf("%s %d marked", style.Marked, len(l.marks))
	if l.anchored && l.width >= minWidthForRangeNote {
		note += fmt.Sprintf(" %s %s marks from %s", style.Dot, l.env.Keys.Mark.Range.Help().Key, style.Anchor)
	}
	return note
}

// minWidthForRangeNote is the width of a pane from which it says how to mark a range.
const minWidthForRangeNote = 60
