package screen

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/dialog"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// list is the common part of all panes with rows: a cursor that stays on its row by ID across
// refreshes, a filter, an order and marks. T is a row, K its identity.
type list[T any, K comparable] struct {
	env           *Env
	table         widget.Table
	all           []T               // as they were given; equal rows keep this order
	sorted        []T               // all, in the current order
	sortedBy      Sorting           // the order of sorted
	textIndex     []indexPart       // the rows' texts; nil: not built yet
	filterResults []filterResult[T] // results while typing, each narrower than the one before
	rows          []T               // the visible rows
	total         int               // number of rows without the filter
	identify      func(T) K
	parser        filterParser[T]
	addTexts      func(*model.TextIndex, T) // adds the searched texts of a row
	match         *matcher[T]               // the current filter; nil: everything is shown
	filterProblem string                    // what is wrong with the filter, or ""
	filterChanged bool                      // the filter has changed since the rows were set
	orders        []order[T]
	sorting       *Sorting // the current one of the orders
	current       K
	marks         map[K]bool // rows marked for a bulk action
	anchor        K          // where a range of marks begins
	anchored      bool       // anchor is set
	filter        textinput.Model
	typing        bool
	focused       bool
	width         int
	height        int
}

// newList returns the list of a pane, in the first of the orders.
func newList[T any, K comparable](
	env *Env, columns []widget.Column, identify func(T) K, addTexts func(*model.TextIndex, T), parser filterParser[T],
	orders ...order[T],
) list[T, K] {
	input := dialog.NewInput(env.Styles())
	input.Prompt = "/"
	input.CharLimit = 200
	return list[T, K]{
		env: env, table: widget.Table{Columns: columns}, identify: identify, addTexts: addTexts, parser: parser,
		filter: input,
		orders: orders, sorting: &Sorting{},
	}
}

// setRows sets new rows. The cursor stays on the same row, or moves to the nearest one if it is
// gone. Setting the same slice again is free, because nobody writes to it.
func (l *list[T, K]) setRows(all []T) {
	known := l.sorted != nil && sameSlice(all, l.all)
	ordered := known && *l.sorting == l.sortedBy
	if ordered && l.match == nil && !l.filterChanged && l.cursorIsCurrent() {
		return
	}
	if !known {
		l.all, l.total = all, len(all)
	}
	if !ordered {
		l.sortedBy, l.textIndex = *l.sorting, nil
		l.sorted = l.orders[l.sorting.index].Arrange(l.all, l.sorting.reversed)
	}
	l.applyFilter()
}

// sameSlice reports whether two lists are the same slice. Nobody writes to them, so then they are
// equal.
func sameSlice[T any](a, b []T) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// applyFilter sets the visible rows by the filter.
func (l *list[T, K]) applyFilter() {
	l.rows = l.sorted
	switch {
	case l.match != nil:
		l.buildIndex()
		l.rows = l.filterRows()
	case !l.typing:
		l.textIndex, l.filterResults = nil, nil // no filter is in use
	}
	by := l.orders[l.sorting.index]
	l.table.SortColumn, l.table.SortArrow = by.column, style.Ascending
	if by.Descending(l.sorting.reversed) {
		l.table.SortArrow = style.Descending
	}
	l.table.Rows, l.table.Sign = len(l.rows), l.markSign
	l.checkAnchor()
	if at := slices.IndexFunc(l.rows, func(row T) bool { return l.identify(row) == l.current }); at >= 0 {
		l.table.MoveTo(at)
	} else if l.filterChanged { // a new filter begins at the first row
		l.moveTo(0)
	} else {
		l.moveTo(l.table.Cursor)
	}
	l.filterChanged = false
}

// cursorIsCurrent reports whether the cursor is on the current row.
func (l *list[T, K]) cursorIsCurrent() bool {
	row, ok := l.selected()
	return ok && l.identify(row) == l.current
}

// matchedRunes reports which runes of a row's name the filter matched; nil: none.
func (l *list[T, K]) matchedRunes(row T) func(int) bool {
	if l.match == nil {
		return nil
	}
	_, marks := l.match.match(row)
	if marks == (model.Marks{}) {
		return nil
	}
	return marks.Has
}

// parseFilter parses the filter's text.
func (l *list[T, K]) parseFilter() {
	l.match, l.filterProblem, l.filterChanged = nil, "", true
	if l.filter.Value() == "" {
		return
	}
	match, problems := l.parser(l.filter.Value())
	l.match = match
	if len(problems) > 0 {
		l.filterProblem = problems[0].Message
	}
}

// moveTo puts the cursor on a row, or on the nearest one.
func (l *list[T, K]) moveTo(row int) {
	l.table.MoveTo(row)
	if selected, ok := l.selected(); ok {
		l.current = l.identify(selected)
	}
}

// selected returns the row under the cursor.
func (l *list[T, K]) selected() (T, bool) {
	if l.table.Cursor < 0 || l.table.Cursor >= len(l.rows) {
		var none T
		return none, false
	}
	return l.rows[l.table.Cursor], true
}

