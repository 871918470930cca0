package ui_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
)

// shortLine is the line to a terminal of true colour and 120×40 cells, as Bubble Tea writes to it: what differs from the last frame. Its
// bytes depend on the frames alone.
type shortLine struct {
	bytes  bytes.Buffer
	screen *uv.TerminalRenderer
	frame  uv.ScreenBuffer
}

func newShortLine() *shortLine {
	w := &shortLine{frame: uv.NewScreenBuffer(120, 40)}
	w.screen = uv.NewTerminalRenderer(&w.bytes, []string{"TERM=xterm-256color"})
	w.screen.SetColorProfile(colorprofile.TrueColor)
	w.screen.SetFullscreen(true)
	w.screen.SetRelativeCursor(false)
	w.screen.SetTabStops(120)
	w.screen.SetBackspace(true)
	w.screen.SetScrollOptim(true)
	w.screen.Erase()
	return w
}

// synchronised is what stands around every frame on a terminal of today.
const synchronised = len(ansi.SetModeSynchronizedOutput + ansi.ResetModeSynchronizedOutput)

// draw is how many bytes the next frame takes; a frame that is the same takes none.
func (w *shortLine) draw(t testing.TB, content string) int {
	t.Helper()
	w.bytes.Reset()
	w.frame.Clear()
	uv.NewStyledString(content).Draw(w.frame, w.frame.Bounds())
	w.screen.Render(w.frame.RenderBuffer)
	if err := w.screen.Flush(); err != nil {
		t.Fatal(err)
	}
	if w.bytes.Len() == 0 {
		return 0
	}
	return w.bytes.Len() + synchronised
}

func (w *shortLine) of(t testing.TB, b *bare) int { t.Helper(); return w.draw(t, b.View().Content) }

func TestAKeyWritesFewBytes(t *testing.T) {
	for _, fleet := range []int{12, 1_000} {
		b, w := loaded(t, fleet), newShortLine()
		whole := w.of(t, b)
		if again := w.of(t, b); whole < 1_000 || again != 0 {
			t.Fatalf("the first frame takes %d bytes, and once more %d", whole, again)
		}
		for range 10 {
			b.press('j')
			if n := w.of(t, b); n == 0 || n > 350 {
				t.Errorf("%d servers: the cursor down among servers takes %d bytes", fleet, n)
			}
		}
		b.pause()
		if n := w.of(t, b); n == 0 || n > whole {
			t.Errorf("%d servers: the panes beside take %d bytes when they follow, a whole screen %d", fleet, n, whole)
		}
		b.press('a', '2')
		w.of(t, b)
		for range 10 {
			b.press('j')
			if n := w.of(t, b); n == 0 || n > 350 {
				t.Errorf("%d servers: the cursor down among all backups takes %d bytes", fleet, n)
			}
		}
		b.send(tea.KeyPressMsg{Code: tea.KeyPgDown})
		if n := w.of(t, b); n == 0 || n > whole {
			t.Errorf("%d servers: a page down takes %d bytes, a whole screen %d", fleet, n, whole)
		}
	}
}

// watched is how many bytes a second the program writes over two minutes of seconds in which nobody touches it, without polls.
func watched(t testing.TB, b *bare) float64 {
	t.Helper()
	w, total := newShortLine(), 0
	w.of(t, b)
	const seconds = 120
	for range seconds {
		b.clock.now = b.clock.now.Add(time.Second)
		b.send(struct{}{}) // it looks at the clocks
		total += w.of(t, b)
	}
	return float64(total) / seconds
}

// later is the program an hour after the account was opened: all that was under way then has ended.
func later(t testing.TB) *bare {
	t.Helper()
	b := loaded(t, 12)
	b.clock.now = b.clock.now.Add(time.Hour)
	b.time.Advance(time.Hour)
	b.press('R')
	if screen := b.View().Content; strings.Contains(screen, "running") {
		t.Fatalf("something runs:\n%s", ansi.Strip(screen))
	}
	return b
}

func TestTimeAloneWritesFewBytes(t *testing.T) {
	if got := watched(t, later(t)); got == 0 || got > 10 {
		t.Errorf("idle it writes %.1f bytes a second", got)
	}
	b := later(t)
	if _, err := b.client.CreateSnapshot(t.Context(), "12345", "before-update", ""); err != nil {
		t.Fatal(err)
	}
	b.press('R')
	if screen := b.View().Content; !strings.Contains(screen, "1 running") {
		t.Fatalf("nothing runs:\n%s", ansi.Strip(screen))
	}
	if got := watched(t, b); got < 10 || got > 60 {
		t.Errorf("while a snapshot is made it writes %.1f bytes a second", got)
	}
}
