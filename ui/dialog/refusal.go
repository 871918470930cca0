package dialog

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"vpsdeck/keymap"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// maxKeptInput is how many keys a [Wait] keeps for the form that it becomes.
const maxKeptInput = 256

// Reason is why the key of an action cannot do what it is for.
type Reason struct {
	Title  string
	Why    string
	Remedy string // what to do about it; empty: nothing
}

// Refusal says why an action cannot be done. It takes every key, so that what is typed behind the action's key does nothing;
// esc closes it at once, enter after the quiet time.
type Refusal struct {
	bounds
	reason  Reason
	keys    keymap.Dialog
	styles  StylesFunc
	enabled bool
}

// NewRefusal makes a refusal.
func NewRefusal(reason Reason, keys keymap.Dialog, styles StylesFunc) *Refusal {
	return &Refusal{reason: reason, keys: keys, styles: styles}
}

// Enable ends the quiet time.
func (r *Refusal) Enable() { r.enabled = true }

// HandlePastedEnter is for an enter out of a paste: it closes nothing.
func (r *Refusal) HandlePastedEnter() {}

// Update takes a message; see [Dialog].
func (r *Refusal) Update(msg tea.Msg) (tea.Cmd, bool) {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		return nil, key.Matches(msg, r.keys.Cancel) || r.enabled && key.Matches(msg, r.keys.Confirm)
	case ClickMsg:
		at, x := msg.Y-1, msg.X-1-padding
		return nil, r.enabled && at == len(r.lines(r.styles()))-1 && x >= 0 && x < widget.Width(closeButton(r.styles()))
	}
	return nil, false
}

// View draws the refusal; see [Dialog].
func (r *Refusal) View() string {
	s := r.styles()
	return box(s, s.Warning.Bold(true).Render(widget.NormalizeWidth(r.reason.Title)), s.Warning, lineTexts(r.lines(s)), r.width)
}

func (r *Refusal) lines(s *style.Styles) []line {
	out := messageLines(s, r.textWidth(), r.reason.Why, r.reason.Remedy)
	return fitLines(append(out, line{"", dropBlank}, line{closeButton(s), dropNever}), r.textHeight())
}

// messageLines is a sentence, and under it what to do.
func messageLines(s *style.Styles, width int, message, remedy string) []line {
	out := []line{{"", dropBlank}}
	for i, l := range widget.Wrap(widget.NormalizeWidth(message), width) {
		out = append(out, line{s.Text.Render(l), dropOrder(i, dropLate)})
	}
	if remedy == "" {
		return out
	}
	for i, l := range widget.Wrap(widget.NormalizeWidth(remedy), width) {
		out = append(out, line{s.Muted.Render(l), dropOrder(i, dropDetail)})
	}
	return out
}

func closeButton(s *style.Styles) string { return button(s, "Close", s.ButtonFocused, true) }

// ShortHelp is for the footer; see [Dialog].
func (r *Refusal) ShortHelp() []key.Binding {
	return []key.Binding{withHelp(r.keys.Confirm, "close"), withHelp(r.keys.Cancel, "close")}
}

// withHelp is a binding under another word.
func withHelp(b key.Binding, word string) key.Binding {
	b.SetHelp(b.Help().Key, word)
	return b
}

// Wait stands in the place of a form or a question as long as what it needs is still on its way. It takes every key; text is
// kept for the form.
type Wait struct {
	bounds
	title     string
	pending   func() string // what is waited for; empty: nothing any more
	openNext  func() tea.Cmd
	keys      keymap.Dialog
	styles    StylesFunc
	keptInput []tea.Msg
}

// NewWait waits until what says nothing more. Then whoever opened it closes it and runs then, which opens what was asked for.
func NewWait(title string, pending func() string, openNext func() tea.Cmd, keys keymap.Dialog, styles StylesFunc) *Wait {
	return &Wait{title: title, pending: pending, openNext: openNext, keys: keys, styles: styles}
}

// Ready says whether nothing is waited for any more.
func (w *Wait) Ready() bool { return w.pending() == "" }

// OpenNext opens what was asked for. kept is the text that was typed meanwhile: a form may have it, a question must not.
func (w *Wait) OpenNext() (open tea.Cmd, kept []tea.Msg) { return w.openNext(), w.keptInput }

// HandlePastedEnter is for an enter out of a paste.
func (w *Wait) HandlePastedEnter() {}

// Update takes a message; see [Dialog].
func (w *Wait) Update(msg tea.Msg) (tea.Cmd, bool) {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		if key.Matches(msg, w.keys.Cancel) {
			return nil, true
		}
		if msg.Text != "" || msg.String() == "backspace" {
			w.keepInput(msg)
		}
	case tea.PasteMsg:
		w.keepInput(msg)
	}
	return nil, false
}

func (w *Wait) keepInput(msg tea.Msg) {
	if len(w.keptInput) < maxKeptInput {
		w.keptInput = append(w.keptInput, msg)
	}
}

// View draws what is waited for; see [Dialog].
func (w *Wait) View() string {
	s := w.styles()
	cancel := w.keys.Cancel.Help().Key + " cancels."
	lines := messageLines(s, w.textWidth(), "Waiting for "+w.pending()+style.Ellipsis, "This opens once they are here. "+cancel)
	return box(s, s.AccentStrong.Render(w.title), s.Accent, lineTexts(fitLines(append(lines, line{"", dropBlank}), w.textHeight())), w.width)
}

// ShortHelp is for the footer; see [Dialog].
func (w *Wait) ShortHelp() []key.Binding { return []key.Binding{w.keys.Cancel} }
