//go:build unix

package e2e

import (
	"io"
	"strings"
	"syscall"
	"testing"
	"time"
)

// What ends a stuck program: the shutdown timeout, or a second signal.
var forcedExits = map[string]func(*session){
	"timeout":     func(s *session) { s.signal(syscall.SIGTERM) },
	"two signals": func(s *session) { s.signal(syscall.SIGHUP); s.signal(syscall.SIGTERM) },
}

// A stuck terminal (a connection that hangs, a window that is stopped) accepts no output, so the
// program cannot leave the alternate screen. But it restores the line discipline, and no process is
// left behind.
func TestExitWithStuckTerminal(t *testing.T) {
	t.Parallel()
	for name, stop := range forcedExits {
		if isCut(name, "two signals") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t)
			s := startUnreadSession(t, h.newCommand())
			close(s.drained) // nobody reads the output
			h.waitUntil("the lists have been read", func() bool { return len(h.account.Requests()) >= 4 })
			s.fillTerminal()
			start := time.Now()
			stop(s)
			select {
			case <-s.exited:
			case <-time.After(testTimeout):
				t.Fatal("it does not end")
			}
			twice := name == "two signals"
			if took := time.Since(start); twice && took >= 3*time.Second { // the shutdown timeout after one signal
				t.Errorf("after two signals it took %s", took)
			}
			if code := s.cmd.ProcessState.ExitCode(); code != 143 && (!twice || code != 129) {
				t.Errorf("exit code %d", code)
			}
			s.requireTerminalRestored()
			_ = s.tty.Close()
			text, _ := io.ReadAll(s.ptmx) // ends with an error on Linux if nobody has the other side open
			if strings.Contains(string(text), leaveAltScreen) {
				t.Error("the terminal was not stuck: the program left the alternate screen")
			}
		})
	}
}

// fillTerminal fills the terminal until it accepts nothing more. The kernel moves its buffers for a
// moment, which makes room again, so this repeats until the terminal stays full.
func (s *session) fillTerminal() {
	s.t.Helper()
	// a descriptor of our own
	fd, err := syscall.Open(s.tty.Name(), syscall.O_WRONLY|syscall.O_NOCTTY|syscall.O_NONBLOCK, 0)
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
