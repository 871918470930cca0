package sshd

import (
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limits bound what clients can take of the server. A field that is zero keeps its default.
type Limits struct {
	Sessions        int           // open at once, in all; 500
	PerUser         int           // of one user; 10
	PerAddress      int           // from one address; 50
	LoginsPerMinute int           // tries from one address in a minute; 30
	Unauthenticated int           // connections that have not logged in yet; 100
	Handshake       time.Duration // until a connection must have logged in; again until it must have a dashboard, and be closed after it; 20 s
	Idle            time.Duration // without a key pressed; 30 min
	MaxSession      time.Duration // of a session; 12 h
	Warning         time.Duration // before the two above; 1 min, or half of them if they are shorter than two
	Stuck           time.Duration // until a client that takes nothing is dropped; 30 s
	Grace           time.Duration // between the wish to end a session and its end by force; 5 s
	Drain           time.Duration // between the notice that the server ends and the end; 10 s
}

// withDefaults fills in what is not said.
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

// maxAddresses is how many addresses are remembered for the rate of their tries. Beyond, all that have tried nothing lately are
// forgotten.
const maxAddresses = 10_000

// connLimiter counts who is in, and who knocks.
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
	return &connLimiter{limits: l, users: map[string]int{}, addresses: map[string]int{}, attempts: map[string]*rate.Limiter{}}
}

// acquireConn says why a connection from an address is not even heard, or "". One that is must be let go of by heard.
func (g *connLimiter) acquireConn(address string) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.attempts) >= maxAddresses {
		for a, l := range g.attempts {
			if l.Tokens() >= float64(l.Burst()) {
				delete(g.attempts, a)
			}
		}
	}
	limiter := g.attempts[address]
	if limiter == nil {
		limiter = rate.NewLimiter(rate.Every(time.Minute/time.Duration(g.limits.LoginsPerMinute)), g.limits.LoginsPerMinute)
		g.attempts[address] = limiter
	}
	switch {
	case g.closed:
		return "the server is ending"
	case !limiter.Allow():
		return "too many tries from this address"
	case g.unauthenticated >= g.limits.Unauthenticated:
		return "too many connections that have not logged in"
	}
	g.unauthenticated++
	return ""
}

// releaseConn lets go of a connection that has logged in, or has given up.
func (g *connLimiter) releaseConn() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.unauthenticated--
}

// acquireSession says why there is no room for a user, or "". Who is let in must leave.
func (g *connLimiter) acquireSession(user, address string) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.closed:
		return "the server is ending; try again in a moment"
	case g.sessions >= g.limits.Sessions:
		return fmt.Sprintf("the server has %d sessions, which is all it takes; try again later", g.sessions)
	case g.users[user] >= g.limits.PerUser:
		return fmt.Sprintf("you have %d sessions here already, which is all that one user may have: end one", g.users[user])
	case g.addresses[address] >= g.limits.PerAddress:
		return fmt.Sprintf("there are %d sessions from your address already, which is all that one address may have", g.addresses[address])
	}
	g.sessions++
	g.users[user]++
	g.addresses[address]++
	return ""
}

func (g *connLimiter) releaseSession(user, address string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sessions--
	decrement(g.users, user)
	decrement(g.addresses, address)
}

func decrement(counts map[string]int, name string) {
	if counts[name]--; counts[name] <= 0 {
		delete(counts, name)
	}
}

// close lets nobody in any more.
func (g *connLimiter) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
}

// openSessions is how many sessions there are.
func (g *connLimiter) openSessions() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.sessions
}
