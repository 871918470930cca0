package screen

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"vpsdeck/keymap"
	"vpsdeck/model/query"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// list is the common part of all panes with rows. Rows go through the sorter and the filter to the
// table, and some are selected for a bulk action. T is a row, K its identity.
type list[T any, K comparable] struct {
	env *Env
	rowTable[T, K]
	selection[K]
	sorter  sorter[T]
	filter  filter[T]
	fields  query.FieldSet // of the rows, to complete the filter; 0: none
	focused bool
	width   int
	height  int
}

// newList returns the list of a pane, in the first of the orders.
func newList[T any, K comparable](
	env *Env, columns []widget.Column, identify func(T) K, addTexts func(*query.TextIndex, T), parser filterParser[T],
	orders ...order[T],
) list[T, K] {
	return list[T, K]{
		env:      env,
		rowTable: rowTable[T, K]{table: widget.Table{Columns: columns}, identify: identify},
		sorter:   sorter[T]{orders: orders, sorting: &Sorting{}},
		filter:   newFilter(env.Styles(), parser, addTexts),
	}
}

// setRows sets new rows. The cursor stays on the same row, or moves to the nearest one if it is
// gone. Setting the same slice again is free, because nobody writes to it.
func (l *list[T, K]) setRows(all []T) {
	changed := l.sorter.set(all)
	if !changed && l.filter.match == nil && !l.filter.changed && l.cursorIsCurrent() {
		return
	}
	if changed {
		l.filter.search.setRows(l.sorter.sorted)
	}
	l.show(l.filter.apply(), l.filter.changed)
	l.filter.changed = false
	l.table.SortColumn, l.table.SortArrow = l.sorter.order().column, l.sorter.arrow()
	l.table.Sign = func(i int) string { return l.sign(l.identify(l.rows[i])) }
	l.anchored = l.anchored && l.find(l.anchor) >= 0 // a range must begin at a visible row
}

// total returns the number of rows without the filter.
func (l *list[T, K]) total() int { return len(l.sorter.all) }

// matchedRunes reports which runes of a row's name the filter matched; nil: none.
func (l *list[T, K]) matchedRunes(row T) func(int) bool { return l.filter.matchedRunes(row) }

// Filter returns the filter's text.
func (l *list[T, K]) Filter() string { return l.filter.Value() }

// setFilter replaces the filter. The rows must be set again.
func (l *list[T, K]) setFilter(text string) {
	l.filter.input.SetValue(text)
	l.filter.parse()
}

// handleMsg handles what all panes share: the filter, the order, the cursor, the marks and the
// mouse. changed means that the rows must be set again. If not handled, press is a key for the pane
// itself.
func (l *list[T, K]) handleMsg(msg tea.Msg) (press tea.KeyPressMsg, changed, handled bool) {
	press, ok := msg.(tea.KeyPressMsg)
	if !ok {
		if _, paste := msg.(tea.PasteMsg); paste && l.filter.typing {
			return press, l.filter.edit(msg), true
		}
		l.handleMouse(msg)
		if click, ok := msg.(RowMsg); ok {
			l.orderByClick(click)
		}
		return press, false, true
	}
	if changed, handled := l.handleFilterKey(press); handled {
		return press, changed, true
	}
	return press, false, l.handleMoveKey(press, l.env.Keys.Move) || l.handleMarkKey(press)
}

// handleFilterKey handles the keys of the filter and the order. changed means that the rows must be
// set again.
func (l *list[T, K]) handleFilterKey(msg tea.KeyPressMsg) (changed, handled bool) {
	keys := l.env.Keys.View
	switch {
	case l.filter.typing:
		return l.handleTyping(msg), true
	case key.Matches(msg, keys.Filter):
		l.filter.startTyping()
		return false, true
	case key.Matches(msg, keys.Back) && l.filter.Value() != "" && len(l.marks) == 0:
		l.filter.clear()
		return true, true
	case key.Matches(msg, keys.Order):
		l.openOrderMenu()
		return false, true
	case key.Matches(msg, keys.Reverse):
		l.sorter.reverse()
		l.notifyOrder()
		return true, true
	}
	return false, false
}

func (l *list[T, K]) handleTyping(msg tea.KeyPressMsg) (changed bool) {
	switch msg.String() {
	case "esc":
		l.filter.clear()
		l.filter.stopTyping()
		return true
	case "enter":
		l.filter.stopTyping()
		return false
	case "tab":
		return l.complete()
	case "down":
		l.moveTo(l.table.Cursor + 1)
		return false
	case "up":
		l.moveTo(l.table.Cursor - 1)
		return false
	}
	return l.filter.edit(msg)
}

