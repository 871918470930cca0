package sshd

import (
	"net"
	"sync"
	"sync/atomic"
	"time"

	"vpsdeck/internal/window"
)

// conn is a connection. There is a time limit for the login, another for the start of the
// dashboard, and one for each write.
type conn struct {
	net.Conn
	limits          Limits
	onAuthenticated func()       // called once, after the login or at the end of the connection
	onExpired       func(*conn)  // called if no dashboard was started in time after the login
	channels        atomic.Int32 // opened or attempted by the client
	requests        atomic.Int32 // sent by the client outside its session
	sessionOpened   atomic.Bool  // a session was opened
	size            terminalSize

	mu      sync.Mutex
	timeout *time.Timer // closes the connection; stopped while a dashboard runs
	slot    *slot       // nil: nobody has logged in yet
	started bool        // a dashboard was started
	closed  bool
}

// slot is a logged-in user's share of the server's limits.
type slot struct {
	identity identity
	refusal  refusal // why a limit allows no further session; the slot then counts for nothing
	release  func()  // frees the slot; may be called more than once
}

func newConn(c net.Conn, l Limits, onAuthenticated func(), onExpired func(*conn)) *conn {
	out := &conn{Conn: c, limits: l, onAuthenticated: sync.OnceFunc(onAuthenticated), onExpired: onExpired,
		size: terminalSize{changed: make(chan struct{}, 1)}}
	out.mu.Lock() // the timer's function must see out.timeout
	defer out.mu.Unlock()
	out.timeout = time.AfterFunc(l.Handshake, func() {
		if out.awaitsDashboard() {
			out.onExpired(out)
		}
		_ = out.Close()
	})
	return out
}

// setSlot stores the user's slot, and starts the time limit for opening the dashboard.
func (c *conn) setSlot(next *slot) {
	c.onAuthenticated()
	c.mu.Lock()
	previous := c.slot
	c.slot = next
	closed := c.closed
	if !closed {
		c.timeout.Reset(c.limits.Handshake)
	}
	c.mu.Unlock()
	if previous != nil {
		previous.release()
	}
	if closed {
		next.release()
	}
}

// currentSlot returns the slot of the logged-in user, or nil.
func (c *conn) currentSlot() *slot {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.slot
}

// awaitsDashboard reports whether a user has logged in and not started a dashboard.
func (c *conn) awaitsDashboard() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.slot != nil && !c.started
}

// markStarted records that a dashboard runs, and stops the timeout: the dashboard has other limits.
func (c *conn) markStarted() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.started = true
	c.timeout.Stop()
}

// markFinished records that the dashboard has ended. The client must then close the connection
// within a time limit.
func (c *conn) markFinished() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		c.timeout.Reset(c.limits.Handshake)
	}
}

// Write writes within a time limit, so that a client that does not read blocks nobody. After an
// error it closes the connection, because a partial write cannot be repaired.
func (c *conn) Write(p []byte) (int, error) {
	_ = c.SetWriteDeadline(time.Now().Add(c.limits.Stuck))
	n, err := c.Conn.Write(p)
	if err != nil {
		_ = c.Close()
	}
	return n, err
}

// SetDeadline sets the deadline for reads only: each write sets its own.
func (c *conn) SetDeadline(t time.Time) error { return c.SetReadDeadline(t) }

// Close closes the connection and frees its slot.
func (c *conn) Close() error {
	c.mu.Lock()
	c.closed = true
	c.timeout.Stop()
	current := c.slot
	c.mu.Unlock()
	c.onAuthenticated()
	if current != nil {
		current.release()
	}
	return c.Conn.Close()
}

// terminalSize is the size of the client's terminal. Setting it never blocks: only the latest size
// counts.
type terminalSize struct {
	mu            sync.Mutex
	columns, rows int
	changed       chan struct{} // buffers one
}

// set stores the size that the client claims, within bounds, and returns the bounded one.
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
