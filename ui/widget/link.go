package widget

import (
	"strings"

	"vpsdeck/ui/style"
)

// Link returns a style that links to an address, in terminals that support OSC 8. It ignores an
// address with anything but plain ASCII in it, or with a semicolon, which separates the fields of
// the sequence.
func Link(st style.Style, address string) style.Style {
	unsafe := func(r rune) bool { return r <= ' ' || r > '~' || r == ';' }
	if address == "" || strings.ContainsFunc(address, unsafe) {
		return st
	}
	return st.Link(address)
}
