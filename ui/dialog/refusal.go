package dialog

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"vpsdeck/keymap"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// maxKeptInput is the maximum number of keys that a [Wait] keeps for the form.
const maxKeptInput = 256

// Reason is why an action cannot begin.
type Reason struct {
	Title  string
	Why    string
	Remedy string // what to do; empty: nothing
}

// Refusal says why an action cannot begin. It takes every key, so that keys typed after the
// action's key do nothing. Esc closes it at once, enter after the input delay.
type Refusal struct {
	textBounds
	reason  Reason
	keys    keymap.Dialog
	styles  StylesFunc
	enabled bool
}

// NewRefusal returns a refusal.
func NewRefusal(reason Reason, keys keymap.Dialog, styles StylesFunc) *Refusal {
	return &Refusal{reason: reason, keys: keys, styles: styles}
}

// Enable ends the input delay.
func (r *Refusal) Enable() { r.enabled = true }

// HandlePastedEnter does nothing: a pasted enter does not close the refusal.
func (r *Refusal) HandlePastedEnter() {}

// Update handles a message; see [Dialog].
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
	title, lines := style.Render(s.Warning.Bold(), widget.NormalizeWidth(r.reason.Title)), lineTexts(r.lines(s))
	return box(s, title, s.Warning, lines, r.fit(title, lines))
}

func (r *Refusal) lines(s *style.Styles) []line {
	out := messageLines(s, r.textWidth(), r.reason.Why, r.reason.Remedy)
	return fitLines(append(out, line{"", dropBlank}, line{closeButton(s), dropNever}), r.textHeight())
}

// messageLines returns a message and, below it, what to do.
func messageLines(s *style.Styles, width int, message, remedy string) []line {
	out := []line{{"", dropBlank}}
	for i, l := range widget.Wrap(widget.NormalizeWidth(message), width) {
		out = append(out, line{style.Render(s.Text, l), dropOrder(i, dropLate)})
	}
	if remedy == "" {
		return out
	}
	for i, l := range widget.Wrap(widget.NormalizeWidth(remedy), width) {
		out = append(out, line{style.Render(s.Muted, l), dropOrder(i, dropDetail)})
	}
	return out
}

func closeButton(s *style.Styles) string { return button(s, "Close", s.ButtonFocused, true) }

// ShortHelp returns the keys for the footer; see [Dialog].
func (r *Refusal) ShortHelp() []key.Binding {
	return []key.Binding{keymap.WithHelp(r.keys.Confirm, "close"), keymap.WithHelp(r.keys.Cancel, "close")}
}

// Wait is shown in place of a form or a confirmation while the lists that it needs are loading. It
// takes every key, and keeps text for the form.
type Wait struct {
	textBounds
	title     string
	pending   func() string // what it waits for; empty: it is done
	openNext  func() tea.Cmd
	keys      keymap.Dialog
	styles    StylesFunc
	keptInput []tea.Msg
	onCancel  func() tea.Cmd // nil: nothing
}

// NewWait returns a dialog that waits until pending returns "". Then its owner closes it and calls
// OpenNext.
func NewWait(title string, pending func() string, openNext func() tea.Cmd, keys keymap.Dialog,
	styles StylesFunc) *Wait {
	return &Wait{title: title, pending: pending, openNext: openNext, keys: keys, styles: styles}
}

// OnCancel sets what runs when cancel closes it.
func (w *Wait) OnCancel(run func() tea.Cmd) { w.onCancel = run }

// Ready reports whether the waiting is over.
func (w *Wait) Ready() bool { return w.pending() == "" }

// OpenNext opens the dialog that was waited for. kept is the text typed while waiting: for a form,
// never for a confirmation.
func (w *Wait) OpenNext() (open tea.Cmd, kept []tea.Msg) { return w.openNext(), w.keptInput }

// HandlePastedEnter does nothing: enter has no effect here.
func (w *Wait) HandlePastedEnter() {}

// Update handles a message; see [Dialog].
func (w *Wait) Update(msg tea.Msg) (tea.Cmd, bool) {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		if key.Matches(msg, w.keys.Cancel) {
			if w.onCancel == nil {
				return nil, true
			}
			return w.onCancel(), true
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

// View draws what it waits for; see [Dialog].
func (w *Wait) View() string {
	s := w.styles()
	cancel := w.keys.Cancel.Help().Key + " cancels."
	lines := messageLines(s, w.textWidth(), "Waiting for "+w.pending()+style.Ellipsis,
		"This opens once they have loaded. "+cancel)
	texts := lineTexts(fitLines(append(lines, line{"", dropBlank}), w.textHeight()))
	return box(s, style.Render(s.AccentStrong, w.title), s.Accent, texts, w.fit(w.title, texts))
}

// ShortHelp returns the keys for the footer; see [Dialog].
func (w *Wait) ShortHelp() []key.Binding { return []key.Binding{w.keys.Cancel} }