// handleMarkKey handles the keys that mark rows, and reports whether the key was one.
func (l *list[T, K]) handleMarkKey(msg tea.KeyPressMsg) bool {
	keys := l.env.Keys.Mark
	_, ok := l.selected()
	switch {
	case key.Matches(msg, keys.One):
		if ok {
			l.toggleMark(l.identify(l.rows[l.table.Cursor]))
			l.moveTo(l.table.Cursor + 1)
		}
	case key.Matches(msg, keys.Range):
		if ok {
			l.markRange()
		}
	case key.Matches(msg, keys.All):
		if why := l.env.bulkProblem(); why != "" {
			l.env.Notify(Warning, why)
			return true
		}
		if ok {
			l.toggleAll(l.keys(0, len(l.rows)-1))
		}
	case key.Matches(msg, l.env.Keys.View.Back) && len(l.marks) > 0:
		l.Unmark()
	default:
		return false
	}
	return true
}

// markRange marks the visible rows from the anchor to the cursor. Without an anchor it marks the
// row under the cursor and makes it the anchor.
func (l *list[T, K]) markRange() {
	from := -1
	if l.anchored {
		from = l.find(l.anchor)
	}
	if from < 0 {
		l.markAnchor(l.identify(l.rows[l.table.Cursor]))
		return
	}
	l.mark(l.keys(from, l.table.Cursor)...)
}

// markKey returns the key that marks, with what it does to the row under the cursor.
func (l *list[T, K]) markKey() key.Binding {
	if row, ok := l.selected(); ok && l.marks[l.identify(row)] {
		return keymap.WithHelp(l.env.Keys.Mark.One, "unmark")
	}
	return l.env.Keys.Mark.One
}

// hasColumn reports whether the pane has a column now. The points of one server have no SERVER.
func (l *list[T, K]) hasColumn(column int) bool { return l.table.Columns[column].Width > 0 }

func (l *list[T, K]) notifyOrder() { l.env.Notify(Info, "ordered by "+l.sorter.description()) }

// hiddenOrder returns the chosen order if its column does not fit, so that no head shows it.
func (l *list[T, K]) hiddenOrder() string {
	if l.sorter.isDefault() || l.table.Shows(l.table.SortColumn) || !l.hasColumn(l.table.SortColumn) {
		return ""
	}
	return l.table.SortArrow + " " + l.sorter.order().Name
}

// SetSize sets the pane's size, border included.
func (l *list[T, K]) SetSize(width, height int) {
	l.width, l.height = width, height
	l.table.SetSize(max(width-widget.FrameWidth, 0), max(height-widget.FrameHeight, 0))
}

// SetFocus sets whether the keys go to the pane.
func (l *list[T, K]) SetFocus(on bool) {
	l.focused = on
	if !on && l.filter.typing {
		l.filter.stopTyping()
	}
}

// markedInOrder returns the marked rows in the order shown. Those that a filter hides are in their
// place too. Rows that the pane does not list now come last, by their identity.
func (l *list[T, K]) markedInOrder() []K {
	if len(l.marks) == 0 {
		return nil
	}
	out, listed := []K{}, map[K]bool{}
	for _, row := range l.sorter.sorted {
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

// noMatch returns what the pane shows if no row matches the filter; what names a row.
func (l *list[T, K]) noMatch(what string) message {
	text := "No " + what + " matches “" + l.filter.Value() + "”"
	if m := l.filter.match; m != nil && m.query != nil {
		if unknown := m.query.UnknownStatus(l.env.values(l.fields, "status")); unknown != "" {
			text += ": " + unknown
		}
	}
	return message{l.env.Styles().Text, asSentence(text), l.env.Keys.View.Back.Help().Key + " clears the filter."}
}

// Filtered reports whether there is a filter or a mark that esc would clear.
func (l *list[T, K]) Filtered() bool { return l.filter.Value() != "" || len(l.marks) > 0 }

// Typing reports whether the pane takes every key as text.
func (l *list[T, K]) Typing() bool { return l.filter.typing }

// frame draws the pane around a body.
func (l *list[T, K]) frame(title, problem, body string) string {
	s := l.env.Styles()
	edge := s.Faint
	if l.focused {
		edge = s.Accent
	}
	note := l.filter.note(s, l.width)
	if order := l.hiddenOrder(); order != "" && !l.filter.typing {
		note = strings.TrimSuffix(style.Render(s.Muted, order)+"  "+note, "  ")
	}
	if len(l.marks) > 0 && !l.filter.typing {
		note = strings.TrimSuffix(style.Render(s.Accent, l.note(l.width, l.env.Keys.Mark))+"  "+note, "  ")
	}
	if problem != "" && !l.filter.typing {
		note = strings.TrimSuffix(problem+"  "+note, "  ")
	}
	return widget.Frame{Title: title, Note: note, Corner: l.position(), Border: edge}.Render(body, l.width, l.height)
}
