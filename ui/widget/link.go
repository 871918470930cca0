package widget

import (
	"strings"

	"charm.land/lipgloss/v2"
)

// Link makes text in a style lead to an address where the terminal can follow one (OSC 8). An address with anything but plain
// ASCII in it, or a semicolon, which parts the sequence's fields, is left out.
func Link(st lipgloss.Style, address string) lipgloss.Style {
	unsafe := func(r rune) bool { return r <= ' ' || r > '~' || r == ';' }
	if address == "" || strings.ContainsFunc(address, unsafe) {
		return st
	}
	return st.Hyperlink(address)
}
