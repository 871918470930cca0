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

// waitTimeout is how long a program may take to show what a test waits for.
const waitTimeout = 20 * time.Second

var errEnded = errors.New("the program has ended")

// chunk is the result of one read from the pty.
type chunk struct {
	at     time.Time // when it was read
	data   []byte
	screen string // the text on the screen after it, in lines
}

// ptySession is a program in a real pty, with a terminal emulator that answers its queries.
type ptySession struct {
	cmd       *exec.Cmd
	pty       *os.File
	startedAt time.Time // just before the process was started
	done      chan struct{}

	mu      sync.Mutex
	chunks  []chunk       // the program's output
	changed chan struct{} // closed and replaced when chunks grows
}

// startInPTY starts the command in a new pty. The caller has set its environment.
func startInPTY(cmd *exec.Cmd) (*ptySession, error) {
	s := &ptySession{cmd: cmd, done: make(chan struct{}), changed: make(chan struct{})}
	emulator := vt.NewEmulator(columns, rows)
	// The emulator supports these modes only once they have been reset; current terminals have
	// them.
	_, _ = emulator.Write([]byte(ansi.ResetModeSynchronizedOutput + ansi.ResetModeUnicodeCore))
	s.startedAt = time.Now()
	file, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: columns, Rows: rows})
	if err != nil {
		return nil, fmt.Errorf("starting %s in a pty: %w", cmd.Path, err)
	}
	s.pty = file
	// The emulator's answers must be read, or its Write blocks for ever.
	go func() { _, _ = io.Copy(file, emulator) }()
	chunks := make(chan chunk, 1024)
	go s.readOutput(chunks)
	go s.updateScreen(emulator, chunks)
	return s, nil
}

// readOutput records the time of each chunk. It does not run the emulator, whose work would delay
// the next read.
func (s *ptySession) readOutput(chunks chan<- chunk) {
	defer close(chunks)
	buffer := make([]byte, 64<<10)
	for {
		n, err := s.pty.Read(buffer)
		if n > 0 {
			chunks <- chunk{at: time.Now(), data: append([]byte(nil), buffer[:n]...)}
		}
		if err != nil { // the program has ended
			return
		}
	}
}

func (s *ptySession) updateScreen(emulator *vt.Emulator, chunks <-chan chunk) {
	defer close(s.done)
	for c := range chunks {
		_, _ = emulator.Write(c.data)
		c.screen = terminal.GridOf(emulator).Text()
		s.mu.Lock()
		s.chunks = append(s.chunks, c)
		close(s.changed)
		s.changed = make(chan struct{})
		s.mu.Unlock()
	}
	// The emulator's Close races with its Read; closing its pipe does not.
	if pipe, ok := emulator.InputPipe().(io.Closer); ok {
		_ = pipe.Close()
	}
}

// recording returns the output so far, and a channel that is closed when there is more.
func (s *ptySession) recording() ([]chunk, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.chunks, s.changed
}

// waitUntil waits until a screen meets the condition, and returns the time at which its last bytes
// came. The condition is checked on every screen since the start; what describes it in the error.
func (s *ptySession) waitUntil(what string, met func(screen string) bool) (time.Time, error) {
	late := time.After(waitTimeout)
	for tried := 0; ; {
		chunks, more := s.recording()
		for ; tried < len(chunks); tried++ {
			if met(chunks[tried].screen) {
				return chunks[tried].at, nil
			}
		}
		select {
		case <-more:
		case <-s.done:
			if chunks, _ := s.recording(); tried == len(chunks) {
				return time.Time{}, s.waitError(what, errEnded)
			}
		case <-late:
			return time.Time{}, s.waitError(what, fmt.Errorf("not shown within %s", waitTimeout))
		}
	}
}

func (s *ptySession) waitError(what string, err error) error {
	chunks, _ := s.recording()
	screen := "nothing was written"
	if len(chunks) > 0 {
		screen = "the screen:\n" + strings.TrimRight(chunks[len(chunks)-1].screen, "\n")
	}
	return fmt.Errorf("waiting for %s of %s: %w; %s", what, s.cmd.Path, err, screen)
}

// waitQuiet waits until the program has written nothing for the duration.
func (s *ptySession) waitQuiet(duration time.Duration) error {
	for {
		_, more := s.recording()
		select {
		case <-more:
		case <-s.done:
			return s.waitError("quiet", errEnded)
		case <-time.After(duration):
			return nil
		}
	}
}

// press sends the bytes of a key.
func (s *ptySession) press(key string) error {
	if _, err := io.WriteString(s.pty, key); err != nil {
		return s.waitError("the key "+key, errEnded)
	}
	return nil
}

// frameWrite is the output of one frame.
type frameWrite struct {
	at    time.Time // its last byte
	bytes int
}

// pressAndWait presses a key and waits for the complete frame that shows the result. The frame
// starts with the first byte after the end of the frame before.
func (s *ptySession) pressAndWait(key string, shown func(before, now string) bool) (frameWrite, error) {
	before, _ := s.recording()
	if err := s.press(key); err != nil {
		return frameWrite{}, err
	}
	found, tried := false, 0
	end, err := s.waitUntil("a frame after "+key, func(screen string) bool {
		if tried++; tried <= len(before) {
			return false
		}
		found = found || shown(before[len(before)-1].screen, screen)
		chunks, _ := s.recording()
		return found && bytes.HasSuffix(chunks[tried-1].data, []byte(ansi.ResetModeSynchronizedOutput))
	})
	if err != nil {
		return frameWrite{}, err
	}
	chunks, _ := s.recording()
	f := frameWrite{at: end}
	for _, c := range chunks[len(before):tried] {
		if f.bytes += len(c.data); !c.at.Before(end) {
			break
		}
		if bytes.HasSuffix(c.data, []byte(ansi.ResetModeSynchronizedOutput)) { // another frame came between
			f.bytes = 0
		}
	}
	return f, nil
}

// resize changes the size of the pty.
func (s *ptySession) resize(columns, rows int) error {
	if err := pty.Setsize(s.pty, &pty.Winsize{Cols: uint16(columns), Rows: uint16(rows)}); err != nil {
		return s.waitError("another size", err)
	}
	return nil
}

// close kills the program, which has nothing to save, and closes the pty.
func (s *ptySession) close() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
	_ = s.pty.Close()
	<-s.done
}

// bytesBetween counts the bytes that came from one time up to another.
func bytesBetween(chunks []chunk, from, to time.Time) int {
	n := 0
	for _, c := range chunks {
		if !c.at.Before(from) && c.at.Before(to) {
			n += len(c.data)
		}
	}
	return n
}
