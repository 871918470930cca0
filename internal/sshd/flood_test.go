package sshd_test

import (
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"vpsdeck/internal/sshd"
)

// addressListener gives connections the addresses that their clients want to come from.
type addressListener struct {
	net.Listener
	mu      sync.Mutex
	claimed map[string]net.Addr // by the client's real address
}

// Accept waits for a connection.
func (l *addressListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return addressedConn{c, l.claimed[c.RemoteAddr().String()]}, nil
}

// dial connects from an address.
func (l *addressListener) dial(t *testing.T, from string) net.Conn {
	t.Helper()
	l.mu.Lock() // Accept must know the address
	defer l.mu.Unlock()
	c := dialRaw(t, l.Addr().String())
	l.claimed[c.LocalAddr().String()] = &net.TCPAddr{IP: net.ParseIP(from), Port: 50_000}
	return c
}

// dialSilently connects from an address and says nothing. It returns when the server has accepted or
// refused it.
func (l *addressListener) dialSilently(t *testing.T, from string) {
	t.Helper()
	_, _ = l.dial(t, from).Read(make([]byte, 1)) // of the server's version
}

// addressedConn is a connection from an address.
type addressedConn struct {
	net.Conn
	from net.Addr
}

// RemoteAddr returns the client's address.
func (c addressedConn) RemoteAddr() net.Addr { return c.from }

// newAddressedServer starts a server whose clients come from any address.
func newAddressedServer(t *testing.T, limits sshd.Limits, users ...string) (*testServer, *addressListener) {
	t.Helper()
	listener := &addressListener{claimed: map[string]net.Addr{}}
	s := newTestServerOn(t, func(l net.Listener) net.Listener {
		listener.Listener = l
		return listener
	}, limits, users...)
	return s, listener
}

// loginFrom logs in from an address and opens a dashboard.
func (s *testServer) loginFrom(l *addressListener, from string, signer gossh.Signer) *testTerminal {
	s.t.Helper()
	c, channels, requests, err := gossh.NewClientConn(l.dial(s.t, from), s.address, &gossh.ClientConfig{
		// nolint:gosec // the server is our own
		User: "somebody", Auth: []gossh.AuthMethod{gossh.PublicKeys(signer)},
		HostKeyCallback: gossh.InsecureIgnoreHostKey(),
	})
	if err != nil {
		s.t.Fatalf("%s cannot log in: %s", from, err)
	}
	client := gossh.NewClient(c, channels, requests)
	s.t.Cleanup(func() { _ = client.Close() })
	return s.openTerminal(client)
}

// requireQuickLogin requires that a user gets in within the time that a person waits.
func (s *testServer) requireQuickLogin(l *addressListener, from string, signer gossh.Signer) {
	s.t.Helper()
	start := time.Now()
	d := s.loginFrom(l, from, signer)
	d.waitForText("hello anna")
	if took := time.Since(start); took > 2*time.Second {
		s.t.Errorf("the login from %s took %s", from, took)
	}
	_ = d.client.Close()
}

// Clients that connect and say nothing must not lock others out.
func TestSilentConnectionsLockNobodyOut(t *testing.T) {
	t.Parallel()
	const colleague, stranger = "192.0.2.1", "198.51.100.%d"
	for name, flood := range map[string]func(i int) string{
		"4 addresses":            func(i int) string { return fmt.Sprintf("203.0.113.%d", i%4) },
		"50 addresses":           func(i int) string { return fmt.Sprintf("203.0.113.%d", i%50) },
		"200 networks of IPv6":   func(i int) string { return fmt.Sprintf("2001:db8:%x::1", i) },
		"one network of IPv6":    func(i int) string { return fmt.Sprintf("2001:db8::%x", i) },
		"the user's own address": func(int) string { return colleague },
	} {
		if testing.Short() && name != "4 addresses" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			anna := newKey(t)
			s, l := newAddressedServer(t, sshd.Limits{LoginsPerMinute: 1000}, userLine(operatorOptions, anna))
			s.requireQuickLogin(l, colleague, anna)
			for i := range 200 {
				l.dialSilently(t, flood(i))
			}
			s.requireQuickLogin(l, colleague, anna)
			for i := range 3 {
				s.requireQuickLogin(l, fmt.Sprintf(stranger, i), anna)
			}
		})
	}
}

// A flood of refusals is a few lines in the log, with their number.
func TestRefusalsDoNotFloodTheLog(t *testing.T) {
	t.Parallel()
	anna := newKey(t)
	limits := sshd.Limits{LoginsPerMinute: 3, Drain: time.Millisecond}
	s, l := newAddressedServer(t, limits, userLine(operatorOptions, anna))
	for range 50 {
		l.dialSilently(t, "203.0.113.5")
	}
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	log := s.log.String()
	if n := strings.Count(log, `msg="connection refused" address=203.0.113.5`); n != 1 {
		t.Errorf("%d lines of refusals:\n%s", n, log)
	}
	want := `msg="connection refused again" times=46 block=203.0.113.5/32 why="too many attempts from this address"`
	if !strings.Contains(log, want) {
		t.Errorf("%s is not in the log:\n%s", want, log)
	}
	if n := strings.Count(s.meter.String(), string(sshd.TooManyAttempts)); n != 47 {
		t.Errorf("the meter has %d refusals, want each: %s", n, s.meter)
	}
}

// The log names why the server itself has closed a connection.
func TestDroppedConnectionIsExplained(t *testing.T) {
	t.Parallel()
	s, l := newAddressedServer(t, sshd.Limits{Unauthenticated: 2, Handshake: shortHandshake},
		userLine(operatorOptions, newKey(t)))
	for i := range 3 {
		l.dialSilently(t, fmt.Sprintf("203.0.113.%d", i))
	}
	s.waitForLog(`msg="login failed" address=203.0.113.0 why="too many connections that have not logged in: this was ` +
		`the oldest"`)
	s.waitForLog(`msg="login failed" address=203.0.113.2 why="the client did not log in in time"`)
	if !s.meter.has(sshd.TooManyUnauthenticated) || !s.meter.has(sshd.LoginFailed) {
		t.Errorf("the meter has %s", s.meter)
	}
}
