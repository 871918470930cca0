package dialog

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"vpsdeck/keymap"
	"vpsdeck/model/pattern"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// Entry is an action or a place in the palette.
type Entry struct {
	Name   string  // the text that is searched first
	Note   string  // shown next to it: its key, or what it is; also searched
	ID     string  // also found by this, with or without #
	Typed  string  // the text that tab completes to; "": none
	Recall string  // identifies it among the last chosen ones; "": it is not remembered
	Why    string  // why it cannot be chosen; shown instead of the note
	Msg    tea.Msg // what it means to the owner of the palette; nil: it cannot be chosen
}

// PaletteOptions are what a palette offers.
type PaletteOptions struct {
	Entries []Entry // in the order of their groups; without a text they are shown like this
	// Arguments returns what a text with a command and its arguments can mean, and false for any
	// other text.
	Arguments func(text string) ([]Entry, bool)
	Recent    []string // what was chosen last, newest first, by Recall
	OnChoose  func(Entry)
}

// Palette finds actions and places by name, and completes commands with arguments.
type Palette struct {
	bounds
	options PaletteOptions
	recent  map[string]int // how recent, 1 is the newest
	keys    keymap.KeyMap
	styles  StylesFunc
	input   textinput.Model
	hits    []hit
	cursor  int
}

// hit is an entry that matches what was typed.
type hit struct {
	Entry
	rank  int // first the lowest
	score int // within a rank first the highest
	marks pattern.Marks
}

// maxHits is the maximum number of hits, more than any screen shows.
const maxHits = 200

// The ranks of hits.
const (
	rankID       = iota // the ID itself
	rankWhole           // the name itself
	rankStart           // the name begins with the text
	rankWords           // every word is in the name in one piece
	rankLetters         // the letters of every word are in the name, in order
	rankWithNote        // some words are in the note only
)

// NewPalette returns a palette.
func NewPalette(options PaletteOptions, keys keymap.KeyMap, styles StylesFunc) *Palette {
	p := &Palette{options: options, keys: keys, styles: styles, input: NewInput(styles()), recent: map[string]int{}}
	for i, name := range options.Recent {
		p.recent[name] = i + 1
	}
	p.input.Prompt = ": "
	p.input.CharLimit = 100
	p.input.Focus()
	p.search()
	return p
}

// search finds the matching entries, best first. Among equals the last chosen are first, then the
// order of the groups decides.
func (p *Palette) search() {
	p.hits, p.cursor = p.hits[:0], 0
	wanted := newWanted(p.input.Value())
	for _, e := range p.options.Entries {
		if h, ok := wanted.match(e); ok {
			p.hits = append(p.hits, h)
		}
	}
	slices.SortStableFunc(p.hits, func(a, b hit) int {
		return cmp.Or(a.rank-b.rank, p.age(a)-p.age(b), b.score-a.score)
	})
	p.addArguments()
	p.hits = p.hits[:min(len(p.hits), maxHits)]
}

// addArguments puts what a command with arguments can mean first; if it cannot be run, last.
func (p *Palette) addArguments() {
	if p.options.Arguments == nil {
		return
	}
	entries, _ := p.options.Arguments(p.input.Value())
	at := len(p.hits)
	if slices.ContainsFunc(entries, func(e Entry) bool { return e.Msg != nil || e.Typed != "" }) {
		at = 0
	}
	hits := make([]hit, len(entries))
	for i, e := range entries {
		hits[i] = hit{Entry: e}
	}
	p.hits = slices.Insert(p.hits, at, hits...)
}

// age is how long ago an entry was chosen: 1 for the last one.
func (p *Palette) age(h hit) int {
	if age, ok := p.recent[h.Recall]; ok {
		return age
	}
	return len(p.recent) + 1
}

// wanted is the text that entries are compared with.
type wanted struct {
	text  string // in lower case
	id    string
	words []string
}

func newWanted(text string) wanted {
	text = strings.TrimSpace(text)
	return wanted{strings.ToLower(text), strings.TrimPrefix(text, "#"), strings.Fields(text)}
}

// match compares an entry. The words may be in any order and have gaps.
func (w wanted) match(e Entry) (hit, bool) {
	h := hit{Entry: e, rank: rankWords}
	if e.ID != "" && e.ID == w.id {
		h.rank = rankID
		return h, true
	}
	name := strings.ToLower(e.Name)
	note := ""
	for _, word := range w.words {
		score, marks, ok := pattern.FuzzyFind(word, e.Name)
		switch lower := strings.ToLower(word); {
		case !ok:
			if note == "" {
				note = strings.ToLower(e.Note)
			}
			if !strings.Contains(note, lower) {
				return h, false
			}
			h.rank = rankWithNote
			continue
		case !strings.Contains(name, lower):
			h.rank = max(h.rank, rankLetters)
		}
		h.score += score
		h.marks.Add(marks)
	}
	switch {
	case len(w.words) == 0:
	case name == w.text:
		h.rank = rankWhole
	case strings.HasPrefix(name, w.text):
		h.rank = rankStart
	}
	return h, true
}

