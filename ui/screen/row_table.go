package screen

import (
	"slices"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"vpsdeck/keymap"
	"vpsdeck/ui/widget"
)

// rowTable is the visible rows and the cursor, which stays on its row by ID. T is a row, K its
// identity.
type rowTable[T any, K comparable] struct {
	table    widget.Table
	rows     []T // the visible rows
	identify func(T) K
	current  K // the row under the cursor
}

// show sets the visible rows. The cursor stays on the same row. If that is gone, it moves to the
// first row, or else to the nearest one.
func (t *rowTable[T, K]) show(rows []T, first bool) {
	t.rows, t.table.Rows = rows, len(rows)
	switch at := t.find(t.current); {
	case at >= 0:
		t.table.MoveTo(at)
	case first:
		t.moveTo(0)
	default:
		t.moveTo(t.table.Cursor)
	}
}

// find returns the position of a row, or -1 if it is not visible.
func (t *rowTable[T, K]) find(k K) int {
	return slices.IndexFunc(t.rows, func(row T) bool { return t.identify(row) == k })
}

// keys returns the identities of the rows from one position to another, in either order.
func (t *rowTable[T, K]) keys(from, to int) []K {
	var out []K
	for i := min(from, to); i <= max(from, to); i++ {
		out = append(out, t.identify(t.rows[i]))
	}
	return out
}

// cursorIsCurrent reports whether the cursor is on the current row.
func (t *rowTable[T, K]) cursorIsCurrent() bool {
	row, ok := t.selected()
	return ok && t.identify(row) == t.current
}

// moveTo puts the cursor on a row, or on the nearest one.
func (t *rowTable[T, K]) moveTo(row int) {
	t.table.MoveTo(row)
	if selected, ok := t.selected(); ok {
		t.current = t.identify(selected)
	}
}

// selected returns the row under the cursor.
func (t *rowTable[T, K]) selected() (T, bool) {
	if t.table.Cursor < 0 || t.table.Cursor >= len(t.rows) {
		var none T
		return none, false
	}
	return t.rows[t.table.Cursor], true
}

// handleMoveKey handles the keys that move the cursor.
func (t *rowTable[T, K]) handleMoveKey(msg tea.KeyPressMsg, keys keymap.Move) bool {
	switch {
	case key.Matches(msg, keys.Down):
		t.moveTo(t.table.Cursor + 1)
	case key.Matches(msg, keys.Up):
		t.moveTo(t.table.Cursor - 1)
	case key.Matches(msg, keys.Top):
		t.moveTo(0)
	case key.Matches(msg, keys.Bottom):
		t.moveTo(len(t.rows) - 1)
	case key.Matches(msg, keys.PageDown):
		t.moveTo(t.table.Cursor + t.table.HalfPage())
	case key.Matches(msg, keys.PageUp):
		t.moveTo(t.table.Cursor - t.table.HalfPage())
	case key.Matches(msg, keys.NextPage):
		t.moveTo(t.table.Cursor + t.table.Page())
	case key.Matches(msg, keys.PreviousPage):
		t.moveTo(t.table.Cursor - t.table.Page())
	default:
		return false
	}
	return true
}

// RowMsg is a click on a line of the pane, counted from the line below the border. X is counted
// from the cell after the border.
type RowMsg struct{ X, Line int }

// WheelMsg is a turn of the mouse wheel over the pane, by this many lines down.
type WheelMsg struct{ Lines int }

// HasRow reports whether a click is on a row.
func (t *rowTable[T, K]) HasRow(msg RowMsg) bool { _, ok := t.table.RowAt(msg.Line); return ok }

// handleMouse handles clicks and the wheel.
func (t *rowTable[T, K]) handleMouse(msg tea.Msg) {
	switch msg := msg.(type) {
	case RowMsg:
		if row, ok := t.table.RowAt(msg.Line); ok {
			t.moveTo(row)
		}
	case WheelMsg:
		t.table.Scroll(msg.Lines)
		t.moveTo(t.table.Cursor)
	}
}
