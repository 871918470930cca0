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

// outputMeter measures what Bubble Tea writes to a true-colour terminal of 120×40 cells: the
// differences from the last frame. The number of bytes depends on the frames alone.
type outputMeter struct {
	bytes  bytes.Buffer
	screen *uv.TerminalRenderer
	frame  uv.ScreenBuffer
}

func newOutputMeter() *outputMeter {
	w := &outputMeter{frame: uv.NewScreenBuffer(120, 40)}
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

// syncBytes is the length of the sequences for synchronized output, which surround every frame on
// modern terminals.
const syncBytes = len(ansi.SetModeSynchronizedOutput + ansi.ResetModeSynchronizedOutput)

// measure returns the number of bytes of the next frame: 0 if it is unchanged.
func (o *outputMeter) measure(t testing.TB, content string) int {
	t.Helper()
	o.bytes.Reset()
	o.frame.Clear()
	uv.NewStyledString(content).Draw(o.frame, o.frame.Bounds())
	o.screen.Render(o.frame.RenderBuffer)
	if err := o.screen.Flush(); err != nil {
		t.Fatal(err)
	}
	if o.bytes.Len() == 0 {
		return 0
	}
	return o.bytes.Len() + syncBytes
}

func (o *outputMeter) measureApp(t testing.TB, b *directApp) int {
	t.Helper()
	return o.measure(t, b.View().Content)
}

func TestAKeyWritesFewBytes(t *testing.T) {
	t.Parallel()
	for _, fleet := range []int{12, 1_000} {
		b, w := loadedApp(t, fleet), newOutputMeter()
		whole := w.measureApp(t, b)
		if again := w.measureApp(t, b); whole < 1_000 || again != 0 {
			t.Fatalf("the first frame takes %d bytes, and once more %d", whole, again)
		}
		for range 10 {
			b.press('j')
			if n := w.measureApp(t, b); n == 0 || n > 350 {
				t.Errorf("%d servers: the cursor down among servers takes %d bytes", fleet, n)
			}
		}
		b.firePending()
		if n := w.measureApp(t, b); n == 0 || n > whole {
			t.Errorf("%d servers: the preview takes %d bytes, a whole screen %d", fleet, n, whole)
		}
		b.press('a', '2')
		w.measureApp(t, b)
		for range 10 {
			b.press('j')
			if n := w.measureApp(t, b); n == 0 || n > 350 {
				t.Errorf("%d servers: the cursor down among all backups takes %d bytes", fleet, n)
			}
		}
		b.send(tea.KeyPressMsg{Code: tea.KeyPgDown})
		if n := w.measureApp(t, b); n == 0 || n > whole {
			t.Errorf("%d servers: a page down takes %d bytes, a whole screen %d", fleet, n, whole)
		}
	}
}

func TestAStepOnActivityWritesFewBytes(t *testing.T) {
	t.Parallel()
	b, w := loadedApp(t, 12), newOutputMeter()
	b.press('A')
	w.measureApp(t, b)
	for range 3 {
		for _, key := range "jk" { // the text below the rows changes too
			b.press(key)
			if n := w.measureApp(t, b); n == 0 || n > 900 {
				t.Errorf("%c takes %d bytes", key, n)
			}
		}
	}
}

// A step among servers comes in two frames: the cursor, then the points and the details. Most of
// the bytes are rows of points that the last server did not have.
func TestAStepAndWhatFollowsItWriteFewBytes(t *testing.T) {
	t.Parallel()
	const steps = 11
	b, w := loadedApp(t, 12), newOutputMeter()
	w.measureApp(t, b)
	total := 0
	for range steps {
		b.press('j')
		step := w.measureApp(t, b)
		b.firePending()
		rest := w.measureApp(t, b)
		total += rest
		b.firePending()
		if again := w.measureApp(t, b); step == 0 || step > 350 || rest == 0 || rest > 2850 || again > 0 {
			t.Errorf("a step takes %d bytes, what follows %d, and a third frame %d", step, rest, again)
		}
	}
	if mean := total / steps; mean > 1650 {
		t.Errorf("what follows a step takes %d bytes in the mean", mean)
	}
}

// idleBytesPerSecond returns how many bytes a second the idle program writes, over two minutes and
// without polls.
func idleBytesPerSecond(t testing.TB, b *directApp) float64 {
	t.Helper()
	w, total := newOutputMeter(), 0
	w.measureApp(t, b)
	const seconds = 120
	for range seconds {
		b.clock.now = b.clock.now.Add(time.Second)
		b.send(struct{}{}) // any message makes it read the clock
		total += w.measureApp(t, b)
	}
	return float64(total) / seconds
}

// loadedHourLater is the program an hour after its start, when all running operations have ended.
func loadedHourLater(t testing.TB) *directApp {
	t.Helper()
	b := loadedApp(t, 12)
	b.clock.now = b.clock.now.Add(time.Hour)
	b.account.Clock.Advance(time.Hour)
	b.press('R')
	if screen := b.View().Content; strings.Contains(screen, "running") {
		t.Fatalf("something runs:\n%s", ansi.Strip(screen))
	}
	return b
}

func TestTimeAloneWritesFewBytes(t *testing.T) {
	t.Parallel()
	if got := idleBytesPerSecond(t, loadedHourLater(t)); got == 0 || got > 10 {
		t.Errorf("idle it writes %.1f bytes a second", got)
	}
	for name, c := range map[string]struct {
		own          bool
		least, limit float64 // bytes a second
	}{"our snapshot": {true, 10, 65}, "another's snapshot": {false, 2, 15}} {
		b := loadedHourLater(t)
		if c.own {
			b.press('s', 'x')
			b.send(tea.KeyPressMsg{Code: tea.KeyEnter})
			b.send(tea.KeyPressMsg{Code: tea.KeyEnter})
		} else if _, err := b.client.CreateSnapshot(t.Context(), "12345", "before-update", ""); err != nil {
			t.Fatal(err)
		}
		b.clock.now = b.clock.now.Add(time.Second) // the key refreshes once a second
		b.press('R')
		if screen := b.View().Content; !strings.Contains(screen, "1 running") {
			t.Fatalf("%s: nothing runs:\n%s", name, ansi.Strip(screen))
		}
		if got := idleBytesPerSecond(t, b); got < c.least || got > c.limit {
			t.Errorf("%s: it writes %.1f bytes a second", name, got)
		}
	}
}
