package dialog

import (
	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"vpsdeck/keymap"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// Detail is a line of what one should know before one says yes.
type Detail struct {
	Label string
	Value string
	Bad   bool // what is lost
	Minor bool // left out first where there is little room
}

// Checkbox is something that can be added to the deed.
type Checkbox struct {
	Label   string
	Note    string
	Checked bool
	Warning string // in a line of its own under it; empty: none
}

// Phrase is what must be typed, to the letter, before something is done. An empty text is never right.
type Phrase struct {
	Text   string
	Prompt string // what is to be typed, in words
	Short  string // the same, where there is less room; empty: only the text
}

// matches says whether the text is the phrase.
func (p *Phrase) matches(text string) bool { return p.Text != "" && text == p.Text }

// ConfirmOptions is what a question says and does.
type ConfirmOptions struct {
	Title        string
	Question     string
	List         []string // what it is about, one a line; scrolls where there is no room for all
	Details      []Detail
	Checkbox     *Checkbox
	Phrase       *Phrase                   // what must be typed before yes can be pressed; nil: nothing
	ConfirmLabel string                    // the word on the button
	Requests     func(ticked bool) string  // what will be sent
	OnConfirm    func(ticked bool) tea.Cmd // what yes does
	OnCancel     func() tea.Cmd            // what no does; nil: nothing
}

// The places of the focus.
const (
	focusNo = iota
	focusYes
	focusCheckbox
)

// Confirm asks before a deed. No is focused when it opens; keys typed ahead do nothing; enter presses the focused button
// and nothing else.
type Confirm struct {
	bounds
	options       ConfirmOptions
	keys          keymap.Dialog
	styles        StylesFunc
	input         textinput.Model
	focus         int
	enabled       bool
	top           int // the first line of the list that is shown
	checked       bool
	phraseMissing bool // yes was pressed before what must be typed was typed
	pastedEnter   bool // an enter came in one burst with text
}

// NewConfirm makes a question. It ignores keys until Arm.
func NewConfirm(ask ConfirmOptions, keys keymap.Dialog, look StylesFunc) *Confirm {
	q := &Confirm{options: ask, keys: keys, styles: look, checked: ask.Checkbox != nil && ask.Checkbox.Checked}
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

// Enable ends the quiet time.
func (q *Confirm) Enable() { q.enabled = true }

// HandlePastedEnter notes that an enter came in one burst with text.
func (q *Confirm) HandlePastedEnter() { q.pastedEnter = q.enabled }

// Update takes a message; see [Dialog].
func (q *Confirm) Update(msg tea.Msg) (tea.Cmd, bool) {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		if key.Matches(msg, q.keys.Cancel) && !q.isText(msg) { // the way out is open from the start
			return q.cancel()
		}
		if q.enabled {
			return q.handleKey(msg)
		}
	case tea.PasteMsg:
		if q.enabled {
			q.editPhrase(msg)
		}
	case tea.MouseWheelMsg:
		if msg.Button == tea.MouseWheelDown {
			q.scroll(1)
		} else {
			q.scroll(-1)
		}
	case ClickMsg:
		if q.enabled {
			return q.handleClick(msg)
		}
	}
	return nil, false
}

func (q *Confirm) handleKey(msg tea.KeyPressMsg) (tea.Cmd, bool) {
	q.phraseMissing, q.pastedEnter = false, false
	typed := q.options.Phrase != nil
	switch {
	case key.Matches(msg, q.keys.Confirm) && !q.isText(msg):
		return q.activate()
	case key.Matches(msg, q.keys.Next) && !q.isText(msg):
		q.moveFocus(1)
	case key.Matches(msg, q.keys.Previous) && !q.isText(msg):
		q.moveFocus(-1)
	case msg.String() == "pgdown":
		q.scroll(5)
	case msg.String() == "pgup":
		q.scroll(-5)
	case key.Matches(msg, q.keys.Toggle) && q.focus == focusCheckbox:
		q.checked = !q.checked
	case typed:
		q.editPhrase(msg)
	case key.Matches(msg, q.keys.Yes):
		q.focus = focusYes
	case key.Matches(msg, q.keys.No):
		return q.cancel()
	}
	return nil, false
}

// isText says whether the key is a part of what is being typed, whatever else it may be bound to.
func (q *Confirm) isText(msg tea.KeyPressMsg) bool { return q.options.Phrase != nil && msg.Text != "" }

func (q *Confirm) editPhrase(msg tea.Msg) {
	if text, ok := SanitizeInput(msg); ok && q.options.Phrase != nil {
		q.input, _ = q.input.Update(text) // its only command is the blinking of a cursor that stands still
	}
}

// scroll moves through the list.
func (q *Confirm) scroll(by int) { q.top = max(min(q.top+by, len(q.options.List)-minListRows), 0) }

func (q *Confirm) moveFocus(by int) {
	places := 2
	if q.options.Checkbox != nil {
		places = 3
	}
	q.focus = (q.focus + by + places) % places
}

// activate does what the focused place is for.
func (q *Confirm) activate() (tea.Cmd, bool) {
	switch {
	case q.focus == focusNo:
		return q.cancel()
	case q.focus == focusCheckbox:
		q.checked = !q.checked
		return nil, false
	case !q.isConfirmed():
		q.phraseMissing = true
		return nil, false
	}
	return q.options.OnConfirm(q.checked), true
}

// cancel closes the question.
func (q *Confirm) cancel() (tea.Cmd, bool) {
	if q.options.OnCancel == nil {
		return nil, true
	}
	return q.options.OnCancel(), true
}

// isConfirmed says whether what must be typed has been typed, to the letter.
func (q *Confirm) isConfirmed() bool {
	return q.options.Phrase == nil || q.options.Phrase.matches(q.input.Value())
}

// ShortHelp is for the footer; see [Dialog].
func (q *Confirm) ShortHelp() []key.Binding {
	keys := []key.Binding{q.keys.Next, q.keys.Confirm, q.keys.Cancel}
	if q.options.Checkbox != nil {
		keys = append(keys, q.keys.Toggle)
	}
	return keys
}

// handleClick presses what was clicked.
func (q *Confirm) handleClick(msg ClickMsg) (tea.Cmd, bool) {
	s := q.styles()
	lines := q.visibleLines(s)
	at := msg.Y - 1
	switch {
	case at < 0 || at >= len(lines):
	case at == len(lines)-1:
		x := msg.X - 1 - padding
		no := widget.Width(button(s, cancelLabel, s.ButtonFocused, true))
		yes := widget.Width(button(s, q.options.ConfirmLabel, s.ButtonFocused, true))
		switch {
		case x >= 0 && x < no:
			q.focus = focusNo
			return q.activate()
		case x > no && x <= no+yes:
			q.focus = focusYes
			return q.activate()
		}
	case q.options.Checkbox != nil && lines[at].text == q.checkboxLine(s):
		q.checked = !q.checked
	}
	return nil, false
}
