package dialog

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"vpsdeck/keymap"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// NewHelp returns the sheet of all keys. What the pane under the name here can do is first, and the
// filter key searches.
func NewHelp(here string, pane []key.Binding, groups []keymap.Group, keys keymap.KeyMap, styles StylesFunc) *Sheet {
	in := NewInput(styles())
	in.Prompt, in.CharLimit = "/", 40
	found := &search{input: in}
	first := keymap.Group{Title: here}
	for i := range pane {
		if b := &pane[i]; isShown(b) && !slices.ContainsFunc(first.Keys, func(n keymap.NamedBinding) bool {
			return n.Binding.Help().Key == b.Help().Key
		}) {
			first.Keys = append(first.Keys, keymap.NamedBinding{Binding: b})
		}
	}
	rest := withoutKeys(groups, first.Keys)
	all := func(s *style.Styles, width int) []string {
		return append(firstLines(first, s, width), helpLines(rest, s, width)...)
	}
	var sheet *Sheet
	sheet = NewSheet("Keys", func(s *style.Styles, width int) []string {
		if words := strings.Fields(strings.ToLower(found.input.Value())); len(words) > 0 {
			lines := searchLines(append([]keymap.Group{first}, rest...), words, s, width)
			return append(lines, make([]string,
				max(min(len(all(s, width)), sheet.textHeight())-len(lines), 0))...) // the box keeps its height
		}
		return all(s, width)
	}, keys, styles, keys.View.Help)
	found.all = all
	sheet.search = found
	return sheet
}

func isShown(b *key.Binding) bool { return b.Enabled() && len(b.Keys()) > 0 }

// withoutKeys returns the groups without the bindings that are listed already. Dialogs have keys of
// their own.
func withoutKeys(groups []keymap.Group, listed []keymap.NamedBinding) []keymap.Group {
	var rest []keymap.Group
	for _, g := range groups {
		g.Keys = slices.DeleteFunc(slices.Clone(g.Keys), func(n keymap.NamedBinding) bool {
			return !isShown(n.Binding) || g.Name != "dialog" && slices.ContainsFunc(listed,
				func(l keymap.NamedBinding) bool { return l.Binding.Help() == n.Binding.Help() })
		})
		if len(g.Keys) > 0 {
			rest = append(rest, g)
		}
	}
	return rest
}

// helpColumn is the width of a column of the help, in cells.
const helpColumn = 34

// helpLine is a binding: its keys and what they do.
func helpLine(b *key.Binding, s *style.Styles) string {
	h := b.Help()
	return style.Render(s.Accent, widget.Fit(h.Key, 14, false)) + " " +
		style.Render(s.Text, widget.Fit(h.Desc, helpColumn-17, false))
}

// firstLines lay out what the pane can do over the whole width.
func firstLines(g keymap.Group, s *style.Styles, width int) []string {
	if len(g.Keys) == 0 {
		return nil
	}
	columns := max(width/helpColumn, 1)
	rows := (len(g.Keys) + columns - 1) / columns
	lines := []string{style.Render(s.AccentStrong, g.Title)}
	for row := range rows {
		line := ""
		for at := row; at < len(g.Keys); at += rows {
			line += widget.Fit(helpLine(g.Keys[at].Binding, s), helpColumn, false)
		}
		lines = append(lines, strings.TrimRight(line, " "))
	}
	return append(lines, "")
}

// helpLines returns the bindings by group, in as many columns as fit.
func helpLines(groups []keymap.Group, s *style.Styles, width int) []string {
	var blocks [][]string
	for _, g := range groups {
		block := []string{style.Render(s.Strong, g.Title)}
		for _, n := range g.Keys {
			block = append(block, helpLine(n.Binding, s))
		}
		blocks = append(blocks, append(block, ""))
	}
	return layoutColumns(blocks, max(width/helpColumn, 1), helpColumn)
}

