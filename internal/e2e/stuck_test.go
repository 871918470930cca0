//go:build unix

package e2e

import (
	"io"
	"strings"
	"syscall"
	"testing"
	"time"
)

// What ends a program that is stuck: the time that it has for its end, or being told again.
var forcedExits = map[string]func(*session){
	"the time is up":   func(s *session) { s.signal(syscall.SIGTERM) },
	"it is told twice": func(s *session) { s.signal(syscall.SIGHUP); s.signal(syscall.SIGTERM) },
}

// A terminal that takes nothing any more (a line that hangs, a window that is stopped) cannot be told to leave the alternate
// screen, but its line discipline is given back, and no process stays.
func TestExitWithStuckTerminal(t *testing.T) {
	for name, tell := range forcedExits {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t)
			s := startUnreadSession(t, h.newCommand())
			close(s.drained) // nobody shows anything
			h.waitUntil("the lists have come", func() bool { return len(h.account.Requests()) >= 4 })
			s.fillTerminal()
			began := time.Now()
			tell(s)
			select {
			case <-s.exited:
			case <-time.After(testTimeout):
				t.Fatal("it does not end")
			}
			twice := name == "it is told twice"
			if took := time.Since(began); twice && took >= 3*time.Second { // as long as the program waits when it is told once
				t.Errorf("it was told twice, and yet it took %s", took)
			}
			if code := s.cmd.ProcessState.ExitCode(); code != 143 && !(twice && code == 129) {
				t.Errorf("exit code %d", code)
			}
			s.requireTerminalRestored()
			_ = s.tty.Close()
			text, _ := io.ReadAll(s.ptmx) // ends with an error on Linux, when nobody has the other side open
			if strings.Contains(string(text), leaveAltScreen) {
				t.Error("the terminal was not stuck: it was told to leave the alternate screen")
			}
		})
	}
}

// fillTerminal fills the terminal until it takes nothing any more. The system moves what it has taken to and fro for a moment, which
// makes room again, so it is tried until it stays full.
func (s *session) fillTerminal() {
	s.t.Helper()
	fd, err := syscall.Open(s.tty.Name(), syscall.O_WRONLY|syscall.O_NOCTTY|syscall.O_NONBLOCK, 0) // one that is not the program's
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = syscall.Close(fd) }()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	blank := []byte(strings.Repeat(" ", 1024))
	for full := 0; full < 10; <-again.C {
		if n, _ := syscall.Write(fd, blank); n > 0 {
			full = 0
		} else {
			full++
		}
		if n, _ := syscall.Write(fd, blank[:1]); n > 0 {
			full = 0
		}
	}
}
