package sshd

import (
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limits bound what clients can take of the server. A field that is zero keeps its default.
type Limits struct {
	Sessions   int           // open at once, in all; 500
	PerUser    int           // of one user; 10
	PerAddress int           // from one address; 50
	LogIns     int           // tries from one address in a minute; 30
	Strangers  int           // connections that have not logged in yet; 100
	Handshake  time.Duration // until a connection must have logged in; again until it must have a dashboard, and be closed after it; 20 s
	Idle       time.Duration // without a key pressed; 30 min
	Total      time.Duration // of a session; 12 h
	Warning    time.Duration // before the two above; 1 min, or half of them if they are shorter than two
	Stuck      time.Duration // until a client that takes nothing is dropped; 30 s
	Grace      time.Duration // between the wish to end a session and its end by force; 5 s
	Drain      time.Duration // between the notice that the server ends and the end; 10 s
}

// withDefaults fills in what is not said.
func (l Limits) withDefaults() Limits {
	set(&l.Sessions, 500)
	set(&l.PerUser, 10)
	set(&l.PerAddress, 50)
	set(&l.LogIns, 30)
	set(&l.Strangers, 100)
	set(&l.Handshake, 20*time.Second)
	set(&l.Idle, 30*time.Minute)
	set(&l.Total, 12*time.Hour)
	set(&l.Warning, time.Minute)
	set(&l.Stuck, 30*time.Second)
	set(&l.Grace, 5*time.Second)
	set(&l.Drain, 10*time.Second)
	l.Warning = min(l.Warning, l.Idle/2, l.Total/2)
	return l
}

func set[N int | time.Duration](n *N, standard N) {
	if *n <= 0 {
		*n = standard
	}
}

// mostAddresses is how many addresses are remembered for the rate of their tries. Beyond, all that have tried nothing lately are
// forgotten.
const mostAddresses = 10_000

// gate counts who is in, and who knocks.
type gate struct {
	limits    Limits
	mu        sync.Mutex
	closed    bool
	strangers int
	sessions  int
	users     map[string]int
	addresses map[string]int
	knocks    map[string]*rate.Limiter
}

func newGate(l Limits) *gate {
	return &gate{limits: l, users: map[string]int{}, addresses: map[string]int{}, knocks: map[string]*rate.Limiter{}}
}

// knock says why a connection from an address is not even heard, or "". One that is must be let go of by heard.
func (g *gate) knock(address string) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.knocks) >= mostAddresses {
		for a, l := range g.knocks {
			if l.Tokens() >= float64(l.Burst()) {
				delete(g.knocks, a)
			}
		}
	}
	limiter := g.knocks[address]
	if limiter == nil {
		limiter = rate.NewLimiter(rate.Every(time.Minute/time.Duration(g.limits.LogIns)), g.limits.LogIns)
		g.knocks[address] = limiter
	}
	switch {
	case g.closed:
		return "the server is ending"
	case !limiter.Allow():
		return "too many tries from this address"
	case g.strangers >= g.limits.Strangers:
		return "too many connections that have not logged in"
	}
	g.strangers++
	return ""
}

// heard lets go of a connection that has logged in, or has given up.
func (g *gate) heard() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.strangers--
}

// enter says why there is no room for a user, or "". Who is let in must leave.
func (g *gate) enter(user, address string) string {
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

func (g *gate) leave(user, address string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sessions--
	less(g.users, user)
	less(g.addresses, address)
}

func less(counts map[string]int, name string) {
	if counts[name]--; counts[name] <= 0 {
		delete(counts, name)
	}
}

// close lets nobody in any more.
func (g *gate) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
}

// open is how many sessions there are.
func (g *gate) open() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.sessions
}
