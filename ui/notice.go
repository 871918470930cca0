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
	severity  screen.Severity
	text      string
	expiresAt time.Time // zero: until it has been read
	shownAt   time.Time // when it came to be shown
	topic     int       // the number of the operation that it tells of; 0: none
}

// tokenTopic is what a notice is about that tells of no operation but of the token that is being tried.
const tokenTopic = -1

// notices wait in a queue, so that a good one does not hide a bad one.
type notices struct {
	queue  []notice
	recent []notice // the last that no operation tells of, to be read again
}

// How long notices stay, and how many wait at the most.
const (
	noticeDuration   = 8 * time.Second
	maxNotices       = 20
	maxRecentNotices = 5
)

// notify shows a notice. One that answers a key replaces its like at once; what went wrong stays until a key is pressed.
func (a *App) notify(tone screen.Severity, text string) {
	a.pushNotice(notice{severity: tone, text: text})
}

// notifyOperation tells how an operation goes on, in place of what was told of it before.
func (a *App) notifyOperation(o model.Operation, tone screen.Severity, text string) {
	a.notices.remove(o.Number)
	a.pushNotice(notice{severity: tone, text: o.Title() + ": " + text, topic: o.Number})
}

func (a *App) pushNotice(n notice) {
	n.text, n.expiresAt, n.shownAt = widget.NormalizeWidth(n.text), a.state.Local.Add(noticeDuration), a.state.Local
	tone := n.severity
	if tone == screen.Error {
		n.expiresAt = time.Time{}
	}
	if tone > screen.Info && n.topic == 0 {
		said := slices.DeleteFunc(a.notices.recent, func(old notice) bool { return old.text == n.text })
		a.notices.recent = append(said[max(len(said)+1-maxRecentNotices, 0):], n)
	}
	q := a.notices.queue
	for len(q) > 0 && (q[len(q)-1].severity < screen.Error || q[len(q)-1].text == n.text) {
		q = q[:len(q)-1]
	}
	if len(q) == maxNotices {
		q = q[1:]
	}
	a.notices.queue = append(q, n)
}

// remove takes away what was told of something.
func (n *notices) remove(about int) {
	n.queue = slices.DeleteFunc(n.queue, func(old notice) bool { return old.topic == about })
}

func (n *notices) hasPending() bool { return len(n.queue) > 0 }

// dismiss takes away what a key press has shown to be read. What went wrong must have stood for a moment: the key may have been
// on its way before it.
func (n *notices) dismiss(now time.Time) {
	if len(n.queue) > 0 && (n.queue[0].severity < screen.Error || now.Sub(n.queue[0].shownAt) >= dialog.InputDelay) {
		n.advance(now)
	}
}

// advance shows the one that waits.
func (n *notices) advance(now time.Time) {
	n.queue = n.queue[1:]
	if len(n.queue) > 0 {
		n.queue[0].shownAt = now
	}
}

// expire takes away what has stood long enough.
func (n *notices) expire(now time.Time) {
	if len(n.queue) > 0 && !n.queue[0].expiresAt.IsZero() && now.After(n.queue[0].expiresAt) {
		n.advance(now)
	}
}

// maxNoticeLines is how many lines a notice may take: the API's reason is often longer than one.
const maxNoticeLines = 3

// noticeLines is the notice that is shown, in as many lines as it needs up to a limit, and how many wait behind it. Where it
// has no line of its own, an open dialog's keys are of more use.
func (a *App) noticeLines() []string {
	q := a.notices.queue
	if len(q) == 0 || len(a.dialogs) > 0 && a.height < noticeHeight {
		return nil
	}
	st, glyph := q[0].styleAndGlyph(a.styles)
	room := a.width - 1 - len(" x ")
	text, more := widget.Wrap(q[0].text, room), ""
	fits := func() bool { return more == "" || widget.Width(text[len(text)-1])+2+widget.Width(more) <= room }
	if rest := len(q) - 1; rest > 0 {
		more = fmt.Sprintf("any key: %d more", rest)
		if !fits() && len(text) == maxNoticeLines {
			more = fmt.Sprintf("+%d", rest)
		} else if !fits() {
			text = append(text, "")
		}
	}
	if len(text) > maxNoticeLines || len(text) == maxNoticeLines && !fits() {
		text = text[:maxNoticeLines]
		text[maxNoticeLines-1] += style.Ellipsis
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
		lines[last] = widget.Justify(lines[last], a.styles.Muted.Render(more), a.width-1)
	}
	return lines
}

// styleAndGlyph is the colour and the sign of a notice.
func (n notice) styleAndGlyph(s *style.Styles) (lipgloss.Style, string) {
	switch n.severity {
	case screen.Success:
		return s.Fine, style.Done
	case screen.Warning:
		return s.Warning, style.Warning
	case screen.Error:
		return s.Bad, style.Failed
	}
	return s.Text, style.Dot
}

// recentNoticeLines are the last notices that are of weight and tell of no operation, in full, for the activity sheet.
func (a *App) recentNoticeLines(s *style.Styles, width int) []string {
	var lines []string
	for _, n := range slices.Backward(a.notices.recent) {
		st, glyph := n.styleAndGlyph(s)
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
