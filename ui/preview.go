package ui

import (
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"vpsdeck/ui/screen"
)

// How long the points panes wait for the cursor.
const (
	// firstStepDelay is the wait after the first step. The next frame has only the new cursor,
	// which even a slow line carries at once; the points come right after it.
	firstStepDelay = 25 * time.Millisecond
	// settleDelay is how long the cursor must rest after that. It is longer than the repeat
	// interval of a held key, even over an uneven line, but too short to notice.
	settleDelay = 150 * time.Millisecond
)

// preview is how the points panes follow the cursor among the servers. They update after the first
// step, then only once the cursor has stopped, to save bandwidth on slow links. Until then they
// keep the server that their titles name. They also update before any other key is handled.
type preview struct {
	timer       int       // number of the current timer
	waiting     bool      // a timer is running
	movedAt     time.Time // when the cursor last moved
	stale       bool      // the panes show another server than the one under the cursor
	firstSynced bool      // the panes have followed the first step
}

// previewDueMsg is sent when the preview timer ends. Only the newest counts.
type previewDueMsg struct{ number int }

// syncPoints shows the points of the server under the cursor, or of all.
func (p *panes) syncPoints() {
	p.preview.stale = false
	server, _ := p.servers.Selected()
	for _, pane := range p.points {
		pane.Show(server.Ref(), p.fleet)
	}
}

// schedulePreview updates the points panes after a pane has handled a message: at once, unless the
// cursor moved among the servers.
func (p *panes) schedulePreview(step bool) tea.Cmd {
	if !step {
		p.syncPoints()
		return nil
	}
	p.preview.stale, p.preview.movedAt = true, p.state.Local
	if p.preview.waiting {
		return nil
	}
	p.preview.waiting = true
	return p.startPreviewTimer(firstStepDelay)
}

// isCursorMove says whether a message to a pane only moves the cursor among the servers.
func (p *panes) isCursorMove(pane screen.Pane, msg tea.Msg) bool {
	if pane != screen.Pane(p.servers) || pane.Typing() {
		return false
	}
	if press, ok := msg.(tea.KeyPressMsg); ok {
		m := p.opts.Keys.Move
		return key.Matches(press, m.Up, m.Down, m.Top, m.Bottom, m.PageUp, m.PageDown, m.NextPage,
			m.PreviousPage)
	}
	_, wheel := msg.(screen.WheelMsg)
	return wheel
}

// flushPreview updates the points panes before something is done that may depend on them.
func (p *panes) flushPreview() {
	if p.preview.stale {
		p.syncPoints()
	}
}

func (p *panes) startPreviewTimer(wait time.Duration) tea.Cmd {
	p.preview.timer++
	number := p.preview.timer
	return p.opts.Clock.Tick(wait, func(time.Time) tea.Msg { return previewDueMsg{number} })
}

// handlePreviewDue updates the points panes after the first step, and after the last.
func (p *panes) handlePreviewDue(msg previewDueMsg) tea.Cmd {
	if msg.number != p.preview.timer {
		return nil
	}
	left := settleDelay - p.state.Local.Sub(p.preview.movedAt)
	if !p.preview.firstSynced || left <= 0 {
		p.flushPreview()
	}
	p.preview.firstSynced = left > 0
	if left > 0 {
		return p.startPreviewTimer(left)
	}
	p.preview.waiting = false
	return nil
}
