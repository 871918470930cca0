package dialog

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"vpsdeck/keymap"
	"vpsdeck/model"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// Entry is something that can be done or gone to.
type Entry struct {
	Name string  // what is looked for
	Note string  // beside it: the key that does the same, or what it is
	ID   string  // found by this too, with or without a #
	Msg  tea.Msg // what picking it says
}

// Palette finds what can be done, and where one can go, by name.
type Palette struct {
	bounds
	entries []Entry
	keys    keymap.KeyMap
	styles  StylesFunc
	input   textinput.Model
	hits    []hit
	cursor  int
}

// hit is an entry that fits what was typed.
type hit struct {
	Entry
	score int
	marks model.Marks
}

// maxHits is how many are kept: more than fit on a screen are no help.
const maxHits = 200

// NewPalette makes a palette of entries, which are shown in their order until something is typed.
func NewPalette(entries []Entry, keys keymap.KeyMap, styles StylesFunc) *Palette {
	p := &Palette{entries: entries, keys: keys, styles: styles, input: NewInput(styles())}
	p.input.Prompt = ": "
	p.input.CharLimit = 100
	p.input.Focus()
	p.search()
	return p
}

// search keeps what fits, the best first.
func (p *Palette) search() {
	wanted := strings.TrimSpace(p.input.Value())
	id := strings.TrimPrefix(wanted, "#")
	p.hits, p.cursor = p.hits[:0], 0
	for _, e := range p.entries {
		score, marks, ok := model.FuzzyFind(wanted, e.Name)
		if e.ID != "" && e.ID == id {
			score, ok = score+1000, true
		}
		if ok {
			p.hits = append(p.hits, hit{e, score, marks})
		}
	}
	slices.SortStableFunc(p.hits, func(a, b hit) int { return b.score - a.score })
	p.hits = p.hits[:min(len(p.hits), maxHits)]
}

// Update takes a message; see [Dialog].
func (p *Palette) Update(msg tea.Msg) (tea.Cmd, bool) {
	press, isKey := msg.(tea.KeyPressMsg)
	switch {
	case isKey && key.Matches(press, p.keys.Dialog.Cancel):
		return nil, true
	case isKey && key.Matches(press, p.keys.Dialog.Confirm):
		if p.cursor >= len(p.hits) {
			return nil, false
		}
		picked := p.hits[p.cursor].Msg
		return func() tea.Msg { return picked }, true
	case isKey && press.Text == "" && key.Matches(press, p.keys.Dialog.Next):
		p.cursor = min(p.cursor+1, max(len(p.hits)-1, 0))
		return nil, false
	case isKey && press.Text == "" && key.Matches(press, p.keys.Dialog.Previous):
		p.cursor = max(p.cursor-1, 0)
		return nil, false
	}
	_, paste := msg.(tea.PasteMsg)
	if text, ok := SanitizeInput(msg); ok && (isKey || paste) {
		before := p.input.Value()
		p.input, _ = p.input.Update(text) // its only command is the blinking of a cursor that stands still
		if p.input.Value() != before {
			p.search()
		}
	}
	return nil, false
}

// ShortHelp is for the footer; see [Dialog].
func (p *Palette) ShortHelp() []key.Binding {
	return []key.Binding{p.keys.Dialog.Confirm, p.keys.Dialog.Next, p.keys.Dialog.Cancel}
}

// View draws the palette; see [Dialog].
func (p *Palette) View() string {
	s := p.styles()
	inner := p.textWidth()
	in := p.input
	in.SetWidth(max(inner-3, 1))
	lines := []string{widget.WithCursor(in.View()), s.Faint.Render(strings.Repeat("─", inner))}
	rows := min(max(p.textHeight()-len(lines), 1), 14)
	top := max(p.cursor-rows+1, 0)
	for i := top; i < min(top+rows, len(p.hits)); i++ {
		lines = append(lines, p.row(s, p.hits[i], i == p.cursor, inner))
	}
	if len(p.hits) == 0 {
		lines = append(lines, s.Muted.Render("Nothing of that name."))
	}
	for len(lines) < rows+2 {
		lines = append(lines, "")
	}
	return box(s, s.AccentStrong.Render("Go to, or do"), s.Accent, lines, p.width)
}

func (p *Palette) row(s *style.Styles, h hit, current bool, width int) string {
	plain, mark, note := s.Text, "  ", s.Muted
	if current {
		plain, mark, note = s.Selected(s.Text), s.Accent.Render(style.Focus)+" ", s.Muted
	}
	var b strings.Builder
	room := max(width-2-widget.Width(h.Note)-2, 8)
	for i, r := range []rune(widget.Truncate(widget.NormalizeWidth(h.Name), room)) {
		st := plain
		if h.marks.Has(i) {
			st = highlight(plain)
		}
		b.WriteString(st.Render(string(r)))
	}
	return mark + widget.Justify(b.String(), note.Render(h.Note), width-2)
}

func highlight(st lipgloss.Style) lipgloss.Style { return st.Bold(true).Underline(true) }
