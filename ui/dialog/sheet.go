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
	search     *search // of the help; nil: the text cannot be searched
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
	if s.search != nil && s.handleSearch(msg) {
		return nil, false
	}
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
	if s.top > 0 { // at the top the lines do not matter
		s.top = min(s.top, len(s.lines(s.styles(), s.textWidth()))-s.textHeight())
	}
	s.top = max(s.top, 0)
	return nil, false
}

// View draws the sheet; see [Dialog].
func (s *Sheet) View() string {
	st := s.styles()
	all := s.lines(st, s.textWidth())
	top := max(min(s.top, len(all)-s.textHeight()), 0)
	shown := all[top:min(top+s.textHeight(), len(all))]
	f := widget.Frame{Title: style.Render(st.AccentStrong, s.title), Border: st.Accent}
	if len(all) > s.textHeight() {
		f.Note = style.Render(st.Muted, style.MoreArrows(top > 0, top+s.textHeight() < len(all))+" more")
	}
	if s.search != nil {
		f.Note = strings.TrimPrefix(s.search.note(st, s.textWidth())+"  "+f.Note, "  ")
	}
	body := make([]string, len(shown))
	for i, l := range shown {
		body[i] = strings.Repeat(" ", padding) + widget.Truncate(l, s.textWidth())
	}
	if s.search != nil {
		all = append(all, s.search.all(st, s.textWidth())...)
	}
	return f.Render(strings.Join(body, "\n"), s.fit(s.title, all), len(shown)+widget.FrameHeight)
}

// ShortHelp returns the keys for the footer; see [Dialog].
func (s *Sheet) ShortHelp() []key.Binding {
	closes := "close"
	if s.closeLabel != nil {
		closes = s.closeLabel()
	}
	keys := []key.Binding{s.keys.Move.Down, s.keys.Move.Up, keymap.WithHelp(s.keys.Dialog.Cancel, closes)}
	if s.onExtraKey != nil {
		keys = append(keys, s.extraKey)
	}
	switch {
	case s.search == nil:
	case s.search.typing:
		return s.searchKeys()
	default:
		return append(s.searchKeys(), keys...)
	}
	return keys
}
