package dialog

import (
	"slices"

	"charm.land/bubbles/v2/cursor"
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"charm.land/huh/v2"
	"golang.org/x/text/unicode/norm"

	"vpsdeck/keymap"
	"vpsdeck/ui/style"
)

// Field is a field of a form: a line of text, or a choice.
type Field struct {
	Key         string
	Title       string
	Value       string // initial value
	Replace     bool   // typing replaces the initial value, unless it was edited first
	Placeholder string
	Hidden      bool                    // mask what is typed
	Limit       int                     // characters; 0: no limit
	Check       func(text string) error // returns what is wrong with the text
	Choices     []Choice                // not empty: the field is a choice
}

// Choice is an option of a field.
type Choice struct{ Value, Label string }

// Values are the submitted values, by field key. Letters of several characters have become one (NFC),
// as the API's lists are read.
type Values map[string]string

// IntroLine is a line above a form's fields.
type IntroLine struct {
	Text string
	Warn bool // draw it as a warning
}

// FormOptions is what a form shows and does.
type FormOptions struct {
	Title       string
	Intro       []IntroLine
	Fields      []Field
	Request     string // what will be sent
	SubmitLabel string // what enter does on the last field
	OnSubmit    func(Values) tea.Cmd
	OnCancel    func() tea.Cmd // runs when esc closes it; nil: nothing
	OnKinds     func() tea.Cmd // explains the kinds of restore points over the form; nil: no key does
	NoCancel    bool           // esc does not close it, as there is nothing behind it
}

// Form asks for values with huh. Only this file and its view use huh, and they work around it:
//   - huh changes fields by messages, so keys typed in between wait
//   - the cursor does not blink
//   - the machine's clipboard is not read
type Form struct {
	bounds
	options       FormOptions
	keys          keymap.Dialog
	styles        StylesFunc
	form          *huh.Form
	changingField bool              // huh is changing the field
	pendingKeys   []tea.KeyPressMsg // keys typed while the field changes
	values        []*string         // of the fields, as they are now
	edited        map[int]bool      // fields whose value is no longer the initial one
	complain      map[int]bool      // fields that were left or submitted with an invalid value
	pastedEnter   bool              // enter arrived in one burst with text
	problem       string            // why the submitted values were rejected
}

// NewForm returns a form. The caller must run its Init.
func NewForm(options FormOptions, keys keymap.Dialog, styles StylesFunc) *Form {
	f := &Form{options: options, keys: keys, styles: styles}
	f.build()
	return f
}

func (f *Form) build() {
	fields := make([]huh.Field, len(f.options.Fields))
	f.values = make([]*string, len(fields))
	f.edited, f.complain = map[int]bool{}, map[int]bool{}
	for i, field := range f.options.Fields {
		f.values[i] = new(string)
		fields[i] = field.huh(f.values[i])
	}
	km := huh.NewDefaultKeyMap()
	km.Quit.SetEnabled(false) // esc is handled here
	km.Input.Next.SetKeys("enter", "tab", "down")
	km.Input.Prev.SetKeys("shift+tab", "up")
	km.Select.Filter.SetEnabled(false)
	f.form = huh.NewForm(huh.NewGroup(fields...)).WithShowHelp(false).WithShowErrors(false).WithKeyMap(km).
		WithTheme(huh.ThemeFunc(cachedTheme(f.styles)))
}

// huh returns huh's field. It keeps value up to date.
func (f Field) huh(value *string) huh.Field {
	if len(f.Choices) > 0 {
		options := make([]huh.Option[string], len(f.Choices))
		for i, c := range f.Choices {
			options[i] = huh.NewOption(c.Label, c.Value)
		}
		*value = f.Choices[0].Value // the default is listed first; huh would select an option with an empty value
		return huh.NewSelect[string]().Key(f.Key).Title(f.Title).Options(options...).Value(value)
	}
	*value = f.Value
	in := huh.NewInput().Key(f.Key).Title(f.Title).Placeholder(f.Placeholder).Prompt(style.Prompt + " ").
		CharLimit(f.Limit).Value(value)
	if f.Hidden {
		in.EchoMode(huh.EchoModePassword)
	}
	if f.Check != nil {
		in.Validate(f.Check)
	}
	return in
}

