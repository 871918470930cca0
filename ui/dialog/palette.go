package dialog

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"vpsdeck/keymap"
	"vpsdeck/model/pattern"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// Entry is an action or a place in the palette.
type Entry struct {
	Name string  // the text that is searched
	Note string  // shown next to it: its key, or what it is
	ID   string  // also found by this, with or without #
	Msg  tea.Msg // sent when it is chosen
}

// Palette finds actions and places by name.
type Palette struct {
	bounds
	entries []Entry
	keys    keymap.KeyMap
	styles  StylesFunc
	input   textinput.Model
	hits    []hit
	cursor  int
}

// hit is an entry that matches what was typed.
type hit struct {
	Entry
	score int
	marks pattern.Marks
}

// maxHits is the maximum number of hits, more than any screen shows.
const maxHits = 200

// NewPalette returns a palette. Entries keep their order until something is typed.
func NewPalette(entries []Entry, keys keymap.KeyMap, styles StylesFunc) *Palette {
	p := &Palette{entries: entries, keys: keys, styles: styles, input: NewInput(styles())}
	p.input.Prompt = ": "
	p.input.CharLimit = 100
	p.input.Focus()
	p.search()
	return p
}

// search finds the matching entries, best first.
func (p *Palette) search() {
	wanted := strings.TrimSpace(p.input.Value())
	id := strings.TrimPrefix(wanted, "#")
	p.hits, p.cursor = p.hits[:0], 0
	for _, e := range p.entries {
		score, marks, ok := pattern.FuzzyFind(wanted, e.Name)
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

// Update handles a message; see [Dialog].
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
		p.input, _ = p.input.Update(text) // its only command blinks the cursor, which is off
		if p.input.Value() != before {
			p.search()
		}
	}
	return nil, false
}

// ShortHelp returns the keys for the footer; see [Dialog].
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
		lines = append(lines, s.Muted.Render("No matches."))
	}
	for len(lines) < rows+2 {
		lines = append(lines, "")
	}
	corner := ""
	if len(p.hits) > rows {
		corner = s.Muted.Render(fmt.Sprintf("%d/%d %s more", p.cursor+1, len(p.hits),
			style.MoreArrows(top > 0, top+rows < len(p.hits))))
	}
	return cornerBox(s.AccentStrong.Render("Go to / run"), corner, s.Accent, lines, p.width)
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
