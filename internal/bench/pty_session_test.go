//go:build !windows

package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// TestMain runs as a program in a pty if BENCH_CHILD is set: it draws, answers each line with what
// it read, and ends with the input.
func TestMain(m *testing.M) {
	if os.Getenv("BENCH_CHILD") == "" {
		os.Exit(m.Run())
	}
	fmt.Print("\x1b[2J\x1b[3;5Hdrawn\x1b[c")
	for {
		var line string
		if _, err := fmt.Scanln(&line); err != nil || strings.HasSuffix(line, "end") {
			return
		}
		fmt.Printf("read %q\n", line)
	}
}

func startChild(t *testing.T) *ptySession {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program)
	cmd.Env = []string{"BENCH_CHILD=1", "GORACE=atexit_sleep_ms=0"}
	session, err := startInPTY(cmd)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(session.close)
	return session
}

func containsText(text string) func(string) bool {
	return func(screen string) bool { return strings.Contains(screen, text) }
}

func TestScreenShowsWhatTheProgramDraws(t *testing.T) {
	session := startChild(t)
	at, err := session.waitUntil("the drawing", func(screen string) bool {
		return strings.HasPrefix(screen, "\n\n    drawn") && strings.Count(screen, "\n") == rows
	})
	if err != nil {
		t.Fatal(err)
	}
	if !at.After(session.startedAt) || at.After(time.Now()) {
		t.Errorf("drawn at %s, started at %s", at, session.startedAt)
	}
}

func TestQueriesAreAnsweredAndKeysArrive(t *testing.T) {
	session := startChild(t)
	// The tty echoes the answer, with ^[ for escape. The program reads it before the key.
	if _, err := session.waitUntil("the answer", containsText("^[[?")); err != nil {
		t.Fatal(err)
	}
	if err := session.press("x\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := session.waitUntil("what the program read", func(screen string) bool {
		return strings.Contains(screen, `read "\x1b[?`) && strings.Contains(screen, `cx"`)
	}); err != nil {
		t.Fatal(err)
	}
}

func TestWaitFailsWhenTheProgramEnds(t *testing.T) {
	session := startChild(t)
	if err := session.press("end\n"); err != nil {
		t.Fatal(err)
	}
	_, err := session.waitUntil("a missing text", containsText("never"))
	if !errors.Is(err, errEnded) || !strings.Contains(err.Error(), "waiting for a missing text") {
		t.Errorf("got %v", err)
	}
}

func TestBytesBetweenTwoTimes(t *testing.T) {
	at := func(ms int) time.Time { return testStart.Add(time.Duration(ms) * time.Millisecond) }
	chunks := []chunk{{at: at(0), data: []byte("abc")}, {at: at(5), data: []byte("de")}, {at: at(9), data: []byte("f")}}
	for _, c := range []struct{ from, to, want int }{{0, 10, 6}, {1, 9, 2}, {0, 5, 3}, {5, 6, 2}, {6, 8, 0}} {
		if got := bytesBetween(chunks, at(c.from), at(c.to)); got != c.want {
			t.Errorf("from %d to %d: %d bytes, want %d", c.from, c.to, got, c.want)
		}
	}
}
