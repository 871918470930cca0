package poll

import (
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/ui/command"
)

// Loop runs commands in goroutines, for an owner without a Bubble Tea program. The owner reads their
// messages in one goroutine; only that one may call the methods.
type Loop struct {
	Messages <-chan tea.Msg // nil messages only wake the owner up

	messages chan tea.Msg
	clock    command.Clock
	done     <-chan struct{}
	pending  *wakeup
}

// wakeup is a timer that wakes the owner up.
type wakeup struct {
	at    time.Time
	fired atomic.Bool
}

// NewLoop returns a loop, which ends when done is closed.
func NewLoop(clock command.Clock, done <-chan struct{}) *Loop {
	messages := make(chan tea.Msg)
	return &Loop{Messages: messages, messages: messages, clock: clock, done: done}
}

// Run runs a command. Its message is dropped if the loop has ended by then.
func (l *Loop) Run(cmd tea.Cmd) {
	go func() {
		msg := cmd()
		select {
		case l.messages <- msg:
		case <-l.done:
		}
	}()
}

// WakeAt wakes the owner up at a time, unless it is woken earlier anyway.
func (l *Loop) WakeAt(at time.Time) {
	if l.pending != nil && !l.pending.fired.Load() && !at.Before(l.pending.at) {
		return
	}
	w := &wakeup{at: at}
	l.pending = w
	l.Run(l.clock.Tick(max(at.Sub(l.clock.Now()), 0), func(time.Time) tea.Msg {
		w.fired.Store(true)
		return nil
	}))
}
