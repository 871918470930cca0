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

// notice is a message in the line above the footer.
type notice struct {
	severity  screen.Severity
	text      string
	expiresAt time.Time // zero: when a key is pressed
	shownAt   time.Time // when it became the current one
	topic     int       // the number of its operation; 0: none
	at        time.Time // when it came, by the API's clock
}

// tokenTopic is the topic of notices about the token that is being checked, instead of an
// operation.
const tokenTopic = -1

// notices is a queue, so that a success does not hide an error.
type notices struct {
	count  int // how many there were
	queue  []notice
	recent []notice // the last ones without a topic, to be read again
	atKey  notice   // what was shown when the last key was pressed; zero: nothing
}

// How long notices stay, and how many are kept.
const (
	noticeDuration   = 8 * time.Second
	maxNotices       = 20
	maxRecentNotices = 20
)

// notify shows a notice. A notice about a key press replaces the previous one at once; an error
// stays until a key is pressed.
func (c *core) notify(severity screen.Severity, text string) {
	c.pushNotice(notice{severity: severity, text: text})
}

// notifyOperation shows the progress of an operation, instead of earlier notices about it.
func (c *core) notifyOperation(o model.Operation, severity screen.Severity, text string) {
	c.notices.remove(o.Number)
	c.pushNotice(notice{severity: severity, text: o.Title() + ": " + text, topic: o.Number})
}

func (c *core) pushNotice(n notice) {
	n.text, n.expiresAt, n.shownAt = widget.NormalizeWidth(n.text), c.state.Local.Add(noticeDuration), c.state.Local
	if n.at = c.state.Now; n.at.IsZero() { // not signed in yet
		n.at = c.state.Local
	}
	c.notices.count++
	if n.severity == screen.Error {
		n.expiresAt = time.Time{}
	}
	if n.severity > screen.Info && n.topic == 0 {
		recent := slices.DeleteFunc(c.notices.recent, func(old notice) bool { return old.text == n.text })
		c.notices.recent = append(recent[max(len(recent)+1-maxRecentNotices, 0):], n)
	}
	q := c.notices.queue
	for len(q) > 0 && (q[len(q)-1].severity < screen.Error || q[len(q)-1].text == n.text) {
		q = q[:len(q)-1]
	}
	if len(q) == maxNotices {
		q = q[1:]
	}
	c.notices.queue = append(q, n)
}

// remove removes the notices about a topic.
func (n *notices) remove(topic int) {
	n.queue = slices.DeleteFunc(n.queue, func(old notice) bool { return old.topic == topic })
}

func (n *notices) hasPending() bool { return len(n.queue) > 0 }

// dismiss removes the current notice after a key press. An error must have been shown for a
// moment, because the key may have been pressed before it appeared.
func (n *notices) dismiss(now time.Time) {
	n.atKey = notice{}
	if len(n.queue) == 0 {
		return
	}
	n.atKey = n.queue[0]
	if n.atKey.severity < screen.Error || now.Sub(n.atKey.shownAt) >= dialog.InputDelay {
		n.advance(now)
	}
}

// advance shows the next notice.
func (n *notices) advance(now time.Time) {
	n.queue = n.queue[1:]
	if len(n.queue) > 0 {
		n.queue[0].shownAt = now
	}
}

// expire removes the current notice when its time is over.
func (n *notices) expire(now time.Time) {
	if len(n.queue) > 0 && !n.queue[0].expiresAt.IsZero() && now.After(n.queue[0].expiresAt) {
		n.advance(now)
	}
}

// maxNoticeLines is the maximum number of lines of a notice: the API's reason is often longer than
// one line.
const maxNoticeLines = 3

// noticeLines is the current notice, in up to maxNoticeLines lines, with the number of waiting
// ones. On a small terminal, without a separate notice line, an open dialog hides notices, because
// its keys are more useful.
func (c *core) noticeLines() []string {
	q := c.notices.queue
	if len(q) == 0 || len(c.dialogs) > 0 && c.height < noticeHeight {
		return nil
	}
	st, glyph := q[0].styleAndGlyph(c.styles)
	room := c.width - 1 - len(" x ")
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
		more = firstKey(c.opts.Keys.View.Activity) + " shows all"
		if !c.opts.Keys.View.Activity.Enabled() {
			more = ""
		}
	}
	last := len(text) - 1
	lines := make([]string, len(text))
	for i, l := range text {
		lines[i] = "   " + style.Render(st, l)
	}
	lines[0] = " " + style.Render(st, glyph+" "+text[0])
	if more != "" {
		lines[last] = widget.Justify(lines[last], style.Render(c.styles.Muted, more), c.width-1)
	}
	return lines
}

// styleAndGlyph is the style and the glyph of a notice.
func (n notice) styleAndGlyph(s *style.Styles) (style.Style, string) {
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
