package dialog

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"golang.org/x/text/unicode/norm"

	"vpsdeck/model"
)

// maxPasted is the maximum number of characters used of a paste, more than any field takes.
const maxPasted = 4096

// lineBreaks joins lines: a name is one line, and “^M” for a line break would be sent as two
// characters.
var lineBreaks = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ")

// SanitizeInput returns a key or a paste as a field may get it, and false if the field must not get
// it. A paste is untrusted text. Line breaks become spaces, and letters of several characters
// become one (NFC). Control characters become visible marks, which no name accepts and the user can
// delete.
func SanitizeInput(msg tea.Msg) (tea.Msg, bool) {
	switch msg := msg.(type) {
	case tea.PasteMsg:
		text, n := strings.TrimRight(msg.Content, "\r\n"), 0
		for at := range text { // do not read a megabyte
			if n++; n > maxPasted {
				text = text[:at]
				break
			}
		}
		msg.Content = model.Clean(norm.NFC.String(lineBreaks.Replace(text)))
		return msg, true
	case tea.KeyPressMsg:
		return msg, model.Clean(msg.Text) == msg.Text
	}
	return msg, true
}
