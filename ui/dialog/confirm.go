package dialog

import (
	"slices"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"vpsdeck/keymap"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// Detail is a labelled line of what to know before confirming.
type Detail struct {
	Label string
	Value string
	Bad   bool // what is lost
	Minor bool // dropped first on a small screen
}

// Checkbox is an option of the action.
type Checkbox struct {
	Label   string
	Note    string
	Checked bool
	Warning string // shown in the lines below; empty: none
}

// ConfirmOptions is what a confirmation shows and does.
type ConfirmOptions struct {
	Title    string
	Question string
	// draws what is confirmed in at most rows lines above the list; nil: nothing
	Picture      func(s *style.Styles, width, rows int) []string
	List         []string         // the items, one a line; scrolls if they do not fit
	Minor        func(i int) bool // reports whether a line of the list is drawn muted; nil: none is
	Details      []Detail
	Checkbox     *Checkbox
	Phrase       *Phrase                    // must be typed to confirm; nil: nothing
	ConfirmLabel string                     // on the confirm button
	Requests     func(checked bool) string  // what will be sent
	OnConfirm    func(checked bool) tea.Cmd // runs when confirmed
	OnCancel     func() tea.Cmd             // runs when cancelled; nil: nothing
}

// The places that can have the focus.
const (
	focusNo = iota
	focusYes
	focusCheckbox
	focusField // of the phrase
)

// Confirm asks before an action. Keys typed ahead are ignored. At first the focus is on Cancel, or
// in the field if there is a phrase. Enter presses the focused button; in the field it presses the
// action's button, but only once the phrase is there.
type Confirm struct {
	bounds
	options ConfirmOptions
	keys    keymap.Dialog
	styles  StylesFunc
	input   textinput.Model
	timing  timing
	focus   int
	enabled bool
	top     int // the first visible line of the list
	checked bool
	hint    hint
}

// hint is what the last enter has not done, and why.
type hint int

const (
	noHint     hint = iota
	mismatch        // the phrase is not there
	pasted          // it arrived in one burst with text
	pressAgain      // it came too soon after the phrase, and only moved the focus
)

// NewConfirm returns a confirmation. It ignores keys, except cancel, until Enable.
func NewConfirm(options ConfirmOptions, keys keymap.Dialog, styles StylesFunc) *Confirm {
	confirm := &Confirm{options: options, keys: keys, styles: styles, checked: options.Checkbox != nil &&
		options.Checkbox.Checked}
	if options.Phrase != nil {
		confirm.input = NewInput(styles())
		confirm.input.CharLimit = max(4*len([]rune(options.Phrase.Text)), 1) // 0 would be no limit
		confirm.input.Focus()
		confirm.focus = focusField
	}
	return confirm
}

// NewInput returns a field of one line. Its cursor does not blink, to save bytes on the line. The
// key for the clipboard is off, because over SSH that is another machine's; pasting into the
// terminal works.
func NewInput(s *style.Styles) textinput.Model {
	in := textinput.New()
	in.Prompt = style.Prompt + " "
	in.KeyMap.Paste.SetEnabled(false)
	st := textinput.DefaultStyles(true)
	st.Focused.Prompt, st.Focused.Text = s.Accent.Lipgloss(), s.Text.Lipgloss()
	st.Focused.Placeholder, st.Focused.Suggestion = s.Faint.Lipgloss(), s.Faint.Lipgloss()
	st.Blurred = st.Focused
	st.Cursor.Blink = false
	st.Cursor.Color = s.Palette.Accent
	in.SetStyles(st)
	return in
}

// SetSize sets the available size in cells. A picture may use more of a wide screen than text.
func (c *Confirm) SetSize(width, height int) {
	c.bounds.SetSize(width, height)
	if c.options.Picture != nil {
		c.width = min(width, max(inputWidth, width*maxTextPart/100))
	}
}

// Enable ends the input delay.
func (c *Confirm) Enable() { c.enabled = true }

// Update handles a message; see [Dialog].
func (c *Confirm) Update(msg tea.Msg) (tea.Cmd, bool) {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		if key.Matches(msg, c.keys.Cancel) && !c.isText(msg) { // cancel works from the start
			return c.cancel()
		}
		if c.enabled {
			return c.handleKey(msg)
		}
	case tea.PasteMsg:
		if c.enabled {
			c.pastePhrase(msg)
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
	c.hint = noHint
	hasPhrase := c.options.Phrase != nil
	switch {
	case key.Matches(msg, c.keys.Confirm) && !c.isText(msg):
		return c.activate()
	case hasPhrase && isSideways(msg) && c.focus != focusCheckbox:
		c.moveSideways(msg)
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
	case hasPhrase:
		c.editPhrase(msg)
	case key.Matches(msg, c.keys.Yes):
		c.focus = focusYes
	case key.Matches(msg, c.keys.No):
		return c.cancel()
	}
	return nil, false
}

// scroll scrolls the list.
func (c *Confirm) scroll(by int) { c.top = max(min(c.top+by, len(c.options.List)-minListRows), 0) }

// places returns what can have the focus, in the order of the keys. From the field the action's
// button is next, and the checkbox, which is drawn above the field, is before it.
func (c *Confirm) places() []int {
	places := []int{focusNo, focusYes}
	if c.options.Phrase != nil {
		places = []int{focusField, focusYes, focusNo}
	}
	if c.options.Checkbox != nil {
		places = append(places, focusCheckbox)
	}
	return places
}

func (c *Confirm) moveFocus(by int) {
	places := c.places()
	c.focus = places[(slices.Index(places, c.focus)+by+len(places))%len(places)]
}

// activate presses the focused button or toggles the checkbox.
func (c *Confirm) activate() (tea.Cmd, bool) {
	switch {
	case c.focus == focusNo:
		return c.cancel()
	case c.focus == focusCheckbox:
		c.checked = !c.checked
		return nil, false
	case !c.isConfirmed():
		c.hint = mismatch
		return nil, false
	case c.options.Phrase != nil && c.timing.tooSoon():
		c.withholdEnter(pressAgain)
		return nil, false
	}
	return c.options.OnConfirm(c.checked), true
}

// click presses the action's button by the mouse, which no paste and no held key can do.
func (c *Confirm) click() (tea.Cmd, bool) {
	c.focus = focusYes
	if !c.isConfirmed() {
		c.hint = mismatch
		return nil, false
	}
	return c.options.OnConfirm(c.checked), true
}

// cancel closes the dialog without confirming.
func (c *Confirm) cancel() (tea.Cmd, bool) {
	if c.options.OnCancel == nil {
		return nil, true
	}
	return c.options.OnCancel(), true
}

// ShortHelp returns the keys for the footer; see [Dialog].
func (c *Confirm) ShortHelp() []key.Binding {
	keys := []key.Binding{c.keys.Next, c.keys.Confirm, c.keys.Cancel}
	if c.options.Phrase == nil {
		keys = append(keys, keymap.WithHelp(c.keys.Yes, "focus "+c.options.ConfirmLabel))
	}
	if c.focus == focusCheckbox {
		keys = append(keys, c.keys.Toggle)
	}
	return keys
}

// handleClick presses the button or the checkbox that was clicked.
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
			return c.click()
		}
	case c.options.Checkbox != nil && lines[at].text == c.checkboxLine(s):
		c.checked = !c.checked
	}
	return nil, false
}
