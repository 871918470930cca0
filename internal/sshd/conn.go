package sshd

import (
	"net"
	"sync"
	"sync/atomic"
	"time"

	"vpsdeck/internal/window"
)

// conn is a connection. It must log in within a time, begin a dashboard within another, and take what is written within a third.
type conn struct {
	net.Conn
	limits          Limits
	onAuthenticated func()       // no longer one of those who have not logged in; called once
	onExpired       func(*conn)  // told when somebody has logged in and not begun a dashboard in time
	channels        atomic.Int32 // that the client has opened, or tried to
	requests        atomic.Int32 // that it has made beside its session
	sessionOpened   atomic.Bool  // a session was opened
	size            terminalSize

	mu      sync.Mutex
	timeout *time.Timer // closes the connection; stopped while a dashboard runs
	slot    *slot       // nil: nobody has logged in yet
	started bool        // a dashboard was begun
	closed  bool
}

// slot is what somebody who has logged in takes of the server's room.
type slot struct {
	identity identity
	refusal  string // why there is no room for them, as a sentence; then nothing is taken
	release  func() // gives the room up; called once or more
}

func newConn(c net.Conn, l Limits, known func(), expired func(*conn)) *conn {
	out := &conn{Conn: c, limits: l, onAuthenticated: sync.OnceFunc(known), onExpired: expired, size: terminalSize{changed: make(chan struct{}, 1)}}
	out.mu.Lock() // the timer must find itself
	defer out.mu.Unlock()
	out.timeout = time.AfterFunc(l.Handshake, func() {
		if out.awaitsDashboard() {
			out.onExpired(out)
		}
		_ = out.Close()
	})
	return out
}

// setSlot notes who it is. From now on they take a place, and have a time to begin a dashboard in.
func (c *conn) setSlot(p *slot) {
	c.onAuthenticated()
	c.mu.Lock()
	before := c.slot
	c.slot = p
	closed := c.closed
	if !closed {
		c.timeout.Reset(c.limits.Handshake)
	}
	c.mu.Unlock()
	if before != nil {
		before.release()
	}
	if closed {
		p.release()
	}
}

// currentSlot is the place of who has logged in, or nil.
func (c *conn) currentSlot() *slot {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.slot
}

// awaitsDashboard says whether somebody has logged in and not begun a dashboard.
func (c *conn) awaitsDashboard() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.slot != nil && !c.started
}

// markStarted says that a dashboard runs, which has limits of its own.
func (c *conn) markStarted() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.started = true
	c.timeout.Stop()
}

// markFinished says that the dashboard has ended: the client should close the connection, and has a time for it.
func (c *conn) markFinished() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		c.timeout.Reset(c.limits.Handshake)
	}
}

// Write writes, within a time: a client that takes nothing must not be waited for. What was written in part cannot be mended.
func (c *conn) Write(p []byte) (int, error) {
	_ = c.SetWriteDeadline(time.Now().Add(c.limits.Stuck))
	n, err := c.Conn.Write(p)
	if err != nil {
		_ = c.Close()
	}
	return n, err
}

// SetDeadline sets the deadline for reads alone: the one for writes is set by each write.
func (c *conn) SetDeadline(t time.Time) error { return c.SetReadDeadline(t) }

// Close ends the connection, and gives up what it takes.
func (c *conn) Close() error {
	c.mu.Lock()
	c.closed = true
	c.timeout.Stop()
	p := c.slot
	c.mu.Unlock()
	c.onAuthenticated()
	if p != nil {
		p.release()
	}
	return c.Conn.Close()
}

// terminalSize is how large the client's terminal is. Whoever tells of a change is never held up: the latest one counts.
type terminalSize struct {
	mu            sync.Mutex
	columns, rows int
	changed       chan struct{} // holds one
}

// set notes a size that the client claims, and returns the one that it is given.
func (s *terminalSize) set(columns, rows uint32) (int, int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.columns, s.rows = window.Fit(int(columns), int(rows), window.MaxCellsServed)
	select {
	case s.changed <- struct{}{}:
	default:
	}
	return s.columns, s.rows
}

func (s *terminalSize) get() (columns, rows int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.columns, s.rows
}
