package ui

import (
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"vpsdeck/ui/screen"
)

// How long the panes beside the servers wait for the cursor.
const (
	// firstStepDelay is after its first step: the next frame is the cursor's alone, which a thin line carries at once, and theirs comes right
	// behind it.
	firstStepDelay = 25 * time.Millisecond
	// settleDelay is how long it must stand still after that: longer than a key that is held down takes to come again, also over a line that
	// stutters, and no time for a person.
	settleDelay = 150 * time.Millisecond
)

// preview is how the panes beside the servers follow the cursor. They follow a first step right behind it. Then, while it moves on, they
// keep to the server that their titles name, so that no line need carry the points of servers which nobody looks at; they follow when the
// cursor rests, and before anything else that a person does.
type preview struct {
	timer       int       // of the look at the cursor that is waited for
	waiting     bool      // one is
	movedAt     time.Time // when the cursor moved last
	stale       bool      // they show the points of another server than the one under it
	firstSynced bool      // they have followed the first step
}

// previewDueMsg says that it is time for a look at what the cursor does. Only the newest counts.
type previewDueMsg struct{ number int }

// syncPoints shows the points of the server under the cursor, or of all.
func (a *App) syncPoints() {
	a.preview.stale = false
	server, _ := a.servers.Selected()
	for _, p := range a.points {
		p.Show(server.Ref(), a.fleet)
	}
}

// schedulePreview follows what a pane has done: at once, unless that was one of the cursor's steps among servers.
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

// isCursorMove says whether a message to a pane moves the cursor among the servers, and does nothing else.
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

// flushPreview follows before something is done that may be about what the panes beside show.
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

// handlePreviewDue follows a first step, and the last one.
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
