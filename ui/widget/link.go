package widget

import (
	"strings"

	"charm.land/lipgloss/v2"
)

// Link returns a style that links to an address, in terminals that support OSC 8. It ignores an
// address with anything but plain ASCII in it, or with a semicolon, which separates the fields of
// the sequence.
func Link(st lipgloss.Style, address string) lipgloss.Style {
	unsafe := func(r rune) bool { return r <= ' ' || r > '~' || r == ';' }
	if address == "" || strings.ContainsFunc(address, unsafe) {
		return st
	}
	return st.Hyperlink(address)
}
