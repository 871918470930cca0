package dialog

import (
	"strings"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"vpsdeck/keymap"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// Fact is a line of what one should know before one says yes.
type Fact struct {
	Label string
	Value string
	Bad   bool // what is lost
	Minor bool // left out first where there is little room
}

// Tick is something that can be added to the deed.
type Tick struct {
	Label string
	Note  string
	On    bool
}

// Ask is what a question says and does.
type Ask struct {
	Title    string
	Question string
	List     []string // what it is about, one a line; scrolls where there is no room for all
	Facts    []Fact
	Tick     *Tick
	Typed    string                    // what must be typed before yes can be pressed; empty: nothing
	Prompt   string                    // what is to be typed, in words
	Yes      string                    // the word on the button
	Requests func(ticked bool) string  // what will be sent
	Then     func(ticked bool) tea.Cmd // what yes does
	Else     func() tea.Cmd            // what no does; nil: nothing
}

// The places of the focus.
const (
	onNo = iota
	onYes
	onTick
)

// Question asks before a deed. No is focused when it opens; keys typed ahead do nothing; enter presses the focused button
// and nothing else.
type Question struct {
	room
	ask     Ask
	keys    keymap.Dialog
	look    Look
	input   textinput.Model
	focus   int
	armed   bool
	top     int // the first line of the list that is shown
	ticked  bool
	missing bool // yes was pressed before what must be typed was typed
}

// NewQuestion makes a question. It ignores keys until Arm.
func NewQuestion(ask Ask, keys keymap.Dialog, look Look) *Question {
	q := &Question{ask: ask, keys: keys, look: look, ticked: ask.Tick != nil && ask.Tick.On}
	if ask.Typed != "" {
		q.input = NewInput(look())
		q.input.CharLimit = 4 * len([]rune(ask.Typed))
		q.input.Focus()
	}
	return q
}

// NewInput is a field of one line whose cursor stands still: a blinking one sends bytes for nothing. The key that reads
// the machine's own clipboard is off, since over SSH that is another machine's; pasting into the terminal works.
func NewInput(s *style.Styles) textinput.Model {
	in := textinput.New()
	in.Prompt = style.Prompt + " "
	in.KeyMap.Paste.SetEnabled(false)
	st := textinput.DefaultStyles(true)
	st.Focused.Prompt, st.Focused.Text = s.Accent, s.Text
	st.Focused.Placeholder, st.Focused.Suggestion = s.Faint, s.Faint
	st.Blurred = st.Focused
	st.Cursor.Blink = false
	st.Cursor.Color = s.Palette.Accent
	in.SetStyles(st)
	return in
}

// Arm ends the quiet time.
func (q *Question) Arm() { q.armed = true }

// Update takes a message; see [Dialog].
func (q *Question) Update(msg tea.Msg) (tea.Cmd, bool) {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		if key.Matches(msg, q.keys.Cancel) && !q.isText(msg) { // the way out is open from the start
			return q.no()
		}
		if q.armed {
			return q.press(msg)
		}
	case tea.PasteMsg:
		if q.armed {
			q.edit(msg)
		}
	case tea.MouseWheelMsg:
		if msg.Button == tea.MouseWheelDown {
			q.scroll(1)
		} else {
			q.scroll(-1)
		}
	case ClickMsg:
		if q.armed {
			return q.click(msg)
		}
	}
	return nil, false
}

func (q *Question) press(msg tea.KeyPressMsg) (tea.Cmd, bool) {
	q.missing = false
	typed := q.ask.Typed != ""
	switch {
	case key.Matches(msg, q.keys.Press) && !q.isText(msg):
		return q.act()
	case key.Matches(msg, q.keys.Next) && !q.isText(msg):
		q.move(1)
	case key.Matches(msg, q.keys.Previous) && !q.isText(msg):
		q.move(-1)
	case msg.String() == "pgdown":
		q.scroll(5)
	case msg.String() == "pgup":
		q.scroll(-5)
	case key.Matches(msg, q.keys.Toggle) && q.focus == onTick:
		q.ticked = !q.ticked
	case typed:
		q.edit(msg)
	case key.Matches(msg, q.keys.Yes):
		q.focus = onYes
	case key.Matches(msg, q.keys.No):
		return q.no()
	}
	return nil, false
}

