// Package dialog implements the dialogs over the panes: confirmations, forms, sheets, refusals and
// the command palette. The dialog opened last gets the keys first and is drawn last.
package dialog

import (
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// Dialog is open over the panes. It also gets every message that is not a key.
type Dialog interface {
	// Update handles a message. done closes the dialog; then cmd does what the dialog was opened
	// for.
	Update(msg tea.Msg) (cmd tea.Cmd, done bool)
	// SetSize sets the available size in cells.
	SetSize(width, height int)
	// View draws it, at most in that size.
	View() string
	// ShortHelp returns the keys that work now, for the footer.
	ShortHelp() []key.Binding
}

// InputDelay is how long a [Delayed] dialog ignores keys after opening, so that keys typed before
// it could be read do not answer it.
const InputDelay = 400 * time.Millisecond

// InputEnabledMsg ends the input delay of the dialog with this number.
type InputEnabledMsg struct{ Number int }

// Delayed is a dialog that ignores keys until its [InputEnabledMsg].
type Delayed interface{ Enable() }

// PasteBurst is the time after a key within which enter counts as part of a paste. A terminal
// without bracketed paste sends a paste as keys, faster than anyone types.
const PasteBurst = 50 * time.Millisecond

// PasteGuarded is a dialog in which enter sends or closes something. It does not get an enter that
// arrived in one burst with text.
type PasteGuarded interface {
	// HandlePastedEnter tells it that an enter was withheld.
	HandlePastedEnter()
}

// StylesFunc returns the current styles. They change when the terminal reports its background.
type StylesFunc func() *style.Styles

// The widths of boxes. A box of text is as wide as its content: on a wide screen up to a part of
// it, in percent. A box to type in keeps its width.
const (
	inputWidth   = 76
	minTextWidth = 44
	maxTextPart  = 70
)

// bounds is the size of a dialog in cells.
type bounds struct{ width, height int }

// SetSize sets the available size in cells.
func (b *bounds) SetSize(width, height int) { b.width, b.height = min(width, inputWidth), height }

// textBounds is the size of a dialog that only shows text.
type textBounds struct{ bounds }

// SetSize sets the available size in cells.
func (b *textBounds) SetSize(width, height int) {
	b.width, b.height = min(width, max(inputWidth, width*maxTextPart/100)), height
}

// fit returns the width of a box around lines that were laid out in the text's width.
func (b *textBounds) fit(title string, lines []string) int {
	widest := widget.Width(title)
	for _, l := range lines {
		widest = max(widest, widget.Width(strings.TrimRight(l, " ")))
	}
	return min(max(widest+widget.FrameWidth+2*padding, minTextWidth), b.width)
}

// textWidth is the width of the text in the box.
func (b *bounds) textWidth() int { return innerWidth(b.width) }

// textHeight is the number of lines that fit in the box.
func (b *bounds) textHeight() int { return max(b.height-widget.FrameHeight, 1) }

// ClickMsg is a left click in a dialog, in cells from its upper left corner.
type ClickMsg struct{ X, Y int }

// padding is the space between a box and its text, on each side.
const padding = 2

// box draws a frame with a title around lines.
func box(s *style.Styles, title string, edge style.Style, lines []string, width int) string {
	return cornerBox(title, "", edge, lines, width)
}

// cornerBox draws a frame with a title and a text in its lower right corner around lines.
func cornerBox(title, corner string, edge style.Style, lines []string, width int) string {
	f := widget.Frame{Title: title, Corner: corner, Border: edge}
	body := make([]string, len(lines))
	for i, l := range lines {
		body[i] = strings.Repeat(" ", padding) + l
	}
	return f.Render(strings.Join(body, "\n"), width, len(lines)+widget.FrameHeight)
}

// innerWidth is the width of the text in a box of the given width.
func innerWidth(width int) int { return max(width-widget.FrameWidth-2*padding, 1) }
