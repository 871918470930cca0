package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"

	"vpsdeck/internal/terminal"
)

// The size of every window, in cells.
const (
	columns = 120
	rows    = 40
)

// waitTimeout is how long a program may take to show what is waited for.
const waitTimeout = 20 * time.Second

var errEnded = errors.New("the program has ended")

// chunk is what one read from the pty brought.
type chunk struct {
	at     time.Time // when it was read, before anything was done with it
	data   []byte
	screen string // the text on the screen after it, a line each
}

// ptySession is a program in a real pty, with a terminal emulator behind it that answers queries as a terminal does.
type ptySession struct {
	cmd       *exec.Cmd
	pty       *os.File
	startedAt time.Time // just before the process was started
	done      chan struct{}

	mu      sync.Mutex
	chunks  []chunk       // all that the program has written
	changed chan struct{} // closed, and replaced, when the tape grows
}

// startInPTY starts the command in a window of its own. Its environment is to be set already.
func startInPTY(cmd *exec.Cmd) (*ptySession, error) {
	w := &ptySession{cmd: cmd, done: make(chan struct{}), changed: make(chan struct{})}
	emulator := vt.NewEmulator(columns, rows)
	// The emulator knows these modes only once they have been mentioned; a terminal of today has them.
	_, _ = emulator.Write([]byte(ansi.ResetModeSynchronizedOutput + ansi.ResetModeUnicodeCore))
	w.startedAt = time.Now()
	file, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: columns, Rows: rows})
	if err != nil {
		return nil, fmt.Errorf("starting %s in a pty: %w", cmd.Path, err)
	}
	w.pty = file
	// Somebody has to take the emulator's answers, or its Write waits for ever.
	go func() { _, _ = io.Copy(file, emulator) }()
	chunks := make(chan chunk, 1024)
	go w.readOutput(chunks)
	go w.updateScreen(emulator, chunks)
	return w, nil
}

// readOutput takes the time of each chunk apart from the emulator, whose work would delay the next one.
func (w *ptySession) readOutput(chunks chan<- chunk) {
	defer close(chunks)
	buffer := make([]byte, 64<<10)
	for {
		n, err := w.pty.Read(buffer)
		if n > 0 {
			chunks <- chunk{at: time.Now(), data: append([]byte(nil), buffer[:n]...)}
		}
		if err != nil { // a pty whose program has ended
			return
		}
	}
}

func (w *ptySession) updateScreen(emulator *vt.Emulator, chunks <-chan chunk) {
	defer close(w.done)
	for c := range chunks {
		_, _ = emulator.Write(c.data)
		c.screen = terminal.GridOf(emulator).Text()
		w.mu.Lock()
		w.chunks = append(w.chunks, c)
		close(w.changed)
		w.changed = make(chan struct{})
		w.mu.Unlock()
	}
	// The emulator's own Close races with its Read; closing its pipe does not.
	if pipe, ok := emulator.InputPipe().(io.Closer); ok {
		_ = pipe.Close()
	}
}

// recording is the tape so far, and what is closed when there is more of it.
func (w *ptySession) recording() ([]chunk, <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.chunks, w.changed
}

// waitUntil waits until the screen meets the condition, and returns when the bytes that made it so have come. The condition is
// tried on every screen since the start; what names it in the error.
func (w *ptySession) waitUntil(what string, met func(screen string) bool) (time.Time, error) {
	late := time.After(waitTimeout)
	for tried := 0; ; {
		tape, more := w.recording()
		for ; tried < len(tape); tried++ {
			if met(tape[tried].screen) {
				return tape[tried].at, nil
			}
		}
		select {
		case <-more:
		case <-w.done:
			if tape, _ := w.recording(); tried == len(tape) {
				return time.Time{}, w.waitError(what, errEnded)
			}
		case <-late:
			return time.Time{}, w.waitError(what, fmt.Errorf("it did not come in %s", waitTimeout))
		}
	}
}

func (w *ptySession) waitError(what string, err error) error {
	tape, _ := w.recording()
	screen := "nothing was written"
	if len(tape) > 0 {
		screen = "the screen:\n" + strings.TrimRight(tape[len(tape)-1].screen, "\n")
	}
	return fmt.Errorf("waiting for %s of %s: %w; %s", what, w.cmd.Path, err, screen)
}

// waitQuiet waits until the program has written nothing for a while.
func (w *ptySession) waitQuiet(while time.Duration) error {
	for {
		_, more := w.recording()
		select {
		case <-more:
		case <-w.done:
			return w.waitError("quiet", errEnded)
		case <-time.After(while):
			return nil
		}
	}
}

// press sends the bytes of a key.
func (w *ptySession) press(key string) error {
	if _, err := io.WriteString(w.pty, key); err != nil {
		return w.waitError("the key "+key, errEnded)
	}
	return nil
}

// frameWrite is one drawing of the screen.
type frameWrite struct {
	at    time.Time // its last byte
	bytes int
}

// pressAndWait presses a key and waits for the frame that shows the answer, whole: from the first byte after the end of the frame before.
func (w *ptySession) pressAndWait(key string, answered func(before, now string) bool) (frameWrite, error) {
	before, _ := w.recording()
	if err := w.press(key); err != nil {
		return frameWrite{}, err
	}
	shown, tried := false, 0
	end, err := w.waitUntil("an answer to "+key, func(screen string) bool {
		if tried++; tried <= len(before) {
			return false
		}
		shown = shown || answered(before[len(before)-1].screen, screen)
		tape, _ := w.recording()
		return shown && bytes.HasSuffix(tape[tried-1].data, []byte(ansi.ResetModeSynchronizedOutput))
	})
	if err != nil {
		return frameWrite{}, err
	}
	tape, _ := w.recording()
	f := frameWrite{at: end}
	for _, c := range tape[len(before):tried] {
		if f.bytes += len(c.data); !c.at.Before(end) {
			break
		}
		if bytes.HasSuffix(c.data, []byte(ansi.ResetModeSynchronizedOutput)) { // another frame came between
			f.bytes = 0
		}
	}
	return f, nil
}

// resize makes the window's terminal another size.
func (w *ptySession) resize(columns, rows int) error {
	if err := pty.Setsize(w.pty, &pty.Winsize{Cols: uint16(columns), Rows: uint16(rows)}); err != nil {
		return w.waitError("another size", err)
	}
	return nil
}

// close ends the program, which has nothing to lose, and forgets the window.
func (w *ptySession) close() {
	_ = w.cmd.Process.Kill()
	_ = w.cmd.Wait()
	_ = w.pty.Close()
	<-w.done
}

// bytesBetween counts the bytes that came from one moment up to another.
func bytesBetween(tape []chunk, from, to time.Time) int {
	n := 0
	for _, c := range tape {
		if !c.at.Before(from) && c.at.Before(to) {
			n += len(c.data)
		}
	}
	return n
}