// searchLines returns the bindings that contain every word, in their keys, their description or the
// title of their group. A key that was typed itself is first.
func searchLines(groups []keymap.Group, words []string, s *style.Styles, width int) []string {
	var exact, lines []string
	for _, g := range groups {
		for _, n := range g.Keys {
			h := n.Binding.Help()
			text := strings.ToLower(fmt.Sprint(h.Key, " ", h.Desc, " ", g.Title))
			if slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) }) {
				continue
			}
			line := helpLine(n.Binding, s)
			if title := "  " + g.Title; widget.Width(line+title) <= width {
				line += style.Render(s.Muted, title)
			}
			if len(words) == 1 && slices.Contains(strings.Fields(strings.ToLower(h.Key)), words[0]) {
				exact = append(exact, line)
			} else {
				lines = append(lines, line)
			}
		}
	}
	if lines = append(exact, lines...); len(lines) == 0 {
		return []string{style.Render(s.Muted, "No key does that.")}
	}
	return lines
}

// search is the search field of a sheet.
type search struct {
	input  textinput.Model
	typing bool
	all    func(s *style.Styles, width int) []string // what is shown without a search; the box keeps its width
}

// note returns the field for the lower border.
func (f *search) note(s *style.Styles, width int) string {
	switch {
	case f.typing:
		in := f.input
		in.SetWidth(max(min(widget.Width(in.Value())+1, width-12), 1))
		return widget.WithCursor(in.View())
	case f.input.Value() != "":
		return style.Render(s.Accent, "/"+f.input.Value()) + style.Render(s.Muted, "  esc clears")
	}
	return ""
}

// handleSearch handles the keys of the search, and reports whether the message was for it.
func (s *Sheet) handleSearch(msg tea.Msg) bool {
	f := s.search
	press, isKey := msg.(tea.KeyPressMsg)
	_, paste := msg.(tea.PasteMsg)
	switch {
	case !f.typing && isKey && key.Matches(press, s.keys.View.Filter):
		f.typing, s.top = true, 0
		f.input.Focus()
		f.input.CursorEnd()
		return true
	case isKey && key.Matches(press, s.keys.Dialog.Cancel) && (f.typing || f.input.Value() != ""):
		f.typing, s.top = false, 0
		f.input.Reset()
		f.input.Blur()
		return true
	case !f.typing || !isKey && !paste:
		return false
	case isKey && press.Text == "" && key.Matches(press, s.keys.Dialog.Confirm):
		f.typing = false
		f.input.Blur()
		return true
	case isKey && press.Text == "" && key.Matches(press, s.keys.Move.Down, s.keys.Move.Up, s.keys.Move.PageDown,
		s.keys.Move.PageUp):
		return false
	}
	if text, ok := SanitizeInput(msg); ok {
		f.input, _ = f.input.Update(text) // its only command blinks the cursor, which is off
		s.top = 0
	}
	return true
}

// searchKeys are the keys of the search, for the footer.
func (s *Sheet) searchKeys() []key.Binding {
	if s.search.typing {
		return []key.Binding{keymap.WithHelp(s.keys.Dialog.Confirm, "keep"),
			keymap.WithHelp(s.keys.Dialog.Cancel, "clear")}
	}
	return []key.Binding{keymap.WithHelp(s.keys.View.Filter, "search")}
}

// layoutColumns distributes blocks over columns of similar height.
func layoutColumns(blocks [][]string, columns, width int) []string {
	columnLines := make([][]string, columns)
	for _, b := range blocks {
		lowest := 0
		for i := range columnLines {
			if len(columnLines[i]) < len(columnLines[lowest]) {
				lowest = i
			}
		}
		columnLines[lowest] = append(columnLines[lowest], b...)
	}
	var lines []string
	for row := 0; ; row++ {
		var l strings.Builder
		some := false
		for _, c := range columnLines {
			text := ""
			if row < len(c) {
				text, some = c[row], true
			}
			l.WriteString(widget.Fit(text, width, false))
		}
		if !some {
			return lines
		}
		lines = append(lines, strings.TrimRight(l.String(), " "))
	}
}
