package screen

import (
	"fmt"

	"vpsdeck/keymap"
	"vpsdeck/ui/style"
)

// selection is the rows that are marked for a bulk action. Marks are by identity, so they survive
// refreshes, filters and a change of pane.
type selection[K comparable] struct {
	marks    map[K]bool
	anchor   K    // where a range of marks begins
	anchored bool // anchor is set
}

// toggleMark marks a row and makes it the anchor of a range, or removes its mark.
func (s *selection[K]) toggleMark(k K) {
	if s.marks[k] {
		s.Unmark(k)
		return
	}
	s.markAnchor(k)
}

// markAnchor marks a row and makes it the anchor of a range.
func (s *selection[K]) markAnchor(k K) {
	s.mark(k)
	s.anchor, s.anchored = k, true
}

func (s *selection[K]) mark(some ...K) {
	if s.marks == nil {
		s.marks = map[K]bool{}
	}
	for _, k := range some {
		s.marks[k] = true
	}
}

// toggleAll marks the rows, or removes their marks if all are marked.
func (s *selection[K]) toggleAll(rows []K) {
	for _, k := range rows {
		if !s.marks[k] {
			s.mark(rows...)
			return
		}
	}
	if len(rows) > 0 {
		s.Unmark(rows...)
	}
}

// Unmark removes the given marks, or all.
func (s *selection[K]) Unmark(some ...K) {
	if len(some) == 0 {
		s.marks, s.anchored = nil, false
	}
	for _, k := range some {
		delete(s.marks, k)
		s.anchored = s.anchored && k != s.anchor
	}
}

// MarkCount returns the number of marked rows.
func (s *selection[K]) MarkCount() int { return len(s.marks) }

// sign returns the sign next to a row: anchor, mark or none.
func (s *selection[K]) sign(k K) string {
	switch {
	case s.anchored && k == s.anchor:
		return style.Anchor
	case s.marks[k]:
		return style.Marked
	}
	return ""
}

// note returns the number of marked rows and how to mark a range, for a pane of this width.
func (s *selection[K]) note(width int, keys keymap.Mark) string {
	note := fmt.Sprintf("%s %d marked", style.Marked, len(s.marks))
	if s.anchored && width >= minWidthForRangeNote {
		note += fmt.Sprintf(" %s %s marks from %s", style.Dot, keys.Range.Help().Key, style.Anchor)
	}
	return note
}

// minWidthForRangeNote is the width of a pane from which it says how to mark a range.
const minWidthForRangeNote = 60
