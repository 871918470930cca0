package style

import (
	"image/color"
	"strings"
	"sync"

	"charm.land/lipgloss/v2"
)

// Render returns the same as st.Render, many times faster: a frame has hundreds of pieces, in a
// dozen styles. It is for pieces of a line in styles of colour and weight, without width or border.
func Render(st lipgloss.Style, text string) string {
	if !isPlainPiece(st, text) {
		return st.Render(text)
	}
	p := codesFor(&st)
	return p.before + text + p.after
}

// Write writes what Render returns, without a string of its own.
func Write(b *strings.Builder, st lipgloss.Style, text string) {
	if !isPlainPiece(st, text) {
		b.WriteString(st.Render(text))
		return
	}
	p := codesFor(&st)
	b.WriteString(p.before)
	b.WriteString(text)
	b.WriteString(p.after)
}

// isPlainPiece says whether a text in a style is its codes, the text, and the codes that end them.
func isPlainPiece(st lipgloss.Style, text string) bool {
	link, _ := st.GetHyperlink()
	return link == "" && text != "" && !st.GetUnderline() && st.GetHorizontalPadding() == 0 &&
		!strings.ContainsAny(text, "\t\r\n")
}

// ansiCodes are the sequences that a style writes before and after a text.
type ansiCodes struct{ before, after string }

// styleKey contains all attributes in which such styles differ.
type styleKey struct {
	foreground, background                             color.Color
	bold, italic, faint, reverse, strikethrough, blink bool
}

var (
	codesCache     = map[styleKey]ansiCodes{}
	codesCacheLock sync.RWMutex // the tests run several programs in one process
)

func codesFor(st *lipgloss.Style) ansiCodes {
	key := styleKey{
		foreground: st.GetForeground(), background: st.GetBackground(), bold: st.GetBold(), italic: st.GetItalic(),
		faint:   st.GetFaint(),
		reverse: st.GetReverse(), strikethrough: st.GetStrikethrough(), blink: st.GetBlink(),
	}
	codesCacheLock.RLock()
	p, ok := codesCache[key]
	codesCacheLock.RUnlock()
	if !ok {
		const sample = "|"
		p.before, p.after, _ = strings.Cut(st.Render(sample), sample)
		codesCacheLock.Lock()
		codesCache[key] = p
		codesCacheLock.Unlock()
	}
	return p
}
