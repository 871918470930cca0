package dialog

import (
	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

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
	Label   string
	Note    string
	On      bool
	Warning string // in a line of its own under it; empty: none
}

// Phrase is what must be typed, to the letter, before something is done. An empty text is never right.
type Phrase struct {
	Text   string
	Prompt string // what is to be typed, in words
	Short  string // the same, where there is less room; empty: only the text
}

// is says whether the text is the phrase.
func (p *Phrase) is(text string) bool { return p.Text != "" && text == p.Text }

// Ask is what a question says and does.
type Ask struct {
	Title    string
	Question string
	List     []string // what it is about, one a line; scrolls where there is no room for all
	Facts    []Fact
	Tick     *Tick
	Phrase   *Phrase                   // what must be typed before yes can be pressed; nil: nothing
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
	rushed  bool // an enter came in one burst with text
}

// NewQuestion makes a question. It ignores keys until Arm.
func NewQuestion(ask Ask, keys keymap.Dialog, look Look) *Question {
	q := &Question{ask: ask, keys: keys, look: look, ticked: ask.Tick != nil && ask.Tick.On}
	if ask.Phrase != nil {
		q.input = NewInput(look())
		q.input.CharLimit = max(4*len([]rune(ask.Phrase.Text)), 1) // 0 would be no limit
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

// Rushed notes that an enter came in one burst with text.
func (q *Question) Rushed() { q.rushed = q.armed }

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
	q.missing, q.rushed = false, false
	typed := q.ask.Phrase != nil
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
func (q *Question) isText(msg tea.KeyPressMsg) bool { return q.ask.Phrase != nil && msg.Text != "" }

func (q *Question) edit(msg tea.Msg) {
	if text, ok := Typed(msg); ok && q.ask.Phrase != nil {
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
func (q *Question) confirmed() bool { return q.ask.Phrase == nil || q.ask.Phrase.is(q.input.Value()) }

// ShortHelp is for the footer; see [Dialog].
func (q *Question) ShortHelp() []key.Binding {
	keys := []key.Binding{q.keys.Next, q.keys.Press, q.keys.Cancel}
	if q.ask.Tick != nil {
		keys = append(keys, q.keys.Toggle)
	}
	return keys
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
