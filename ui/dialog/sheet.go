package dialog

import (
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"vpsdeck/keymap"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// Sheet is something to read: help, the details of a thing. It scrolls where it does not fit.
type Sheet struct {
	bounds
	title      string
	lines      func(s *style.Styles, width int) []string
	keys       keymap.KeyMap
	styles     StylesFunc
	top        int
	closeKeys  []key.Binding
	mayClose   func() bool // says whether it may close; nil: it may
	extraKey   key.Binding // a further key, and what it does; nil: there is none
	onExtraKey func() tea.Cmd
}

// AddKey gives the sheet a further key, shown in the footer. The sheet stays open.
func (t *Sheet) AddKey(b key.Binding, do func() tea.Cmd) { t.extraKey, t.onExtraKey = b, do }

// BeforeClosing has may asked when a key would close the sheet; it stays open on a no.
func (t *Sheet) BeforeClosing(may func() bool) { t.mayClose = may }

// NewSheet makes a sheet whose lines are made anew for each width, so that ages in them stay true. Beside cancel, the
// given keys close it.
func NewSheet(title string, lines func(s *style.Styles, width int) []string, keys keymap.KeyMap, look StylesFunc, closing ...key.Binding) *Sheet {
	return &Sheet{title: title, lines: lines, keys: keys, styles: look, closeKeys: append(closing, keys.Dialog.Cancel, keys.View.Quit)}
}

// Update takes a message; see [Dialog].
func (t *Sheet) Update(msg tea.Msg) (tea.Cmd, bool) {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		switch {
		case key.Matches(msg, t.closeKeys...):
			return nil, t.mayClose == nil || t.mayClose()
		case t.onExtraKey != nil && key.Matches(msg, t.extraKey):
			return t.onExtraKey(), false
		case key.Matches(msg, t.keys.Move.Down):
			t.top++
		case key.Matches(msg, t.keys.Move.Up):
			t.top--
		case key.Matches(msg, t.keys.Move.PageDown):
			t.top += 8
		case key.Matches(msg, t.keys.Move.PageUp):
			t.top -= 8
		case key.Matches(msg, t.keys.Move.Top):
			t.top = 0
		case key.Matches(msg, t.keys.Move.Bottom):
			t.top = len(t.lines(t.styles(), t.textWidth()))
		}
	case tea.MouseWheelMsg:
		if msg.Button == tea.MouseWheelDown {
			t.top++
		} else {
			t.top--
		}
	}
	t.top = max(min(t.top, len(t.lines(t.styles(), t.textWidth()))-t.textHeight()), 0)
	return nil, false
}

// View draws the sheet; see [Dialog].
func (t *Sheet) View() string {
	s := t.styles()
	all := t.lines(s, t.textWidth())
	top := max(min(t.top, len(all)-t.textHeight()), 0)
	shown := all[top:min(top+t.textHeight(), len(all))]
	f := widget.Frame{Title: s.AccentStrong.Render(t.title), Border: s.Accent}
	if len(all) > t.textHeight() {
		f.Note = s.Muted.Render(moreArrows(top > 0, top+t.textHeight() < len(all)) + " more")
	}
	body := make([]string, len(shown))
	for i, l := range shown {
		body[i] = strings.Repeat(" ", padding) + widget.Truncate(l, t.textWidth())
	}
	return f.Render(strings.Join(body, "\n"), t.width, len(shown)+widget.FrameHeight)
}

// moreArrows shows on which sides there is more.
func moreArrows(above, below bool) string {
	out := ""
	if above {
		out = style.MoreUp
	}
	if below {
		out += style.More
	}
	return out
}

// ShortHelp is for the footer; see [Dialog].
func (t *Sheet) ShortHelp() []key.Binding {
	keys := []key.Binding{t.keys.Move.Down, t.keys.Move.Up, t.keys.Dialog.Cancel}
	if t.onExtraKey != nil {
		keys = append(keys, t.extraKey)
	}
	return keys
}

// HelpLines are every binding that works, by group, in as many columns as fit.
func HelpLines(groups []keymap.Group, s *style.Styles, width int) []string {
	const column = 34
	var blocks [][]string
	for _, g := range groups {
		block := []string{s.Strong.Render(g.Title)}
		for _, n := range g.Keys {
			if n.Binding.Enabled() && len(n.Binding.Keys()) > 0 {
				h := n.Binding.Help()
				block = append(block, s.Accent.Render(widget.Fit(h.Key, 14, false))+" "+s.Text.Render(widget.Fit(h.Desc, column-17, false)))
			}
		}
		if len(block) > 1 {
			blocks = append(blocks, append(block, ""))
		}
	}
	columns := max(width/column, 1)
	return layoutColumns(blocks, columns, column)
}

// layoutColumns sets blocks into columns of about the same height.
func layoutColumns(blocks [][]string, columns, width int) []string {
	out := make([][]string, columns)
	for _, b := range blocks {
		lowest := 0
		for i := range out {
			if len(out[i]) < len(out[lowest]) {
				lowest = i
			}
		}
		out[lowest] = append(out[lowest], b...)
	}
	var lines []string
	for row := 0; ; row++ {
		var l strings.Builder
		some := false
		for _, c := range out {
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
