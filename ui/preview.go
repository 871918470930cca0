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
	// which even a slow line carries at once; the rest comes right after it. A program that serves
	// many does not wait.
	firstStepDelay = 25 * time.Millisecond
	// settleDelay is how long the cursor must rest after that. It is longer than the repeat
	// interval of a held key, even over an uneven line, but too short to notice.
	settleDelay = 150 * time.Millisecond
)

// preview is how the points panes and the details follow the cursor. They update after the first
// step, then only once the cursor has stopped, to save bandwidth on slow links and work on a shared
// server. Until then they keep the server that their titles name. They also update before any other
// key is handled.
type preview struct {
	timer       int       // number of the current timer
	waiting     bool      // a timer is running
	movedAt     time.Time // when the cursor last moved
	stale       bool      // the panes or the details do not show what is under the cursor
	firstSynced bool      // they have followed the first step
}

// previewDueMsg is sent when the preview timer ends. Only the newest counts.
type previewDueMsg struct{ number int }

// syncAll shows the points of the server under the cursor, or of all, and the details of what the
// cursor is on.
func (p *panes) syncAll() {
	p.preview.stale = false
	p.syncPoints()
	p.syncDetails()
}

// syncPoints shows the points of the server under the cursor, or of all.
func (p *panes) syncPoints() {
	server, _ := p.servers.Selected()
	for _, pane := range p.points {
		pane.Show(server.Ref(), p.fleet)
	}
}

// showsPoints reports whether the focus is on the backups or the snapshots.
func (p *panes) showsPoints() bool { return p.page == nil && p.focus > 0 }

// toggleFailed shows the failed restore points of all servers in the focused pane, or again what
// was shown before.
func (p *panes) toggleFailed() {
	const failed = "status:failed"
	pane := p.points[p.focus-1]
	if pane.FilterText() == failed && p.fleet {
		p.fleet = p.fleetBefore
		pane.SetFilter("")
	} else {
		p.fleet, p.fleetBefore = true, p.fleet
		pane.SetFilter(failed)
	}
	p.syncAll()
}

// syncDetails shows the details of what the cursor of the focused pane is on.
func (p *panes) syncDetails() {
	if pane, ok := p.all()[p.focus].(screen.Selector); ok {
		p.details.Show(pane.Subject())
	}
}

// schedulePreview updates what follows the cursor after a pane has handled a message: at once,
// unless the cursor moved.
func (p *panes) schedulePreview(step bool) tea.Cmd {
	if !step {
		p.syncAll()
		return nil
	}
	p.preview.movedAt = p.state.Local
	if p.preview.waiting {
		p.preview.stale = true
		return nil
	}
	p.preview.waiting = true
	if p.isShared() { // one frame is less work for the server than two
		p.syncAll()
		p.preview.firstSynced = true
		return p.startPreviewTimer(settleDelay)
	}
	p.preview.stale = true
	return p.startPreviewTimer(firstStepDelay)
}

// isCursorMove says whether a message to a pane only moves the cursor in a list that others follow.
// That is the list of servers; where details are shown, the points too.
func (p *panes) isCursorMove(pane screen.Pane, msg tea.Msg) bool {
	if p.page != nil || pane.Typing() || pane != screen.Pane(p.servers) && !p.showsDetails {
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

// flushPreview updates the points panes and the details before something is done that may depend on them.
func (p *panes) flushPreview() {
	if p.preview.stale {
		p.syncAll()
	}
}

func (p *panes) startPreviewTimer(wait time.Duration) tea.Cmd {
	p.preview.timer++
	number := p.preview.timer
	return p.opts.Clock.Tick(wait, func(time.Time) tea.Msg { return previewDueMsg{number} })
}

// changesNothing says whether the preview is up to date when a timer ends.
func (p *preview) changesNothing(msg previewDueMsg) bool { return msg.number != p.timer || !p.stale }

// handlePreviewDue updates the points panes after the first step, and everything after the last.
func (p *panes) handlePreviewDue(msg previewDueMsg) tea.Cmd {
	if msg.number != p.preview.timer {
		return nil
	}
	if !p.preview.stale {
		p.preview.waiting, p.preview.firstSynced = false, false
		return nil
	}
	left := settleDelay - p.state.Local.Sub(p.preview.movedAt)
	if left <= 0 || !p.preview.firstSynced {
		p.syncAll()
	}
	p.preview.firstSynced = left > 0
	if left > 0 {
		return p.startPreviewTimer(left)
	}
	p.preview.waiting = false
	return nil
}
