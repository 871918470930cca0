package style

import (
	"image/color"
	"strings"
	"sync"

	"charm.land/lipgloss/v2"
)

// Style is how a piece of a line looks. The zero Style is plain text. A Style is a tenth of Lip
// Gloss's, because a frame has hundreds of pieces, each with its own.
type Style struct {
	foreground, background color.Color // nil: the terminal's
	attributes             attributes
	link                   string // an address, for terminals that support OSC 8; "": none
}

type attributes uint8

const (
	bold attributes = 1 << iota
	underline
	reverse
	padded // a cell at both sides, as a button has
)

// Foreground returns the style with a text colour.
func (st Style) Foreground(c color.Color) Style {
	st.foreground = c
	return st
}

// Background returns the style with a background colour.
func (st Style) Background(c color.Color) Style {
	st.background = c
	return st
}

// Bold returns the style with bold text.
func (st Style) Bold() Style { return st.with(bold) }

// Underline returns the style with underlined text.
func (st Style) Underline() Style { return st.with(underline) }

// Reverse returns the style with swapped colours.
func (st Style) Reverse() Style { return st.with(reverse) }

// Link returns the style with a link to an address.
func (st Style) Link(address string) Style {
	st.link = address
	return st
}

func (st Style) with(a attributes) Style {
	st.attributes |= a
	return st
}

func (st Style) has(a attributes) bool { return st.attributes&a != 0 }

// Lipgloss returns the same style for Lip Gloss, and for forms.
func (st Style) Lipgloss() lipgloss.Style {
	out := lipgloss.NewStyle()
	if st.foreground != nil {
		out = out.Foreground(st.foreground)
	}
	if st.background != nil {
		out = out.Background(st.background)
	}
	if st.has(bold) {
		out = out.Bold(true)
	}
	if st.has(underline) {
		out = out.Underline(true)
	}
	if st.has(reverse) {
		out = out.Reverse(true)
	}
	if st.has(padded) {
		out = out.Padding(0, 1)
	}
	if st.link != "" {
		out = out.Hyperlink(st.link)
	}
	return out
}

// Render returns a text in a style. It gives what Lip Gloss gives, many times faster.
func Render(st Style, text string) string {
	if !isPlainPiece(&st, text) {
		return st.Lipgloss().Render(text)
	}
	codes := codesFor(&st)
	return codes.before + text + codes.after
}

// Write writes what Render returns, without a string of its own.
func Write(b *strings.Builder, st Style, text string) {
	if !isPlainPiece(&st, text) {
		b.WriteString(st.Lipgloss().Render(text))
		return
	}
	codes := codesFor(&st)
	b.WriteString(codes.before)
	b.WriteString(text)
	b.WriteString(codes.after)
}

// isPlainPiece says whether a text in a style is its codes, the text, and the codes that end them.
func isPlainPiece(st *Style, text string) bool {
	return st.link == "" && text != "" && !st.has(underline|padded) && !strings.ContainsAny(text, "\t\r\n")
}

// ansiCodes are the sequences that a style writes before and after a text.
type ansiCodes struct{ before, after string }

var (
	codesCache     = map[Style]ansiCodes{}
	codesCacheLock sync.RWMutex // many sessions draw at the same time
)

func codesFor(st *Style) ansiCodes {
	codesCacheLock.RLock()
	codes, ok := codesCache[*st]
	codesCacheLock.RUnlock()
	if !ok {
		const sample = "|"
		codes.before, codes.after, _ = strings.Cut(st.Lipgloss().Render(sample), sample)
		codesCacheLock.Lock()
		codesCache[*st] = codes
		codesCacheLock.Unlock()
	}
	return codes
}
