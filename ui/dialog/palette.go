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
	Pick tea.Msg // what picking it says
}

// Palette finds what can be done, and where one can go, by name.
type Palette struct {
	room
	entries []Entry
	keys    keymap.KeyMap
	look    Look
	input   textinput.Model
	found   []hit
	at      int
}

// hit is an entry that fits what was typed.
type hit struct {
	Entry
	score int
	marks model.Marks
}

// mostHits is how many are kept: more than fit on a screen are no help.
const mostHits = 200

// NewPalette makes a palette of entries, which are shown in their order until something is typed.
func NewPalette(entries []Entry, keys keymap.KeyMap, look Look) *Palette {
	p := &Palette{entries: entries, keys: keys, look: look, input: NewInput(look())}
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
	p.found, p.at = p.found[:0], 0
	for _, e := range p.entries {
		score, marks, ok := model.Find(wanted, e.Name)
		if e.ID != "" && e.ID == id {
			score, ok = score+1000, true
		}
		if ok {
			p.found = append(p.found, hit{e, score, marks})
		}
	}
	slices.SortStableFunc(p.found, func(a, b hit) int { return b.score - a.score })
	p.found = p.found[:min(len(p.found), mostHits)]
}

// Update takes a message; see [Dialog].
func (p *Palette) Update(msg tea.Msg) (tea.Cmd, bool) {
	press, isKey := msg.(tea.KeyPressMsg)
	switch {
	case isKey && key.Matches(press, p.keys.Dialog.Cancel):
		return nil, true
	case isKey && key.Matches(press, p.keys.Dialog.Press):
		if p.at >= len(p.found) {
			return nil, false
		}
		picked := p.found[p.at].Pick
		return func() tea.Msg { return picked }, true
	case isKey && press.Text == "" && key.Matches(press, p.keys.Dialog.Next):
		p.at = min(p.at+1, max(len(p.found)-1, 0))
		return nil, false
	case isKey && press.Text == "" && key.Matches(press, p.keys.Dialog.Previous):
		p.at = max(p.at-1, 0)
		return nil, false
	}
	_, paste := msg.(tea.PasteMsg)
	if text, ok := Typed(msg); ok && (isKey || paste) {
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
	return []key.Binding{p.keys.Dialog.Press, p.keys.Dialog.Next, p.keys.Dialog.Cancel}
}

// View draws the palette; see [Dialog].
func (p *Palette) View() string {
	s := p.look()
	inner := p.inner()
	in := p.input
	in.SetWidth(max(inner-3, 1))
	lines := []string{widget.WithCursor(in.View()), s.Faint.Render(strings.Repeat("─", inner))}
	rows := min(max(p.rows()-len(lines), 1), 14)
	top := max(p.at-rows+1, 0)
	for i := top; i < min(top+rows, len(p.found)); i++ {
		lines = append(lines, p.row(s, p.found[i], i == p.at, inner))
	}
	if len(p.found) == 0 {
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
	for i, r := range []rune(widget.Cut(widget.Agreed(h.Name), room)) {
		st := plain
		if h.marks.Has(i) {
			st = marked(plain)
		}
		b.WriteString(st.Render(string(r)))
	}
	return mark + widget.Spread(b.String(), note.Render(h.Note), width-2)
}

func marked(st lipgloss.Style) lipgloss.Style { return st.Bold(true).Underline(true) }
