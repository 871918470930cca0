package dialog

import (
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"vpsdeck/keymap"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// Sheet shows text, such as the help or details. It scrolls if it does not fit.
type Sheet struct {
	textBounds
	title      string
	lines      func(s *style.Styles, width int) []string
	keys       keymap.KeyMap
	styles     StylesFunc
	top        int
	closeKeys  []key.Binding
	mayClose   func() bool   // nil: it may
	closeLabel func() string // what cancel does now; nil: it closes
	extraKey   key.Binding   // an additional key and what it does; nil: none
	onExtraKey func() tea.Cmd
}

// AddKey adds a key, which is shown in the footer and leaves the sheet open.
func (s *Sheet) AddKey(b key.Binding, onPress func() tea.Cmd) { s.extraKey, s.onExtraKey = b, onPress }

// BeforeClosing sets a function that runs when a key would close the sheet; if it returns false,
// the sheet stays open.
func (s *Sheet) BeforeClosing(mayClose func() bool) { s.mayClose = mayClose }

// LabelClosing sets a function that says what cancel does now, for the footer.
func (s *Sheet) LabelClosing(label func() string) { s.closeLabel = label }

// NewSheet returns a sheet. lines runs for each drawing, so that ages stay current. Cancel, quit
// and the given keys close it.
func NewSheet(title string, lines func(s *style.Styles, width int) []string, keys keymap.KeyMap, styles StylesFunc,
	closing ...key.Binding) *Sheet {
	return &Sheet{title: title, lines: lines, keys: keys, styles: styles,
		closeKeys: append(closing, keys.Dialog.Cancel, keys.View.Quit)}
}

// Update handles a message; see [Dialog].
func (s *Sheet) Update(msg tea.Msg) (tea.Cmd, bool) {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		switch {
		case key.Matches(msg, s.closeKeys...):
			return nil, s.mayClose == nil || s.mayClose()
		case s.onExtraKey != nil && key.Matches(msg, s.extraKey):
			return s.onExtraKey(), false
		case key.Matches(msg, s.keys.Move.Down):
			s.top++
		case key.Matches(msg, s.keys.Move.Up):
			s.top--
		case key.Matches(msg, s.keys.Move.PageDown):
			s.top += 8
		case key.Matches(msg, s.keys.Move.PageUp):
			s.top -= 8
		case key.Matches(msg, s.keys.Move.Top):
			s.top = 0
		case key.Matches(msg, s.keys.Move.Bottom):
			s.top = len(s.lines(s.styles(), s.textWidth()))
		}
	case tea.MouseWheelMsg:
		if msg.Button == tea.MouseWheelDown {
			s.top++
		} else {
			s.top--
		}
	}
	s.top = max(min(s.top, len(s.lines(s.styles(), s.textWidth()))-s.textHeight()), 0)
	return nil, false
}

// View draws the sheet; see [Dialog].
func (s *Sheet) View() string {
	st := s.styles()
	all := s.lines(st, s.textWidth())
	top := max(min(s.top, len(all)-s.textHeight()), 0)
	shown := all[top:min(top+s.textHeight(), len(all))]
	f := widget.Frame{Title: st.AccentStrong.Render(s.title), Border: st.Accent}
	if len(all) > s.textHeight() {
		f.Note = st.Muted.Render(style.MoreArrows(top > 0, top+s.textHeight() < len(all)) + " more")
	}
	body := make([]string, len(shown))
	for i, l := range shown {
		body[i] = strings.Repeat(" ", padding) + widget.Truncate(l, s.textWidth())
	}
	return f.Render(strings.Join(body, "\n"), s.fit(s.title, all), len(shown)+widget.FrameHeight)
}

// ShortHelp returns the keys for the footer; see [Dialog].
func (s *Sheet) ShortHelp() []key.Binding {
	closes := "close"
	if s.closeLabel != nil {
		closes = s.closeLabel()
	}
	keys := []key.Binding{s.keys.Move.Down, s.keys.Move.Up, withHelp(s.keys.Dialog.Cancel, closes)}
	if s.onExtraKey != nil {
		keys = append(keys, s.extraKey)
	}
	return keys
}

// HelpLines returns every enabled binding, by group, in as many columns as fit.
func HelpLines(groups []keymap.Group, s *style.Styles, width int) []string {
	const column = 34
	var blocks [][]string
	for _, g := range groups {
		block := []string{s.Strong.Render(g.Title)}
		for _, n := range g.Keys {
			if n.Binding.Enabled() && len(n.Binding.Keys()) > 0 {
				h := n.Binding.Help()
				block = append(block, s.Accent.Render(widget.Fit(h.Key, 14, false))+" "+s.Text.Render(widget.Fit(h.Desc,
					column-17, false)))
			}
		}
		if len(block) > 1 {
			blocks = append(blocks, append(block, ""))
		}
	}
	columns := max(width/column, 1)
	return layoutColumns(blocks, columns, column)
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
