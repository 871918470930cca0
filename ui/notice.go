package ui

import (
	"fmt"
	"slices"
	"time"

	"charm.land/lipgloss/v2"

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

// theToken is what a notice is about that tells of no operation but of the token that is being tried.
const theToken = -1

// notices wait in a queue, so that a good one does not hide a bad one.
type notices struct {
	queue []notice
	said  []notice // the last that no operation tells of, to be read again
}

// How long notices stay, and how many wait at the most.
const (
	noticeTime  = 8 * time.Second
	mostNotices = 20
	mostSaid    = 5
)

// say shows a notice. One that answers a key replaces its like at once; what went wrong stays until a key is pressed.
func (a *App) say(tone screen.Tone, text string) { a.tell(notice{tone: tone, text: text}) }

// sayOf tells how an operation goes on, in place of what was told of it before.
func (a *App) sayOf(o model.Operation, tone screen.Tone, text string) {
	a.notices.forget(o.Number)
	a.tell(notice{tone: tone, text: o.Title() + ": " + text, about: o.Number})
}

func (a *App) tell(n notice) {
	n.text, n.until, n.since = widget.Agreed(n.text), a.state.Local.Add(noticeTime), a.state.Local
	tone := n.tone
	if tone == screen.Trouble {
		n.until = time.Time{}
	}
	if tone > screen.Neutral && n.about == 0 {
		said := slices.DeleteFunc(a.notices.said, func(old notice) bool { return old.text == n.text })
		a.notices.said = append(said[max(len(said)+1-mostSaid, 0):], n)
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

// forget takes away what was told of something.
func (n *notices) forget(about int) {
	n.queue = slices.DeleteFunc(n.queue, func(old notice) bool { return old.about == about })
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

// mostNoticeLines is how many lines a notice may take: the API's reason is often longer than one.
const mostNoticeLines = 3

// noticeLines is the notice that is shown, in as many lines as it needs up to a limit, and how many wait behind it. Where it
// has no line of its own, an open dialog's keys are of more use.
func (a *App) noticeLines() []string {
	q := a.notices.queue
	if len(q) == 0 || len(a.dialogs) > 0 && a.height < noticeHeight {
		return nil
	}
	st, glyph := q[0].look(a.styles)
	room := a.width - 1 - len(" x ")
	text, more := widget.Wrap(q[0].text, room), ""
	fits := func() bool { return more == "" || widget.Width(text[len(text)-1])+2+widget.Width(more) <= room }
	if rest := len(q) - 1; rest > 0 {
		more = fmt.Sprintf("any key: %d more", rest)
		if !fits() && len(text) == mostNoticeLines {
			more = fmt.Sprintf("+%d", rest)
		} else if !fits() {
			text = append(text, "")
		}
	}
	if len(text) > mostNoticeLines || len(text) == mostNoticeLines && !fits() {
		text = text[:mostNoticeLines]
		text[mostNoticeLines-1] += style.Ellipsis
		more = firstKey(a.opts.Keys.View.Activity) + " shows all"
		if !a.opts.Keys.View.Activity.Enabled() {
			more = ""
		}
	}
	last := len(text) - 1
	lines := make([]string, len(text))
	for i, l := range text {
		lines[i] = "   " + st.Render(l)
	}
	lines[0] = " " + st.Render(glyph+" "+text[0])
	if more != "" {
		lines[last] = widget.Spread(lines[last], a.styles.Muted.Render(more), a.width-1)
	}
	return lines
}

// look is the colour and the sign of a notice.
func (n notice) look(s *style.Styles) (lipgloss.Style, string) {
	switch n.tone {
	case screen.Good:
		return s.Fine, style.Done
	case screen.Warning:
		return s.Late, style.Late
	case screen.Trouble:
		return s.Bad, style.Failed
	}
	return s.Text, style.Dot
}

// saidLines are the last notices that are of weight and tell of no operation, in full, for the activity sheet.
func (a *App) saidLines(s *style.Styles, width int) []string {
	var lines []string
	for _, n := range slices.Backward(a.notices.said) {
		st, glyph := n.look(s)
		for i, l := range widget.Wrap(n.text, width-2) {
			if i > 0 {
				glyph = " "
			}
			lines = append(lines, st.Render(glyph)+" "+s.Text.Render(l))
		}
	}
	if len(lines) > 0 {
		lines = append([]string{"", s.Strong.Render("Said lately")}, lines...)
	}
	return lines
}
