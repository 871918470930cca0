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

// mark is written by the program at the session's request, and shows nothing: once the screen has read it, it has read
// everything that the program had queued before.
type mark int

func (m mark) String() string { return fmt.Sprintf("\x1b_%s%d\x1b\\", markPrefix, int(m)) }

const markPrefix = "session-mark-"

// screen is an emulated terminal. What a program asks it (its background, its modes) it answers at once.
type screen struct {
	mu       sync.Mutex
	emulator *vt.Emulator
	lastMark mark  // the newest mark that was read
	grid     *Grid // the copy of the emulator's cells, nil once they may have changed
}

// newScreen returns a screen that gives its answers to the function, each before the Write that asked returns.
func newScreen(width, height int, background color.Color, answer func(uv.Event)) *screen {
	s := &screen{emulator: vt.NewEmulator(width, height)}
	s.emulator.SetDefaultBackgroundColor(background)
	s.emulator.RegisterApcHandler(func(data []byte) bool {
		_, err := fmt.Sscanf(string(data), markPrefix+"%d", &s.lastMark)
		return err == nil
	})
	s.emulator.RegisterCsiHandler('r', s.clampScrollRegion)
	go s.readAnswers(answer)
	// Where no tty translates them, the renderer ends its lines with a bare \n: LNM makes that \r\n. The emulator knows
	// synchronised output and grapheme widths only once they have been mentioned.
	_, _ = s.Write([]byte(ansi.SetModeLineFeedNewLine + ansi.ResetModeSynchronizedOutput + ansi.ResetModeUnicodeCore))
	return s
}

// Write shows what a program writes.
func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.grid = nil
	n, err := s.emulator.Write(p)
	// The pipe hands over nothing to a listener that has dealt with everything before it: a rendezvous.
	_, _ = s.emulator.InputPipe().Write(nil)
	return n, err
}

// clampScrollRegion brings a scrolling region (DECSTBM) that ends below the screen up to its last line, as terminals do, and leaves the
// rest to the emulator, which would write outside its own lines: a frame that is under way while the terminal shrinks
// still speaks of the old size.
func (s *screen) clampScrollRegion(margins ansi.Params) bool {
	if bottom, _, ok := margins.Param(1, 0); ok && bottom > s.emulator.Height() {
		margins[1] = ansi.Param(s.emulator.Height())
	}
	return false
}

// readAnswers decodes the emulator's answers. Somebody must read them, or the emulator's Write waits for ever.
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

// close ends the listener. The emulator's own Close races with its Read; closing its pipe does not.
func (s *screen) close() {
	if pipe, ok := s.emulator.InputPipe().(io.Closer); ok {
		_ = pipe.Close()
	}
}