// handleMoveKey handles the keys that move the cursor.
func (l *list[T, K]) handleMoveKey(msg tea.KeyPressMsg) bool {
	keys := l.env.Keys.Move
	switch {
	case key.Matches(msg, keys.Down):
		l.moveTo(l.table.Cursor + 1)
	case key.Matches(msg, keys.Up):
		l.moveTo(l.table.Cursor - 1)
	case key.Matches(msg, keys.Top):
		l.moveTo(0)
	case key.Matches(msg, keys.Bottom):
		l.moveTo(len(l.rows) - 1)
	case key.Matches(msg, keys.PageDown):
		l.moveTo(l.table.Cursor + l.table.HalfPage())
	case key.Matches(msg, keys.PageUp):
		l.moveTo(l.table.Cursor - l.table.HalfPage())
	case key.Matches(msg, keys.NextPage):
		l.moveTo(l.table.Cursor + l.table.Page())
	case key.Matches(msg, keys.PreviousPage):
		l.moveTo(l.table.Cursor - l.table.Page())
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

// handleMouse handles clicks and the wheel.
func (l *list[T, K]) handleMouse(msg tea.Msg) {
	switch msg := msg.(type) {
	case RowMsg:
		if row, ok := l.table.RowAt(msg.Line); ok {
			l.moveTo(row)
		} else if column, ok := l.table.ColumnAt(msg.X); ok && msg.Line == 0 {
			l.orderByColumn(column)
		}
	case WheelMsg:
		l.table.Scroll(msg.Lines)
		l.moveTo(l.table.Cursor)
	}
}

// handleMsg handles what all panes share: the filter, the order, the cursor, the marks and the
// mouse. changed means that the rows must be set again. If not handled, press is a key for the pane
// itself.
func (l *list[T, K]) handleMsg(msg tea.Msg) (press tea.KeyPressMsg, changed, handled bool) {
	press, ok := msg.(tea.KeyPressMsg)
	if !ok {
		if _, paste := msg.(tea.PasteMsg); paste && l.typing {
			return press, l.editFilter(msg), true
		}
		l.handleMouse(msg)
		return press, false, true
	}
	if changed, handled := l.handleFilterKey(press); handled {
		return press, changed, true
	}
	return press, false, l.handleMoveKey(press) || l.handleMarkKey(press)
}

// handleFilterKey handles the keys of the filter and the order. changed means that the rows must be
// set again.
func (l *list[T, K]) handleFilterKey(msg tea.KeyPressMsg) (changed, handled bool) {
	keys := l.env.Keys.View
	switch {
	case l.typing:
		return l.handleTyping(msg), true
	case key.Matches(msg, keys.Filter):
		l.typing = true
		l.buildIndex()
		l.filter.Focus()
		l.filter.CursorEnd()
		return false, true
	case key.Matches(msg, keys.Back) && l.filter.Value() != "" && len(l.marks) == 0:
		l.filter.Reset()
		l.parseFilter()
		return true, true
	case key.Matches(msg, keys.Order):
		l.openOrderMenu()
		return false, true
	case key.Matches(msg, keys.Reverse):
		l.sorting.reversed = !l.sorting.reversed
		l.notifyOrder()
		return true, true
	}
	return false, false
}

func (l *list[T, K]) handleTyping(msg tea.KeyPressMsg) (changed bool) {
	switch msg.String() {
	case "esc":
		l.filter.Reset()
		l.parseFilter()
		l.stopTyping()
		return true
	case "enter":
		l.stopTyping()
		return false
	case "down":
		l.moveTo(l.table.Cursor + 1)
		return false
	case "up":
		l.moveTo(l.table.Cursor - 1)
		return false
	}
	return l.editFilter(msg)
}

// editFilter passes a key or a paste to the field, and reports whether its text has changed.
func (l *list[T, K]) editFilter(msg tea.Msg) bool {
	before := l.filter.Value()
	if text, ok := dialog.SanitizeInput(msg); ok {
		l.filter, _ = l.filter.Update(text) // its only command blinks the cursor, which is off
	}
	if l.filter.Value() == before {
		return false
	}
	l.parseFilter()
	return true
}

func (l *list[T, K]) stopTyping() {
	l.typing = false
	l.filter.Blur()
}

// SetSize sets the pane's size, border included.
func (l *list[T, K]) SetSize(width, height int) {
	l.width, l.height = width, height
	l.table.SetSize(max(width-widget.FrameWidth, 0), max(height-widget.FrameHeight, 0))
}

// SetFocus sets whether the keys go to the pane.
func (l *list[T, K]) SetFocus(on bool) {
	l.focused = on
	if !on && l.typing {
		l.stopTyping()
	}
}

// Filtered reports whether there is a filter or a mark that esc would clear.
func (l *list[T, K]) Filtered() bool { return l.filter.Value() != "" || len(l.marks) > 0 }

// Typing reports whether the pane takes every key as text.
func (l *list[T, K]) Typing() bool { return l.typing }

// frame draws the pane around a body.
func (l *list[T, K]) frame(title, problem, body string) string {
	s := l.env.Styles()
	edge := s.Faint
	if l.focused {
		edge = s.Accent
	}
	note := l.filterNote(s)
	if order := l.hiddenOrder(); order != "" && !l.typing {
		note = strings.TrimSuffix(s.Muted.Render(order)+"  "+note, "  ")
	}
	if len(l.marks) > 0 && !l.typing {
		note = strings.TrimSuffix(s.Accent.Render(l.marksNote())+"  "+note, "  ")
	}
	if problem != "" && !l.typing {
		note = strings.TrimSuffix(problem+"  "+note, "  ")
	}
	return widget.Frame{Title: title, Note: note, Border: edge}.Render(body, l.width, l.height)
}

// filterNote returns the filter, and what is wrong with it, for the lower border.
func (l *list[T, K]) filterNote(s *style.Styles) string {
	problem := ""
	if l.filterProblem != "" {
		problem = s.Warning.Render("  " + style.Warning + " " + l.filterProblem)
	}
	switch {
	case l.typing:
		in := l.filter
		in.SetWidth(max(min(widget.Width(in.Value())+1, l.width-12), 1))
		return widget.WithCursor(in.View()) + problem
	case l.filter.Value() != "" && problem != "":
		return s.Accent.Render("/"+l.filter.Value()) + problem
	case l.filter.Value() != "":
		return s.Accent.Render("/"+l.filter.Value()) + s.Muted.Render("  esc clears")
	}
	return ""
}
