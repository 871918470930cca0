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

// TestMain plays a program in a pty where a test asks for it: it draws, answers each line with what it heard, and ends
// with the input.
func TestMain(m *testing.M) {
	if os.Getenv("BENCH_CHILD") == "" {
		os.Exit(m.Run())
	}
	fmt.Print("\x1b[2J\x1b[3;5Hdrawn\x1b[c")
	for {
		var heard string
		if _, err := fmt.Scanln(&heard); err != nil || strings.HasSuffix(heard, "end") {
			return
		}
		fmt.Printf("heard %q\n", heard)
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
	w, err := startInPTY(cmd)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.close)
	return w
}

func containsText(text string) func(string) bool {
	return func(screen string) bool { return strings.Contains(screen, text) }
}

func TestScreenShowsWhatTheProgramDraws(t *testing.T) {
	w := startChild(t)
	at, err := w.waitUntil("the drawing", func(screen string) bool {
		return strings.HasPrefix(screen, "\n\n    drawn") && strings.Count(screen, "\n") == rows
	})
	if err != nil {
		t.Fatal(err)
	}
	if !at.After(w.startedAt) || at.After(time.Now()) {
		t.Errorf("drawn at %s, started at %s", at, w.startedAt)
	}
}

func TestQueriesAreAnsweredAndKeysArrive(t *testing.T) {
	w := startChild(t)
	// The tty echoes the answer, with ^[ for escape; the program reads it in front of the key.
	if _, err := w.waitUntil("the answer", containsText("^[[?")); err != nil {
		t.Fatal(err)
	}
	if err := w.press("x\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.waitUntil("what the program heard", func(screen string) bool {
		return strings.Contains(screen, `heard "\x1b[?`) && strings.Contains(screen, `cx"`)
	}); err != nil {
		t.Fatal(err)
	}
}

func TestWaitFailsWhenTheProgramEnds(t *testing.T) {
	w := startChild(t)
	if err := w.press("end\n"); err != nil {
		t.Fatal(err)
	}
	_, err := w.waitUntil("what never comes", containsText("never"))
	if !errors.Is(err, errEnded) || !strings.Contains(err.Error(), "waiting for what never comes") {
		t.Errorf("got %v", err)
	}
}

func TestBytesBetweenTwoTimes(t *testing.T) {
	at := func(ms int) time.Time { return accountStart.Add(time.Duration(ms) * time.Millisecond) }
	tape := []chunk{{at: at(0), data: []byte("abc")}, {at: at(5), data: []byte("de")}, {at: at(9), data: []byte("f")}}
	for _, c := range []struct{ from, to, want int }{{0, 10, 6}, {1, 9, 2}, {0, 5, 3}, {5, 6, 2}, {6, 8, 0}} {
		if got := bytesBetween(tape, at(c.from), at(c.to)); got != c.want {
			t.Errorf("from %d to %d: %d bytes, want %d", c.from, c.to, got, c.want)
		}
	}
}
