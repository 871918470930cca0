package ui

import (
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"vpsdeck/ui/screen"
)

// How long the points panes wait for the cursor.
const (
	// firstStepDelay is the wait after the first step. The next frame has only the new cursor, which
	// even a slow line carries at once; the points come right after it.
	firstStepDelay = 25 * time.Millisecond
	// settleDelay is how long the cursor must rest after that. It is longer than the repeat interval of
	// a held key, even over an uneven line, but too short to notice.
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
func (a *App) syncPoints() {
	a.preview.stale = false
	server, _ := a.servers.Selected()
	for _, p := range a.points {
		p.Show(server.Ref(), a.fleet)
	}
}

// schedulePreview updates the points panes after a pane has handled a message: at once, unless the
// cursor moved among the servers.
func (a *App) schedulePreview(step bool) tea.Cmd {
	if !step {
		a.syncPoints()
		return nil
	}
	a.preview.stale, a.preview.movedAt = true, a.state.Local
	if a.preview.waiting {
		return nil
	}
	a.preview.waiting = true
	return a.startPreviewTimer(firstStepDelay)
}

// isCursorMove says whether a message to a pane only moves the cursor among the servers.
func (a *App) isCursorMove(p screen.Pane, msg tea.Msg) bool {
	if p != screen.Pane(a.servers) || p.Typing() {
		return false
	}
	if press, ok := msg.(tea.KeyPressMsg); ok {
		m := a.opts.Keys.Move
		return key.Matches(press, m.Up, m.Down, m.Top, m.Bottom, m.PageUp, m.PageDown)
	}
	_, wheel := msg.(screen.WheelMsg)
	return wheel
}

// flushPreview updates the points panes before something is done that may depend on them.
func (a *App) flushPreview() {
	if a.preview.stale {
		a.syncPoints()
	}
}

func (a *App) startPreviewTimer(wait time.Duration) tea.Cmd {
	a.preview.timer++
	number := a.preview.timer
	return a.opts.Clock.Tick(wait, func(time.Time) tea.Msg { return previewDueMsg{number} })
}

// handlePreviewDue updates the points panes after the first step, and after the last.
func (a *App) handlePreviewDue(msg previewDueMsg) tea.Cmd {
	if msg.number != a.preview.timer {
		return nil
	}
	left := settleDelay - a.state.Local.Sub(a.preview.movedAt)
	if !a.preview.firstSynced || left <= 0 {
		a.flushPreview()
	}
	a.preview.firstSynced = left > 0
	if left > 0 {
		return a.startPreviewTimer(left)
	}
	a.preview.waiting = false
	return nil
}
