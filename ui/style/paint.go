package style

import (
	"image/color"
	"strings"
	"sync"

	"charm.land/lipgloss/v2"
)

// Paint is what st.Render makes of a piece of a line, found many times faster: a frame has hundreds of them, in a dozen
// styles. It is for styles of colours and weight, without padding, width or border, which all in the tables are.
func Paint(st lipgloss.Style, text string) string {
	if link, _ := st.GetHyperlink(); link != "" || text == "" || st.GetUnderline() || strings.ContainsAny(text, "\t\r\n") {
		return st.Render(text)
	}
	p := penOf(&st)
	return p.before + text + p.after
}

// pen is what a style writes before and after a text.
type pen struct{ before, after string }

// ink is all that tells such styles apart.
type ink struct {
	text, back                                  color.Color
	bold, italic, faint, reverse, struck, blink bool
}

var (
	pens    = map[ink]pen{}
	penLock sync.RWMutex // several programs run in one process in the tests
)

func penOf(st *lipgloss.Style) pen {
	key := ink{
		text: st.GetForeground(), back: st.GetBackground(), bold: st.GetBold(), italic: st.GetItalic(), faint: st.GetFaint(),
		reverse: st.GetReverse(), struck: st.GetStrikethrough(), blink: st.GetBlink(),
	}
	penLock.RLock()
	p, ok := pens[key]
	penLock.RUnlock()
	if !ok {
		const sample = "|"
		p.before, p.after, _ = strings.Cut(st.Render(sample), sample)
		penLock.Lock()
		pens[key] = p
		penLock.Unlock()
	}
	return p
}
