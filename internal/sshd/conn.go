package sshd

import (
	"net"
	"sync"
	"time"
)

// conn is a connection: it must log in within a time, and take what is written within another.
type conn struct {
	net.Conn
	stuck time.Duration
	late  *time.Timer
	letGo func() // the place at the gate, once
}

func newConn(c net.Conn, l Limits, letGo func()) *conn {
	out := &conn{Conn: c, stuck: l.Stuck, letGo: sync.OnceFunc(letGo)}
	out.late = time.AfterFunc(l.Handshake, func() {
		out.letGo()
		_ = c.Close()
	})
	return out
}

// loggedIn says that somebody is known now.
func (c *conn) loggedIn() {
	c.late.Stop()
	c.letGo()
}

// Write writes, within a time: a client that takes nothing must not be waited for.
func (c *conn) Write(p []byte) (int, error) {
	_ = c.SetWriteDeadline(time.Now().Add(c.stuck))
	return c.Conn.Write(p)
}

// SetDeadline sets the deadline for reads alone: the one for writes is set by each write.
func (c *conn) SetDeadline(t time.Time) error { return c.SetReadDeadline(t) }

// Close ends the connection.
func (c *conn) Close() error {
	c.loggedIn() // or never will be
	return c.Conn.Close()
}
