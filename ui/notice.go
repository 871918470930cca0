package ui

import (
	"fmt"
	"slices"
	"time"

	"vpsdeck/model"
	"vpsdeck/ui/dialog"
	"vpsdeck/ui/screen"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// notice is a sentence in the line above the footer.
type notice struct {
	tone  screen.Tone
	text  string
	until time.Time // zero: until it has been read
	since time.Time // when it came to be shown
	about int       // the number of the operation that it tells of; 0: none
}

// notices wait in a queue, so that a good one does not hide a bad one.
type notices struct{ queue []notice }

// How long notices stay, and how many wait at the most.
const (
	noticeTime  = 8 * time.Second
	mostNotices = 20
)

// say shows a notice. One that answers a key replaces its like at once; what went wrong stays until a key is pressed.
func (a *App) say(tone screen.Tone, text string) { a.tell(notice{tone: tone, text: text}) }

// sayOf tells how an operation goes on, in place of what was told of it before.
func (a *App) sayOf(o model.Operation, tone screen.Tone, text string) {
	a.notices.queue = slices.DeleteFunc(a.notices.queue, func(n notice) bool { return n.about == o.Number })
	a.tell(notice{tone: tone, text: o.Title() + ": " + text, about: o.Number})
}

func (a *App) tell(n notice) {
	n.text, n.until, n.since = widget.Agreed(n.text), a.state.Local.Add(noticeTime), a.state.Local
	tone := n.tone
	if tone == screen.Trouble {
		n.until = time.Time{}
	}
	q := a.notices.queue
	for len(q) > 0 && (q[len(q)-1].tone < screen.Trouble || q[len(q)-1].text == n.text) {
		q = q[:len(q)-1]
	}
	if len(q) == mostNotices {
		q = q[1:]
	}
	a.notices.queue = append(q, n)
}

func (n *notices) any() bool { return len(n.queue) > 0 }

// read takes away what a key press has shown to be read. What went wrong must have stood for a moment: the key may have been
// on its way before it.
func (n *notices) read(now time.Time) {
	if len(n.queue) > 0 && (n.queue[0].tone < screen.Trouble || now.Sub(n.queue[0].since) >= dialog.Quiet) {
		n.next(now)
	}
}

// next shows the one that waits.
func (n *notices) next(now time.Time) {
	n.queue = n.queue[1:]
	if len(n.queue) > 0 {
		n.queue[0].since = now
	}
}

// expire takes away what has stood long enough.
func (n *notices) expire(now time.Time) {
	if len(n.queue) > 0 && !n.queue[0].until.IsZero() && now.After(n.queue[0].until) {
		n.next(now)
	}
}

// view is the notice that is shown, and how many wait behind it.
func (n *notices) view(s *style.Styles, width int) string {
	if len(n.queue) == 0 {
		return ""
	}
	first := n.queue[0]
	st, glyph := s.Text, style.Dot
	switch first.tone {
	case screen.Good:
		st, glyph = s.Fine, style.Done
	case screen.Warning:
		st, glyph = s.Late, style.Late
	case screen.Trouble:
		st, glyph = s.Bad, style.Failed
	}
	more := ""
	if rest := len(n.queue) - 1; rest > 0 {
		more = s.Muted.Render(fmt.Sprintf("any key: %d more", rest))
	}
	return widget.Spread(" "+st.Render(glyph+" "+first.text), more, width-1)
}
