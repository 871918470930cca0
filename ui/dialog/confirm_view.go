package dialog

import (
	"strings"

	"charm.land/lipgloss/v2"

	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// View draws the question; see [Dialog].
func (q *Confirm) View() string {
	s := q.styles()
	lines := q.visibleLines(s)
	edge := s.Accent
	if q.isDangerous() {
		edge = s.Bad
	}
	return box(s, edge.Bold(true).Render(q.options.Title), edge, lineTexts(lines), q.width)
}

// isDangerous says whether something is lost by it.
func (q *Confirm) isDangerous() bool {
	for _, f := range q.options.Details {
		if f.Bad {
			return true
		}
	}
	return len(q.options.List) > 0
}

// minListRows is how many lines of the list are always shown.
const minListRows = 3

// visibleLines is the lines that there is room for. What is left over goes to the list.
func (q *Confirm) visibleLines(s *style.Styles) []line {
	room := 0
	if len(q.options.List) > 0 {
		rest := len(fitLines(q.allLines(s, q.textWidth(), 0), q.textHeight()))
		room = min(max(q.textHeight()-rest, minListRows), len(q.options.List))
	}
	return fitLines(q.allLines(s, q.textWidth(), room), q.textHeight())
}

// listLines is the part of the list that is scrolled to, in so many lines.
func (q *Confirm) listLines(s *style.Styles, width, rows int) []line {
	top := max(min(q.top, len(q.options.List)-rows), 0)
	var out []line
	for i := top; i < top+rows; i++ {
		text := widget.Truncate(widget.NormalizeWidth(q.options.List[i]), width-4)
		more := ""
		if i == top && top > 0 {
			more = style.MoreUp
		} else if i == top+rows-1 && i < len(q.options.List)-1 {
			more = style.More
		}
		out = append(out, line{widget.Justify(s.Text.Render(text), s.Muted.Render(more), width), dropLate})
	}
	return out
}

func (q *Confirm) allLines(s *style.Styles, width, listRows int) []line {
	blank := line{"", dropBlank}
	out := []line{blank}
	for i, l := range widget.Wrap(widget.NormalizeWidth(q.options.Question), width) {
		out = append(out, line{s.Strong.Render(l), dropOrder(i, dropLate)})
	}
	if listRows > 0 {
		out = append(append(out, blank), q.listLines(s, width, listRows)...)
	}
	out = append(append(out, blank), q.detailLines(s, width)...)
	if t := q.options.Checkbox; t != nil {
		out = append(out, blank, line{q.checkboxLine(s), dropField})
		for i, l := range wrapLines(t.Warning, width) {
			out = append(out, line{s.Warning.Render(l), dropOrder(i, dropDetail)})
		}
	}
	if q.options.Phrase != nil {
		in := q.input
		in.SetWidth(max(width-4, 1))
		out = append(append(append(out, blank), q.promptLines(s, width)...), line{widget.WithCursor(in.View()), dropNever})
	}
	if q.options.Requests != nil {
		out = append(out, blank, line{s.Muted.Render(widget.Truncate("sends "+q.options.Requests(q.checked), width)), dropRequest})
	}
	return append(out, blank, line{q.buttonRow(s, width), dropNever})
}

// wrapLines are the lines of a text; none of an empty one.
func wrapLines(text string, width int) []string {
	if text == "" {
		return nil
	}
	return widget.Wrap(widget.NormalizeWidth(text), width)
}

// promptLines says what is to be typed. Where that takes more than a line, it says only that, and whether it is missing.
func (q *Confirm) promptLines(s *style.Styles, width int) []line {
	st, lines := s.Muted, widget.Wrap(q.options.Phrase.Prompt, width)
	if short := q.options.Phrase.Short; len(lines) > 1 && short != "" {
		lines = widget.Wrap(short, width)
	} else if len(lines) > 1 {
		lines = widget.Wrap("Type "+q.options.Phrase.Text+" to confirm", width)
	}
	if q.phraseMissing {
		st = s.Warning
		if width < minWidthForLabels {
			lines = widget.Wrap("Not yet: type "+q.options.Phrase.Text, width)
		}
	}
	var out []line
	for i, l := range lines {
		drop := dropNever
		if i > max(q.textHeight()-4, 0) { // the field and the buttons come first, however long a name is
			drop = dropLate
		}
		out = append(out, line{st.Render(l), drop})
	}
	return out
}

// dropOrder is how soon a line of a sentence goes: how it goes on, before how it begins.
func dropOrder(i, drop int) int {
	if i > 0 {
		return max(drop, dropContinuation)
	}
	return drop
}

// minWidthForLabels is the width from which on facts have their labels in a column.
const minWidthForLabels = 48

func (q *Confirm) detailLines(s *style.Styles, width int) []line {
	label := 0
	for _, f := range q.options.Details {
		if width >= minWidthForLabels {
			label = max(label, widget.Width(f.Label)+2)
		}
	}
	var out []line
	for _, f := range q.options.Details {
		st, drop := s.Text, dropDetail
		if f.Bad {
			st, drop = s.BadStrong, dropLate
		}
		if f.Minor {
			drop = dropMinor
		}
		value := widget.NormalizeWidth(f.Value)
		if label == 0 {
			value = f.Label + ": " + value
		}
		for i, l := range widget.Wrap(value, max(width-label, 8)) {
			head := strings.Repeat(" ", label)
			if i == 0 && label > 0 {
				head = widget.Fit(f.Label, label, false)
			}
			out = append(out, line{s.Muted.Render(head) + st.Render(l), dropOrder(i, drop)})
		}
	}
	return out
}

func (q *Confirm) checkboxLine(s *style.Styles) string {
	box, st, mark := style.Unchecked, s.Text, "  "
	if q.checked {
		box = style.Checked
	}
	if q.focus == focusCheckbox {
		st, mark = s.AccentStrong, style.Focus+" "
	}
	head := s.Accent.Render(mark) + s.Accent.Render(box) + " " + st.Render(q.options.Checkbox.Label)
	const leastNote = 4 // cells: less of a note says nothing
	if room := q.textWidth() - widget.Width(head) - 2; room >= leastNote {
		return head + "  " + s.Muted.Render(widget.Truncate(q.options.Checkbox.Note, room))
	}
	return widget.Truncate(head, q.textWidth())
}

// cancelLabel is on the button that does nothing.
const cancelLabel = "Cancel"

func (q *Confirm) buttonRow(s *style.Styles, width int) string {
	yes := s.ButtonFocused
	if q.isDangerous() {
		yes = s.ButtonDanger
	}
	row := button(s, cancelLabel, s.ButtonFocused, q.focus == focusNo) + " " + button(s, q.options.ConfirmLabel, yes, q.focus == focusYes)
	hint := q.help()
	if room := width - widget.Width(row) - 3; room >= widget.Width(hint) {
		row += s.Muted.Render("   " + hint)
	}
	return row
}

func (q *Confirm) help() string {
	switch {
	case q.phraseMissing:
		return "not yet: see above"
	case q.pastedEnter:
		return "enter came with a paste: press it again"
	}
	return q.keys.Next.Keys()[0] + " moves " + style.Dot + " " + q.keys.Cancel.Keys()[0] + " cancels"
}

// button draws a button, as wide with the focus as without.
func button(s *style.Styles, word string, focused lipgloss.Style, on bool) string {
	if on {
		return focused.Render(style.Focus + " " + word + " ")
	}
	return s.Button.Render("  " + word + " ")
}
