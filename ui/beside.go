package ui

import (
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"vpsdeck/ui/screen"
)

// How long the panes beside the servers wait for the cursor.
const (
	// glance is after its first step: the next frame is the cursor's alone, which a thin line carries at once, and theirs comes right
	// behind it.
	glance = 25 * time.Millisecond
	// rest is how long it must stand still after that: longer than a key that is held down takes to come again, also over a line that
	// stutters, and no time for a person.
	rest = 150 * time.Millisecond
)

// beside is how the panes beside the servers follow the cursor. They follow a first step right behind it. Then, while it moves on, they
// keep to the server that their titles name, so that no line need carry the points of servers which nobody looks at; they follow when the
// cursor rests, and before anything else that a person does.
type beside struct {
	number   int       // of the look at the cursor that is waited for
	moving   bool      // one is
	moved    time.Time // when the cursor moved last
	behind   bool      // they show the points of another server than the one under it
	followed bool      // they have followed the first step
}

// glancedMsg says that it is time for a look at what the cursor does. Only the newest counts.
type glancedMsg struct{ number int }

// follow shows the points of the server under the cursor, or of all.
func (a *App) follow() {
	a.beside.behind = false
	server, _ := a.servers.Selected()
	for _, p := range a.points {
		p.Show(server.Ref(), a.fleet)
	}
}

// trail follows what a pane has done: at once, unless that was one of the cursor's steps among servers.
func (a *App) trail(step bool) tea.Cmd {
	if !step {
		a.follow()
		return nil
	}
	a.beside.behind, a.beside.moved = true, a.state.Local
	if a.beside.moving {
		return nil
	}
	a.beside.moving = true
	return a.lookAfter(glance)
}

// steps says whether a message to a pane moves the cursor among the servers, and does nothing else.
func (a *App) steps(p screen.Pane, msg tea.Msg) bool {
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

// catchUp follows before something is done that may be about what the panes beside show.
func (a *App) catchUp() {
	if a.beside.behind {
		a.follow()
	}
}

func (a *App) lookAfter(wait time.Duration) tea.Cmd {
	a.beside.number++
	number := a.beside.number
	return a.opts.Clock.Tick(wait, func(time.Time) tea.Msg { return glancedMsg{number} })
}

// glanced follows a first step, and the last one.
func (a *App) glanced(msg glancedMsg) tea.Cmd {
	if msg.number != a.beside.number {
		return nil
	}
	left := rest - a.state.Local.Sub(a.beside.moved)
	if !a.beside.followed || left <= 0 {
		a.catchUp()
	}
	a.beside.followed = left > 0
	if left > 0 {
		return a.lookAfter(left)
	}
	a.beside.moving = false
	return nil
}
