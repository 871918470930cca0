// Package dialog is what lies over the panes: questions, forms and sheets to read. The one that was opened last gets the
// keys first, and is drawn last.
package dialog

import (
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// Dialog is something open over the panes. Every message that is not a key reaches it too.
type Dialog interface {
	// Update takes a message. done closes the dialog; the command then is what it was opened for.
	Update(msg tea.Msg) (cmd tea.Cmd, done bool)
	// SetSize tells it the room that there is, in cells.
	SetSize(width, height int)
	// View draws it, no larger than that.
	View() string
	// ShortHelp is what its keys do now, for the footer.
	ShortHelp() []key.Binding
}

// InputDelay is how long a dialog of weight ignores keys after it has opened: what was typed before one could read it must
// not answer it.
const InputDelay = 400 * time.Millisecond

// InputEnabledMsg ends the quiet time of the dialog that was opened under this number.
type InputEnabledMsg struct{ Number int }

// Delayed is a dialog that waits for its ArmedMsg.
type Delayed interface{ Enable() }

// PasteBurst is how close behind the last key an enter must come to count as a part of one paste. A terminal without brackets
// around a paste sends it as keys, all at once; nobody types as fast.
const PasteBurst = 50 * time.Millisecond

// PasteGuarded is a dialog in which an enter sends or closes something. One that came in a burst with text is not handed to it.
type PasteGuarded interface {
	// HandlePastedEnter tells it that such an enter was left out.
	HandlePastedEnter()
}

// StylesFunc gives the styles in force: they change when the terminal tells its background.
type StylesFunc func() *style.Styles

// maxWidth is how wide a box gets on a large screen.
const maxWidth = 76

// bounds is the cells that a dialog may take.
type bounds struct{ width, height int }

// SetSize tells the room that there is, in cells.
func (b *bounds) SetSize(width, height int) { b.width, b.height = min(width, maxWidth), height }

// textWidth is the room for text in the box.
func (b *bounds) textWidth() int { return innerWidth(b.width) }

// textHeight is the room for lines in the box.
func (b *bounds) textHeight() int { return max(b.height-widget.FrameHeight, 1) }

// ClickMsg is a click of the left button inside a dialog, in cells from its upper left corner.
type ClickMsg struct{ X, Y int }

// padding is the space between a box and its text, on either side.
const padding = 2

// box frames lines with a title, as wide as they need within limits.
func box(s *style.Styles, title string, edge lipgloss.Style, lines []string, width int) string {
	f := widget.Frame{Title: title, Border: edge}
	body := make([]string, len(lines))
	for i, l := range lines {
		body[i] = strings.Repeat(" ", padding) + l
	}
	return f.Render(strings.Join(body, "\n"), width, len(lines)+widget.FrameHeight)
}

// innerWidth is the room for text in a box of the given width.
func innerWidth(width int) int { return max(width-widget.FrameWidth-2*padding, 1) }
