package dialog

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"vpsdeck/keymap"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// MenuItem is a line of a [Menu].
type MenuItem struct {
	Key    string         // chooses it; "": only the cursor does
	Label  string         // what it does
	Note   string         // more about it
	Why    string         // why it cannot act now; shown instead of the note
	Choose func() tea.Cmd // runs when it is chosen
}

// MenuOptions is what a menu shows.
type MenuOptions struct {
	Title string
	Intro string // a sentence above the items; "": none
	Items []MenuItem
	Close key.Binding // the key that opened it, which also closes it
}

// Menu is a small list of choices, each with a key. Any other key does nothing.
type Menu struct {
	textBounds
	options MenuOptions
	keys    keymap.KeyMap
	styles  StylesFunc
	cursor  int
	top     int
}

// NewMenu returns a menu.
func NewMenu(options MenuOptions, keys keymap.KeyMap, styles StylesFunc) *Menu {
	return &Menu{options: options, keys: keys, styles: styles}
}

// Select puts the cursor on an item.
func (m *Menu) Select(item int) { m.cursor = item }

// Update handles a message; see [Dialog].
func (m *Menu) Update(msg tea.Msg) (tea.Cmd, bool) {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		return m.handleKey(msg)
	case tea.MouseWheelMsg:
		if msg.Button == tea.MouseWheelDown {
			m.moveTo(m.cursor + 1)
		} else {
			m.moveTo(m.cursor - 1)
		}
	case ClickMsg:
		if i := m.top + msg.Y - 1 - len(m.intro()); msg.Y > len(m.intro()) && i < m.top+m.rows() {
			return m.choose(i)
		}
	}
	return nil, false
}

// handleKey handles a key. A letter belongs to its item first.
func (m *Menu) handleKey(msg tea.KeyPressMsg) (tea.Cmd, bool) {
	item := slices.IndexFunc(m.options.Items,
		func(i MenuItem) bool { return i.Key != "" && i.Key == msg.String() })
	switch {
	case item >= 0 && msg.Text != "":
		return m.choose(item)
	case key.Matches(msg, m.keys.Dialog.Cancel, m.options.Close):
		return nil, true
	case key.Matches(msg, m.keys.Dialog.Confirm):
		return m.choose(m.cursor)
	case key.Matches(msg, m.keys.Dialog.Next, m.keys.Move.Down):
		m.moveTo(m.cursor + 1)
	case key.Matches(msg, m.keys.Dialog.Previous, m.keys.Move.Up):
		m.moveTo(m.cursor - 1)
	case item >= 0: // such as f5
		return m.choose(item)
	}
	return nil, false
}

func (m *Menu) moveTo(item int) { m.cursor = max(min(item, len(m.options.Items)-1), 0) }

func (m *Menu) choose(i int) (tea.Cmd, bool) {
	if i < 0 || i >= len(m.options.Items) {
		return nil, false
	}
	return m.options.Items[i].Choose(), true
}

// rows is the number of items that are shown.
func (m *Menu) rows() int {
	return min(max(m.textHeight()-len(m.intro())-m.reasonLines(), 1), len(m.options.Items))
}

// reasonLines is how many lines below the items the reason of the one under the cursor takes. There
// are none if all reasons fit next to the items.
func (m *Menu) reasonLines() int {
	most := 0
	keys, labels, _ := m.columns()
	for _, item := range m.options.Items {
		if item.Why != "" && menuMargin+keys+labels+widget.Width(item.note()) > m.textWidth() {
			most = max(most, len(widget.Wrap(item.note(), m.textWidth())))
		}
	}
	return min(most, max(m.textHeight()-4, 0))
}

// columns are the widths of keys, labels and notes.
func (m *Menu) columns() (keys, labels, notes int) {
	for _, item := range m.options.Items {
		keys, labels = max(keys, widget.Width(keymap.Label(item.Key))), max(labels, widget.Width(item.Label))
		notes = max(notes, widget.Width(item.note()))
	}
	return keys, labels, notes
}

// menuMargin is the cursor's margin and the gaps between the columns.
const menuMargin = 6

// intro returns the lines above the items, without an intro on a screen that has no room for it.
func (m *Menu) intro() []string {
	if m.options.Intro == "" {
		return nil
	}
	lines := widget.Wrap(widget.NormalizeWidth(m.options.Intro), m.textWidth())
	if len(lines)+1+min(len(m.options.Items), 3) > m.textHeight() {
		return nil
	}
	return append(lines, "")
}

// View draws the menu, as wide as its text; see [Dialog].
func (m *Menu) View() string {
	s := m.styles()
	m.top = max(min(m.top, m.cursor), m.cursor-m.rows()+1)
	keys, labels, notes := m.columns()
	width := menuMargin + keys + labels + notes
	if notes == 0 {
		width -= 2
	}
	var lines []string
	for _, l := range m.intro() {
		lines, width = append(lines, style.Render(s.Muted, l)), max(width, widget.Width(l))
	}
	title := widget.NormalizeWidth(m.options.Title)
	width = min(max(width, widget.Width(title)+2), m.textWidth())
	for i := m.top; i < m.top+m.rows(); i++ {
		lines = append(lines, widget.Truncate(m.row(s, i, keys, labels), width))
	}
	if n := m.reasonLines(); n > 0 {
		reason := make([]string, n)
		if item := m.options.Items[m.cursor]; item.Why != "" {
			wrapped := widget.Wrap(item.note(), width)
			for i, l := range wrapped[:min(n, len(wrapped))] {
				reason[i] = style.Render(s.Muted, l)
			}
		}
		lines = append(lines, reason...)
	}
	f := widget.Frame{Title: style.Render(s.AccentStrong, title), Border: s.Accent}
	if above, below := m.top > 0, m.top+m.rows() < len(m.options.Items); above || below {
		f.Note = style.Render(s.Muted, style.MoreArrows(above, below)+" more")
	}
	for i, l := range lines {
		lines[i] = strings.Repeat(" ", padding) + l
	}
	return f.Render(strings.Join(lines, "\n"), width+widget.FrameWidth+2*padding, len(lines)+widget.FrameHeight)
}

// note returns what is shown after an item.
func (i MenuItem) note() string {
	if i.Why != "" {
		return style.Failed + " " + widget.NormalizeWidth(i.Why)
	}
	return widget.NormalizeWidth(i.Note)
}

func (m *Menu) row(s *style.Styles, i, keys, labels int) string {
	item, mark, label := m.options.Items[i], "  ", s.Text
	if item.Why != "" {
		label = s.Muted
	}
	if i == m.cursor {
		mark, label = style.Render(s.Accent, style.Focus)+" ", s.Selected(label)
	}
	name, note := widget.NormalizeWidth(item.Label), item.note()
	line := mark + style.Render(s.Accent, widget.Fit(keymap.Label(item.Key), keys, false)) + "  " +
		style.Render(label, name)
	if note == "" { // gaps would be cut, with an ellipsis
		return line
	}
	return line + strings.Repeat(" ", max(labels-widget.Width(name), 0)) + "  " + style.Render(s.Muted, note)
}

// ShortHelp returns the keys for the footer; see [Dialog].
func (m *Menu) ShortHelp() []key.Binding {
	return []key.Binding{keymap.WithHelp(m.keys.Dialog.Confirm, "choose"), m.keys.Dialog.Next,
		keymap.WithHelp(m.keys.Dialog.Cancel, "close")}
}
