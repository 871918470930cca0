package ui

import (
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"vpsdeck/ui/screen"
)

// rest is how long the cursor must stand still among the servers until the panes beside it follow again: longer than a key that is
// held down takes to come again, also over a line that stutters, and no time for a person.
const rest = 150 * time.Millisecond

// beside is how the panes beside the servers follow the cursor. They follow a first step at once. Then, while it moves on, they keep to
// the server that their titles name, so that no line need carry the points of servers which nobody looks at; they follow when the cursor
// rests, and before anything else that a person does.
type beside struct {
	number int       // of the rest that is waited for
	moving bool      // one is
	moved  time.Time // when the cursor moved last
	behind bool      // they show the points of another server than the one under the cursor
}

// restedMsg says that the cursor may have come to rest. Only the newest counts.
type restedMsg struct{ number int }

// follow shows the points of the server under the cursor, or of all.
func (a *App) follow() {
	a.beside.behind = false
	server, _ := a.servers.Selected()
	for _, p := range a.points {
		p.Show(server.Ref(), a.fleet)
	}
}

// trail follows what a pane has done: at once, or, with one of the cursor's steps among servers, unless it is in full course.
func (a *App) trail(step bool) tea.Cmd {
	if !step {
		a.follow()
		return nil
	}
	a.beside.moved = a.state.Local
	if a.beside.moving {
		a.beside.behind = true
		return nil
	}
	a.follow()
	a.beside.moving = true
	return a.awaitRest(rest)
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

func (a *App) awaitRest(wait time.Duration) tea.Cmd {
	a.beside.number++
	number := a.beside.number
	return a.opts.Clock.Tick(wait, func(time.Time) tea.Msg { return restedMsg{number} })
}

// rested follows if the cursor has not moved meanwhile.
func (a *App) rested(msg restedMsg) tea.Cmd {
	if msg.number != a.beside.number {
		return nil
	}
	if left := rest - a.state.Local.Sub(a.beside.moved); left > 0 {
		return a.awaitRest(left)
	}
	a.beside.moving = false
	a.catchUp()
	return nil
}
