package dialog

import (
	"charm.land/bubbles/v2/cursor"
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"charm.land/huh/v2"

	"vpsdeck/keymap"
	"vpsdeck/ui/style"
)

// Field is one question of a form: a line of text, or one of several choices.
type Field struct {
	Key         string
	Title       string
	Value       string // what it holds at first
	Placeholder string
	Hidden      bool                    // show dots in place of what is typed
	Limit       int                     // characters; 0: no limit
	Check       func(text string) error // what is wrong with the text, for a person; checked as one types
	Choices     []Choice                // if any, the field is a choice
}

// Choice is one of several.
type Choice struct{ Value, Label string }

// Values is what was filled in, by the fields' keys.
type Values map[string]string

// IntroLine is a line that stands above a form's fields.
type IntroLine struct {
	Text string
	Warn bool // draw it as a warning
}

// FormOptions is what a form says and does.
type FormOptions struct {
	Title       string
	Intro       []IntroLine
	Fields      []Field
	Request     string // what will be sent
	SubmitLabel string // what enter does on the last field
	OnSubmit    func(Values) tea.Cmd
	NoCancel    bool // esc does not close it: there is nothing behind it
}

// Form asks for values, with huh. It is the one place that knows huh, and keeps its habits in check: its moves between
// fields are messages, so keys typed meanwhile wait; its cursor does not blink; the clipboard of the machine is not read.
type Form struct {
	bounds
	options       FormOptions
	keys          keymap.Dialog
	styles        StylesFunc
	form          *huh.Form
	changingField bool              // huh is on its way to another field
	pendingKeys   []tea.KeyPressMsg // keys typed meanwhile
	enterPressed  bool              // enter was pressed on what is not right yet
	pastedEnter   bool              // an enter came in one burst with text
	problem       string            // from outside: why what was sent was not taken
}

// NewForm makes a form. Its Init must be run.
func NewForm(options FormOptions, keys keymap.Dialog, styles StylesFunc) *Form {
	f := &Form{options: options, keys: keys, styles: styles}
	f.build()
	return f
}

func (f *Form) build() {
	fields := make([]huh.Field, len(f.options.Fields))
	for i, field := range f.options.Fields {
		fields[i] = field.huh()
	}
	km := huh.NewDefaultKeyMap()
	km.Quit.SetEnabled(false) // esc is handled here
	km.Input.Next.SetKeys("enter", "tab", "down")
	km.Input.Prev.SetKeys("shift+tab", "up")
	km.Select.Filter.SetEnabled(false)
	f.form = huh.NewForm(huh.NewGroup(fields...)).WithShowHelp(false).WithShowErrors(false).WithKeyMap(km).
		WithTheme(huh.ThemeFunc(cachedTheme(f.styles)))
}

func (f Field) huh() huh.Field {
	if len(f.Choices) > 0 {
		options := make([]huh.Option[string], len(f.Choices))
		for i, c := range f.Choices {
			options[i] = huh.NewOption(c.Label, c.Value)
		}
		first := f.Choices[0].Value // the best is listed first; huh would take one whose value is empty
		return huh.NewSelect[string]().Key(f.Key).Title(f.Title).Options(options...).Value(&first)
	}
	value := f.Value
	in := huh.NewInput().Key(f.Key).Title(f.Title).Placeholder(f.Placeholder).Prompt(style.Prompt + " ").
		CharLimit(f.Limit).Value(&value)
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

// HandlePastedEnter notes that an enter came in one burst with text: it may be a line break of something pasted, and sends nothing.
func (f *Form) HandlePastedEnter() { f.pastedEnter = true }

// ShowError shows why what was filled in was not taken, and lets one fill it in again.
func (f *Form) ShowError(why string) tea.Cmd {
	f.problem = why
	f.changingField, f.pendingKeys = false, nil
	f.build()
	f.resizeForm()
	return f.form.Init()
}

// Update takes a message; see [Dialog].
func (f *Form) Update(msg tea.Msg) (tea.Cmd, bool) {
	switch msg := msg.(type) {
	case cursor.BlinkMsg:
		return nil, false
	case tea.KeyPressMsg:
		switch {
		case key.Matches(msg, f.keys.Cancel):
			return nil, !f.options.NoCancel
		case msg.String() == "ctrl+v" || msg.String() == "ctrl+e":
			return nil, false
		case f.changingField:
			f.pendingKeys = append(f.pendingKeys, msg)
			return nil, false
		}
		f.problem, f.pastedEnter, f.enterPressed = "", false, msg.String() == "enter"
	}
	text, ok := SanitizeInput(msg)
	if !ok {
		return nil, false
	}
	return f.updateForm(text)
}

// updateForm hands a message to huh and looks what became of it.
func (f *Form) updateForm(msg tea.Msg) (tea.Cmd, bool) {
	before := f.focusedField()
	model, cmd := f.form.Update(msg)
	f.form = model.(*huh.Form)
	if f.form.State == huh.StateCompleted {
		values := Values{}
		for _, field := range f.options.Fields {
			values[field.Key] = f.form.GetString(field.Key)
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

// replayKeys types the keys that had to wait.
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

// leavesField says whether huh will answer the key by moving to another field, or by completing the form.
func (f *Form) leavesField(press tea.KeyPressMsg) bool {
	i := f.focusedField()
	valid := f.checkField() == "" || len(f.options.Fields[i].Choices) > 0 // only going back needs no right text
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

// focusedField is the index of the field that has the focus.
func (f *Form) focusedField() int {
	focused := f.form.GetFocusedField().GetKey()
	for i, field := range f.options.Fields {
		if field.Key == focused {
			return i
		}
	}
	return 0
}

// checkField tells what is wrong with the focused field as it stands.
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

// ShortHelp is for the footer; see [Dialog].
func (f *Form) ShortHelp() []key.Binding {
	next := key.NewBinding(key.WithKeys("enter"), key.WithHelp("enter", f.enterLabel()))
	if f.options.NoCancel {
		return []key.Binding{next, keymap.Interrupt()}
	}
	return []key.Binding{next, f.keys.Cancel}
}

func (f *Form) enterLabel() string {
	if f.focusedField() == len(f.options.Fields)-1 {
		return f.options.SubmitLabel
	}
	return "next field"
}

// SetSize tells the room that there is, in cells.
func (f *Form) SetSize(width, height int) {
	before := f.textWidth()
	f.bounds.SetSize(width, height)
	f.resizeForm()
	if f.textWidth() != before { // huh lays its fields out when it takes a message, and shows the old layout until then
		model, _ := f.form.Update(resizedMsg{})
		f.form = model.(*huh.Form)
	}
}

// resizedMsg is a message that no field of huh knows.
type resizedMsg struct{}

// maxFormHeight is more lines than any form has.
const maxFormHeight = 100

// resizeForm tells huh the width. Its height must be told too: huh counts the lines of what it has not wrapped yet, and hides the
// rest, the choice under the cursor with it. What is too much for the room is left out in View.
func (f *Form) resizeForm() { f.form.WithWidth(f.textWidth()).WithHeight(maxFormHeight) }
