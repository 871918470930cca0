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
func NewConfirm(options ConfirmOptions, keys keymap.Dialog, styles StylesFunc) *Confirm {
	confirm := &Confirm{options: options, keys: keys, styles: styles, checked: options.Checkbox != nil && options.Checkbox.Checked}
	if options.Phrase != nil {
		confirm.input = NewInput(styles())
		confirm.input.CharLimit = max(4*len([]rune(options.Phrase.Text)), 1) // 0 would be no limit
		confirm.input.Focus()
	}
	return confirm
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
func (c *Confirm) Enable() { c.enabled = true }

// HandlePastedEnter notes that an enter came in one burst with text.
func (c *Confirm) HandlePastedEnter() { c.pastedEnter = c.enabled }

// Update takes a message; see [Dialog].
func (c *Confirm) Update(msg tea.Msg) (tea.Cmd, bool) {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		if key.Matches(msg, c.keys.Cancel) && !c.isText(msg) { // the way out is open from the start
			return c.cancel()
		}
		if c.enabled {
			return c.handleKey(msg)
		}
	case tea.PasteMsg:
		if c.enabled {
			c.editPhrase(msg)
		}
	case tea.MouseWheelMsg:
		if msg.Button == tea.MouseWheelDown {
			c.scroll(1)
		} else {
			c.scroll(-1)
		}
	case ClickMsg:
		if c.enabled {
			return c.handleClick(msg)
		}
	}
	return nil, false
}

func (c *Confirm) handleKey(msg tea.KeyPressMsg) (tea.Cmd, bool) {
	c.phraseMissing, c.pastedEnter = false, false
	typed := c.options.Phrase != nil
	switch {
	case key.Matches(msg, c.keys.Confirm) && !c.isText(msg):
		return c.activate()
	case key.Matches(msg, c.keys.Next) && !c.isText(msg):
		c.moveFocus(1)
	case key.Matches(msg, c.keys.Previous) && !c.isText(msg):
		c.moveFocus(-1)
	case msg.String() == "pgdown":
		c.scroll(5)
	case msg.String() == "pgup":
		c.scroll(-5)
	case key.Matches(msg, c.keys.Toggle) && c.focus == focusCheckbox:
		c.checked = !c.checked
	case typed:
		c.editPhrase(msg)
	case key.Matches(msg, c.keys.Yes):
		c.focus = focusYes
	case key.Matches(msg, c.keys.No):
		return c.cancel()
	}
	return nil, false
}

// isText says whether the key is a part of what is being typed, whatever else it may be bound to.
func (c *Confirm) isText(msg tea.KeyPressMsg) bool { return c.options.Phrase != nil && msg.Text != "" }

func (c *Confirm) editPhrase(msg tea.Msg) {
	if text, ok := SanitizeInput(msg); ok && c.options.Phrase != nil {
		c.input, _ = c.input.Update(text) // its only command is the blinking of a cursor that stands still
	}
}

// scroll moves through the list.
func (c *Confirm) scroll(by int) { c.top = max(min(c.top+by, len(c.options.List)-minListRows), 0) }

func (c *Confirm) moveFocus(by int) {
	places := 2
	if c.options.Checkbox != nil {
		places = 3
	}
	c.focus = (c.focus + by + places) % places
}

// activate does what the focused place is for.
func (c *Confirm) activate() (tea.Cmd, bool) {
	switch {
	case c.focus == focusNo:
		return c.cancel()
	case c.focus == focusCheckbox:
		c.checked = !c.checked
		return nil, false
	case !c.isConfirmed():
		c.phraseMissing = true
		return nil, false
	}
	return c.options.OnConfirm(c.checked), true
}

// cancel closes the question.
func (c *Confirm) cancel() (tea.Cmd, bool) {
	if c.options.OnCancel == nil {
		return nil, true
	}
	return c.options.OnCancel(), true
}

// isConfirmed says whether what must be typed has been typed, to the letter.
func (c *Confirm) isConfirmed() bool {
	return c.options.Phrase == nil || c.options.Phrase.matches(c.input.Value())
}

// ShortHelp is for the footer; see [Dialog].
func (c *Confirm) ShortHelp() []key.Binding {
	keys := []key.Binding{c.keys.Next, c.keys.Confirm, c.keys.Cancel}
	if c.options.Checkbox != nil {
		keys = append(keys, c.keys.Toggle)
	}
	return keys
}

// handleClick presses what was clicked.
func (c *Confirm) handleClick(msg ClickMsg) (tea.Cmd, bool) {
	s := c.styles()
	lines := c.visibleLines(s)
	at := msg.Y - 1
	switch {
	case at < 0 || at >= len(lines):
	case at == len(lines)-1:
		x := msg.X - 1 - padding
		no := widget.Width(button(s, cancelLabel, s.ButtonFocused, true))
		yes := widget.Width(button(s, c.options.ConfirmLabel, s.ButtonFocused, true))
		switch {
		case x >= 0 && x < no:
			c.focus = focusNo
			return c.activate()
		case x > no && x <= no+yes:
			c.focus = focusYes
			return c.activate()
		}
	case c.options.Checkbox != nil && lines[at].text == c.checkboxLine(s):
		c.checked = !c.checked
	}
	return nil, false
}