// isText says whether the key is a part of what is being typed, whatever else it may be bound to.
func (q *Question) isText(msg tea.KeyPressMsg) bool { return q.ask.Typed != "" && msg.Text != "" }

func (q *Question) edit(msg tea.Msg) {
	if text, ok := Typed(msg); ok && q.ask.Typed != "" {
		q.input, _ = q.input.Update(text) // its only command is the blinking of a cursor that stands still
	}
}

// scroll moves through the list.
func (q *Question) scroll(by int) { q.top = max(min(q.top+by, len(q.ask.List)-leastList), 0) }

func (q *Question) move(by int) {
	places := 2
	if q.ask.Tick != nil {
		places = 3
	}
	q.focus = (q.focus + by + places) % places
}

// act does what the focused place is for.
func (q *Question) act() (tea.Cmd, bool) {
	switch {
	case q.focus == onNo:
		return q.no()
	case q.focus == onTick:
		q.ticked = !q.ticked
		return nil, false
	case !q.confirmed():
		q.missing = true
		return nil, false
	}
	return q.ask.Then(q.ticked), true
}

// no closes the question.
func (q *Question) no() (tea.Cmd, bool) {
	if q.ask.Else == nil {
		return nil, true
	}
	return q.ask.Else(), true
}

// confirmed says whether what must be typed has been typed, to the letter.
func (q *Question) confirmed() bool { return q.ask.Typed == "" || q.input.Value() == q.ask.Typed }

// ShortHelp is for the footer; see [Dialog].
func (q *Question) ShortHelp() []key.Binding {
	keys := []key.Binding{q.keys.Next, q.keys.Press, q.keys.Cancel}
	if q.ask.Tick != nil {
		keys = append(keys, q.keys.Toggle)
	}
	return keys
}

// View draws the question; see [Dialog].
func (q *Question) View() string {
	s := q.look()
	lines := q.fitted(s)
	edge := s.Accent
	if q.dangerous() {
		edge = s.Bad
	}
	return box(s, edge.Bold(true).Render(q.ask.Title), edge, texts(lines), q.width)
}

// dangerous says whether something is lost by it.
func (q *Question) dangerous() bool {
	for _, f := range q.ask.Facts {
		if f.Bad {
			return true
		}
	}
	return len(q.ask.List) > 0
}

// leastList is how many lines of the list are always shown.
const leastList = 3

// fitted is the lines that there is room for. What is left over goes to the list.
func (q *Question) fitted(s *style.Styles) []line {
	room := 0
	if len(q.ask.List) > 0 {
		rest := len(fit(q.lines(s, q.inner(), 0), q.rows()))
		room = min(max(q.rows()-rest, leastList), len(q.ask.List))
	}
	return fit(q.lines(s, q.inner(), room), q.rows())
}

// listed is the part of the list that is scrolled to, in so many lines.
func (q *Question) listed(s *style.Styles, width, rows int) []line {
	top := max(min(q.top, len(q.ask.List)-rows), 0)
	var out []line
	for i := top; i < top+rows; i++ {
		text := widget.Cut(widget.Agreed(q.ask.List[i]), width-4)
		more := ""
		if i == top && top > 0 {
			more = style.MoreUp
		} else if i == top+rows-1 && i < len(q.ask.List)-1 {
			more = style.More
		}
		out = append(out, line{widget.Spread(s.Text.Render(text), s.Muted.Render(more), width), keep})
	}
	return out
}

func (q *Question) lines(s *style.Styles, width, listRows int) []line {
	blank := line{"", dropBlank}
	out := []line{blank}
	for i, l := range widget.Wrap(widget.Agreed(q.ask.Question), width) {
		out = append(out, line{s.Strong.Render(l), begins(i, keep)})
	}
	if listRows > 0 {
		out = append(append(out, blank), q.listed(s, width, listRows)...)
	}
	out = append(append(out, blank), q.facts(s, width)...)
	if t := q.ask.Tick; t != nil {
		out = append(out, blank, line{q.tickLine(s), dropField})
	}
	if q.ask.Typed != "" {
		in := q.input
		in.SetWidth(max(width-4, 1))
		out = append(append(append(out, blank), q.prompt(s, width)...), line{in.View(), stays})
	}
	if q.ask.Requests != nil {
		out = append(out, blank, line{s.Muted.Render(widget.Cut("sends "+q.ask.Requests(q.ticked), width)), dropRequest})
	}
	return append(out, blank, line{q.buttons(s, width), stays})
}

