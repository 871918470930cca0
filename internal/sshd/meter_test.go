package sshd_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"vpsdeck/internal/sshd"
)

// testMeter collects what it is told.
type testMeter struct {
	mu      sync.Mutex
	reasons []sshd.Reason
	keys    []time.Duration
	panics  bool // on each refusal
}

func (m *testMeter) Refused(reason sshd.Reason) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reasons = append(m.reasons, reason)
	if m.panics {
		panic("a bug in the meter")
	}
}

func (m *testMeter) KeyShown(took time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.keys = append(m.keys, took)
}

func (m *testMeter) String() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return fmt.Sprint(m.reasons, m.keys)
}

func (m *testMeter) shown() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.keys)
}

func (m *testMeter) has(reason sshd.Reason) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Contains(m.reasons, reason)
}

func TestKeysThatChangeTheScreenAreMeasured(t *testing.T) {
	t.Parallel()
	anna := newKey(t)
	s := newTestServer(t, sshd.Limits{}, userLine(operatorOptions, anna))
	terminal := s.connect(anna)
	terminal.waitForText("hello anna")
	if n := s.server.Sessions(); n != 1 {
		t.Errorf("%d sessions are open", n)
	}
	for n := 1; n <= 3; n++ {
		terminal.press("xk") // x changes nothing
		waitUntil(t, "the key is measured", func() bool { return s.meter.shown() == n }, s.meter.String)
	}
	terminal.press("x")
	terminal.press("q")
	_ = terminal.waitForExit()
	for _, took := range s.meter.keys {
		if took <= 0 || took > waitTimeout {
			t.Errorf("a key took %s", took)
		}
	}
	if n := s.meter.shown(); n != 3 {
		t.Errorf("%d keys were measured, and 3 have changed the screen", n)
	}
}

func TestRefusalsAreCountedByReason(t *testing.T) {
	t.Parallel()
	anna := newKey(t)
	s := newTestServer(t, sshd.Limits{PerUser: 1, LoginsPerMinute: 4}, userLine(operatorOptions, anna))
	requireReason := func(reason sshd.Reason) {
		t.Helper()
		waitUntil(t, string(reason), func() bool { return s.meter.has(reason) }, s.meter.String)
	}
	first := s.connect(anna)
	first.waitForText("hello anna")
	<-s.connect(anna).done
	requireReason(sshd.TooManyOfUser)
	if _, err := s.dial("eve", gossh.PublicKeys(newKey(t))); err == nil {
		t.Error("an unknown key was accepted")
	}
	requireReason(sshd.LoginFailed)
	for range 4 {
		if c, err := s.dial("anna", gossh.PublicKeys(anna)); err == nil {
			_ = c.Close()
		}
	}
	requireReason(sshd.TooManyAttempts)
	for _, reason := range s.meter.reasons {
		if !slices.Contains(sshd.Reasons(), reason) {
			t.Errorf("%q is not in the list of reasons", reason)
		}
	}
}

// Before the login too, a bug must not end the server and everybody's sessions.
func TestAPanicInALoginEndsOnlyItsConnection(t *testing.T) {
	t.Parallel()
	anna := newKey(t)
	s := newTestServer(t, sshd.Limits{}, userLine(operatorOptions, anna))
	s.meter.panics = true
	if _, err := s.dial("eve", gossh.PublicKeys(newKey(t))); err == nil {
		t.Error("an unknown key was accepted")
	}
	waitUntil(t, "the refusal has panicked", func() bool { return s.meter.has(sshd.LoginFailed) }, s.meter.String)
	s.connect(anna).waitForText("hello anna")
}
