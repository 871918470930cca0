package command

import (
	"time"

	tea "charm.land/bubbletea/v2"
)

// Clock is this machine's clock. Tests use a manual one.
type Clock interface {
	Now() time.Time
	// Tick sends a message once d has passed.
	Tick(d time.Duration, message func(time.Time) tea.Msg) tea.Cmd
}

// WallClock is the real clock.
type WallClock struct{}

// Now returns the time.
func (WallClock) Now() time.Time { return time.Now() }

// Tick sends a message once d has passed.
func (WallClock) Tick(d time.Duration, message func(time.Time) tea.Msg) tea.Cmd {
	return tea.Tick(d, message)
}