// prompt says what is to be typed. Where that takes more than a line, it says only that, and whether it is missing.
func (q *Question) prompt(s *style.Styles, width int) []line {
	st, lines := s.Muted, widget.Wrap(q.ask.Prompt, width)
	if len(lines) > 1 {
		lines = widget.Wrap("Type "+q.ask.Typed+" to confirm", width)
	}
	if q.missing {
		st = s.Late
		if width < roomForLabels {
			lines = widget.Wrap("Not yet: type "+q.ask.Typed, width)
		}
	}
	var out []line
	for i, l := range lines {
		drop := stays
		if i > max(q.rows()-4, 0) { // the field and the buttons come first, however long a name is
			drop = keep
		}
		out = append(out, line{st.Render(l), drop})
	}
	return out
}

// begins is how soon a line of a sentence goes: how it goes on, before how it begins.
func begins(i, drop int) int {
	if i > 0 {
		return max(drop, dropRest)
	}
	return drop
}

// roomForLabels is the width from which on facts have their labels in a column.
const roomForLabels = 48

func (q *Question) facts(s *style.Styles, width int) []line {
	label := 0
	for _, f := range q.ask.Facts {
		if width >= roomForLabels {
			label = max(label, widget.Width(f.Label)+2)
		}
	}
	var out []line
	for _, f := range q.ask.Facts {
		st, drop := s.Text, dropFact
		if f.Bad {
			st, drop = s.BadStrong, keep
		}
		if f.Minor {
			drop = dropMinor
		}
		value := widget.Agreed(f.Value)
		if label == 0 {
			value = f.Label + ": " + value
		}
		for i, l := range widget.Wrap(value, max(width-label, 8)) {
			head := strings.Repeat(" ", label)
			if i == 0 && label > 0 {
				head = widget.Fit(f.Label, label, false)
			}
			out = append(out, line{s.Muted.Render(head) + st.Render(l), begins(i, drop)})
		}
	}
	return out
}

func (q *Question) tickLine(s *style.Styles) string {
	box, st, mark := style.Unticked, s.Text, "  "
	if q.ticked {
		box = style.Ticked
	}
	if q.focus == onTick {
		st, mark = s.AccentStrong, style.Focus+" "
	}
	return s.Accent.Render(mark) + s.Accent.Render(box) + " " + st.Render(q.ask.Tick.Label) + "  " + s.Muted.Render(q.ask.Tick.Note)
}

// noWord is on the button that does nothing.
const noWord = "Cancel"

func (q *Question) buttons(s *style.Styles, width int) string {
	yes := s.ButtonFocused
	if q.dangerous() {
		yes = s.ButtonDanger
	}
	row := button(s, noWord, s.ButtonFocused, q.focus == onNo) + " " + button(s, q.ask.Yes, yes, q.focus == onYes)
	hint := q.help()
	if room := width - widget.Width(row) - 3; room >= widget.Width(hint) {
		row += s.Muted.Render("   " + hint)
	}
	return row
}

func (q *Question) help() string {
	if q.missing {
		return "not yet: see above"
	}
	return q.keys.Next.Keys()[0] + " moves " + style.Dot + " " + q.keys.Cancel.Keys()[0] + " cancels"
}

// button draws a button, as wide with the focus as without.
func button(s *style.Styles, word string, focused lipgloss.Style, on bool) string {
	if on {
		return focused.Render(style.Focus + " " + word + " ")
	}
	return s.Button.Render("  " + word + " ")
}

// click presses what was clicked.
func (q *Question) click(msg ClickMsg) (tea.Cmd, bool) {
	s := q.look()
	lines := q.fitted(s)
	at := msg.Y - 1
	switch {
	case at < 0 || at >= len(lines):
	case at == len(lines)-1:
		x := msg.X - 1 - padding
		no := widget.Width(button(s, noWord, s.ButtonFocused, true))
		yes := widget.Width(button(s, q.ask.Yes, s.ButtonFocused, true))
		switch {
		case x >= 0 && x < no:
			q.focus = onNo
			return q.act()
		case x > no && x <= no+yes:
			q.focus = onYes
			return q.act()
		}
	case q.ask.Tick != nil && lines[at].text == q.tickLine(s):
		q.ticked = !q.ticked
	}
	return nil, false
}
