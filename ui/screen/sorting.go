package screen

import (
	"fmt"
	"slices"
	"strings"

	"vpsdeck/model"
	"vpsdeck/ui/style"
)

// order is an order of the rows by a column, whose head then shows an arrow. Its letter chooses it in
// the menu.
type order[T any] struct {
	column int
	letter rune
	model.Ordering[T]
}

// Sorting is the current order of a pane. The zero value is its first order.
type Sorting struct {
	index    int // index of the pane's orders
	reversed bool
}

// sorter puts the rows of a pane into the chosen order.
type sorter[T any] struct {
	orders   []order[T]
	sorting  *Sorting // the current one of the orders
	all      []T      // as they were given; equal rows keep this order
	sorted   []T      // all, in the order sortedBy; nil: they must be sorted again
	sortedBy Sorting
}

// set sorts the rows, and reports whether they have changed. Setting the same slice again is free,
// because nobody writes to it.
func (s *sorter[T]) set(all []T) (changed bool) {
	known := s.sorted != nil && sameSlice(all, s.all)
	if known && *s.sorting == s.sortedBy {
		return false
	}
	if !known {
		s.all = all
	}
	s.sortedBy = *s.sorting
	s.sorted = s.order().Arrange(s.all, s.sorting.reversed)
	return true
}

// Order returns the name of the current order, after "-" if it is reversed.
func (l *list[T, K]) Order() string {
	name := l.sorter.orders[l.sorter.sorting.index].Name
	if l.sorter.sorting.reversed {
		name = reversedPrefix + name
	}
	return name
}

// SetOrder sets the order by its name; "" is the usual one. An unknown name has no effect, because
// the order may be one of an earlier version.
func (l *list[T, K]) SetOrder(name string) {
	name, reversed := strings.CutPrefix(name, reversedPrefix)
	for i, o := range l.sorter.orders {
		if o.Name == name || name == "" && i == 0 {
			*l.sorter.sorting = Sorting{index: i, reversed: reversed}
			return
		}
	}
}

// reversedPrefix marks the name of an order that is reversed.
const reversedPrefix = "-"

// OrderNames returns the names of a pane's orders, the usual one first.
func OrderNames(pane string) []string {
	var names []string
	switch pane {
	case "backups":
		for _, o := range pointOrders(model.Backup) {
			names = append(names, o.Name)
		}
	case "snapshots":
		for _, o := range pointOrders(model.Snapshot) {
			names = append(names, o.Name)
		}
	default:
		for _, o := range serverOrders() {
			names = append(names, o.Name)
		}
	}
	return names
}

// CheckOrder returns an error if a pane has no order of that name; "" is the usual one.
func CheckOrder(pane, order string) error {
	names := OrderNames(pane)
	name := strings.TrimPrefix(order, reversedPrefix)
	if order == "" || slices.Contains(names, name) {
		return nil
	}
	return fmt.Errorf("order cannot be %q; valid: %s", model.Clean(order), strings.Join(names, ", "))
}

// invalidate makes the next set sort again.
func (s *sorter[T]) invalidate() { s.sorted = nil }

// sameSlice reports whether two lists are the same slice. Nobody writes to them, so then they are
// equal.
func sameSlice[T any](a, b []T) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// order returns the current order.
func (s *sorter[T]) order() order[T] { return s.orders[s.sorting.index] }

// choose chooses one of the orders, or reverses it if it is the current one.
func (s *sorter[T]) choose(index int) {
	if s.sorting.index == index {
		s.reverse()
	} else {
		*s.sorting = Sorting{index: index}
	}
}

func (s *sorter[T]) reverse() { s.sorting.reversed = !s.sorting.reversed }

// description describes the current order for a notice.
func (s *sorter[T]) description() string { return s.order().Description(s.sorting.reversed) }

// arrow returns the direction of the current order, for the column's head.
func (s *sorter[T]) arrow() string {
	if s.order().Descending(s.sorting.reversed) {
		return style.Descending
	}
	return style.Ascending
}

// isDefault reports whether no other order was chosen.
func (s *sorter[T]) isDefault() bool { return *s.sorting == Sorting{} }
