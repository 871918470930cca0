package dialog

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"vpsdeck/keymap"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// mostKept is how many keys a [Wait] keeps for the form that it becomes.
const mostKept = 256

// Reason is why the key of an action cannot do what it is for.
type Reason struct {
	Title string
	Why   string
	Do    string // what to do about it; empty: nothing
}

// Refusal says why an action cannot be done. It takes every key, so that what is typed behind the action's key does nothing;
// esc closes it at once, enter after the quiet time.
type Refusal struct {
	room
	reason Reason
	keys   keymap.Dialog
	look   Look
	armed  bool
}

// NewRefusal makes a refusal.
func NewRefusal(reason Reason, keys keymap.Dialog, look Look) *Refusal {
	return &Refusal{reason: reason, keys: keys, look: look}
}

// Arm ends the quiet time.
func (r *Refusal) Arm() { r.armed = true }

// Rushed is for an enter out of a paste: it closes nothing.
func (r *Refusal) Rushed() {}

// Update takes a message; see [Dialog].
func (r *Refusal) Update(msg tea.Msg) (tea.Cmd, bool) {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		return nil, key.Matches(msg, r.keys.Cancel) || r.armed && key.Matches(msg, r.keys.Press)
	case ClickMsg:
		at, x := msg.Y-1, msg.X-1-padding
		return nil, r.armed && at == len(r.lines(r.look()))-1 && x >= 0 && x < widget.Width(closeButton(r.look()))
	}
	return nil, false
}

// View draws the refusal; see [Dialog].
func (r *Refusal) View() string {
	s := r.look()
	return box(s, s.Late.Bold(true).Render(widget.Agreed(r.reason.Title)), s.Late, texts(r.lines(s)), r.width)
}

func (r *Refusal) lines(s *style.Styles) []line {
	out := said(s, r.inner(), r.reason.Why, r.reason.Do)
	return fit(append(out, line{"", dropBlank}, line{closeButton(s), stays}), r.rows())
}

// said is a sentence, and under it what to do.
func said(s *style.Styles, width int, what, do string) []line {
	out := []line{{"", dropBlank}}
	for i, l := range widget.Wrap(widget.Agreed(what), width) {
		out = append(out, line{s.Text.Render(l), begins(i, keep)})
	}
	if do == "" {
		return out
	}
	for i, l := range widget.Wrap(widget.Agreed(do), width) {
		out = append(out, line{s.Muted.Render(l), begins(i, dropFact)})
	}
	return out
}

func closeButton(s *style.Styles) string { return button(s, "Close", s.ButtonFocused, true) }

// ShortHelp is for the footer; see [Dialog].
func (r *Refusal) ShortHelp() []key.Binding {
	return []key.Binding{does(r.keys.Press, "close"), does(r.keys.Cancel, "close")}
}

// does is a binding under another word.
func does(b key.Binding, word string) key.Binding {
	b.SetHelp(b.Help().Key, word)
	return b
}

// Wait stands in the place of a form or a question as long as what it needs is still on its way. It takes every key; text is
// kept for the form.
type Wait struct {
	room
	title string
	what  func() string // what is waited for; empty: nothing any more
	then  func() tea.Cmd
	keys  keymap.Dialog
	look  Look
	kept  []tea.Msg
}

// NewWait waits until what says nothing more. Then whoever opened it closes it and runs then, which opens what was asked for.
func NewWait(title string, what func() string, then func() tea.Cmd, keys keymap.Dialog, look Look) *Wait {
	return &Wait{title: title, what: what, then: then, keys: keys, look: look}
}

// Ready says whether nothing is waited for any more.
func (w *Wait) Ready() bool { return w.what() == "" }

// Then opens what was asked for. kept is the text that was typed meanwhile: a form may have it, a question must not.
func (w *Wait) Then() (open tea.Cmd, kept []tea.Msg) { return w.then(), w.kept }

// Rushed is for an enter out of a paste.
func (w *Wait) Rushed() {}

// Update takes a message; see [Dialog].
func (w *Wait) Update(msg tea.Msg) (tea.Cmd, bool) {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		if key.Matches(msg, w.keys.Cancel) {
			return nil, true
		}
		if msg.Text != "" || msg.String() == "backspace" {
			w.keep(msg)
		}
	case tea.PasteMsg:
		w.keep(msg)
	}
	return nil, false
}

func (w *Wait) keep(msg tea.Msg) {
	if len(w.kept) < mostKept {
		w.kept = append(w.kept, msg)
	}
}

// View draws what is waited for; see [Dialog].
func (w *Wait) View() string {
	s := w.look()
	cancel := w.keys.Cancel.Help().Key + " cancels."
	lines := said(s, w.inner(), "Waiting for "+w.what()+style.Ellipsis, "This opens once they are here. "+cancel)
	return box(s, s.AccentStrong.Render(w.title), s.Accent, texts(fit(append(lines, line{"", dropBlank}), w.rows())), w.width)
}

// ShortHelp is for the footer; see [Dialog].
func (w *Wait) ShortHelp() []key.Binding { return []key.Binding{w.keys.Cancel} }