// Update handles a message; see [Dialog].
func (p *Palette) Update(msg tea.Msg) (tea.Cmd, bool) {
	press, isKey := msg.(tea.KeyPressMsg)
	switch {
	case isKey && key.Matches(press, p.keys.Dialog.Cancel):
		return nil, true
	case isKey && key.Matches(press, p.keys.Dialog.Confirm):
		return p.choose()
	case isKey && press.String() == "tab" && p.completion() != "":
		p.input.SetValue(p.completion())
		p.input.CursorEnd()
		p.search()
		return nil, false
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

// choose closes the palette with the entry under the cursor. One that only begins a command is
// completed instead.
func (p *Palette) choose() (tea.Cmd, bool) {
	if p.cursor >= len(p.hits) {
		return nil, false
	}
	picked := p.hits[p.cursor].Entry
	switch {
	case picked.Msg == nil && p.completion() != "":
		p.input.SetValue(p.completion())
		p.input.CursorEnd()
		p.search()
		return nil, false
	case picked.Msg == nil:
		return nil, false
	}
	p.options.OnChoose(picked)
	return nil, true
}

// completion is what tab completes the text to, or "": the entry under the cursor or, if that is
// what was typed, the next that begins with it. Without a text, tab moves.
func (p *Palette) completion() string {
	text := p.input.Value()
	if text == "" || p.cursor >= len(p.hits) {
		return ""
	}
	if typed := p.hits[p.cursor].Typed; typed != strings.TrimSpace(text) && typed != text {
		return typed
	}
	for _, h := range p.hits[p.cursor+1:] {
		if h.Typed != "" && len(h.Typed) > len(text) && strings.EqualFold(h.Typed[:len(text)], text) {
			return h.Typed
		}
	}
	return ""
}

// ShortHelp returns the keys for the footer; see [Dialog].
func (p *Palette) ShortHelp() []key.Binding {
	keys := []key.Binding{keymap.WithHelp(p.keys.Dialog.Confirm, "run"), p.keys.Dialog.Next,
		keymap.WithHelp(p.keys.Dialog.Cancel, "close")}
	if p.completion() != "" {
		keys[1] = key.NewBinding(key.WithKeys("down"), key.WithHelp(keymap.Label("down"), "move"))
		complete := key.NewBinding(key.WithKeys("tab"), key.WithHelp("tab", "complete"))
		keys = slices.Insert(keys, 1, complete)
	}
	return keys
}

// View draws the palette; see [Dialog].
func (p *Palette) View() string {
	s := p.styles()
	inner := p.textWidth()
	in := p.input
	in.SetWidth(max(inner-3, 1))
	lines := []string{widget.WithCursor(in.View()), style.Render(s.Faint, strings.Repeat("─", inner))}
	rows := min(max(p.textHeight()-len(lines), 1), 14)
	top := max(p.cursor-rows+1, 0)
	for i := top; i < min(top+rows, len(p.hits)); i++ {
		lines = append(lines, p.row(s, p.hits[i], i == p.cursor, inner))
	}
	if len(p.hits) == 0 {
		lines = append(lines, style.Render(s.Muted, "No matches."))
	}
	for len(lines) < rows+2 {
		lines = append(lines, "")
	}
	corner := ""
	if len(p.hits) > rows {
		corner = style.Render(s.Muted, fmt.Sprintf("%d/%d %s more", p.cursor+1, len(p.hits),
			style.MoreArrows(top > 0, top+rows < len(p.hits))))

	}
	return cornerBox(style.Render(s.AccentStrong, "Go to / run"), corner, s.Accent, lines, p.width)
}

func (p *Palette) row(s *style.Styles, h hit, current bool, width int) string {
	plain, mark, note := s.Text, "  ", s.Muted
	if current {
		plain, mark, note = s.Selected(s.Text), style.Render(s.Accent, style.Focus)+" ", s.Muted
	}
	text := h.Note
	if h.Why != "" {
		text = style.Failed + " " + widget.NormalizeWidth(h.Why)
		plain = s.Muted
	}
	var b strings.Builder
	least := width / 2
	if h.Typed != "" { // the name of a command matters more
		least = width / 4
	}
	text = widget.Truncate(text, max(width-2-widget.Width(h.Name)-2, least))
	room := max(width-2-widget.Width(text)-2, 8)
	for i, r := range []rune(widget.Truncate(widget.NormalizeWidth(h.Name), room)) {
		st := plain
		if h.marks.Has(i) {
			st = highlight(plain)
		}
		b.WriteString(style.Render(st, string(r)))
	}
	return mark + widget.Justify(b.String(), style.Render(note, text), width-2)
}

func highlight(st style.Style) style.Style { return st.Bold().Underline() }
