package command

import (
	"time"

	tea "charm.land/bubbletea/v2"
)

// Clock is this machine's clock. Tests step one by hand.
type Clock interface {
	Now() time.Time
	// Tick answers with a message once d has passed.
	Tick(d time.Duration, message func(time.Time) tea.Msg) tea.Cmd
}

// WallClock is the real one.
type WallClock struct{}

// Now is the time.
func (WallClock) Now() time.Time { return time.Now() }

// Tick waits.
func (WallClock) Tick(d time.Duration, message func(time.Time) tea.Msg) tea.Cmd {
	return tea.Tick(d, message)
}
