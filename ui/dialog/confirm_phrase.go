package dialog

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// Phrase must be typed exactly before an action can be confirmed. An empty text never matches.
type Phrase struct {
	Text   string
	Prompt string // asks for the text
	Short  string // the same on a small screen; empty: asks for the text only
}

// matches reports whether the text is the phrase.
func (p *Phrase) matches(text string) bool { return p.Text != "" && text == p.Text }

// Timed is a dialog that needs to know when keys are pressed.
type Timed interface {
	// SetKeyTime says when the next key or paste came. It comes before Update.
	SetKeyTime(at time.Time)
}

const (
	// enterPause is the time after the last character within which enter only moves the focus: it
	// may be the end of a paste, or of a line meant for a shell.
	enterPause = 300 * time.Millisecond
	// repeatPause is the same after an enter that only moved the focus. A held key repeats sooner.
	repeatPause = 700 * time.Millisecond
)

// timing is when keys came. Without times no key is too soon.
type timing struct {
	now       time.Time // of the current key
	lastText  time.Time // when the phrase was last changed
	lastEnter time.Time // when enter last did no more than move the focus
}

// tooSoon reports whether an enter that comes now may not be meant.
func (t *timing) tooSoon() bool {
	within := func(at time.Time, pause time.Duration) bool { return !at.IsZero() && t.now.Sub(at) < pause }
	return within(t.lastText, enterPause) || within(t.lastEnter, repeatPause)
}

// SetKeyTime says when the next key or paste came; see [Timed].
func (c *Confirm) SetKeyTime(at time.Time) { c.timing.now = at }

// HandlePastedEnter handles an enter that arrived in one burst with text; see [PasteGuarded].
func (c *Confirm) HandlePastedEnter() {
	if c.enabled {
		c.withholdEnter(pasted)
	}
}

// withholdEnter does not let enter press a button. After the phrase it moves the focus to the
// action's button, so that the next enter presses that.
func (c *Confirm) withholdEnter(why hint) {
	c.hint, c.timing.lastEnter = why, c.timing.now
	switch {
	case !c.isConfirmed():
		c.hint = mismatch
	case c.focus == focusField:
		c.focus = focusYes
	}
}

// isText reports whether the key is text for the phrase, even if it is also bound to something.
func (c *Confirm) isText(msg tea.KeyPressMsg) bool { return c.options.Phrase != nil && msg.Text != "" }

// editPhrase passes a key or a paste to the field. Text goes there from everywhere, and takes the
// focus along.
func (c *Confirm) editPhrase(msg tea.Msg) {
	text, ok := SanitizeInput(msg)
	if !ok || c.options.Phrase == nil {
		return
	}
	before, caret := c.input.Value(), c.input.Position()
	c.input, _ = c.input.Update(text) // its only command blinks the cursor, which is off
	if c.input.Value() != before {
		c.focus, c.timing.lastText = focusField, c.timing.now
	} else if c.focus != focusField {
		c.input.SetCursor(caret)
	}
}

// pastePhrase handles a paste. A line break at its end is an enter that was pasted.
func (c *Confirm) pastePhrase(msg tea.PasteMsg) {
	c.hint = noHint
	c.editPhrase(msg)
	if c.options.Phrase != nil && strings.TrimRight(msg.Content, "\r\n") != msg.Content {
		c.withholdEnter(pasted)
	}
}

// isSideways reports whether the key is an arrow to the left or to the right.
func isSideways(msg tea.KeyPressMsg) bool { return msg.String() == "left" || msg.String() == "right" }

// moveSideways moves the caret in the field, or the focus from one button to the other.
func (c *Confirm) moveSideways(msg tea.KeyPressMsg) {
	switch c.focus {
	case focusField:
		c.editPhrase(msg)
	case focusNo:
		c.focus = focusYes
	default:
		c.focus = focusNo
	}
}

// isConfirmed reports whether the phrase, if any, was typed exactly.
func (c *Confirm) isConfirmed() bool {
	return c.options.Phrase == nil || c.options.Phrase.matches(c.input.Value())
}

// phraseLines returns the prompt and the field. The caret is shown while the field has the focus.
func (c *Confirm) phraseLines(s *style.Styles, width int) []line {
	in := c.input
	in.SetWidth(max(width-4, 1))
	if c.focus != focusField {
		in.Blur()
		return append(c.promptLines(s, width), line{in.View(), dropNever})
	}
	return append(c.promptLines(s, width), line{widget.WithCursor(in.View()), dropNever})
}

// promptLines asks for the phrase, or says whether it is there. The prompt is shorter where it does
// not fit on one line.
func (c *Confirm) promptLines(s *style.Styles, width int) []line {
	st, lines := s.Muted, widget.Wrap(c.options.Phrase.Prompt, width)
	if short := c.options.Phrase.Short; len(lines) > 1 && short != "" {
		lines = widget.Wrap(short, width)
	} else if len(lines) > 1 {
		lines = widget.Wrap("Type "+c.options.Phrase.Text+" to confirm", width)
	}
	const matches = style.Done + " matches"
	switch again := matches + ": press " + c.keys.Confirm.Help().Key + " again"; {
	case c.isConfirmed() && c.hint != noHint:
		st, lines = s.Fine, widget.Wrap(again, width)
	case c.isConfirmed() && len(lines) == 1 && widget.Width(lines[0])+3+widget.Width(matches) <= width:
		return []line{{style.Render(st, lines[0]) + "   " + style.Render(s.Fine, matches), dropNever}}
	case c.isConfirmed():
		st, lines = s.Fine, widget.Wrap(matches, width)
	case c.hint == mismatch:
		st, lines = s.Warning, widget.Wrap("Doesn't match: type "+c.options.Phrase.Text, width)
	}
	var out []line
	for i, l := range lines {
		drop := dropNever
		if i > max(c.textHeight()-4, 0) { // the field and the buttons matter more than a long name
			drop = dropLate
		}
		out = append(out, line{style.Render(st, l), drop})
	}
	return out
}
