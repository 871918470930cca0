package dialog

import (
	"strings"

	"charm.land/lipgloss/v2"

	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// View draws the question; see [Dialog].
func (q *Question) View() string {
	s := q.look()
	lines := q.fitted(s)
	edge := s.Accent
	if q.dangerous() {
		edge = s.Bad
	}
	return box(s, edge.Bold(true).Render(q.ask.Title), edge, texts(lines), q.width)
}

// dangerous says whether something is lost by it.
func (q *Question) dangerous() bool {
	for _, f := range q.ask.Facts {
		if f.Bad {
			return true
		}
	}
	return len(q.ask.List) > 0
}

// leastList is how many lines of the list are always shown.
const leastList = 3

// fitted is the lines that there is room for. What is left over goes to the list.
func (q *Question) fitted(s *style.Styles) []line {
	room := 0
	if len(q.ask.List) > 0 {
		rest := len(fit(q.lines(s, q.inner(), 0), q.rows()))
		room = min(max(q.rows()-rest, leastList), len(q.ask.List))
	}
	return fit(q.lines(s, q.inner(), room), q.rows())
}

// listed is the part of the list that is scrolled to, in so many lines.
func (q *Question) listed(s *style.Styles, width, rows int) []line {
	top := max(min(q.top, len(q.ask.List)-rows), 0)
	var out []line
	for i := top; i < top+rows; i++ {
		text := widget.Cut(widget.Agreed(q.ask.List[i]), width-4)
		more := ""
		if i == top && top > 0 {
			more = style.MoreUp
		} else if i == top+rows-1 && i < len(q.ask.List)-1 {
			more = style.More
		}
		out = append(out, line{widget.Spread(s.Text.Render(text), s.Muted.Render(more), width), keep})
	}
	return out
}

func (q *Question) lines(s *style.Styles, width, listRows int) []line {
	blank := line{"", dropBlank}
	out := []line{blank}
	for i, l := range widget.Wrap(widget.Agreed(q.ask.Question), width) {
		out = append(out, line{s.Strong.Render(l), begins(i, keep)})
	}
	if listRows > 0 {
		out = append(append(out, blank), q.listed(s, width, listRows)...)
	}
	out = append(append(out, blank), q.facts(s, width)...)
	if t := q.ask.Tick; t != nil {
		out = append(out, blank, line{q.tickLine(s), dropField})
		for i, l := range wrapped(t.Warning, width) {
			out = append(out, line{s.Late.Render(l), begins(i, dropFact)})
		}
	}
	if q.ask.Phrase != nil {
		in := q.input
		in.SetWidth(max(width-4, 1))
		out = append(append(append(out, blank), q.prompt(s, width)...), line{widget.WithCursor(in.View()), stays})
	}
	if q.ask.Requests != nil {
		out = append(out, blank, line{s.Muted.Render(widget.Cut("sends "+q.ask.Requests(q.ticked), width)), dropRequest})
	}
	return append(out, blank, line{q.buttons(s, width), stays})
}

// wrapped are the lines of a text; none of an empty one.
func wrapped(text string, width int) []string {
	if text == "" {
		return nil
	}
	return widget.Wrap(widget.Agreed(text), width)
}

// prompt says what is to be typed. Where that takes more than a line, it says only that, and whether it is missing.
func (q *Question) prompt(s *style.Styles, width int) []line {
	st, lines := s.Muted, widget.Wrap(q.ask.Phrase.Prompt, width)
	if short := q.ask.Phrase.Short; len(lines) > 1 && short != "" {
		lines = widget.Wrap(short, width)
	} else if len(lines) > 1 {
		lines = widget.Wrap("Type "+q.ask.Phrase.Text+" to confirm", width)
	}
	if q.missing {
		st = s.Late
		if width < roomForLabels {
			lines = widget.Wrap("Not yet: type "+q.ask.Phrase.Text, width)
		}
	}
	var out []line
	for i, l := range lines {
		drop := stays
		if i > max(q.rows()-4, 0) { // the field and the buttons come first, however long a name is
			drop = keep
		}
		out = append(out, line{st.Render(l), drop})
	}
	return out
}

// begins is how soon a line of a sentence goes: how it goes on, before how it begins.
func begins(i, drop int) int {
	if i > 0 {
		return max(drop, dropRest)
	}
	return drop
}

// roomForLabels is the width from which on facts have their labels in a column.
const roomForLabels = 48

func (q *Question) facts(s *style.Styles, width int) []line {
	label := 0
	for _, f := range q.ask.Facts {
		if width >= roomForLabels {
			label = max(label, widget.Width(f.Label)+2)
		}
	}
	var out []line
	for _, f := range q.ask.Facts {
		st, drop := s.Text, dropFact
		if f.Bad {
			st, drop = s.BadStrong, keep
		}
		if f.Minor {
			drop = dropMinor
		}
		value := widget.Agreed(f.Value)
		if label == 0 {
			value = f.Label + ": " + value
		}
		for i, l := range widget.Wrap(value, max(width-label, 8)) {
			head := strings.Repeat(" ", label)
			if i == 0 && label > 0 {
				head = widget.Fit(f.Label, label, false)
			}
			out = append(out, line{s.Muted.Render(head) + st.Render(l), begins(i, drop)})
		}
	}
	return out
}

func (q *Question) tickLine(s *style.Styles) string {
	box, st, mark := style.Unticked, s.Text, "  "
	if q.ticked {
		box = style.Ticked
	}
	if q.focus == onTick {
		st, mark = s.AccentStrong, style.Focus+" "
	}
	head := s.Accent.Render(mark) + s.Accent.Render(box) + " " + st.Render(q.ask.Tick.Label)
	const leastNote = 4 // cells: less of a note says nothing
	if room := q.inner() - widget.Width(head) - 2; room >= leastNote {
		return head + "  " + s.Muted.Render(widget.Cut(q.ask.Tick.Note, room))
	}
	return widget.Cut(head, q.inner())
}

// noWord is on the button that does nothing.
const noWord = "Cancel"

func (q *Question) buttons(s *style.Styles, width int) string {
	yes := s.ButtonFocused
	if q.dangerous() {
		yes = s.ButtonDanger
	}
	row := button(s, noWord, s.ButtonFocused, q.focus == onNo) + " " + button(s, q.ask.Yes, yes, q.focus == onYes)
	hint := q.help()
	if room := width - widget.Width(row) - 3; room >= widget.Width(hint) {
		row += s.Muted.Render("   " + hint)
	}
	return row
}

func (q *Question) help() string {
	switch {
	case q.missing:
		return "not yet: see above"
	case q.rushed:
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
