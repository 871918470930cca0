package dialog

import (
	"strings"

	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// View draws the confirmation; see [Dialog].
func (c *Confirm) View() string {
	s := c.styles()
	lines := c.visibleLines(s)
	edge := s.Accent
	if c.isDangerous() {
		edge = s.Bad
	}
	return box(s, style.Render(edge.Bold(), c.options.Title), edge, lineTexts(lines), c.width)
}

// isDangerous reports whether confirming loses data.
func (c *Confirm) isDangerous() bool {
	for _, f := range c.options.Details {
		if f.Bad {
			return true
		}
	}
	return len(c.options.List) > 0
}

// minListRows is the minimum of visible list rows.
const minListRows = 3

// visibleLines returns the lines that fit. The list gets the height that the other lines leave.
func (c *Confirm) visibleLines(s *style.Styles) []line {
	rows := 0
	if len(c.options.List) > 0 {
		others := len(fitLines(c.allLines(s, c.textWidth(), 0), c.textHeight()))
		rows = min(max(c.textHeight()-others, minListRows), len(c.options.List))
	}
	return fitLines(c.allLines(s, c.textWidth(), rows), c.textHeight())
}

// listLines returns the visible rows of the list.
func (c *Confirm) listLines(s *style.Styles, width, rows int) []line {
	top := max(min(c.top, len(c.options.List)-rows), 0)
	var out []line
	for i := top; i < top+rows; i++ {
		text := widget.Truncate(widget.NormalizeWidth(c.options.List[i]), width-4)
		arrow := ""
		if i == top && top > 0 {
			arrow = style.MoreUp
		} else if i == top+rows-1 && i < len(c.options.List)-1 {
			arrow = style.More
		}
		st := s.Text
		if c.options.Minor != nil && c.options.Minor(i) {
			st = s.Muted
		}
		out = append(out, line{widget.Justify(style.Render(st, text), style.Render(s.Muted, arrow), width), dropLate})
	}
	return out
}

func (c *Confirm) allLines(s *style.Styles, width, listRows int) []line {
	blank := line{"", dropBlank}
	out := []line{blank}
	for i, l := range widget.Wrap(widget.NormalizeWidth(c.options.Question), width) {
		out = append(out, line{style.Render(s.Strong, l), dropOrder(i, dropLate)})
	}
	if c.options.Picture != nil {
		out = append(append(out, blank), c.pictureLines(s, width)...)
	}
	if listRows > 0 {
		out = append(append(out, blank), c.listLines(s, width, listRows)...)
	}
	out = append(append(out, blank), c.detailLines(s, width)...)
	if checkbox := c.options.Checkbox; checkbox != nil {
		out = append(out, blank, line{c.checkboxLine(s), dropField})
		for i, l := range wrapLines(checkbox.Warning, width) {
			out = append(out, line{style.Render(s.Warning, l), dropOrder(i, dropDetail)})
		}
	}
	if c.options.Phrase != nil {
		out = append(append(out, blank), c.phraseLines(s, width)...)
	}
	if c.options.Requests != nil {
		request := widget.Truncate("API: "+c.options.Requests(c.checked), width)
		out = append(out, blank, line{style.Render(s.Muted, request), dropRequest})
	}
	return append(out, blank, line{c.buttonRow(s, width), dropNever})
}

// pictureLines returns the picture, in the lines that the rest leaves free with a short list.
func (c *Confirm) pictureLines(s *style.Styles, width int) []line {
	rest := *c
	rest.options.Picture = nil
	used := 0
	for _, l := range rest.allLines(s, width, min(minListRows, len(c.options.List))) {
		if l.drop < dropMinor {
			used++
		}
	}
	var out []line
	for _, l := range c.options.Picture(s, width, max(c.textHeight()-used, 1)) {
		out = append(out, line{l, dropLate})
	}
	return out
}

// wrapLines wraps a text; an empty text has no lines.
func wrapLines(text string, width int) []string {
	if text == "" {
		return nil
	}
	return widget.Wrap(widget.NormalizeWidth(text), width)
}

// dropOrder returns when to drop the i-th line of a text: the first line goes last.
func dropOrder(i, drop int) int {
	if i > 0 {
		return max(drop, dropContinuation)
	}
	return drop
}

// minWidthForLabels is the width from which labels of details get a column.
const minWidthForLabels = 48

func (c *Confirm) detailLines(s *style.Styles, width int) []line {
	label := 0
	for _, f := range c.options.Details {
		if width >= minWidthForLabels {
			label = max(label, widget.Width(f.Label)+2)
		}
	}
	var out []line
	for _, f := range c.options.Details {
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
			out = append(out, line{style.Render(s.Muted, head) + style.Render(st, l), dropOrder(i, drop)})
		}
	}
	return out
}

func (c *Confirm) checkboxLine(s *style.Styles) string {
	box, labelStyle, mark := style.Unchecked, s.Text, "  "
	if c.checked {
		box = style.Checked
	}
	if c.focus == focusCheckbox {
		labelStyle, mark = s.AccentStrong, style.Focus+" "
	}
	head := style.Render(s.Accent, mark) + style.Render(s.Accent, box) + " " +
		style.Render(labelStyle, c.options.Checkbox.Label)
	const minNoteWidth = 4 // cells: a shorter note is unreadable
	if room := c.textWidth() - widget.Width(head) - 2; room >= minNoteWidth {
		return head + "  " + style.Render(s.Muted, widget.Truncate(c.options.Checkbox.Note, room))
	}
	return widget.Truncate(head, c.textWidth())
}

// cancelLabel is the label of the cancel button.
const cancelLabel = "Cancel"

func (c *Confirm) buttonRow(s *style.Styles, width int) string {
	yes := s.ButtonFocused
	if c.isDangerous() {
		yes = s.ButtonDanger
	}
	row := button(s, cancelLabel, s.ButtonFocused, c.focus == focusNo) + " "
	if c.options.Phrase == nil {
		row += button(s, c.options.ConfirmLabel, yes, c.focus == focusYes)
	} else {
		row += c.phraseButton(s)
	}
	hint := c.help()
	if room := width - widget.Width(row) - 3; room >= widget.Width(hint) {
		row += style.Render(s.Muted, "   "+hint)
	}
	return row
}

// phraseButton draws the button of an action that needs a phrase: dim until the phrase is there,
// and then lit wherever enter presses it.
func (c *Confirm) phraseButton(s *style.Styles) string {
	switch label := c.options.ConfirmLabel; {
	case c.isConfirmed():
		return button(s, label, s.ButtonDanger, c.focus == focusYes || c.focus == focusField)
	case c.focus == focusYes:
		return button(s, label, s.ButtonDim, true)
	default:
		return style.Render(s.ButtonDim, "  "+label+" ")
	}
}

func (c *Confirm) help() string {
	if c.hint == pasted && c.options.Phrase == nil {
		return "enter came with a paste: press it again"
	}
	move := c.keys.Next.Keys()[0] + " moves "
	if c.focus == focusField && c.isConfirmed() {
		move = c.keys.Confirm.Keys()[0] + " confirms "
	}
	return move + style.Dot + " " + c.keys.Cancel.Keys()[0] + " cancels"
}

// button draws a button. Focus does not change its width.
func button(s *style.Styles, word string, focused style.Style, on bool) string {
	if on {
		return style.Render(focused, style.Focus+" "+word+" ")
	}
	return style.Render(s.Button, "  "+word+" ")
}