// Init starts the form.
func (f *Form) Init() tea.Cmd { return f.form.Init() }

// HandlePastedEnter notes that enter arrived in one burst with text. It may be the line break of a
// paste, so it submits nothing.
func (f *Form) HandlePastedEnter() { f.pastedEnter = true }

// ShowError shows why the values were rejected, and lets the user correct them.
func (f *Form) ShowError(why string) tea.Cmd {
	f.problem = why
	f.changingField, f.pendingKeys = false, nil
	f.build()
	f.resizeForm()
	return f.form.Init()
}

// Update handles a message; see [Dialog].
func (f *Form) Update(msg tea.Msg) (tea.Cmd, bool) {
	switch msg := msg.(type) {
	case cursor.BlinkMsg:
		return nil, false
	case tea.KeyPressMsg:
		switch {
		case key.Matches(msg, f.keys.Cancel):
			return f.cancel()
		case f.options.OnKinds != nil && key.Matches(msg, f.keys.Kinds) && msg.Text == "":
			return f.options.OnKinds(), false
		case msg.String() == "ctrl+v" || msg.String() == "ctrl+e":
			return nil, false
		case f.changingField:
			f.pendingKeys = append(f.pendingKeys, msg)
			return nil, false
		}
		f.problem, f.pastedEnter = "", false
		if key.Matches(msg, f.keys.Submit) && msg.Text == "" {
			return f.submit()
		}
	}
	text, ok := SanitizeInput(msg)
	if !ok {
		return nil, false
	}
	f.replaceInitial(text)
	return f.updateForm(text)
}

// cancel closes the form without submitting it.
func (f *Form) cancel() (tea.Cmd, bool) {
	switch {
	case f.options.NoCancel:
		return nil, false
	case f.options.OnCancel == nil:
		return nil, true
	}
	return f.options.OnCancel(), true
}

// replaceInitial clears an initial value that the text is to replace. A key that edits the value or
// moves the caret keeps it.
func (f *Form) replaceInitial(msg tea.Msg) {
	i := f.focusedField()
	press, isKey := msg.(tea.KeyPressMsg)
	_, isPaste := msg.(tea.PasteMsg)
	switch {
	case !isKey && !isPaste || isKey && movesField(press):
	case f.options.Fields[i].Replace && !f.edited[i] && (isPaste || press.Text != ""):
		model, _ := f.form.Update(clearKey)
		f.form = model.(*huh.Form)
		f.edited[i] = true
	default:
		f.edited[i] = true
	}
}

// clearKey deletes what is before the caret, which is at the end of an initial value.
var clearKey = tea.KeyPressMsg{Code: 'u', Mod: tea.ModCtrl}

// movesField reports whether a key goes to another field, if that is possible.
func movesField(press tea.KeyPressMsg) bool {
	return slices.Contains([]string{"enter", "tab", "down", "shift+tab", "up"}, press.String())
}

// submit submits the values from any field. If one is invalid, the focus goes there.
func (f *Form) submit() (tea.Cmd, bool) {
	values := Values{}
	for i, field := range f.options.Fields {
		values[field.Key] = norm.NFC.String(*f.values[i])
		if field.Check != nil && field.Check(*f.values[i]) != nil {
			f.complain[i] = true
			return f.goToField(i)
		}
	}
	return f.options.OnSubmit(values), true
}

// goToField moves the focus to a field, by the keys that do it.
func (f *Form) goToField(to int) (tea.Cmd, bool) {
	step, n := tea.KeyPressMsg{Code: tea.KeyTab}, to-f.focusedField()
	if n < 0 {
		step, n = tea.KeyPressMsg{Code: tea.KeyTab, Mod: tea.ModShift}, -n
	}
	if n == 0 {
		return nil, false
	}
	for range n - 1 {
		f.pendingKeys = append(f.pendingKeys, step)
	}
	return f.updateForm(step)
}

