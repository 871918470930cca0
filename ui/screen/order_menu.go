package screen

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/ui/dialog"
)

// openOrderMenu opens the menu of the columns to order by. The letter of the current column reverses
// its order.
func (l *list[T, K]) openOrderMenu() {
	var items []dialog.MenuItem
	at := 0
	for i, by := range l.sorter.orders {
		if !l.hasColumn(by.column) {
			continue
		}
		item := dialog.MenuItem{Key: string(by.letter), Label: by.Name,
			Note:   strings.TrimPrefix(by.Description(false), by.Name+", "),
			Choose: func() tea.Cmd { l.orderBy(i); return nil }}
		if i == l.sorter.sorting.index {
			at = len(items)
			item.Note = strings.TrimPrefix(l.sorter.description(), by.Name+", ") + " " + l.sorter.arrow()
		}
		items = append(items, item)
	}
	menu := dialog.NewMenu(dialog.MenuOptions{Title: "Order by", Items: items, Close: l.env.Keys.View.Order},
		*l.env.Keys, l.env.Styles)
	menu.Select(at)
	l.env.OpenDialog(menu) // without a command: a menu takes keys at once
}

// orderBy orders the rows by one of the orders, or reverses it if they already are.
func (l *list[T, K]) orderBy(index int) {
	l.sorter.choose(index)
	l.setRows(l.sorter.all)
	l.notifyOrder()
}

// orderByClick orders the rows by the column whose heading was clicked.
func (l *list[T, K]) orderByClick(msg RowMsg) {
	column, ok := l.table.ColumnAt(msg.X)
	if !ok || msg.Line != 0 {
		return
	}
	i := slices.IndexFunc(l.sorter.orders, func(by order[T]) bool { return by.column == column })
	if i >= 0 {
		l.orderBy(i)
	}
}
