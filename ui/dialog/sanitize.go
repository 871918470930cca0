package dialog

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"golang.org/x/text/unicode/norm"

	"vpsdeck/model"
)

// maxPasted is how many characters of a paste are looked at: more than any field takes.
const maxPasted = 4096

// lineBreaks makes one line of several: a name has one, and “^M” for a line break would be sent as two characters.
var lineBreaks = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ")

// SanitizeInput is a key or a paste as a field may have it, and false if it may not. What was pasted is text from outside like any
// other: line breaks become spaces, letters
// that are written as several characters become one (NFC), and control characters and the like become visible marks, which no
// name takes and which one can see and delete.
func SanitizeInput(msg tea.Msg) (tea.Msg, bool) {
	switch msg := msg.(type) {
	case tea.PasteMsg:
		text, n := strings.TrimRight(msg.Content, "\r\n"), 0
		for at := range text { // a megabyte is not looked through
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