// updateForm passes a message to huh and handles the result.
func (f *Form) updateForm(msg tea.Msg) (tea.Cmd, bool) {
	before := f.focusedField()
	if press, ok := msg.(tea.KeyPressMsg); ok && movesField(press) && f.checkField() != "" {
		f.complain[before] = true
	}
	model, cmd := f.form.Update(msg)
	f.form = model.(*huh.Form)
	if f.checkField() == "" {
		delete(f.complain, f.focusedField())
	}
	if f.form.State == huh.StateCompleted {
		values := Values{}
		for _, field := range f.options.Fields {
			values[field.Key] = norm.NFC.String(f.form.GetString(field.Key))
		}
		return f.options.OnSubmit(values), true
	}
	if press, ok := msg.(tea.KeyPressMsg); ok {
		f.changingField = f.leavesField(press)
		return cmd, false
	}
	if f.changingField && f.focusedField() != before {
		f.changingField = false
		return f.replayKeys(cmd)
	}
	return cmd, false
}

// replayKeys handles the keys that waited.
func (f *Form) replayKeys(first tea.Cmd) (tea.Cmd, bool) {
	cmds := []tea.Cmd{first}
	keys := f.pendingKeys
	f.pendingKeys = nil
	for _, k := range keys {
		cmd, done := f.Update(k)
		cmds = append(cmds, cmd)
		if done {
			return tea.Batch(cmds...), true
		}
	}
	return tea.Batch(cmds...), false
}

// leavesField reports whether the key will make huh change the field or complete the form.
func (f *Form) leavesField(press tea.KeyPressMsg) bool {
	i := f.focusedField()
	valid := f.checkField() == "" || len(f.options.Fields[i].Choices) > 0 // going back also works from an invalid value
	switch press.String() {
	case "enter":
		return valid
	case "tab":
		return valid && i < len(f.options.Fields)-1
	case "down":
		return valid && i < len(f.options.Fields)-1 && len(f.options.Fields[i].Choices) == 0
	case "shift+tab":
		return i > 0
	case "up":
		return i > 0 && len(f.options.Fields[i].Choices) == 0
	}
	return false
}

// focusedField returns the index of the focused field.
func (f *Form) focusedField() int {
	focused := f.form.GetFocusedField().GetKey()
	for i, field := range f.options.Fields {
		if field.Key == focused {
			return i
		}
	}
	return 0
}

// checkField returns what is wrong with the focused field, or "".
func (f *Form) checkField() string {
	field := f.options.Fields[f.focusedField()]
	text, isText := f.form.GetFocusedField().GetValue().(string)
	if field.Check == nil || !isText {
		return ""
	}
	if err := field.Check(text); err != nil {
		return err.Error()
	}
	return ""
}

// ShortHelp returns the keys for the footer; see [Dialog].
func (f *Form) ShortHelp() []key.Binding {
	keys := []key.Binding{key.NewBinding(key.WithKeys("enter"), key.WithHelp("enter", f.enterLabel()))}
	if f.canSubmitEarly() {
		keys = append(keys, keymap.WithHelp(f.keys.Submit, f.options.SubmitLabel))
	}
	if f.options.NoCancel {
		return append(keys, keymap.Interrupt())
	}
	keys = append(keys, f.keys.Cancel)
	if f.options.OnKinds != nil {
		keys = append(keys, f.keys.Kinds)
	}
	return keys
}

// canSubmitEarly reports whether there are fields after the focused one.
func (f *Form) canSubmitEarly() bool { return f.focusedField() < len(f.options.Fields)-1 }

func (f *Form) enterLabel() string {
	if f.focusedField() == len(f.options.Fields)-1 {
		return f.options.SubmitLabel
	}
	return "next field"
}

// SetSize sets the available size in cells.
func (f *Form) SetSize(width, height int) {
	before := f.textWidth()
	f.bounds.SetSize(width, height)
	f.resizeForm()
	if f.textWidth() != before { // huh updates its layout only when it gets a message
		model, _ := f.form.Update(resizedMsg{})
		f.form = model.(*huh.Form)
	}
}

// resizedMsg is a message that huh's fields ignore.
type resizedMsg struct{}

// maxFormHeight is larger than any form, in lines.
const maxFormHeight = 100

// resizeForm sets huh's width, and a height that is large enough for everything. Otherwise huh
// counts lines before wrapping and may hide the selected choice. View drops the lines that do not
// fit.
func (f *Form) resizeForm() { f.form.WithWidth(f.textWidth()).WithHeight(maxFormHeight) }
