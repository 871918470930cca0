package sshd

import (
	"sync/atomic"
	"time"
)

// Reason is why something was refused, as a word that is counted.
type Reason string

// The reasons.
const (
	TooManyAttempts        Reason = "attempts"         // of one address in a minute
	TooManyUnauthenticated Reason = "unauthenticated"  // connections that have not logged in
	TooManySessions        Reason = "sessions"         // in all
	TooManyOfUser          Reason = "user_sessions"    // of one user
	TooManyOfAddress       Reason = "address_sessions" // from one address
	ShuttingDown           Reason = "shutdown"
	LoginFailed            Reason = "login"    // no key was accepted, or the client gave up
	KeyRemoved             Reason = "key"      // the key was removed from the users file after the login
	NotADashboard          Reason = "request"  // a command, a subsystem, a forwarded port or the like was requested
	NoTerminal             Reason = "terminal" // there is no terminal, or it cannot be drawn on
	TooLate                Reason = "timeout"  // no dashboard was requested in time after the login
	TooMuch                Reason = "excess"   // too many requests or channels, or too much input
)

// Reasons lists all reasons.
func Reasons() []Reason {
	return []Reason{TooManyAttempts, TooManyUnauthenticated, TooManySessions, TooManyOfUser, TooManyOfAddress,
		ShuttingDown, LoginFailed, KeyRemoved, NotADashboard, NoTerminal, TooLate, TooMuch}
}

// Meter is told what happens, from any goroutine. Its functions must return at once.
type Meter interface {
	Refused(Reason)
	// KeyShown is called with the time from a key press to the end of the write of the frame that
	// shows it. A key that changes nothing on the screen is not counted.
	KeyShown(time.Duration)
}

// noMeter is the meter if there is none.
type noMeter struct{}

// Refused does nothing.
func (noMeter) Refused(Reason) {}

// KeyShown does nothing.
func (noMeter) KeyShown(time.Duration) {}

// Sessions returns the number of open sessions.
func (s *Server) Sessions() int { return s.limiter.openSessions() }

// keyTimer measures from a key press to its frame. The program's goroutine calls press and draw, its
// renderer's goroutine calls takeDrawn.
type keyTimer struct {
	readAt   atomic.Int64 // when the latest input came, in nanoseconds
	pressed  time.Time    // of the first key that no frame shows yet; zero: none
	content  string       // of the last frame
	drawnFor atomic.Int64 // when the key was pressed that the next write shows, in nanoseconds; 0: none
}

// read notes that input has come.
func (k *keyTimer) read() { k.readAt.Store(time.Now().UnixNano()) }

// press notes that the program handles a key.
func (k *keyTimer) press() {
	if k.pressed.IsZero() {
		k.pressed = time.Unix(0, k.readAt.Load())
	}
}

// draw notes that the program has drawn a frame. A key that has not changed it needs no write.
func (k *keyTimer) draw(content string) {
	if k.pressed.IsZero() {
		k.content = content
		return
	}
	if content != k.content {
		k.drawnFor.CompareAndSwap(0, k.pressed.UnixNano())
	}
	k.content, k.pressed = content, time.Time{}
}

// takeDrawn returns when the key was pressed that the write which begins now shows; zero if none.
func (k *keyTimer) takeDrawn() time.Time {
	if at := k.drawnFor.Swap(0); at != 0 {
		return time.Unix(0, at)
	}
	return time.Time{}
}
