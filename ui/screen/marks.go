package screen

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// marking handles the keys that mark rows, and says whether the key was one. Marks are by identity: they survive refreshes,
// filters and other panes.
func (l *list[T, K]) marking(msg tea.KeyPressMsg) bool {
	keys := l.env.Keys.Mark
	row, ok := l.selected()
	switch {
	case key.Matches(msg, keys.One):
		if ok {
			l.toggle(l.identify(row))
			l.anchor = l.table.Cursor
			l.moveTo(l.table.Cursor + 1)
		}
	case key.Matches(msg, keys.Range):
		for i := min(l.anchor, l.table.Cursor); i <= max(l.anchor, l.table.Cursor) && i < len(l.rows); i++ {
			l.mark(l.identify(l.rows[i]))
		}
	case key.Matches(msg, keys.All):
		if why := l.env.patternless(); why != "" {
			l.env.Say(Warning, why)
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

func (l *list[T, K]) toggle(k K) {
	if l.marks[k] {
		delete(l.marks, k)
		return
	}
	l.mark(k)
}

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
			delete(l.marks, l.identify(row))
		} else {
			l.mark(l.identify(row))
		}
	}
}

// Unmark takes marks away: those given, or all.
func (l *list[T, K]) Unmark(some ...K) {
	if len(some) == 0 {
		l.marks = nil
	}
	for _, k := range some {
		delete(l.marks, k)
	}
}

// Marked says how many rows are marked.
func (l *list[T, K]) Marked() int { return len(l.marks) }

// isMarked tells it for a row of the table.
func (l *list[T, K]) isMarked(i int) bool { return l.marks[l.identify(l.rows[i])] }
