package terminal

import (
	"fmt"
	"image/color"
	"io"
	"sync"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
)

// mark is an invisible sequence that the session has the program write. Once the screen has read
// it, it has read everything that the program had queued before.
type mark int

func (m mark) String() string { return fmt.Sprintf("\x1b_%s%d\x1b\\", markPrefix, int(m)) }

const markPrefix = "session-mark-"

// screen is an emulated terminal. It answers queries for its background and its modes at once.
type screen struct {
	mu       sync.Mutex
	emulator *vt.Emulator
	lastMark mark  // the newest mark that was read
	grid     *Grid // the copy of the emulator's cells, nil once they may have changed
}

// newScreen returns a screen that passes its answers to the function, each before the Write with
// the query returns.
func newScreen(width, height int, background color.Color, answer func(uv.Event)) *screen {
	s := &screen{emulator: vt.NewEmulator(width, height)}
	s.emulator.SetDefaultBackgroundColor(background)
	s.emulator.RegisterApcHandler(func(data []byte) bool {
		_, err := fmt.Sscanf(string(data), markPrefix+"%d", &s.lastMark)
		return err == nil
	})
	s.emulator.RegisterCsiHandler('r', s.clampScrollRegion)
	go s.readAnswers(answer)
	// There is no tty to translate line ends, and the renderer writes a bare \n: LNM makes that
	// \r\n. The emulator supports synchronised output and grapheme widths only once their modes
	// have been reset.
	_, _ = s.Write([]byte(ansi.SetModeLineFeedNewLine + ansi.ResetModeSynchronizedOutput + ansi.ResetModeUnicodeCore))
	return s
}

// Write shows what a program writes.
func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.grid = nil
	n, err := s.emulator.Write(p)
	// An empty write to the pipe returns only when the reader has handled everything before it.
	_, _ = s.emulator.InputPipe().Write(nil)
	return n, err
}

// clampScrollRegion ends a scrolling region (DECSTBM) at the last line of the screen, as terminals
// do. A frame that is written while the terminal shrinks still uses the old size, and the emulator
// would write outside its lines.
func (s *screen) clampScrollRegion(margins ansi.Params) bool {
	if bottom, _, ok := margins.Param(1, 0); ok && bottom > s.emulator.Height() {
		margins[1] = ansi.Param(s.emulator.Height())
	}
	return false
}

// readAnswers decodes the emulator's answers. They must be read, or the emulator's Write blocks for
// ever.
func (s *screen) readAnswers(answer func(uv.Event)) {
	var decoder uv.EventDecoder
	buffer := make([]byte, 4096)
	for {
		n, err := s.emulator.Read(buffer)
		if err != nil {
			return
		}
		for rest := buffer[:n]; len(rest) > 0; {
			used, event := decoder.Decode(rest)
			if event != nil {
				answer(event)
			}
			rest = rest[max(used, 1):]
		}
	}
}

// current is the screen as it is now, and the newest mark that it has read.
func (s *screen) current() (Grid, mark) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.grid == nil {
		grid := GridOf(s.emulator)
		s.grid = &grid
	}
	return *s.grid, s.lastMark
}

// newestMark is the newest mark that the screen has read.
func (s *screen) newestMark() mark {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lastMark
}

func (s *screen) resize(width, height int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.grid = nil
	s.emulator.Resize(width, height)
}

// close ends readAnswers. The emulator's Close races with its Read; closing its pipe does not.
func (s *screen) close() {
	if pipe, ok := s.emulator.InputPipe().(io.Closer); ok {
		_ = pipe.Close()
	}
}
