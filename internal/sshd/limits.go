package sshd

import (
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limits bound the resources that clients can use. A field that is zero has the default named here.
type Limits struct {
	Sessions        int // open sessions in all; 500
	PerUser         int // of one user; 10
	PerAddress      int // from one address; 50
	LoginsPerMinute int // connections from one address in a minute; 30
	Unauthenticated int // connections that have not logged in yet; 100
	// limit for the login, again for opening the dashboard, and for closing the connection after
	// it; 20 s
	Handshake  time.Duration
	Idle       time.Duration // without a key press; 30 min
	MaxSession time.Duration // length of a session; 12 h
	Warning    time.Duration // notice before the two above; 1 min, or half of them if they are shorter than 2 min
	Stuck      time.Duration // until a client that does not read is disconnected; 30 s
	Grace      time.Duration // between asking a session to end and ending it by force; 5 s
	Drain      time.Duration // between the notice of a shutdown and the shutdown; 10 s
}

// withDefaults sets the fields that are zero.
func (l Limits) withDefaults() Limits {
	setDefault(&l.Sessions, 500)
	setDefault(&l.PerUser, 10)
	setDefault(&l.PerAddress, 50)
	setDefault(&l.LoginsPerMinute, 30)
	setDefault(&l.Unauthenticated, 100)
	setDefault(&l.Handshake, 20*time.Second)
	setDefault(&l.Idle, 30*time.Minute)
	setDefault(&l.MaxSession, 12*time.Hour)
	setDefault(&l.Warning, time.Minute)
	setDefault(&l.Stuck, 30*time.Second)
	setDefault(&l.Grace, 5*time.Second)
	setDefault(&l.Drain, 10*time.Second)
	l.Warning = min(l.Warning, l.Idle/2, l.MaxSession/2)
	return l
}

func setDefault[N int | time.Duration](n *N, standard N) {
	if *n <= 0 {
		*n = standard
	}
}

// maxAddresses is how many addresses the rate limiter tracks. At that number, it drops those
// without recent attempts.
const maxAddresses = 10_000

// connLimiter counts sessions, connections and login attempts.
type connLimiter struct {
	limits          Limits
	mu              sync.Mutex
	closed          bool
	unauthenticated int
	sessions        int
	users           map[string]int
	addresses       map[string]int
	attempts        map[string]*rate.Limiter
}

func newConnLimiter(l Limits) *connLimiter {
	return &connLimiter{limits: l, users: map[string]int{}, addresses: map[string]int{},
		attempts: map[string]*rate.Limiter{}}
}

// refusal is why a limit refuses something. The zero refusal refuses nothing.
type refusal struct {
	reason Reason
	text   string
}

// acquireConn returns why a connection from an address is refused. An accepted one must be released
// by releaseConn.
func (c *connLimiter) acquireConn(address string) refusal {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.attempts) >= maxAddresses {
		for a, l := range c.attempts {
			if l.Tokens() >= float64(l.Burst()) {
				delete(c.attempts, a)
			}
		}
	}
	limiter := c.attempts[address]
	if limiter == nil {
		limiter = rate.NewLimiter(rate.Every(time.Minute/time.Duration(c.limits.LoginsPerMinute)),
			c.limits.LoginsPerMinute)
		c.attempts[address] = limiter
	}
	switch {
	case c.closed:
		return refusal{ShuttingDown, "the server is shutting down"}
	case !limiter.Allow():
		return refusal{TooManyAttempts, "too many attempts from this address"}
	case c.unauthenticated >= c.limits.Unauthenticated:
		return refusal{TooManyUnauthenticated, "too many connections that have not logged in"}
	}
	c.unauthenticated++
	return refusal{}
}

// releaseConn releases a connection that has logged in or has closed.
func (c *connLimiter) releaseConn() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.unauthenticated--
}

// acquireSession returns why a user may not open a session, as a sentence. An accepted one must be
// released by releaseSession.
func (c *connLimiter) acquireSession(user, address string) refusal {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		return refusal{ShuttingDown, "the server is shutting down: try again in a moment"}
	case c.sessions >= c.limits.Sessions:
		return refusal{TooManySessions,
			fmt.Sprintf("the server has %d sessions, which is its limit: try again later", c.sessions)}
	case c.users[user] >= c.limits.PerUser:
		return refusal{TooManyOfUser, fmt.Sprintf("you already have %d sessions, which is the limit for one user: end "+
			"one of them", c.users[user])}
	case c.addresses[address] >= c.limits.PerAddress:
		return refusal{TooManyOfAddress, fmt.Sprintf("there are already %d sessions from your address, which is the "+
			"limit for one address: end one of them", c.addresses[address])}
	}
	c.sessions++
	c.users[user]++
	c.addresses[address]++
	return refusal{}
}

func (c *connLimiter) releaseSession(user, address string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sessions--
	decrement(c.users, user)
	decrement(c.addresses, address)
}

func decrement(counts map[string]int, name string) {
	if counts[name]--; counts[name] <= 0 {
		delete(counts, name)
	}
}

// close refuses all further connections and sessions.
func (c *connLimiter) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
}

// openSessions returns the number of open sessions.
func (c *connLimiter) openSessions() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sessions
}
